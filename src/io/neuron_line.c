#include "config.h"
#include "io/neuron_line.h"

#include <string.h>

#include "io/cell.h"
#include "io/number.h"
#include "io/plain_number.h"

/* Parses a number that is not plain, or missing. */
static bool parse_copy(const char *text, size_t size, double *value, bool *is_f32)
{
    char copy[400];

    if (size >= sizeof copy)
        return false;
    memcpy(copy, text, size);
    copy[size] = '\0';
    if (!cell_number(&(struct csv_field){ copy, size }, value))
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
    const char *after;

    while (*text == ' ')
        text++;
    after = plain_number_scan(text, value, is_f32);
    while (after != NULL && *after == ' ')
        after++;
    if (after != NULL && (after == line_end || *after == ',')) {
        *end = after;
        return true;
    }
    if (text > line_end)
        return false;
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

/* The name of a row, quoted or not, without quotes inside. */
static bool is_simple_name(const char *text, size_t size)
{
    if (size > 1 && text[0] == '"' && text[size - 1] == '"')
        return size == 2 || is_simple(text + 1, size - 2);
    return is_simple(text, size);
}

/* Whether the line is commas alone: at the end of a file, not a row. */
static bool is_blank(const struct csv_line *line)
{
    size_t i = 0;

    while (i < line->size && line->text[i] == ',')
        i++;
    return i == line->size;
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
    if (*at == ',' && is_blank(line))
        return false;
    for (size_t col = 0; col < columns->n_fields; col++) {
        const char *end;
        if (j < columns->n_neurons && columns->neurons[j] == col) {
            bool is_f32;
            if (!scan_value(at, line_end, &values[j++], &is_f32, &end))
                return false;
            out->is_f32 = out->is_f32 && is_f32;
        } else {
            end = field_end(at, line_end);
            if (col == 0 && columns->has_name) {
                if (!is_simple_name(at, (size_t)(end - at)))
                    return false;
            } else if (!take_other(columns, col, at, (size_t)(end - at), out))
                return false;
        }
        if ((end == line_end) != (col + 1 == columns->n_fields))
            return false; /* too many fields, or too few */
        at = end + 1;
    }
    return true;
}
