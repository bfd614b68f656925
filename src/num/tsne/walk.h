/*
 * The traversal of t-SNE's quad tree (num/tsne/tree.h): which cells represent their points, and
 * what they add to the repulsion.
 */
#ifndef CT_NUM_TSNE_WALK_H
#define CT_NUM_TSNE_WALK_H

#include <stdint.h>

enum {
    TSNE_WALK_BLOCK = 128, /* points that are processed together */
    TSNE_WALK_LEAF = 33,   /* level of the leaves; 1 is the whole map */
};

/* Small, since cells written by one thread are read by the others. Cells with the same points as
 * their only child are omitted, since the smallest one decides. In the array each is before those
 * inside it. */
struct tsne_cell {
    float x; /* centre of its points */
    float y;
    float size;      /* number of points */
    float beyond2;   /* it represents them if the squared distance is greater */
    uint16_t parent; /* level of the enclosing cell; 0: none */
    uint16_t level;  /* its own level, which is greater */
    uint32_t inside; /* bytes of the cells inside it in the array */
};

/* The repulsion of the cells first .. end - 1 on TSNE_WALK_BLOCK points x, y (neighbours on the
 * curve, for speed): fx and fy, sum w^2 (x_i - x_j) over the cells that represent their points, and
 * z, sum w. If built by GCC, and for finite coordinates, the same to the bit on all processors with
 * fused multiply-add. */
void tsne_walk(const struct tsne_cell *first, const struct tsne_cell *end, const float *x,
               const float *y, float *fx, float *fy, float *z);

/* The same without the instructions of newer processors; for tests. */
void tsne_walk_portable(const struct tsne_cell *first, const struct tsne_cell *end, const float *x,
                        const float *y, float *fx, float *fy, float *z);

#endif
