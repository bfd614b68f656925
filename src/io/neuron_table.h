/*
 * A selection of neurons: a CSV with the columns `hook` and `neuron`, such as ttest.csv, tsne.csv
 * or clusters.csv.
 */
#ifndef CT_IO_NEURON_TABLE_H
#define CT_IO_NEURON_TABLE_H

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "io/csv_table.h"

struct neuron_table {       /* zero-initialise; owns everything until neuron_table_clear() */
    struct csv_table table; /* what hooks and rows below borrow from */
    size_t n;               /* if there is a column `significant`, only the rows where it is 1 */
    const char **hooks;     /* [n] */
    size_t *neurons;        /* [n] */
    size_t *rows;           /* [n] of the table, from 1 */
    int32_t *labels; /* [n] of the column `dbscan`, or else `kmeans`; NULL if there is neither */
};

/* Reads path ("-": standard input). CT_EIO, CT_EFORMAT (with the row), CT_ENOMEM; *out is then
 * untouched. */
enum ct_status neuron_table_read(const char *path, struct neuron_table *out, struct ct_error *err);
void neuron_table_clear(struct neuron_table *t);

#endif
