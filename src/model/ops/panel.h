/*
 * The inner kernel of a matrix product (Goto & van de Geijn 2008, ACM Trans. Math. Softw. 34:12):
 * rows of x times a panel, some columns of W that have been packed row after row. A tile of the
 * result stays in registers for the depth of the panel. Each result is one sum in the order of W's
 * rows, so it does not depend on how many rows are multiplied at once.
 */
#ifndef CT_MODEL_OPS_PANEL_H
#define CT_MODEL_OPS_PANEL_H

#include <stddef.h>

enum { PANEL_MAX_WIDTH = 32 };

struct panel_job {
    const float *x; /* [n_rows, depth], row stride ld_x */
    size_t ld_x;
    size_t n_rows;
    const float *panel; /* [depth, width], on a 64-byte line */
    size_t depth;
    const float *bias; /* [width]: what the sums begin with; NULL: with what y holds */
    float *y;          /* [n_rows, width], row stride ld_y */
    size_t ld_y;
};

struct panel_kernel { /* one for each kind of processor */
    size_t width;     /* columns of its panels; divides PANEL_MAX_WIDTH */
    void (*multiply)(const struct panel_job *job);

    /* Copies w [n_rows, n_panels * width] (row stride ld) into panels of `depth` rows that lie one
     * after the other, from their first row on. */
    void (*pack)(const float *w, size_t ld, size_t n_rows, size_t n_panels, size_t depth,
                 float *panels);
};

/* Those that this processor can run, the fastest first; *n is at least 1. */
const struct panel_kernel *const *panel_kernels(size_t *n);

#endif
