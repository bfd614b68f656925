/* Numbers in a table as other programs write them: with blanks around, or missing. */
#ifndef CT_IO_CELL_H
#define CT_IO_CELL_H

#include <stdbool.h>
#include <stddef.h>

#include "io/csv.h"

/* The field without blanks and tabs around it; not zero-terminated if there were some after it. */
struct csv_field cell_trim(const struct csv_field *field);

/* True for what pandas and R read as missing: an empty field, NA, NaN, null and the like. */
bool cell_is_missing(const struct csv_field *field);

/* Whether the trimmed field is text. */
bool cell_is(const struct csv_field *field, const char *text);

/* As number_parse() of the trimmed field; a missing value is NaN. */
bool cell_number(const struct csv_field *field, double *value);

/* As number_parse_size() of the trimmed field. */
bool cell_size(const struct csv_field *field, size_t *value);

#endif
