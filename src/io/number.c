#include "config.h"
#include "io/number.h"

#include <limits.h>
#include <locale.h>
#include <math.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "io/decimal.h"

/* ---- writing ---- */

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

static int count_digits(uint64_t value)
{
    static const uint64_t pow10[] = {
        1,
        10,
        100,
        1000,
        10000,
        100000,
        1000000,
        10000000,
        100000000,
        1000000000,
        10000000000,
        100000000000,
        1000000000000,
        10000000000000,
        100000000000000,
        1000000000000000,
        10000000000000000,
        100000000000000000,
        1000000000000000000,
        UINT64_C(10000000000000000000),
    };
    const int log2 = 63 - __builtin_clzll(value | 1);
    const int least = (log2 + 1) * 1233 >> 12; /* log10(2) is 1233 / 4096 */

    return least + (value >= pow10[least]);
}

/* Writes value as n digits. */
static void put_digits(char *out, uint64_t value, int n)
{
    static const char pairs[] = "00010203040506070809101112131415161718192021222324"
                                "25262728293031323334353637383940414243444546474849"
                                "50515253545556575859606162636465666768697071727374"
                                "75767778798081828384858687888990919293949596979899";

    for (; n >= 2; n -= 2, value /= 100)
        memcpy(out + n - 2, pairs + 2 * (value % 100), 2);
    if (n > 0)
        out[0] = (char)('0' + value);
}

size_t number_format_size(char out[NUMBER_SIZE], size_t value)
{
    const int n = value > 0 ? count_digits(value) : 1;

    put_digits(out, value, n);
    out[n] = '\0';
    return (size_t)n;
}

size_t number_format_int(char out[NUMBER_SIZE], long long value)
{
    const bool negative = value < 0;
    const unsigned long long magnitude = (unsigned long long)value;

    _Static_assert(sizeof(size_t) >= sizeof magnitude, "a long long fits a size_t");
    out[0] = '-';
    return negative + number_format_size(out + negative, negative ? 0 - magnitude : magnitude);
}

/* Fast path: integers need no search for the shortest digits, and zeros and counts are common. */
static bool format_integer(char out[NUMBER_SIZE], double value, double below, size_t *size)
{
    if (!(fabs(value) < below) || value != trunc(value))
        return false;
    *size = value == 0 && signbit(value) ? put_literal(out, "-0")
                                         : number_format_int(out, (long long)value);
    return true;
}

static char *put_exponent(char *at, int exponent)
{
    const int magnitude = exponent < 0 ? -exponent : exponent;
    const int n = magnitude < 100 ? 2 : 3;

    at[0] = 'e';
    at[1] = exponent < 0 ? '-' : '+';
    put_digits(at + 2, (uint64_t)magnitude, n);
    return at + 2 + n;
}

/* Writes the digits from at[1] on, with a point after n_whole of them and no trailing zeros in the
 * fraction. */
static char *put_pointed(char *at, uint64_t digits, int n, int n_whole)
{
    put_digits(at + 1, digits, n);
    for (int i = 0; i < n_whole; i++)
        at[i] = i < n ? at[i + 1] : '0';
    if (n <= n_whole)
        return at + n_whole;
    at[n_whole] = '.';
    while (n > n_whole && at[n] == '0')
        n--;
    return at + n + (n > n_whole);
}

/* As %.*g with that precision, or with all digits of d if those are more. */
static size_t format_decimal(char *out, bool negative, struct decimal d, int precision)
{
    const int n = count_digits(d.digits);
    const int exponent = d.exponent + n - 1;
    char *at = out;

    *at = '-';
    at += negative;
    if (exponent < -4 || (exponent >= precision && exponent >= n)) {
        at = put_exponent(put_pointed(at, d.digits, n, 1), exponent);
    } else if (exponent < 0) {
        char *const end = put_pointed(at - exponent, d.digits, n, 0);
        memcpy(at, "0.000", (size_t)(1 - exponent)); /* the point again */
        at = end;
    } else {
        at = put_pointed(at, d.digits, n, exponent + 1);
    }
    *at = '\0';
    return (size_t)(at - out);
}

