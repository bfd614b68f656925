/*
 * The histogram of all cosines between the rows of a matrix, both triangles and the diagonal, as
 * np.histogram would count the whole matrix, which is never made. Blocks of it are computed in
 * float32 and counted as they come; values so close to an edge between bins that float32 cannot
 * decide are computed anew in float64, so that every count is that of row_cosine(). O(n^2 d).
 */
#ifndef CT_NUM_LINEAR_COSINES_H
#define CT_NUM_LINEAR_COSINES_H

#include <stddef.h>
#include <stdint.h>

#include "base/crew.h"
#include "base/mat.h"
#include "base/progress.h"
#include "base/status.h"

enum { COSINE_BINS_MAX = 254 };

/*
 * X [n, d] and norms [n] of its rows (see num/linear/similarity.h) -> counts [n_bins], edges
 * [n_bins + 1], owned by the caller. Cosines that rounding has put beyond 1 or -1 count as those.
 * CT_EINVAL: n_bins is 0 or above COSINE_BINS_MAX, or a norm is not finite; CT_ENOMEM (a float32
 * copy of X); CT_ECANCELED (progress, which may be NULL, said stop). crew may be NULL; the result
 * does not depend on it.
 */
enum ct_status cosine_histogram(const struct mat *X, const double *norms, size_t n_bins,
                                struct crew *crew, const struct progress *progress,
                                uint64_t *counts, double *edges, struct ct_error *err);

/* Bytes at its peak, beside what is given. */
double cosine_histogram_memory(size_t n, size_t d);

#endif
