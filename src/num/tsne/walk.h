/*
 * The walk of points through t-SNE's quad tree (num/tsne/tree.h): which cells stand for their
 * points, and what they add to the repulsion.
 */
#ifndef CT_NUM_TSNE_WALK_H
#define CT_NUM_TSNE_WALK_H

#include <stdint.h>

enum {
    TSNE_WALK_BLOCK = 128, /* points that are under way together */
    TSNE_WALK_LEAF = 33,   /* level of the cells that hold no others; 1 is that of the whole map */
};

/* Small, since what one thread writes the others read. Cells that hold the same points as their
 * only child are left out: the smallest decides. In the array each comes before those inside it. */
struct tsne_cell {
    float x; /* centre of its points */
    float y;
    float size;      /* number of points */
    float beyond2;   /* it stands for them where the squared distance is greater */
    uint16_t parent; /* level of the cell around it; 0: none */
    uint16_t level;  /* its own, which is greater */
    uint32_t inside; /* the bytes that the cells inside it take in the array */
};

/* The repulsion on TSNE_WALK_BLOCK points x, y (neighbours on the curve, for speed) of the cells
 * first .. end - 1: fx and fy, sum w^2 (x_i - x_j) over those that stand for their points, and z,
 * sum w. Built by GCC, and of finite coordinates, the same to the bit on all processors that
 * multiply and add in one step. */
void tsne_walk(const struct tsne_cell *first, const struct tsne_cell *end, const float *x,
               const float *y, float *fx, float *fy, float *z);

/* The same without the instructions that only newer processors have; for tests. */
void tsne_walk_portable(const struct tsne_cell *first, const struct tsne_cell *end, const float *x,
                        const float *y, float *fx, float *fy, float *z);

#endif
