/* The first bytes of a CSV file: what comes before its first row, and whether it is CSV at all. */
#ifndef CT_IO_CSV_START_H
#define CT_IO_CSV_START_H

#include <stdbool.h>
#include <stddef.h>

#include "base/status.h"

struct csv_start {
    size_t skip; /* bytes of a byte order mark and of a first line `sep=,` (Excel) */
    bool has_separator_line;
    bool may_name_rows; /* the rows begin as R's write.table() names them: 1, 2, ... or quoted */
};

/* text[0 .. size) is the file, or at least its first lines; name is for messages. CT_EFORMAT: not
 * text (io/foreign.h), or its columns are separated by semicolons, tabs or blanks. */
enum ct_status csv_start_check(const char *text, size_t size, const char *name,
                               struct csv_start *out, struct ct_error *err);

#endif
