/*
 * One line of activations.csv, read where it lies. Nearly all lines hold numbers that are written
 * plainly and names without quotes; what is not as simple is left to io/csv.h, which also promises
 * the bytes behind the line that are read ahead.
 */
#ifndef CT_IO_NEURON_LINE_H
#define CT_IO_NEURON_LINE_H

#include <stdbool.h>
#include <stddef.h>

#include "io/csv.h"

struct neuron_columns { /* which field of a line is what; the one that is nothing else: the group */
    size_t n_fields;
    size_t sentence; /* n_fields where there is none */
    size_t token;
    const size_t *neurons; /* [n_neurons], ascending */
    size_t n_neurons;
};

struct neuron_line {
    size_t sentence, token;
    struct csv_line group; /* borrowed from the line */
    bool is_f32;           /* every value is %.9g of a float32 */
};

/* False: the line is not as simple; values [n_neurons] and *out are then half filled. What the file
 * has no column for stays in *out as it is. */
bool neuron_line_read(const struct csv_line *line, const struct neuron_columns *columns,
                      double *values, struct neuron_line *out);

#endif
