/*
 * The result files, column for column as they are promised to scripts. Each appears whole or not at
 * all, in CSV with a header row, floats written so that they read back to the same value.
 */
#ifndef CT_REPORT_TABLES_H
#define CT_REPORT_TABLES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/status.h"
#include "pipeline/analysis.h"

struct table {
    const char *file;    /* `ttest.csv` */
    enum stage_id stage; /* whose result it shows */
    /* Writes the whole table; errors stay with the writer's outfile. */
    void (*write)(const struct analysis *a, struct csv_writer *w);
    /* NULL: always written. */
    bool (*is_wanted)(const struct analysis *a);
};

extern const struct table tables[];
extern const size_t n_tables;

/* The table of that name, which must be one of them. */
const struct table *table_find(const char *file);

/* Writes one table to path ("-": standard output), whatever is there. Its stages must have run.
 * CT_EIO, CT_ENOMEM. */
enum ct_status table_write(const struct analysis *a, const struct table *table, const char *path,
                           struct ct_error *err);

/*
 * Writes into folder, which is made when it is missing, every table whose stage has a result that
 * fits the parameters; *n_written (may be NULL) counts them. What is left of an analysis before is
 * removed, so that the folder holds one: the manifest first, the other tables last. CT_EIO; files
 * that are finished by then stay, the one at fault does not appear.
 */
enum ct_status tables_write(const struct analysis *a, const char *folder, size_t *n_written,
                            struct ct_error *err);

/* CT_EINVAL when folder holds a table or a manifest already. */
enum ct_status tables_check_absent(const char *folder, struct ct_error *err);

#endif
