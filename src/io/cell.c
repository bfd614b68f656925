#include "config.h"
#include "io/cell.h"

#include <math.h>
#include <string.h>

#include "io/number.h"

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

struct csv_field cell_trim(const struct csv_field *field)
{
    struct csv_field out = *field;

    for (; out.size > 0 && is_blank(*out.text); out.size--)
        out.text++;
    while (out.size > 0 && is_blank(out.text[out.size - 1]))
        out.size--;
    return out;
}

bool cell_is(const struct csv_field *field, const char *text)
{
    const struct csv_field inner = cell_trim(field);

    return inner.size == strlen(text) && memcmp(inner.text, text, inner.size) == 0;
}

/* Those of pandas.read_csv, R among them. */
static bool is_missing(const struct csv_field *field)
{
    static const char *const names[] = { "",     "NA",      "NaN",    "nan",      "N/A",
                                         "n/a",  "null",    "NULL",   "None",     "<NA>",
                                         "#N/A", "-NaN",    "-nan",   "#N/A N/A", "-1.#IND",
                                         "#NA",  "1.#QNAN", "1.#IND", "-1.#QNAN" };

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (cell_is(field, names[i]))
            return true;
    return false;
}

bool cell_is_missing(const struct csv_field *field)
{
    const struct csv_field inner = cell_trim(field);

    return is_missing(&inner);
}

bool cell_number(const struct csv_field *field, double *value)
{
    const struct csv_field inner = cell_trim(field);
    char copy[400];

    if (inner.text + inner.size == field->text + field->size) {
        if (number_parse(inner.text, inner.size, value))
            return true;
    } else if (inner.size < sizeof copy) {
        memcpy(copy, inner.text, inner.size);
        copy[inner.size] = '\0';
        if (number_parse(copy, inner.size, value))
            return true;
    }
    if (!is_missing(&inner))
        return false;
    *value = (double)NAN;
    return true;
}

bool cell_size(const struct csv_field *field, size_t *value)
{
    const struct csv_field inner = cell_trim(field);

    return number_parse_size(inner.text, inner.size, value);
}
