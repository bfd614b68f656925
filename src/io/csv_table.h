/* A whole CSV file in memory, field by field. */
#ifndef CT_IO_CSV_TABLE_H
#define CT_IO_CSV_TABLE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/status.h"
#include "io/csv.h"
#include "io/hash.h"

struct csv_table { /* zero-initialise; owns everything until csv_table_clear() */
    size_t n_rows; /* without the header */
    size_t n_cols;
    size_t *lines;              /* [n_rows + 1], the header's first */
    size_t *starts;             /* [(n_rows + 1) * n_cols + 1] into text */
    char *text;                 /* the fields, each with a terminating zero */
    bool has_row_names;         /* the first column, without a name */
    struct input_digest digest; /* of the file */
};

struct csv_table_options { /* zeroed: the defaults */
    bool no_header;        /* the first row is data; row 0 becomes 0, 1, 2 ... */
    bool trims_header;     /* names without blanks around */
    bool takes_row_names;  /* rows may have one field more, their name: it gets an empty header */
    size_t *n_blank_rows;  /* NULL, or as in struct csv_handler */
};

/* Reads the whole file into *out. Errors as for csv_read_fd(); *out is then untouched. */
enum ct_status csv_table_read(const char *path, struct csv_table *out, struct ct_error *err);
enum ct_status csv_table_read_as(const char *path, const struct csv_table_options *options,
                                 struct csv_table *out, struct ct_error *err);
/* The same from a descriptor; other parameters as for csv_read_fd(). */
enum ct_status csv_table_read_fd(int fd, const char *name, const void *head, size_t n_head,
                                 const struct csv_table_options *options, struct csv_table *out,
                                 struct ct_error *err);
void csv_table_clear(struct csv_table *t);

/* Row 0 is the header, data rows count from 1, columns from 0. Borrowed from the table. */
struct csv_field csv_table_field(const struct csv_table *t, size_t row, size_t col);

/* The column whose header is name, or n_cols if there is none. */
size_t csv_table_find(const struct csv_table *t, const char *name);

#endif
