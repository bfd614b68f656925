/* The activation functions of MLPs, in place on float32, with the names used by transformers. */
#ifndef CT_MODEL_OPS_ACTIVATION_H
#define CT_MODEL_OPS_ACTIVATION_H

#include <stdbool.h>
#include <stddef.h>

enum activation { ACTIVATION_GELU_NEW, ACTIVATION_GELU, ACTIVATION_RELU };

enum { ACTIVATION_N = ACTIVATION_RELU + 1 };

/* `gelu_new`. */
const char *activation_name(enum activation activation);

/* False if there is none of that name. */
bool activation_by_name(const char *name, enum activation *out);

/*
 * gelu_new: 0.5 x (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3))) (Hendrycks & Gimpel 2016); gelu: x
 * times the normal distribution function; relu. Error at most 2e-7 of |x|; NaN stays NaN.
 */
void activation_apply(enum activation activation, float *x, size_t n);

#endif
