/*
 * Conversion between binary floating point and digits * 10^exponent, correctly rounded, by one
 * product with a 128-bit power of ten instead of multiple-precision arithmetic.
 */
#ifndef CT_IO_DECIMAL_H
#define CT_IO_DECIMAL_H

#include <stdbool.h>
#include <stdint.h>

struct decimal { /* digits * 10^exponent */
    uint64_t digits;
    int exponent;
};

/* 10^k, for those k for which it is exact in float64. */
enum { DECIMAL_POWERS = 23 };
extern const double decimal_powers[DECIMAL_POWERS];

/* The decimal with the fewest digits (at most 17) that reads back as value, and of those the
 * nearest; digits has no trailing zero. value is finite and above 0. Schubfach (Giulietti 2020,
 * "The Schubfach way to render doubles"). */
struct decimal decimal_shortest(double value);

/* value to 9 significant digits, ties to even, as printf's %.9g. value is finite and above 0. */
struct decimal decimal_round_f32(float value);

/*
 * The float64 nearest to d, ties to even, for nearly all d. Returns false, with *value untouched,
 * if the product does not decide (10^exponent is rounded and d is very close to the midpoint
 * between two float64) or if d is not normal in float64. After Eisel and Lemire (Lemire 2021,
 * Softw. Pract. Exp. 51:1700, "Number parsing at a gigabyte per second"). digits may be 0.
 */
bool decimal_to_f64(struct decimal d, double *value);

#endif
