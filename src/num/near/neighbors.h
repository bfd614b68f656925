/*
 * Exact nearest neighbours by euclidean distance: blocks of a matrix product in float32 find the
 * candidates, with all that its rounding may hide; their distances are then computed in float64
 * from the differences, so that equal rows are at distance 0 and rounding does not depend on how
 * far the data lie from the origin. O(n_samples^2 * n_features); memory for X in float32 beside the
 * result.
 */
#ifndef CT_NUM_NEAR_NEIGHBORS_H
#define CT_NUM_NEAR_NEIGHBORS_H

#include <stddef.h>
#include <stdint.h>

#include "base/mat.h"
#include "base/progress.h"
#include "base/status.h"
#include "base/crew.h"

struct neighbors { /* zero-initialise; owns its arrays until neighbors_clear() */
    size_t n_samples;
    size_t n_neighbors;
    uint32_t *indices;   /* [n_samples, n_neighbors], ascending in each row, never the row itself */
    double *sqdistances; /* [n_samples, n_neighbors] */
};

/*
 * The n_neighbors nearest other rows of each row of X [n_samples, n_features]; of equal distances
 * the lower index counts as nearer. On failure *out is untouched: CT_EINVAL (n_neighbors is 0 or
 * not below n_samples, or X is not finite or too wide apart to square), CT_EIO (no BLAS),
 * CT_ENOMEM, CT_ECANCELED.
 * crew may be NULL; the result does not depend on it.
 */
enum ct_status neighbors_find(const struct mat *X, size_t n_neighbors, struct crew *crew,
                              const struct progress *progress, struct neighbors *out,
                              struct ct_error *err);

/*
 * The same with 97 of 100 neighbours right, for many rows: rows are sorted into lists (see
 * near/lists.h), and only so many lists are searched for each row as hold 98 % of the
 * neighbours of a sample of 512 rows. What is missing are the farthest ones; the next take their
 * place. Where rows have no structure to find, most lists are searched, and it takes as long.
 */
enum ct_status neighbors_find_most(const struct mat *X, size_t n_neighbors, struct crew *crew,
                                   const struct progress *progress, struct neighbors *out,
                                   struct ct_error *err);
void neighbors_clear(struct neighbors *neighbors);

/* Bytes of the result; and what neighbors_find_most(), or less of it neighbors_find(), takes at its
 * peak beside X, the result included. */
double neighbors_result_memory(size_t n_samples, size_t n_neighbors);
double neighbors_memory(size_t n_samples, size_t n_features, size_t n_neighbors, int n_threads);

#endif
