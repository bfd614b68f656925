#include "config.h"
#include "io/table_head.h"

#include <stdio.h>

#include "io/cell.h"
#include "io/number.h"

const char *header_name(size_t i)
{
    static const char *const names[] = {
        [HEADER_AUTO] = "auto", [HEADER_YES] = "yes", [HEADER_NO] = "no"
    };

    return i < sizeof names / sizeof *names ? names[i] : NULL;
}

bool table_remark(const struct table_remarks *remarks, size_t i, char out[TABLE_REMARK_SIZE])
{
    size_t n = 0;

    if (remarks->numbers_are_names && n++ == i) {
        snprintf(out, TABLE_REMARK_SIZE,
                 "numbers as names in the first row; give --header no if they are data");
        return true;
    }
    if (remarks->has_row_names && n++ == i) {
        snprintf(out, TABLE_REMARK_SIZE,
                 "the first field of each row is its name: the header has one field fewer");
        return true;
    }
    if (remarks->n_blank_rows > 0 && n++ == i) {
        snprintf(out, TABLE_REMARK_SIZE, "empty rows at the end, left out: %zu",
                 remarks->n_blank_rows);
        return true;
    }
    return false;
}

/* Whether the fields are first, first + 1, ... */
static bool counts_from(const struct csv_row *row, size_t first)
{
    for (size_t i = 0; i < row->n_fields; i++) {
        const struct csv_field field = cell_trim(&row->fields[i]);
        size_t n;
        if (!number_parse_size(field.text, field.size, &n) || n != first + i)
            return false;
    }
    return true;
}

/* The index of pandas, without a name, before its numbered columns. */
static bool has_index(const struct csv_row *row)
{
    const struct csv_row rest = { .fields = row->fields + 1, .n_fields = row->n_fields - 1 };

    return row->n_fields > 1 && row->fields[0].size == 0 && counts_from(&rest, 0);
}

/* Whether the fields are numbers, or missing; or so many of them have a sign, point or exponent,
 * which few names do, that one number of the row may just be misspelt. */
static bool are_numbers(const struct csv_row *row)
{
    size_t n_numbers = 0, n_missing = 0, n_fractional = 0;
    bool is_named = false;

    for (size_t i = 0; i < row->n_fields; i++) {
        const struct csv_field *const field = &row->fields[i];
        double value;
        size_t n;
        is_named = is_named || cell_is(field, "group") || cell_is(field, "sentence");
        if (cell_is_missing(field)) {
            n_missing++;
        } else if (cell_number(field, &value)) {
            n_numbers++;
            n_fractional += !cell_size(field, &n);
        }
    }
    if (n_numbers > 0 && n_numbers + n_missing == row->n_fields)
        return !has_index(row);
    return !is_named && n_fractional > 0 && 2 * n_fractional >= row->n_fields;
}

enum ct_status table_head_check(const struct csv_row *row, enum header header, const char *name,
                                struct table_remarks *remarks, struct ct_error *err)
{
    if (header != HEADER_AUTO || !are_numbers(row))
        return CT_OK;
    if (counts_from(row, 0) || counts_from(row, 1)) {
        remarks->numbers_are_names = true;
        return CT_OK;
    }
    return csv_fail(err, name, row->number, row->line,
                    "numbers in place of names (%.30s%s); give --header no if they are data, "
                    "--header yes if they are names",
                    row->fields[0].text, row->n_fields > 1 ? ", ..." : "");
}
