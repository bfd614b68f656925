/*
 * Exact principal components of a data matrix, from the eigenvectors of the smaller of the two
 * matrices X'X and XX' of the centred data. Signs are those of scikit-learn's PCA: in each
 * component the score of largest absolute value is positive. O(n_samples * n_features * min +
 * min^3) with min = min(n_samples, n_features).
 */
#ifndef CT_NUM_LINEAR_PCA_H
#define CT_NUM_LINEAR_PCA_H

#include <stddef.h>

#include "base/mat.h"
#include "base/progress.h"
#include "base/status.h"
#include "base/crew.h"

/*
 * The scores of X [n_samples, n_features] on its first n_components components, in units of X:
 * *scores is [n_samples, n_components], owned by the caller. A component without variance beyond
 * rounding, or that does not exist because X has too few rows or columns, is a column of zeros.
 * CT_EINVAL (X is empty or not finite), CT_EIO (no BLAS), CT_ENOMEM, CT_ECANCELED; *scores is then
 * untouched. progress is ticked with 0 done. crew may be NULL; the result does not depend on it.
 */
enum ct_status pca_scores(const struct mat *X, size_t n_components, struct crew *crew,
                          const struct progress *progress, struct mat *scores,
                          struct ct_error *err);

/* Peak memory in bytes, excluding X, including the scores. */
double pca_memory(size_t n_samples, size_t n_features, size_t n_components, int n_threads);

#endif
