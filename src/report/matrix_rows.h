/* The Gram and the cosine matrix of the significant neurons, computed some rows at a time for
 * files. */
#ifndef CT_REPORT_MATRIX_ROWS_H
#define CT_REPORT_MATRIX_ROWS_H

#include <stdbool.h>

#include "io/csv_writer.h"
#include "pipeline/analysis.h"

/*
 * Rows and columns are sorted by the labels of the first clustering. Calls put for every row in
 * turn: values [n_significant], borrowed during the call, of significant neuron i. Stops early when
 * w->file has failed, and sets its error when memory is out.
 */
void matrix_rows_write(const struct analysis *a, bool is_cosine, struct csv_writer *w,
                       void (*put)(const struct analysis *a, size_t i, const double *values,
                                   struct csv_writer *w));

#endif
