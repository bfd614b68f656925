/*
 * Means of rectangles of a matrix of products, entry i, j = row i times row j of X, without
 * computing that matrix: the sum of products of two sets of rows is the product of their sums. So a
 * Gram or cosine matrix at any resolution takes one pass over the rows.
 */
#ifndef CT_PLOT_BLOCK_MEANS_H
#define CT_PLOT_BLOCK_MEANS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/mat.h"

struct span { /* places from .. to - 1 */
    size_t from, to;
};

struct row_set {           /* borrows everything */
    struct matview X;      /* [n, d] */
    const double *factors; /* [n] weight of each row; NULL: 1 */
    const size_t *order; /* [n] row at each place; rows that X does not have are skipped; NULL: k */
};

/*
 * out [n_rows, n_cols], owned by the caller: the mean of the entries in the places of each span of
 * rows [n_rows] and of cols [n_cols]. A span without rows and rows with a NaN give NaN. False: out
 * of memory (for n_rows + n_cols sums of rows); out is unchanged.
 */
bool block_means(const struct row_set *set, const struct span *rows, size_t n_rows,
                 const struct span *cols, size_t n_cols, double *out);

#endif
