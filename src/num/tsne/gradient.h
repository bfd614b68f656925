/*
 * The gradient of t-SNE (van der Maaten & Hinton 2008, JMLR 9:2579, eq. 5) in two parts, as in van
 * der Maaten 2014 (JMLR 15:3221, eq. 8): attraction over the sparse p_ij and repulsion, both in
 * float32; the sums of the repulsion and the normaliser Z in float64.
 *
 *   dC/dy_i = 4 (sum_j p_ij w_ij (y_i - y_j) - sum_j w_ij^2 (y_i - y_j) / Z)
 *   w_ij = 1 / (1 + |y_i - y_j|^2),  Z = sum_{i != j} w_ij,  q_ij = w_ij / Z
 *
 * The repulsion is over all pairs, or by the quad tree of tsne/tree.h. To add another method, fill
 * repel_x, repel_y and row_z in tsne_forces_compute(); nothing else changes.
 */
#ifndef CT_NUM_TSNE_GRADIENT_H
#define CT_NUM_TSNE_GRADIENT_H

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "base/crew.h"
#include "num/tsne/affinity.h"
#include "num/tsne/tree.h"

enum {
    TSNE_BLOCK = 32,   /* points that are processed together; arrays are padded to it */
    TSNE_CHUNK = 4096, /* points per unit of work where each is cheap */
};

/* n_samples rounded up to whole blocks: the length of every array of coordinates. */
size_t tsne_padded(size_t n_samples);

static inline size_t tsne_n_chunks(size_t n_samples)
{
    return (n_samples + TSNE_CHUNK - 1) / TSNE_CHUNK;
}

static inline size_t tsne_chunk_end(size_t first, size_t n_samples)
{
    return n_samples - first < TSNE_CHUNK ? n_samples : first + TSNE_CHUNK;
}

struct tsne_forces { /* zero-initialise; owns its arrays until tsne_forces_clear() */
    size_t n_samples;
    double angle;          /* 0: exact repulsion, without the tree */
    struct tsne_tree tree; /* if angle > 0 */
    uint64_t *pairs;       /* [n_samples], the coordinates, see num/tsne/pair.h */
    float *attract_x;      /* [n_samples] */
    float *attract_y;
    double *repel_x; /* [tsne_padded(n_samples)], as those below: sum_j w_ij^2 (x_i - x_j), not yet
                        divided by Z */
    double *repel_y;
    double *row_z; /* sum_{j != i} w_ij */
    double *row_kl;
    double z; /* the normaliser, from row_z in index order */
};

enum ct_status tsne_forces_init(struct tsne_forces *forces, size_t n_samples, double angle,
                                struct ct_error *err);
void tsne_forces_clear(struct tsne_forces *forces);
double tsne_forces_memory(size_t n_samples); /* bytes, including the tree */

/* Both parts and Z at the coordinates x, y [tsne_padded(n_samples)], aligned to 64 bytes. The same
 * to the bit for any crew; crew may be NULL. */
void tsne_forces_compute(struct tsne_forces *forces, const struct tsne_joint *P, const float *x,
                         const float *y, struct crew *crew);

/* The same without the tree, whatever the angle. */
void tsne_forces_exact(struct tsne_forces *forces, const struct tsne_joint *P, const float *x,
                       const float *y, struct crew *crew);

/* The gradient of the points first .. end - 1 from the forces, into arrays indexed by point; the
 * attraction is multiplied by exaggeration. */
void tsne_gradient(const struct tsne_forces *forces, float exaggeration, size_t first, size_t end,
                   float *grad_x, float *grad_y);

/* KL(exaggeration P || Q) over the entries of P, with the Z of the forces, which must have been
 * computed at these coordinates. */
double tsne_kl(struct tsne_forces *forces, const struct tsne_joint *P, const float *x,
               const float *y, float exaggeration, struct crew *crew);

#endif
