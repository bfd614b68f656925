/*
 * Exact nearest neighbours by Euclidean distance: blocks of a float32 matrix product give the
 * candidates, including all that rounding may affect; their distances are then computed in float64
 * from differences, so that equal rows have distance 0 and rounding does not depend on the offset
 * of the data from the origin. O(n_samples^2 * n_features) time; memory for X in float32 in
 * addition to the result.
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
 * The n_neighbors nearest other rows of each row of X [n_samples, n_features]; at equal distance
 * the lower index is nearer. On failure *out is untouched: CT_EINVAL (n_neighbors is 0 or not below
 * n_samples, X is not finite, or squared distances overflow), CT_EIO (no BLAS), CT_ENOMEM,
 * CT_ECANCELED. crew may be NULL; the result does not depend on it.
 */
enum ct_status neighbors_find(const struct mat *X, size_t n_neighbors, struct crew *crew,
                              const struct progress *progress, struct neighbors *out,
                              struct ct_error *err);

/*
 * The same with about 97 % correct neighbours, for many rows: rows are partitioned into lists (see
 * near/lists.h), and for each row only as many lists are searched as contain 98 % of the neighbours
 * of a sample of 512 rows. The missing ones are mostly the farthest; the next nearest take their
 * place. If rows have no structure, most lists are searched, which takes as long as an exact
 * search.
 */
enum ct_status neighbors_find_most(const struct mat *X, size_t n_neighbors, struct crew *crew,
                                   const struct progress *progress, struct neighbors *out,
                                   struct ct_error *err);
void neighbors_clear(struct neighbors *neighbors);

/* Bytes of the result; and peak memory of neighbors_find_most(), an upper bound for
 * neighbors_find(), excluding X and including the result. */
double neighbors_result_memory(size_t n_samples, size_t n_neighbors);
double neighbors_memory(size_t n_samples, size_t n_features, size_t n_neighbors, int n_threads);

#endif
