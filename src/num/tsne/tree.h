/*
 * The repulsion of t-SNE by a quad tree (Barnes & Hut 1986, Nature 324:446; van der Maaten 2014,
 * JMLR 15:3221, section 4.2), with the cells and the criterion of scikit-learn's TSNE: a cell
 * represents its points if width^2 < angle^2 * distance^2 to their centre; points within 1e-6 do
 * not repel.
 *
 * The approximation affects the embedding, not only the run time: points that move between cells
 * flip the sign of small gradients, which keeps the gains, and so the width after 1000 iterations,
 * below those of the exact gradient (by a quarter at 1000 points).
 */
#ifndef CT_NUM_TSNE_TREE_H
#define CT_NUM_TSNE_TREE_H

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

struct tsne_cell;

struct tsne_tree { /* zero-initialise; owns its arrays until tsne_tree_clear() */
    size_t n_samples;
    float angle2;     /* the angle squared */
    uint64_t *key_of; /* [n_samples], position of each point on a curve through all cells */
    uint64_t *keys;   /* [n_samples], the same, ascending */
    uint32_t *order;  /* [n_samples], the point of each key */
    uint64_t *words;  /* [n_samples], scratch for sorting */
    uint64_t *other_words;
    float *x; /* [n_samples in whole blocks of TSNE_WALK_BLOCK, as fx, fy and z]
               * coordinates in that order, the last one repeated */
    float *y;
    float *fx; /* repulsion, in the same order: sum w^2 (x_i - x_j) */
    float *fy;
    float *z;                /* sum w */
    struct tsne_cell *cells; /* [2 n_samples - 1], of which first to end - 1 are used */
    uint32_t first;
    uint32_t end;
};

/* angle above 0; n_samples at most 2^23. CT_ENOMEM; *tree is then untouched. */
enum ct_status tsne_tree_init(struct tsne_tree *tree, size_t n_samples, double angle,
                              struct ct_error *err);
void tsne_tree_clear(struct tsne_tree *tree);
double tsne_tree_memory(size_t n_samples); /* bytes */

/* Builds the tree of pairs [n_samples], see num/tsne/pair.h. O(n), without allocation. */
void tsne_tree_build(struct tsne_tree *tree, const uint64_t *pairs);

/* The number of blocks of neighbouring points; and computes fx, fy and z of one of them. */
size_t tsne_tree_n_blocks(size_t n_samples);
void tsne_tree_repel(struct tsne_tree *tree, size_t block);

/* Copies fx, fy and z at positions first .. end - 1 to the points' original order. */
void tsne_tree_read(const struct tsne_tree *tree, size_t first, size_t end, double *repel_x,
                    double *repel_y, double *row_z);

#endif
