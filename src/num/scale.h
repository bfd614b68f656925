/*
 * Scaling of data by a power of two, which is exact, so that squares neither overflow nor
 * underflow.
 */
#ifndef CT_NUM_SCALE_H
#define CT_NUM_SCALE_H

#include <math.h>

#include "base/mat.h"
#include "base/status.h"

/* 2^exponent as a product of two factors: it may exceed the range of a double. */
static inline void scale_factors(int exponent, double factors[2])
{
    factors[0] = ldexp(1.0, exponent / 2);
    factors[1] = ldexp(1.0, exponent - exponent / 2);
}

/* The exponent of the largest magnitude in X if its square, in float32, is out of range or close to
 * that; 0 otherwise, and if a value is not finite. */
int scale_exponent(const struct mat *X);

/* *out = X / 2^exponent, owned by the caller. CT_ENOMEM, naming `what`. */
enum ct_status scale_copy(const struct mat *X, int exponent, const char *what, struct mat *out,
                          struct ct_error *err);

#endif
