/*
 * The histogram of all cosines between the rows of a matrix, both triangles and the diagonal, as
 * np.histogram counts the whole matrix, without storing it. Blocks are computed in float32 and
 * counted immediately; values too close to a bin edge for float32 to decide are recomputed in
 * float64, so that every count is exact with respect to row_cosine(). O(n^2 d).
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
 * [n_bins + 1], owned by the caller. Cosines beyond 1 or -1 because of rounding are counted as 1 or
 * -1. CT_EINVAL: n_bins is 0 or above COSINE_BINS_MAX, or a norm is not finite; CT_ENOMEM (a
 * float32 copy of X); CT_ECANCELED (stopped by progress, which may be NULL). crew may be NULL; the
 * result does not depend on it.
 */
enum ct_status cosine_histogram(const struct mat *X, const double *norms, size_t n_bins,
                                struct crew *crew, const struct progress *progress,
                                uint64_t *counts, double *edges, struct ct_error *err);

/* Peak memory in bytes, excluding the arguments. */
double cosine_histogram_memory(size_t n, size_t d);

#endif
