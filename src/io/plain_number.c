#include "config.h"
#include "io/plain_number.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "io/decimal.h"

/* The number of leading digits in the eight bytes; byte 0 is the lowest. */
static int count_digits(uint64_t bytes)
{
    const uint64_t low = bytes ^ UINT64_C(0x3030303030303030); /* a digit: 0 to 9 */
    const uint64_t other =
        (low | ((low & UINT64_C(0x7F7F7F7F7F7F7F7F)) + UINT64_C(0x7676767676767676))) &
        UINT64_C(0x8080808080808080);

    return other == 0 ? 8 : __builtin_ctzll(other) / 8;
}

/* The value of the first n digits, 0 <= n <= 8: shifted to the end after zeros, then combined into
 * pairs, fours and eights (Lemire 2018, "Quickly parsing eight digits"). */
static uint64_t digits_value(uint64_t bytes, int n)
{
    uint64_t x = (bytes ^ UINT64_C(0x3030303030303030)) << 8 * (8 - n) / 2 << 8 * (8 - n) / 2;

    x = (x * 10 + (x >> 8)) & UINT64_C(0x00FF00FF00FF00FF);
    x = (x * 100 + (x >> 16)) & UINT64_C(0x0000FFFF0000FFFF);
    return (x * 10000 + (x >> 32)) & UINT64_C(0x00000000FFFFFFFF);
}

static const uint64_t small_powers[] = { 1,      10,      100,      1000,     10000,
                                         100000, 1000000, 10000000, 100000000 };

/* Appends at most 16 digits at `at` to *digits. */
static const char *scan_digits(const char *at, uint64_t *digits)
{
    for (int turn = 0; turn < 2; turn++) {
        uint64_t bytes;
        memcpy(&bytes, at, sizeof bytes);
        const int n = count_digits(bytes);
        *digits = *digits * small_powers[n] + digits_value(bytes, n);
        at += n;
        if (n < 8)
            break;
    }
    return at;
}

/*
 * Whether digits / 10^n_fraction = value is what %.9g prints for the nearest float32, that is,
 * whether the two differ by less than half a unit of the ninth digit. *is_sure is false close to a
 * tie, if there are not 1 to 9 digits, and at a power of ten, below which float32 have smaller
 * units.
 */
static bool is_f32_text(uint64_t digits, int n_fraction, double value, bool *is_sure)
{
    static const double nearly = 1e-4;
    int scale = n_fraction;

    *is_sure = digits > 0 && digits < 1000000000;
    if (!*is_sure)
        return false;
    for (; digits < 100000000; digits *= 10)
        scale++;
    *is_sure = digits > 100000000 && scale < DECIMAL_POWERS;
    if (!*is_sure)
        return false;
    const double apart = fabs((double)(float)value - value) * decimal_powers[scale];
    *is_sure = fabs(apart - 0.5) > nearly;
    return apart < 0.5;
}

const char *plain_number_scan(const char *text, double *value, bool *is_f32)
{
    const bool negative = *text == '-';
    const char *const first = text + negative;
    uint64_t digits = 0;
    int n_fraction = 0;
    const char *at = first;
    bool is_sure;

    for (; *at >= '0' && *at <= '9' && at < first + 3; at++)
        digits = 10 * digits + (uint64_t)(*at - '0');
    if (at == first)
        return NULL;
    if (*at == '.') {
        const char *const point = at;
        at = scan_digits(point + 1, &digits);
        n_fraction = (int)(at - point) - 1;
    }
    /* More digits than were read, an exponent, a second point: not plain. */
    if ((*at >= '0' && *at <= '9') || *at == '.' || *at == 'e' || *at == 'E' ||
        digits > UINT64_C(1) << 53)
        return NULL;
    const double magnitude = (double)digits / decimal_powers[n_fraction]; /* rounds once */
    *is_f32 = is_f32_text(digits, n_fraction, magnitude, &is_sure);
    if (!is_sure)
        return NULL;
    *value = magnitude * (1.0 - 2.0 * negative);
    return at;
}
