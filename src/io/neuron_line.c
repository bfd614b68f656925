#include "config.h"
#include "io/neuron_line.h"

#include <string.h>

#include "io/number.h"
#include "io/plain_number.h"

/* Parses a number that is not plain. */
static bool parse_copy(const char *text, size_t size, double *value, bool *is_f32)
{
    char copy[400];

    if (size >= sizeof copy)
        return false;
    memcpy(copy, text, size);
    copy[size] = '\0';
    if (!number_parse(copy, size, value))
        return false;
    *is_f32 = number_is_f32_text(*value);
    return true;
}

/* The end of the field that begins at text. */
static const char *field_end(const char *text, const char *line_end)
{
    const char *const comma = memchr(text, ',', (size_t)(line_end - text));

    return comma != NULL ? comma : line_end;
}

/* Parses the value of a column at text; *end is the end of its field. */
static bool scan_value(const char *text, const char *line_end, double *value, bool *is_f32,
                       const char **end)
{
    const char *const after = plain_number_scan(text, value, is_f32);

    if (after != NULL && (after == line_end || *after == ',')) {
        *end = after;
        return true;
    }
    *end = field_end(text, line_end);
    return parse_copy(text, (size_t)(*end - text), value, is_f32);
}

static bool is_simple(const char *text, size_t size)
{
    enum { LONGEST = 1000 };

    for (size_t i = 0; i < size; i++)
        if (text[i] < ' ' || text[i] > '~' || text[i] == '"')
            return false;
    return size > 0 && size <= LONGEST;
}

/* Takes the field of a column other than a neuron. */
static bool take_other(const struct neuron_columns *columns, size_t col, const char *text,
                       size_t size, struct neuron_line *out)
{
    if (col == columns->sentence)
        return number_parse_size(text, size, &out->sentence);
    if (col == columns->token)
        return number_parse_size(text, size, &out->token);
    out->group = (struct csv_line){ text, size };
    return is_simple(text, size);
}

bool neuron_line_read(const struct csv_line *line, const struct neuron_columns *columns,
                      double *values, struct neuron_line *out)
{
    const char *at = line->text;
    const char *const line_end = at + line->size;
    size_t j = 0;

    out->is_f32 = true;
    for (size_t col = 0; col < columns->n_fields; col++) {
        const char *end;
        if (j < columns->n_neurons && columns->neurons[j] == col) {
            bool is_f32;
            if (!scan_value(at, line_end, &values[j++], &is_f32, &end))
                return false;
            out->is_f32 = out->is_f32 && is_f32;
        } else {
            end = field_end(at, line_end);
            if (!take_other(columns, col, at, (size_t)(end - at), out))
                return false;
        }
        if ((end == line_end) != (col + 1 == columns->n_fields))
            return false; /* too many fields, or too few */
        at = end + 1;
    }
    return true;
}
