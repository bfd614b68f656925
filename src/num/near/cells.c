#include "config.h"
#include "num/exact.h"
#include "num/near/cells.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

#include "base/mem.h"

/*
 * The side of a cell: approximately the largest for which two opposite corners are still
 * neighbours, including rounding. If eps * eps underflows, so do the squares of distances up to
 * 1.57e-162, which gives the side; if it overflows, all pairs are neighbours.
 */
static double side_of(double eps, double eps2)
{
    double side = fmax(eps * 0x1.6a09e667f3bcdp-1, 1.57e-162);

    if (isinf(eps2))
        return INFINITY;
    while (squared(side, side) > eps2)
        side *= side > 1e-150 ? 1.0 - 0x1p-52 : 0.99;
    return side;
}

/* Scratch memory for sorting, freed once the cells are built. */
struct sorting {
    uint64_t *keys;
    uint64_t *spare_keys;
    uint32_t *rows;
    uint32_t *spare_rows;
    uint32_t *strip_end; /* [n_strips] */
};

static void sorting_clear(struct sorting *s)
{
    free(s->keys);
    free(s->spare_keys);
    free(s->rows);
    free(s->spare_rows);
    free(s->strip_end);
}

static enum ct_status sorting_init(struct sorting *s, size_t n, struct ct_error *err)
{
    *s = (struct sorting){ .keys = ct_aligned_array(n, sizeof *s->keys),
                           .spare_keys = ct_aligned_array(n, sizeof *s->spare_keys),
                           .rows = ct_aligned_array(n, sizeof *s->rows),
                           .spare_rows = ct_aligned_array(n, sizeof *s->spare_rows) };
    if (s->keys == NULL || s->spare_keys == NULL || s->rows == NULL || s->spare_rows == NULL)
        return ct_fail_nomem(err, "sorting the points", 24ULL * n);
    return CT_OK;
}

/* Sorts entries lo .. hi - 1 of the current order by column j of X. */
static void sort_rows(struct sorting *s, const struct mat *X, size_t j, size_t lo, size_t hi)
{
    for (size_t i = lo; i < hi; i++)
        s->keys[i] = points_key(X->data[2 * (size_t)s->rows[i] + j]);
    points_radix_sort(s->keys + lo, s->rows + lo, s->spare_keys + lo, s->spare_rows + lo, hi - lo);
}

/* The end of the strip that begins at entry lo of the order. */
static size_t strip_end(const struct sorting *s, size_t n, size_t lo, double side)
{
    const double first = points_unkey(s->keys[lo]);
    size_t i = lo + 1;

    while (i < n && !(points_unkey(s->keys[i]) - first > side))
        i++;
    return i;
}

/* Cuts the rows, sorted by x, into strips: stores their ends in s, their number in c. */
static enum ct_status cut_strips(struct cells *c, struct sorting *s, double side,
                                 struct ct_error *err)
{
    const size_t n = c->points.n;
    size_t n_strips = 0;

    for (size_t lo = 0; lo < n; n_strips++)
        lo = strip_end(s, n, lo, side);
    s->strip_end = ct_malloc_array(n_strips, sizeof *s->strip_end);
    c->strip = ct_malloc_array(n_strips + 1, sizeof *c->strip);
    if (s->strip_end == NULL || c->strip == NULL)
        return ct_fail_nomem(err, "strips of the plane", 8ULL * n_strips);
    for (size_t lo = 0; lo < n; c->n_strips++) {
        lo = strip_end(s, n, lo, side);
        s->strip_end[c->n_strips] = (uint32_t)lo;
    }
    return CT_OK;
}

/* Stores the points strip by strip, each sorted by y. */
static void sort_strips(struct cells *c, struct sorting *s, const struct mat *X)
{
    struct points *const p = &c->points;
    size_t i = 0;

    for (size_t strip = 0; strip < c->n_strips; strip++) {
        sort_rows(s, X, 1, i, s->strip_end[strip]);
        for (; i < s->strip_end[strip]; i++) {
            p->x[i] = X->data[2 * (size_t)s->rows[i]];
            p->y[i] = X->data[2 * (size_t)s->rows[i] + 1];
            p->order[i] = s->rows[i];
        }
    }
}

/* The end of the cell that begins at point lo of a strip that ends at hi. */
static size_t cell_end(const struct points *p, size_t lo, size_t hi, double side)
{
    const double first = p->y[lo];
    size_t i = lo + 1;

    while (i < hi && !(p->y[i] - first > side))
        i++;
    return i;
}

static size_t count_cells(const struct points *p, const uint32_t *ends, size_t n_strips,
                          double side)
{
    size_t n_cells = 0;
    size_t lo = 0;

    for (size_t strip = 0; strip < n_strips; strip++)
        for (; lo < ends[strip]; n_cells++)
            lo = cell_end(p, lo, ends[strip], side);
    return n_cells;
}

