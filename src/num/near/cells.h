/*
 * Points in the plane, grouped into cells that are cliques: any two points of a cell are
 * neighbours, at squared distance <= eps2. The plane is cut into strips along x and each strip into
 * cells along y, each beginning at a point (the boxes of de Berg, Gunawan & Roeloffzen 2019, Int.
 * J. Comput. Geom. Appl. 29:21), so no coordinate is converted to an integer, and neither distant
 * points nor a tiny eps can cause overflow. O(n log n) in theory, here by radix sort.
 */
#ifndef CT_NUM_NEAR_CELLS_H
#define CT_NUM_NEAR_CELLS_H

#include <stddef.h>
#include <stdint.h>

#include "base/mat.h"
#include "base/status.h"
#include "num/near/points.h"

struct cells {            /* zero-initialise; owns its arrays until cells_clear() */
    struct points points; /* cell by cell */
    size_t n_cells;
    size_t n_strips;
    uint32_t *start; /* [n_cells + 1], first point of each cell */
    struct box *box; /* [n_cells], tight */
    uint32_t *strip; /* [n_strips + 1], first cell of each strip */
    double eps2;     /* the largest squared distance of neighbours */
};

/* X [n, 2], checked by points_check(); eps above 0. CT_ENOMEM. */
enum ct_status cells_init(struct cells *c, const struct mat *X, double eps, struct ct_error *err);
void cells_clear(struct cells *c);

/* Upper bounds in bytes, for cells and strips of one point each: of the cells; and of the peak
 * while they are built, including them. */
double cells_memory(size_t n);
double cells_init_memory(size_t n);

/* Neighbours of a cell are in at most two strips on either side, and in at most six cells of
 * each. */
enum { CELLS_REACH = 2, CELLS_NEAR_MAX = 6 * (2 * CELLS_REACH + 1) };

/* The state of a walk over the cells in ascending order; initially zeroed. */
struct cells_walk {
    size_t strip;
    size_t set_for;                     /* strip + 1 for which `from` is set, or 0 */
    uint32_t from[2 * CELLS_REACH + 1]; /* per nearby strip: the first cell to check */
};

/*
 * The cells other than a that may contain a neighbour of a point of a: near [CELLS_NEAR_MAX], in
 * ascending order; returns their number. a must not be lower than in the previous call.
 */
size_t cells_near(const struct cells *c, struct cells_walk *walk, uint32_t a, uint32_t *near);

#endif
