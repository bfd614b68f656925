#include "config.h"
#include "io/number.h"

#include <locale.h>
#include <math.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* printf and strtod take the decimal point from the thread's locale: a locale of our own, made
 * once, is put in force around them. Where it cannot be made, we live with the program's. */
static locale_t c_locale;

static void make_c_locale(void)
{
    c_locale = newlocale(LC_NUMERIC_MASK, "C", (locale_t)0);
}

static locale_t enter_c_locale(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;

    pthread_once(&once, make_c_locale);
    return c_locale != (locale_t)0 ? uselocale(c_locale) : (locale_t)0;
}

static void leave_c_locale(locale_t before)
{
    if (before != (locale_t)0)
        uselocale(before);
}

static size_t put_literal(char out[NUMBER_SIZE], const char *text)
{
    const size_t size = strlen(text);

    memcpy(out, text, size + 1);
    return size;
}

static size_t put_not_finite(char out[NUMBER_SIZE], double value)
{
    return put_literal(out, isnan(value) ? "nan" : value > 0 ? "inf" : "-inf");
}

size_t number_format_size(char out[NUMBER_SIZE], size_t value)
{
    char digits[NUMBER_SIZE];
    size_t n = 0;

    do
        digits[n++] = (char)('0' + value % 10);
    while ((value /= 10) > 0);
    for (size_t i = 0; i < n; i++)
        out[i] = digits[n - 1 - i];
    out[n] = '\0';
    return n;
}

size_t number_format_int(char out[NUMBER_SIZE], long long value)
{
    const unsigned long long magnitude =
        value < 0 ? 0 - (unsigned long long)value : (unsigned long long)value;

    _Static_assert(sizeof(size_t) >= sizeof magnitude, "a long long fits a size_t");
    if (value >= 0)
        return number_format_size(out, (size_t)magnitude);
    out[0] = '-';
    char digits[NUMBER_SIZE];
    const size_t n = number_format_size(digits, (size_t)magnitude);
    memcpy(out + 1, digits, n + 1);
    return n + 1;
}

/* Integers need no search for their digits, and zeros and counts are common. */
static bool format_integer(char out[NUMBER_SIZE], double value, double below, size_t *size)
{
    if (!(fabs(value) < below) || value != trunc(value) || (value == 0 && signbit(value)))
        return false;
    *size = number_format_int(out, (long long)value);
    return true;
}

/* digits[0] '.' digits[1 .. n) * 10^exponent as %g writes it, zeros at the end left out. */
static size_t put_general(char *out, const char *digits, int n, int exponent)
{
    char *at = out;

    while (n > 1 && digits[n - 1] == '0')
        n--;
    if (exponent < 0) {
        *at++ = '0';
        *at++ = '.';
        for (int i = -1; i > exponent; i--)
            *at++ = '0';
    }
    for (int i = 0; i < n || i <= exponent; i++) {
        if (exponent >= 0 && i == exponent + 1)
            *at++ = '.';
        *at++ = i < n ? digits[i] : '0';
    }
    *at = '\0';
    return (size_t)(at - out);
}

/*
 * %.9g of what is no integer in 1e-4 <= |x| < 2^23, where nearly all activations lie, many times
 * faster than printf. |x| is m 2^-s exactly, and m 10^k with k <= 12 fits 64 bits, so there is one
 * rounding (to nearest, ties to even, as printf).
 */
static size_t format_plain_f32(char *out, float x)
{
    enum { N = 9, LEAST = 100000000 /* of N digits */ };
    static const uint64_t pow10[] = { 1,           10,           100,          1000,  10000,
                                      100000,      1000000,      10000000,     LEAST, 1000000000,
                                      10000000000, 100000000000, 1000000000000 };
    uint32_t bits;
    char digits[N];

    memcpy(&bits, &x, sizeof bits);
    const uint64_t m = (bits & 0x7FFFFF) | 0x800000;
    const int log2 = (int)(bits >> 23 & 0xFF) - 127;
    const int s = 23 - log2;
    /* Not above the decimal exponent: 77/256 is log10(2), the offsets keep the division exact in
     * its direction. */
    int exponent = (log2 + 64) * 77 / 256 - 20;
    if (exponent < -4)
        exponent = -4;
    while (m * pow10[N - 1 - exponent] >> s >= 10 * (uint64_t)LEAST)
        exponent++;
    const uint64_t exact = m * pow10[N - 1 - exponent];
    uint64_t rounded = exact >> s;
    const uint64_t rest = exact - (rounded << s);
    const uint64_t half = UINT64_C(1) << (s - 1);
    rounded += rest > half || (rest == half && (rounded & 1) != 0);
    if (rounded == 10 * (uint64_t)LEAST) {
        rounded = LEAST;
        exponent++;
    }
    for (int i = N - 1; i >= 0; i--, rounded /= 10)
        digits[i] = (char)('0' + rounded % 10);
    out[0] = '-';
    const size_t sign = bits >> 31;
    return sign + put_general(out + sign, digits, N, exponent);
}

