/*
 * The attraction of t-SNE (num/tsne/gradient.h), the sum over the sparse p_ij.
 */
#ifndef CT_NUM_TSNE_ATTRACT_H
#define CT_NUM_TSNE_ATTRACT_H

#include <stddef.h>
#include <stdint.h>

#include "num/tsne/affinity.h"

/* sum_j p_ij w_ij (y_i - y_j) of the points first .. end - 1 into fx and fy, which are indexed by
 * point. pairs [P->n_samples] are the coordinates, see num/tsne/pair.h. If built by GCC, the same
 * to the bit on all processors with fused multiply-add. */
void tsne_attract(const struct tsne_joint *P, const uint64_t *pairs, size_t first, size_t end,
                  float *fx, float *fy);

/* The same without the instructions of newer processors; for tests. */
void tsne_attract_portable(const struct tsne_joint *P, const uint64_t *pairs, size_t first,
                           size_t end, float *fx, float *fy);

#endif
