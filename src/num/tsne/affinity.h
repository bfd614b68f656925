/*
 * The affinities of t-SNE in the space of the data: the width of each point's Gaussian from the
 * perplexity (van der Maaten & Hinton 2008, JMLR 9:2579, section 2), over its nearest neighbours
 * alone (van der Maaten 2014, JMLR 15:3221, section 4.1). Rules and tolerances are those of
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

/* How many neighbours count: min(n_samples - 1, floor(3 perplexity + 1)). */
size_t tsne_n_neighbors(size_t n_samples, double perplexity);

/*
 * p_j|i for the neighbours j of each point i in the place of their squared distances, which are
 * rounded to float32 first: values [n_samples, n_neighbors]. beta = 1 / (2 sigma_i^2) is bisected
 * from 1 until the entropy is within 1e-5 of log(perplexity), at most 100 steps.
 * progress is ticked with 0 done. CT_ENOMEM: the values are as they were; CT_ECANCELED: they are
 * unusable. crew may be NULL; the result does not depend on it.
 */
enum ct_status tsne_conditional(double *values, size_t n_samples, size_t n_neighbors,
                                double perplexity, struct crew *crew,
                                const struct progress *progress, struct ct_error *err);

enum { TSNE_LANES = 16 }; /* entries that are treated together */

/* p_ij, sparse (compressed rows): row i's entries are indptr[i] .. indptr[i + 1] - 1, filled up to
 * whole lanes with p_ii = 0. */
struct tsne_joint { /* zero-initialise; owns its arrays until tsne_joint_clear() */
    size_t n_samples;
    size_t *indptr;    /* [n_samples + 1] */
    uint32_t *indices; /* columns, ascending in each row but for what fills it */
    float *data;       /* sums to 1 */
};

/* p_ij = (p_j|i + p_i|j) / the sum of all, from conditional [n_samples, n_neighbors] in the order
 * of the neighbours; it may lie in the place of their distances. progress is ticked with 0 done.
 * CT_ENOMEM, CT_ECANCELED; *out is untouched then. crew may be NULL; the result does not depend on
 * it. */
enum ct_status tsne_joint_init(const struct neighbors *neighbors, const double *conditional,
                               struct crew *crew, const struct progress *progress,
                               struct tsne_joint *out, struct ct_error *err);
void tsne_joint_clear(struct tsne_joint *joint);

/* Bytes at most of p_ij: when no two points are neighbours of each other, and each row is filled up
 * by all lanes but one. And what tsne_joint_init() takes at its peak beside the conditional p, the
 * result included. */
double tsne_joint_memory(size_t n_samples, size_t n_neighbors);
double tsne_joint_init_memory(size_t n_samples, size_t n_neighbors);

/* *out with room for as many entries as `joint` has, for tsne_joint_arrange. CT_ENOMEM. */
enum ct_status tsne_joint_like(const struct tsne_joint *joint, struct tsne_joint *out,
                               struct ct_error *err);

/*
 * Point order[i] of `joint` becomes point i of *out; rank is the inverse of order. The entries of a
 * row stay in the order they have, so that sums over them round alike. crew may be NULL.
 */
void tsne_joint_arrange(const struct tsne_joint *joint, const uint32_t *order, const uint32_t *rank,
                        struct crew *crew, struct tsne_joint *out);

#endif
