/*
 * The inner kernel of a matrix product (Goto & van de Geijn 2008, ACM Trans. Math. Softw. 34:12):
 * rows of x times a panel, a group of columns of W packed row by row. A tile of the result stays in
 * registers over the whole depth of the panel. Each element is one sum in the order of W's rows, so
 * it does not depend on how many rows are multiplied together.
 */
#ifndef CT_MODEL_OPS_PANEL_H
#define CT_MODEL_OPS_PANEL_H

#include <stddef.h>

enum { PANEL_MAX_WIDTH = 32 };

struct panel_job {
    const float *x; /* [n_rows, depth], row stride ld_x */
    size_t ld_x;
    size_t n_rows;
    const float *panel; /* [depth, width], 64-byte aligned */
    size_t depth;
    const float *bias; /* [width]: initial values of the sums; NULL: those in y */
    float *y;          /* [n_rows, width], row stride ld_y */
    size_t ld_y;
};

struct panel_kernel { /* one per kind of processor */
    size_t width;     /* columns of its panels; divides PANEL_MAX_WIDTH */
    void (*multiply)(const struct panel_job *job);

    /* Copies w [n_rows, n_panels * width] (row stride ld) into the first rows of consecutive panels
     * of `depth` rows. */
    void (*pack)(const float *w, size_t ld, size_t n_rows, size_t n_panels, size_t depth,
                 float *panels);
};

/* The kernels that this processor supports, fastest first; *n is at least 1. */
const struct panel_kernel *const *panel_kernels(size_t *n);

#endif
