/*
 * Parses one line of activations.csv in place. Nearly all lines hold plain numbers and names
 * without quotes, maybe with blanks around the numbers; all others are left to io/csv.h, which also
 * guarantees that the bytes read ahead, after the line, exist.
 */
#ifndef CT_IO_NEURON_LINE_H
#define CT_IO_NEURON_LINE_H

#include <stdbool.h>
#include <stddef.h>

#include "io/csv.h"

struct neuron_columns { /* which field of a line is what; the one not listed is the group */
    size_t n_fields;
    bool has_name;   /* the first field is no column: it is ignored */
    size_t sentence; /* n_fields if there is none */
    size_t token;
    const size_t *neurons; /* [n_neurons], ascending */
    size_t n_neurons;
};

struct neuron_line {
    size_t sentence, token;
    struct csv_line group; /* borrowed from the line */
    bool is_f32;           /* every value is the %.9g of a float32 */
};

/* Returns false if the line is not that simple; values [n_neurons] and *out are then partly filled.
 * Members of *out without a column in the file are left unchanged. */
bool neuron_line_read(const struct csv_line *line, const struct neuron_columns *columns,
                      double *values, struct neuron_line *out);

#endif
