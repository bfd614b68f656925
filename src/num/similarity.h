/* Gram and cosine matrices of row vectors, and orders and histograms to look at them with. */
#ifndef CT_NUM_SIMILARITY_H
#define CT_NUM_SIMILARITY_H

#include <stddef.h>
#include <stdint.h>

#include "base/mat.h"
#include "base/progress.h"
#include "base/status.h"

/* out [n, n] = X X^T for X [n, d], float64, exactly symmetric. Owned by the caller, cleared with
 * mat_clear; untouched on failure. CT_EINVAL (a side above INT_MAX), CT_ENOMEM, CT_ECANCELED
 * (progress, which may be NULL, said stop). The same to the bit
 * for any n_threads as long as OpenBLAS itself runs on one. */
enum ct_status gram_matrix(const struct mat *X, int n_threads, const struct progress *progress,
                           struct mat *out, struct ct_error *err);

/* Turns a Gram matrix into cosine similarities in place: g_ij / sqrt(g_ii g_jj), on the diagonal
 * exactly 1. A zero vector has similarity 0 to everything, itself included; one with a NaN or an
 * overflowing square has NaN. */
void gram_to_cosine(struct mat *gram);

/* order [n]: indices by label ascending (noise, -1, first), ties by index, as
 * np.argsort(labels, kind='stable'). CT_ENOMEM. */
enum ct_status order_by_label(const int32_t *labels, size_t n, size_t *order, struct ct_error *err);

#endif
