#include "config.h"
#include "io/json_python.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "io/number.h"

static bool is_digit(const char *text, size_t size, size_t at)
{
    return at < size && text[at] >= '0' && text[at] <= '9';
}

static size_t skip_digits(const char *text, size_t size, size_t at)
{
    while (is_digit(text, size, at))
        at++;
    return at;
}

/* The end of the number at `at` by the grammar of RFC 8259, or `at`; *is_integer. */
static size_t number_end(const char *text, size_t size, size_t at, bool *is_integer)
{
    const size_t first = at + (text[at] == '-');
    size_t end = skip_digits(text, size, first);

    *is_integer = true;
    if (end == first || (text[first] == '0' && end > first + 1))
        return at;
    if (end < size && text[end] == '.') {
        *is_integer = false;
        if (!is_digit(text, size, end + 1))
            return at;
        end = skip_digits(text, size, end + 1);
    }
    if (end < size && (text[end] == 'e' || text[end] == 'E')) {
        const size_t sign = end + 1;
        const size_t digits =
            sign + (size_t)(sign < size && (text[sign] == '+' || text[sign] == '-'));
        *is_integer = false;
        if (!is_digit(text, size, digits))
            return at;
        end = skip_digits(text, size, digits);
    }
    return end;
}

/* Whether jansson would refuse this number for its size. */
static bool is_too_large(const char *text, size_t size, bool is_integer)
{
    enum { SAFE_DIGITS = 18, MOST = 400 };
    char copy[MOST + 1];
    double value = 0.0;

    if (size <= SAFE_DIGITS && is_integer)
        return false;
    if (size > MOST) /* more digits than any number that is meant */
        return true;
    memcpy(copy, text, size);
    copy[size] = '\0';
    errno = 0;
    if (is_integer)
        return strtoll(copy, NULL, 10) != 0 && errno == ERANGE;
    return !number_parse(copy, size, &value) || isinf(value);
}

/* The end of a value at `at` that must be quoted, or `at`. */
static size_t odd_end(const char *text, size_t size, size_t at)
{
    static const char *const words[] = { "NaN", "Infinity", "-Infinity" };
    bool is_integer;

    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        const size_t n = strlen(words[i]);
        if (size - at >= n && memcmp(text + at, words[i], n) == 0)
            return at + n;
    }
    const size_t end = number_end(text, size, at, &is_integer);
    return end > at && is_too_large(text + at, end - at, is_integer) ? end : at;
}

/* The end of a word or number, valid or not, or of one other character. */
static size_t word_end(const char *text, size_t size, size_t at)
{
    static const char others[] = "{}[],:\" \t\r\n";
    size_t end = at;

    while (end < size && (text[end] == '\0' || strchr(others, text[end]) == NULL))
        end++;
    return end > at ? end : at + 1;
}

static size_t string_end(const char *text, size_t size, size_t at)
{
    for (at++; at < size && text[at] != '"'; at++)
        at += text[at] == '\\';
    return at < size ? at + 1 : size;
}

enum ct_status json_python_quote(const char *text, size_t size, char **out, size_t *out_size,
                                 struct ct_error *err)
{
    /* At least three characters become a string, with two quotes. */
    char *const copy = ct_malloc_array(size + size / 3 * 2 + 1, 1);
    size_t used = 0;

    if (copy == NULL)
        return ct_fail_nomem(err, "JSON", size);
    for (size_t at = 0, end; at < size; at = end) {
        end = text[at] == '"' ? string_end(text, size, at) : word_end(text, size, at);
        const bool is_odd = odd_end(text, size, at) == end;
        if (is_odd)
            copy[used++] = '"';
        memcpy(copy + used, text + at, end - at);
        used += end - at;
        if (is_odd)
            copy[used++] = '"';
    }
    *out = copy;
    *out_size = used;
    return CT_OK;
}
