/* A number as text: read as by strtod(), and written so that it reads back. */
#include "config.h"
#include "fuzz.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "io/number.h"

static bool same(double a, double b)
{
    return isnan(a) || isnan(b) ? isnan(a) && isnan(b) : memcmp(&a, &b, sizeof a) == 0;
}

static void check_written(double value)
{
    char text[NUMBER_SIZE];
    double back = 0.0;

    fuzz_require(number_parse(text, number_format_f64(text, value), &back) && same(back, value));
    const float narrow = (float)value;
    fuzz_require(number_parse(text, number_format_f32(text, narrow), &back) &&
                 same((double)(float)back, (double)narrow));
}

int fuzz_one_input(const uint8_t *data, size_t size)
{
    char *const text = ct_strndup((const char *)data, size);
    double value = 0.0;
    size_t whole = 0;
    char *end;

    fuzz_require(text != NULL);
    if (number_parse(text, size, &value)) {
        fuzz_require(same(value, strtod(text, &end)) && end == text + size);
        check_written(value);
    }
    if (number_parse_size(text, size, &whole))
        fuzz_require(whole == strtoull(text, &end, 10) && end == text + size);
    if (size == sizeof value) { /* arbitrary bits, too */
        memcpy(&value, data, sizeof value);
        check_written(value);
    }
    free(text);
    return 0;
}
