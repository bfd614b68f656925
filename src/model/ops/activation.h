/* The activation functions of GPT-2's MLP, in place on float32. */
#ifndef CT_MODEL_OPS_ACTIVATION_H
#define CT_MODEL_OPS_ACTIVATION_H

#include <stddef.h>

#include "model/gpt2.h"

/*
 * gelu_new: 0.5 x (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3))) (Hendrycks & Gimpel 2016); gelu: x
 * times the normal distribution function; relu. Error at most 2e-7 of |x|; NaN stays NaN.
 */
void activation_apply(enum activation activation, float *x, size_t n);

#endif