size_t number_format_f32(char out[NUMBER_SIZE], float value)
{
    const double magnitude = fabs((double)value);
    size_t size;

    if (!isfinite(value))
        return put_not_finite(out, (double)value);
    if (format_integer(out, (double)value, 1e9, &size)) /* where %.9g turns to exponents */
        return size;
    if (magnitude >= 1e-4 && magnitude < 0x1p23)
        return format_plain_f32(out, value);
    const locale_t before = enter_c_locale();
    size = (size_t)snprintf(out, NUMBER_SIZE, "%.9g", (double)value);
    leave_c_locale(before);
    return size;
}

size_t number_format_f64(char out[NUMBER_SIZE], double value)
{
    size_t size;

    if (!isfinite(value))
        return put_not_finite(out, value);
    if (format_integer(out, value, 1e15, &size)) /* where %.15g turns to exponents */
        return size;
    const locale_t before = enter_c_locale();
    for (int digits = 15;; digits++) {
        size = (size_t)snprintf(out, NUMBER_SIZE, "%.*g", digits, value);
        double back;
        if (digits == 17 || (number_parse(out, size, &back) && back == value))
            break;
    }
    leave_c_locale(before);
    return size;
}

/* What the syntax check finds on its way: the number is digits * 10^exponent. */
struct decimal {
    uint64_t digits; /* the first 19 significant ones */
    long exponent;
    bool negative;
    bool exact; /* no digit was left out, the exponent is small */
};

static const char *scan_digits(const char *at, struct decimal *d, bool fraction, size_t *n)
{
    for (; *at >= '0' && *at <= '9'; at++, (*n)++) {
        if (d->digits < UINT64_MAX / 10 - 1) {
            d->digits = 10 * d->digits + (uint64_t)(*at - '0');
            d->exponent -= fraction;
        } else {
            d->exact = false;
        }
    }
    return at;
}

static const char *scan_exponent(const char *at, struct decimal *d)
{
    enum { LARGE = 100000 };
    const char *digit = at + 1;
    const bool negative = *digit == '-';
    long exponent = 0;

    if (*digit == '+' || *digit == '-')
        digit++;
    if (*digit < '0' || *digit > '9')
        return at; /* the e stays over, so the whole is no number */
    for (; *digit >= '0' && *digit <= '9'; digit++)
        exponent = exponent < LARGE ? 10 * exponent + (*digit - '0') : exponent;
    d->exact = d->exact && exponent < LARGE;
    d->exponent += negative ? -exponent : exponent;
    return digit;
}

/* Where the number ends that begins at text, or NULL when none does. */
static const char *scan_decimal(const char *text, struct decimal *d)
{
    const char *at = text;
    size_t n = 0;

    *d = (struct decimal){ .negative = *at == '-', .exact = true };
    at += *at == '-' || *at == '+';
    at = scan_digits(at, d, false, &n);
    if (*at == '.')
        at = scan_digits(at + 1, d, true, &n);
    if (n == 0)
        return NULL;
    return *at == 'e' || *at == 'E' ? scan_exponent(at, d) : at;
}

static bool parse_not_finite(const char *text, double *value)
{
    const bool negative = *text == '-';
    const char *const word = text + (*text == '-' || *text == '+');

    if (strcasecmp(word, "nan") == 0)
        *value = NAN;
    else if (strcasecmp(word, "inf") == 0 || strcasecmp(word, "infinity") == 0)
        *value = negative ? -INFINITY : INFINITY;
    else
        return false;
    return true;
}

/* Clinger 1990: digits below 2^53 and powers of ten up to 10^22 are exact in float64, so one
 * product or quotient rounds once, that is, correctly. Nearly all that programs write is such. */
static bool decimal_is_simple(const struct decimal *d)
{
    return d->exact && d->digits <= UINT64_C(1) << 53 && d->exponent >= -22 && d->exponent <= 22;
}

static double decimal_value(const struct decimal *d)
{
    static const double pow10[] = { 1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                    1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                    1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22 };
    const double digits = (double)d->digits;
    const double value =
        d->exponent < 0 ? digits / pow10[-d->exponent] : digits * pow10[d->exponent];

    return d->negative ? -value : value;
}

bool number_parse(const char *text, size_t size, double *value)
{
    struct decimal d;
    const char *const end = scan_decimal(text, &d);

    if (end == NULL)
        return strlen(text) == size && parse_not_finite(text, value);
    if (end != text + size)
        return false;
    if (decimal_is_simple(&d)) {
        *value = decimal_value(&d);
        return true;
    }
    const locale_t before = enter_c_locale();
    *value = strtod(text, NULL);
    leave_c_locale(before);
    return true;
}

bool number_parse_size(const char *text, size_t size, size_t *value)
{
    size_t sum = 0;

    for (size_t i = 0; i < size; i++) {
        if (text[i] < '0' || text[i] > '9' || __builtin_mul_overflow(sum, 10, &sum) ||
            __builtin_add_overflow(sum, (size_t)(text[i] - '0'), &sum))
            return false;
    }
    if (size == 0)
        return false;
    *value = sum;
    return true;
}
