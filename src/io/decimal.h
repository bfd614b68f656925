/*
 * Between binary floating point and digits * 10^exponent, correctly rounded, by one product with a
 * power of ten of 128 bits instead of arithmetic on long numbers.
 */
#ifndef CT_IO_DECIMAL_H
#define CT_IO_DECIMAL_H

#include <stdbool.h>
#include <stdint.h>

struct decimal { /* digits * 10^exponent */
    uint64_t digits;
    int exponent;
};

/* 10^k, for those k for which float64 holds it exactly. */
enum { DECIMAL_POWERS = 23 };
extern const double decimal_powers[DECIMAL_POWERS];

/* The decimal with the fewest digits (17 at most) that reads back as value, of those the nearest:
 * digits has no zero at its end. value is finite and above 0. Schubfach (Giulietti 2020, "The
 * Schubfach way to render doubles"). */
struct decimal decimal_shortest(double value);

/* value to 9 significant digits, ties to even, as printf's %.9g. value is finite and above 0. */
struct decimal decimal_round_f32(float value);

/*
 * The float64 nearest to d, ties to even, for nearly all d: false, leaving *value alone, when the
 * product does not decide it (10^exponent is rounded and d hardly differs from the middle between
 * two float64) or d is not normal in float64. After Eisel and Lemire (Lemire 2021, Softw. Pract.
 * Exp. 51:1700, "Number parsing at a gigabyte per second"). digits may be 0.
 */
bool decimal_to_f64(struct decimal d, double *value);

#endif
