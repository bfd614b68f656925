#include "config.h"
#include "num/exact.h"
#include "num/box_muller.h"

#include <math.h>
#include <string.h>

#include "base/kernel.h"

/* Adding it rounds numbers below 2^51 to whole ones, which are then in the lowest bits. */
static const double rounder = 0x1.8p52;

static inline uint64_t bits_of(double x)
{
    uint64_t bits;

    memcpy(&bits, &x, sizeof bits);
    return bits;
}

static inline double of_bits(uint64_t bits)
{
    double x;

    memcpy(&x, &bits, sizeof x);
    return x;
}

/* ln x for normal x > 0: x = 2^k m, m between sqrt(1/2) and sqrt(2), and ln m = 2 artanh(s), s = (m
 * - 1) / (m + 1), by 11 terms: the first one left out is below 2^-59. */
static inline double logarithm(double x)
{
    const uint64_t one = UINT64_C(0x3FF0000000000000);
    const uint64_t root_half = UINT64_C(0x3FE6A09E667F3BCD); /* sqrt(1/2) */
    const uint64_t fraction = UINT64_C(0x000FFFFFFFFFFFFF);
    const uint64_t moved = bits_of(x) + (one - root_half);
    const double k = of_bits((moved >> 52) + UINT64_C(0x4338000000000000)) - (rounder + 1023.0);
    const double m = of_bits((moved & fraction) + root_half);
    const double s = (m - 1.0) / (m + 1.0);
    const double z = s * s;
    double sum = 2.0 / 21.0;

    sum = sum * z + 2.0 / 19.0;
    sum = sum * z + 2.0 / 17.0;
    sum = sum * z + 2.0 / 15.0;
    sum = sum * z + 2.0 / 13.0;
    sum = sum * z + 2.0 / 11.0;
    sum = sum * z + 2.0 / 9.0;
    sum = sum * z + 2.0 / 7.0;
    sum = sum * z + 2.0 / 5.0;
    sum = sum * z + 2.0 / 3.0;
    return k * M_LN2 + (2.0 * s + s * z * sum);
}

/* Taylor's series up to pi/4; the first terms left out are below 2^-58. */
static inline double sine(double x, double square)
{
    double sum = 1.0 / 355687428096000.0; /* 17! */

    sum = sum * square - 1.0 / 1307674368000.0;
    sum = sum * square + 1.0 / 6227020800.0;
    sum = sum * square - 1.0 / 39916800.0;
    sum = sum * square + 1.0 / 362880.0;
    sum = sum * square - 1.0 / 5040.0;
    sum = sum * square + 1.0 / 120.0;
    sum = sum * square - 1.0 / 6.0;
    return x + x * square * sum;
}

static inline double cosine(double square)
{
    double sum = 1.0 / 20922789888000.0; /* 16! */

    sum = sum * square - 1.0 / 87178291200.0;
    sum = sum * square + 1.0 / 479001600.0;
    sum = sum * square - 1.0 / 3628800.0;
    sum = sum * square + 1.0 / 40320.0;
    sum = sum * square - 1.0 / 720.0;
    sum = sum * square + 1.0 / 24.0;
    return 1.0 - (0.5 * square - square * square * sum);
}

CT_KERNEL
void box_muller(const uint64_t *words, size_t n, double *out)
{
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        const double v = uniform_of(words[2 * i + 1]);
        const double radius = sqrt(-2.0 * logarithm(uniform_of(words[2 * i])));
        const double quarter = (4.0 * v + rounder) - rounder; /* the nearest one */
        const double angle = (v - 0.25 * quarter) * (2.0 * M_PI);
        const double square = angle * angle;
        const uint64_t s = bits_of(sine(angle, square));
        const uint64_t c = bits_of(cosine(square));
        /* Turned by the quarter: exchanged if it is odd, and the signs. */
        const uint64_t q = bits_of(quarter + rounder);
        const uint64_t odd = -(q & 1);
        const uint64_t x = ((c & ~odd) | (s & odd)) ^ ((q + 1) & 2) << 62;
        const uint64_t y = ((s & ~odd) | (c & odd)) ^ (q & 2) << 62;
        out[2 * i] = radius * of_bits(x);
        out[2 * i + 1] = radius * of_bits(y);
    }
}
