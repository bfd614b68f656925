/*
 * Scaling data by a power of two, which rounds nothing, so that squares neither overflow nor
 * vanish.
 */
#ifndef CT_NUM_SCALE_H
#define CT_NUM_SCALE_H

#include <math.h>

/* 2^exponent as a product: alone it may be more than a double holds. */
static inline void scale_factors(int exponent, double factors[2])
{
    factors[0] = ldexp(1.0, exponent / 2);
    factors[1] = ldexp(1.0, exponent - exponent / 2);
}

#endif
