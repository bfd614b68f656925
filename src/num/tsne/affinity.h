/*
 * The affinities of t-SNE in the space of the data: the width of each point's Gaussian from the
 * perplexity (van der Maaten & Hinton 2008, JMLR 9:2579, section 2), over its nearest neighbours
 * only (van der Maaten 2014, JMLR 15:3221, section 4.1). Rules and tolerances are those of
 * scikit-learn's Barnes-Hut TSNE.
 */
#ifndef CT_NUM_TSNE_AFFINITY_H
#define CT_NUM_TSNE_AFFINITY_H

#include <stddef.h>
#include <stdint.h>

#include "base/progress.h"
#include "base/status.h"
#include "base/crew.h"
#include "num/near/neighbors.h"

/* The number of neighbours used: min(n_samples - 1, floor(3 perplexity + 1)). */
size_t tsne_n_neighbors(size_t n_samples, double perplexity);

/*
 * Replaces squared distances, after rounding them to float32, by p_j|i for the neighbours j of each
 * point i: values [n_samples, n_neighbors]. beta = 1 / (2 sigma_i^2) is found by bisection from 1
 * until the entropy is within 1e-5 of log(perplexity), in at most 100 steps. progress is ticked
 * with 0 done. CT_ENOMEM: values are unchanged; CT_ECANCELED: values are unusable. crew may be
 * NULL; the result does not depend on it.
 */
enum ct_status tsne_conditional(double *values, size_t n_samples, size_t n_neighbors,
                                double perplexity, struct crew *crew,
                                const struct progress *progress, struct ct_error *err);

enum { TSNE_LANES = 16 }; /* entries that are processed together */

/* p_ij, sparse (compressed rows): row i has entries indptr[i] .. indptr[i + 1] - 1, padded to whole
 * lanes with p_ii = 0. */
struct tsne_joint { /* zero-initialise; owns its arrays until tsne_joint_clear() */
    size_t n_samples;
    size_t *indptr;    /* [n_samples + 1] */
    uint32_t *indices; /* columns, ascending in each row except for the padding */
    float *data;       /* sums to 1 */
};

/* p_ij = (p_j|i + p_i|j) / the sum of all, from conditional [n_samples, n_neighbors] in the order
 * of the neighbours; it may be neighbors->sqdistances. progress is ticked with 0 done. CT_ENOMEM,
 * CT_ECANCELED; *out is then untouched. crew may be NULL; the result does not depend on it. */
enum ct_status tsne_joint_init(const struct neighbors *neighbors, const double *conditional,
                               struct crew *crew, const struct progress *progress,
                               struct tsne_joint *out, struct ct_error *err);
void tsne_joint_clear(struct tsne_joint *joint);

/* Upper bound in bytes of p_ij: if no two points are neighbours of each other, and each row is
 * padded by all lanes but one. And peak memory of tsne_joint_init(), excluding the conditional p,
 * including the result. */
double tsne_joint_memory(size_t n_samples, size_t n_neighbors);
double tsne_joint_init_memory(size_t n_samples, size_t n_neighbors);

/* Allocates *out with as many entries as `joint`, for tsne_joint_arrange(). CT_ENOMEM. */
enum ct_status tsne_joint_like(const struct tsne_joint *joint, struct tsne_joint *out,
                               struct ct_error *err);

/*
 * Point order[i] of `joint` becomes point i of *out; rank is the inverse of order. The entries of a
 * row keep their order, so that sums over them round alike. crew may be NULL.
 */
void tsne_joint_arrange(const struct tsne_joint *joint, const uint32_t *order, const uint32_t *rank,
                        struct crew *crew, struct tsne_joint *out);

#endif