static void cut_cells(struct cells *c, const uint32_t *ends, double side)
{
    uint32_t cell = 0;
    size_t lo = 0;

    for (size_t strip = 0; strip < c->n_strips; strip++) {
        c->strip[strip] = cell;
        while (lo < ends[strip]) {
            const size_t hi = cell_end(&c->points, lo, ends[strip], side);
            c->start[cell] = (uint32_t)lo;
            c->box[cell] = points_box(&c->points, lo, hi);
            cell++;
            lo = hi;
        }
    }
    c->strip[c->n_strips] = cell;
    c->start[cell] = (uint32_t)lo;
}

static enum ct_status fill(struct cells *c, struct sorting *s, const struct mat *X, double eps,
                           struct ct_error *err)
{
    const double side = side_of(eps, c->eps2);

    for (size_t i = 0; i < X->rows; i++)
        s->rows[i] = (uint32_t)i;
    sort_rows(s, X, 0, 0, X->rows);
    if (cut_strips(c, s, side, err) != CT_OK)
        return CT_ENOMEM;
    sort_strips(c, s, X);
    c->n_cells = count_cells(&c->points, s->strip_end, c->n_strips, side);
    c->start = ct_malloc_array(c->n_cells + 1, sizeof *c->start);
    c->box = ct_malloc_array(c->n_cells, sizeof *c->box);
    if (c->start == NULL || c->box == NULL)
        return ct_fail_nomem(err, "cells of the plane", 36ULL * c->n_cells);
    cut_cells(c, s->strip_end, side);
    return CT_OK;
}

enum ct_status cells_init(struct cells *c, const struct mat *X, double eps, struct ct_error *err)
{
    struct cells fresh = { .eps2 = eps * eps };
    struct sorting sorting = { 0 };
    enum ct_status st = points_init(&fresh.points, X->rows, err);

    if (st == CT_OK)
        st = sorting_init(&sorting, X->rows, err);
    if (st == CT_OK)
        st = fill(&fresh, &sorting, X, eps, err);
    sorting_clear(&sorting);
    if (st != CT_OK)
        cells_clear(&fresh);
    else
        *c = fresh;
    return st;
}

void cells_clear(struct cells *c)
{
    points_clear(&c->points);
    free(c->start);
    free(c->box);
    free(c->strip);
    *c = (struct cells){ 0 };
}

double cells_memory(size_t n)
{
    const struct cells *const c = NULL;

    return points_memory(n) + (double)n * (sizeof *c->start + sizeof *c->box + sizeof *c->strip);
}

double cells_init_memory(size_t n)
{
    const struct sorting *const s = NULL;
    const size_t each = sizeof *s->keys + sizeof *s->spare_keys + sizeof *s->rows +
                        sizeof *s->spare_rows + sizeof *s->strip_end;

    return cells_memory(n) + (double)n * (double)each;
}

/* Whether a is so far below b that no point of a is a neighbour of one of b. */
static bool is_below(const struct box *a, const struct box *b, double eps2)
{
    const double gap = b->y_lo - a->y_hi;

    return gap > 0.0 && squared(0.0, gap) > eps2;
}

/*
 * CELLS_REACH is sufficient because strips begin more than a side apart and a side is at least 0.57
 * of the largest distance of neighbours (0.707 unless squares underflow): the third strip to the
 * right begins more than two sides after the right end of this one. Likewise an interval of a side
 * plus twice that distance meets at most six cells.
 */
size_t cells_near(const struct cells *c, struct cells_walk *walk, uint32_t a, uint32_t *near)
{
    const struct box *const mine = &c->box[a];
    size_t n = 0;

    while (a >= c->strip[walk->strip + 1])
        walk->strip++;
    const size_t low = walk->strip >= CELLS_REACH ? walk->strip - CELLS_REACH : 0;
    const size_t high =
        walk->strip + CELLS_REACH < c->n_strips ? walk->strip + CELLS_REACH : c->n_strips - 1;
    for (size_t strip = low; strip <= high; strip++) {
        uint32_t *const from = &walk->from[strip - low];
        const uint32_t end = c->strip[strip + 1];

        if (walk->set_for != walk->strip + 1)
            *from = c->strip[strip];
        while (*from < end && is_below(&c->box[*from], mine, c->eps2))
            ++*from;
        for (uint32_t b = *from; b < end; b++) {
            if (is_below(mine, &c->box[b], c->eps2))
                break;
            assert(n < CELLS_NEAR_MAX);
            near[n] = b;
            n += b != a && box_nearest(mine, &c->box[b]) <= c->eps2; /* branchless */
        }
    }
    walk->set_for = walk->strip + 1;
    return n;
}