size_t number_format_f32(char out[NUMBER_SIZE], float value)
{
    size_t size;

    if (!isfinite(value))
        return put_not_finite(out, (double)value);
    if (format_integer(out, (double)value, 1e9, &size)) /* from here on %.9g writes an exponent */
        return size;
    return format_decimal(out, signbit(value), decimal_round_f32(fabsf(value)), 9);
}

size_t number_format_f64(char out[NUMBER_SIZE], double value)
{
    size_t size;

    if (!isfinite(value))
        return put_not_finite(out, value);
    if (format_integer(out, value, 1e15, &size)) /* from here on %.15g writes an exponent */
        return size;
    return format_decimal(out, signbit(value), decimal_shortest(fabs(value)), 15);
}

/* ---- reading ---- */

/* Appends the digits at `at` to *digits, which wraps around if there are too many. */
static const char *scan_digits(const char *at, uint64_t *digits)
{
    for (; *at >= '0' && *at <= '9'; at++)
        *digits = 10 * *digits + (uint64_t)(*at - '0');
    return at;
}

static const char *scan_exponent(const char *at, int *exponent)
{
    enum { LARGE = 100000 };
    const char *digit = at + 1;
    const bool negative = *digit == '-';
    int magnitude = 0;

    if (*digit == '+' || *digit == '-')
        digit++;
    if (*digit < '0' || *digit > '9')
        return at; /* the e is left over, so the text is not a number */
    for (; *digit >= '0' && *digit <= '9'; digit++)
        magnitude = magnitude < LARGE ? 10 * magnitude + (*digit - '0') : magnitude;
    *exponent += negative ? -magnitude : magnitude;
    return digit;
}

/* The number of digits from the first nonzero one on; other characters are ignored. */
static size_t count_significant(const char *text, const char *end)
{
    size_t n = 0;

    for (; text < end; text++)
        if (*text >= '0' && *text <= '9')
            n += n > 0 || *text != '0';
    return n;
}

/* The end of the number that begins at text (after its sign), or NULL if there is none. *fits: d
 * holds all of its digits. */
static const char *scan_decimal(const char *text, struct decimal *d, bool *fits)
{
    enum { FITTING = 19 };
    const char *at;
    size_t n;

    *d = (struct decimal){ 0 };
    at = scan_digits(text, &d->digits);
    n = (size_t)(at - text);
    if (*at == '.') {
        const char *const point = at;
        at = scan_digits(point + 1, &d->digits);
        const size_t n_fraction = (size_t)(at - point) - 1;
        d->exponent = -(int)(n_fraction < INT_MAX / 2 ? n_fraction : INT_MAX / 2);
        n += n_fraction;
    }
    *fits = n <= FITTING || count_significant(text, at) <= FITTING;
    if (n == 0)
        return NULL;
    return *at == 'e' || *at == 'E' ? scan_exponent(at, &d->exponent) : at;
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

/*
 * strtod(), for what decimal_to_f64() leaves undecided. It takes the decimal point from the
 * thread's locale, so a C locale, created once, is set around the call. If it cannot be created,
 * the program's locale is used.
 */
static locale_t c_locale;

static void make_c_locale(void)
{
    c_locale = newlocale(LC_NUMERIC_MASK, "C", (locale_t)0);
}

static double parse_slowly(const char *text)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;

    pthread_once(&once, make_c_locale);
    const locale_t before = c_locale != (locale_t)0 ? uselocale(c_locale) : (locale_t)0;
    const double value = strtod(text, NULL);
    if (before != (locale_t)0)
        uselocale(before);
    return value;
}

bool number_parse(const char *text, size_t size, double *value)
{
    struct decimal d;
    bool fits;
    double magnitude;
    const bool negative = *text == '-';
    const char *const end = scan_decimal(text + (negative || *text == '+'), &d, &fits);

    if (end == NULL)
        return strlen(text) == size && parse_not_finite(text, value);
    if (end != text + size)
        return false;
    if (fits && decimal_to_f64(d, &magnitude))
        *value = negative ? -magnitude : magnitude;
    else
        *value = parse_slowly(text);
    return true;
}

bool number_is_f32_text(double value)
{
    const float narrow = fabsf((float)value);
    double back;

    if (narrow == 0.0F || !isfinite(narrow))
        return isnan(value) || (double)narrow == fabs(value);
    return decimal_to_f64(decimal_round_f32(narrow), &back) && back == fabs(value);
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
