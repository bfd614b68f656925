/*
 * The walk of points through t-SNE's quad tree (num/tsne_tree.h): which cells stand for their
 * points, and what they add to the repulsion. Nearly half of t-SNE's time.
 */
#ifndef CT_NUM_TSNE_WALK_H
#define CT_NUM_TSNE_WALK_H

#include <stdint.h>

enum { TSNE_WALK_BLOCK = 128 }; /* points that are under way at the same time */

/* Cells that hold the same points as their only child are left out: the smallest decides. In the
 * array each comes before those inside it. The last one is the end: it weighs nothing and
 * leads to itself. */
struct tsne_cell {
    float x; /* centre of its points */
    float y;
    float size;   /* number of points */
    float width2; /* of its longer side, squared; below 0 for a leaf, which always stands */
    float place;  /* its own in the array, and that of the first cell that is not inside it */
    float after;
    uint32_t next[2]; /* where to go on: after it, or into it */
};

/* The repulsion on TSNE_WALK_BLOCK points x, y (neighbours on the curve, for speed): fx and fy,
 * sum w^2 (x_i - x_j) over the cells that stand for them, and z, sum w. `end` is the last cell. The
 * same to the bit on all processors that multiply and add in one step. */
void tsne_walk(const struct tsne_cell *cells, uint32_t end, float angle2, const float *x,
               const float *y, float *fx, float *fy, float *z);

/* The same without the instructions that only newer processors have; for tests. */
void tsne_walk_portable(const struct tsne_cell *cells, uint32_t end, float angle2, const float *x,
                        const float *y, float *fx, float *fy, float *z);

#endif
