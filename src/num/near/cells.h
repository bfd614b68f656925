/*
 * Points of the plane in cells that are cliques: any two points of a cell are neighbours, at
 * squared distance <= eps2. The plane is cut into strips along x and each strip into cells along
 * y, each beginning at a point (the boxes of de Berg, Gunawan & Roeloffzen 2019, Int. J. Comput.
 * Geom. Appl. 29:21), so that no coordinate is ever converted to an integer and neither far away
 * points nor a tiny eps can overflow anything. O(n log n) in theory, here by radix sort.
 */
#ifndef CT_NUM_NEAR_CELLS_H
#define CT_NUM_NEAR_CELLS_H

#include <stddef.h>
#include <stdint.h>

#include "base/mat.h"
#include "base/status.h"
#include "num/near/points.h"

struct cells {            /* zero-initialise; owns its arrays until cells_clear() */
    struct points points; /* cell after cell */
    size_t n_cells;
    size_t n_strips;
    uint32_t *start; /* [n_cells + 1], a cell's first point */
    struct box *box; /* [n_cells], tight */
    uint32_t *strip; /* [n_strips + 1], a strip's first cell */
    double eps2;     /* the largest squared distance of neighbours */
};

/* X [n, 2], checked by points_check(); eps above 0. CT_ENOMEM. */
enum ct_status cells_init(struct cells *c, const struct mat *X, double eps, struct ct_error *err);
void cells_clear(struct cells *c);

/* Bytes at most, when each point is a cell and a strip by itself; and what making them takes at its
 * peak, them included. */
double cells_memory(size_t n);
double cells_init_memory(size_t n);

/* A cell's strip reaches two strips to either side, and in each at most six cells. */
enum { CELLS_REACH = 2, CELLS_NEAR_MAX = 6 * (2 * CELLS_REACH + 1) };

/* Walks over the cells in ascending order, with what may be near each; starts zeroed. */
struct cells_walk {
    size_t strip;
    size_t set_for;                     /* strip + 1 that `from` was set for, or 0 */
    uint32_t from[2 * CELLS_REACH + 1]; /* per strip around: the first cell worth a look */
};

/*
 * The cells other than a that may hold a neighbour of a point of a: near [CELLS_NEAR_MAX], in
 * ascending order; returns how many. a must not be below that of the call before.
 */
size_t cells_near(const struct cells *c, struct cells_walk *walk, uint32_t a, uint32_t *near);

#endif
