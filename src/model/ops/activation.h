/* The activation functions of MLPs, in place on float32, with the names used by transformers. */
#ifndef CT_MODEL_OPS_ACTIVATION_H
#define CT_MODEL_OPS_ACTIVATION_H

#include <stdbool.h>
#include <stddef.h>

enum activation {
    ACTIVATION_GELU_NEW,
    ACTIVATION_GELU,
    ACTIVATION_RELU,
    ACTIVATION_SILU,
    ACTIVATION_TANH,
    ACTIVATION_QUICK_GELU,
    ACTIVATION_N,
    ACTIVATION_UNKNOWN = ACTIVATION_N, /* must not be applied */
};

/* `gelu_new`. */
const char *activation_name(enum activation activation);

/* By any of the names that transformers has for it (`swish` is `silu`); false if there is none. */
bool activation_by_name(const char *name, enum activation *out);

/* The names by activation_name(), separated by commas; truncated to size. */
void activation_list(char *out, size_t size);

/*
 * gelu_new: 0.5 x (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3))) (Hendrycks & Gimpel 2016); gelu: x
 * times the normal distribution function; relu; silu: x times the logistic function; quick_gelu: x
 * times that of 1.702 x; tanh. Error at most 2e-7 of |x|; NaN stays NaN.
 */
void activation_apply(enum activation activation, float *x, size_t n);

#endif
