/*
 * Scaling of data by a power of two, which is exact, so that squares neither overflow nor
 * underflow.
 */
#ifndef CT_NUM_SCALE_H
#define CT_NUM_SCALE_H

#include <math.h>

/* 2^exponent as a product of two factors: it may exceed the range of a double. */
static inline void scale_factors(int exponent, double factors[2])
{
    factors[0] = ldexp(1.0, exponent / 2);
    factors[1] = ldexp(1.0, exponent - exponent / 2);
}

#endif
