#include "config.h"
#include "num/exact.h"
#include "num/cluster/dbscan.h"

#include <math.h>
#include <stdlib.h>

#include "base/kernel.h"
#include "base/mem.h"
#include "num/near/cells.h"

/*
 * Clusters are the connected components of the core points. A border point belongs to the first
 * cluster that reaches it; since scikit-learn grows clusters one after another in label order, that
 * is the lowest label among its core neighbours. So no neighbour lists are needed: core points are
 * found cell by cell (a cell is a clique), cells are joined if one pair of their core points are
 * neighbours, and labels follow from the joined cells.
 */
struct dbscan {
    struct cells cells;
    uint32_t *n_core; /* [n_cells], number of core points; they are first in their cell */
    uint32_t *parent; /* [n_cells], union-find over cells with core points */
    int32_t *number;  /* [n_cells], at a root: the label of the cluster */
};

enum { BLOCK = 64 }; /* pairs between two checks for early exit */

/* The number of points within eps of (x, y). */
CT_KERNEL
static size_t count_block(const double *px, const double *py, size_t n, double x, double y,
                          double eps2)
{
    size_t count = 0;

#pragma omp simd reduction(+ : count)
    for (size_t i = 0; i < n; i++)
        count += squared(px[i] - x, py[i] - y) <= eps2;
    return count;
}

/* The same, but stops once `enough` are found. */
static size_t count_near(const struct points *p, size_t lo, size_t hi, double x, double y,
                         double eps2, size_t enough)
{
    size_t count = 0;

    for (; hi - lo >= 16 && count < enough; lo += hi - lo < BLOCK ? hi - lo : BLOCK)
        count += count_block(p->x + lo, p->y + lo, hi - lo < BLOCK ? hi - lo : BLOCK, x, y, eps2);
    for (; lo < hi && count < enough; lo++)
        count += squared(p->x[lo] - x, p->y[lo] - y) <= eps2;
    return count;
}

static bool is_core(const struct cells *c, uint32_t a, size_t i, const uint32_t *near,
                    size_t n_near, size_t min_samples)
{
    const double x = c->points.x[i];
    const double y = c->points.y[i];
    const struct box here = { x, x, y, y };
    size_t count = c->start[a + 1] - c->start[a];

    for (size_t k = 0; k < n_near && count < min_samples; k++) {
        const uint32_t b = near[k];
        if (box_nearest(&here, &c->box[b]) <= c->eps2)
            count += count_near(&c->points, c->start[b], c->start[b + 1], x, y, c->eps2,
                                min_samples - count);
    }
    return count >= min_samples;
}

static bool any_near(const struct points *p, size_t a_lo, size_t a_hi, size_t b_lo, size_t b_hi,
                     double eps2)
{
    for (size_t i = a_lo; i < a_hi; i++)
        if (count_near(p, b_lo, b_hi, p->x[i], p->y[i], eps2, 1) > 0)
            return true;
    return false;
}

/* True if a point of a is a neighbour of a point of b. Large sets are halved until their boxes
 * decide, the half closer to the other set first; points are only reordered within their set. */
static bool reaches(struct points *p, size_t a_lo, size_t a_hi, size_t b_lo, size_t b_hi,
                    double eps2)
{
    if ((a_hi - a_lo) * (b_hi - b_lo) <= 1024)
        return any_near(p, a_lo, a_hi, b_lo, b_hi, eps2);

    const struct box a = points_box(p, a_lo, a_hi);
    const struct box b = points_box(p, b_lo, b_hi);
    if (box_nearest(&a, &b) > eps2)
        return false;
    if (box_farthest(&a, &b) <= eps2)
        return true;

    const bool halve_a =
        larger(a.x_hi - a.x_lo, a.y_hi - a.y_lo) >= larger(b.x_hi - b.x_lo, b.y_hi - b.y_lo);
    const struct box *const wide = halve_a ? &a : &b;
    const struct box *const other = halve_a ? &b : &a;
    const bool by_y = wide->y_hi - wide->y_lo > wide->x_hi - wide->x_lo;
    const size_t lo = halve_a ? a_lo : b_lo;
    const size_t hi = halve_a ? a_hi : b_hi;
    const size_t mid = lo + (hi - lo) / 2;
    points_split(p, lo, hi, mid, by_y);
    const bool upper_first = by_y ? other->y_lo / 2 + other->y_hi / 2 > p->y[mid]
                                  : other->x_lo / 2 + other->x_hi / 2 > p->x[mid];
    for (int half = 0; half < 2; half++) {
        const size_t from = (half == 0) == upper_first ? mid : lo;
        const size_t to = (half == 0) == upper_first ? hi : mid;
        if (halve_a ? reaches(p, from, to, b_lo, b_hi, eps2)
                    : reaches(p, a_lo, a_hi, from, to, eps2))
            return true;
    }
    return false;
}

static uint32_t root_of(uint32_t *parent, uint32_t a)
{
    while (parent[a] != a) {
        parent[a] = parent[parent[a]];
        a = parent[a];
    }
    return a;
}

/* Moves the core points of cell a to its front. */
static void find_core_points(struct dbscan *d, uint32_t a, const uint32_t *near, size_t n_near,
                             size_t min_samples)
{
    struct cells *const c = &d->cells;
    size_t lo = c->start[a];
    size_t hi = c->start[a + 1];

    if (hi - lo >= min_samples)
        lo = hi;
    while (lo < hi)
        if (is_core(c, a, lo, near, n_near, min_samples))
            lo++;
        else
            points_swap(&c->points, lo, --hi);
    d->n_core[a] = (uint32_t)(lo - c->start[a]);
}

/* Joins cell a with the earlier cells that have a core point within eps of one of its own. */
static void join_cell(struct dbscan *d, uint32_t a, const uint32_t *near, size_t n_near)
{
    struct cells *const c = &d->cells;

    for (size_t k = 0; k < n_near && near[k] < a; k++) {
        const uint32_t b = near[k];
        if (d->n_core[b] == 0)
            continue;
        const uint32_t root_a = root_of(d->parent, a);
        const uint32_t root_b = root_of(d->parent, b);
        if (root_a != root_b && reaches(&c->points, c->start[a], c->start[a] + d->n_core[a],
                                        c->start[b], c->start[b] + d->n_core[b], c->eps2))
            d->parent[root_a] = root_b;
    }
}

static void find_clusters(struct dbscan *d, size_t min_samples)
{
    struct cells_walk walk = { 0 };
    uint32_t near[CELLS_NEAR_MAX];

    for (uint32_t a = 0; a < d->cells.n_cells; a++) {
        const size_t n_near = cells_near(&d->cells, &walk, a, near);
        d->parent[a] = a;
        find_core_points(d, a, near, n_near, min_samples);
        if (d->n_core[a] > 0)
            join_cell(d, a, near, n_near);
    }
}

/* Labels the core points, numbered in input order, and all others -1; returns the number of
 * clusters. */
static size_t label_core_points(struct dbscan *d, int32_t *labels)
{
    const struct cells *const c = &d->cells;
    int32_t n_clusters = 0;

    for (uint32_t a = 0; a < c->n_cells; a++) {
        const uint32_t core_end = c->start[a] + d->n_core[a];
        const uint32_t root = root_of(d->parent, a);
        d->number[a] = -1;
        for (uint32_t i = c->start[a]; i < c->start[a + 1]; i++)
            labels[c->points.order[i]] = i < core_end ? (int32_t)root : -1;
    }
    for (size_t i = 0; i < c->points.n; i++) {
        if (labels[i] < 0)
            continue;
        int32_t *const number = &d->number[labels[i]];
        if (*number < 0)
            *number = n_clusters++;
        labels[i] = *number;
    }
    return (size_t)n_clusters;
}

/* The lowest label among the core neighbours of point i of cell a, or -1. */
static int32_t border_label(struct dbscan *d, uint32_t a, size_t i, const uint32_t *near,
                            size_t n_near)
{
    const struct cells *const c = &d->cells;
    const double x = c->points.x[i];
    const double y = c->points.y[i];
    int32_t label = d->n_core[a] > 0 ? d->number[root_of(d->parent, a)] : -1;

    for (size_t k = 0; k < n_near; k++) {
        const uint32_t b = near[k];
        if (d->n_core[b] == 0)
            continue;
        const int32_t other = d->number[root_of(d->parent, b)];
        if ((label < 0 || other < label) &&
            count_near(&c->points, c->start[b], c->start[b] + d->n_core[b], x, y, c->eps2, 1) > 0)
            label = other;
    }
    return label;
}

static void label_border_points(struct dbscan *d, int32_t *labels)
{
    const struct cells *const c = &d->cells;
    struct cells_walk walk = { 0 };
    uint32_t near[CELLS_NEAR_MAX];

    for (uint32_t a = 0; a < c->n_cells; a++) {
        const uint32_t core_end = c->start[a] + d->n_core[a];
        if (core_end == c->start[a + 1])
            continue;
        const size_t n_near = cells_near(c, &walk, a, near);
        for (size_t i = core_end; i < c->start[a + 1]; i++)
            labels[c->points.order[i]] = border_label(d, a, i, near, n_near);
    }
}

static enum ct_status fit_cells(const struct mat *X, double eps, size_t min_samples,
                                int32_t *labels, size_t *n_clusters, struct ct_error *err)
{
    struct dbscan d = { 0 };
    enum ct_status st = cells_init(&d.cells, X, eps, err);

    if (st != CT_OK)
        return st;
    const size_t n_cells = d.cells.n_cells;
    d.n_core = ct_malloc_array(n_cells, sizeof *d.n_core);
    d.parent = ct_malloc_array(n_cells, sizeof *d.parent);
    d.number = ct_malloc_array(n_cells, sizeof *d.number);
    if (d.n_core == NULL || d.parent == NULL || d.number == NULL) {
        st = ct_fail_nomem(err, "clusters of the cells", 12ULL * n_cells);
    } else {
        find_clusters(&d, min_samples);
        *n_clusters = label_core_points(&d, labels);
        label_border_points(&d, labels);
    }
    cells_clear(&d.cells);
    free(d.n_core);
    free(d.parent);
    free(d.number);
    return st;
}

enum { FEW = 12 }; /* below this, scikit-learn uses brute force, with a different formula */

/*
 * Whether two of a few points are neighbours. For so few, scikit-learn computes |a|^2 - 2 ab +
 * |b|^2 by a matrix product, which rounds differently from |a - b|^2. This is followed only where
 * the distance equals eps up to rounding, so that labels agree at ties: far from the origin that
 * form loses precision.
 */
static bool few_near(const double *a, const double *b, double eps2)
{
    const double direct = squared(a[0] - b[0], a[1] - b[1]);

    if (!(fabs(direct - eps2) <= 1e-9 * eps2) || isinf(eps2))
        return direct <= eps2;
    const double product = fma(a[1], b[1], a[0] * b[0]);
    return squared(a[0], a[1]) - 2.0 * product + squared(b[0], b[1]) <= eps2;
}

/* Clusters of few points: bit j of neighbours[i] is set if j is a neighbour of i. */
static void fit_few(const struct mat *X, double eps, size_t min_samples, int32_t *labels,
                    size_t *n_clusters)
{
    const uint32_t n = (uint32_t)X->rows;
    uint32_t neighbours[FEW] = { 0 };
    uint32_t core = 0;
    int32_t label = 0;

    for (uint32_t i = 0; i < n; i++) {
        for (uint32_t j = 0; j < n; j++)
            neighbours[i] |= (uint32_t)few_near(mat_row(X, i), mat_row(X, j), eps * eps) << j;
        core |= (uint32_t)((size_t)__builtin_popcount(neighbours[i]) >= min_samples) << i;
        labels[i] = -1;
    }
    for (uint32_t i = 0; i < n; i++) {
        if ((core >> i & 1) == 0 || labels[i] >= 0)
            continue;
        uint32_t member = (uint32_t)1 << i;
        for (uint32_t before = 0; before != member;) {
            before = member;
            for (uint32_t j = 0; j < n; j++)
                member |= (before & core) >> j & 1 ? neighbours[j] : 0;
        }
        for (uint32_t j = 0; j < n; j++)
            if ((member >> j & 1) != 0 && labels[j] < 0)
                labels[j] = label;
        label++;
    }
    *n_clusters = (size_t)label;
}

enum ct_status dbscan_fit(const struct mat *X, double eps, size_t min_samples, int32_t *labels,
                          size_t *n_clusters, struct ct_error *err)
{
    const enum ct_status st = points_check(X, "DBSCAN", err);

    if (st != CT_OK)
        return st;
    if (!(eps > 0.0))
        return ct_fail(err, CT_EINVAL, "DBSCAN: eps is %g; expected a distance greater than 0",
                       eps);
    if (min_samples == 0)
        return ct_fail(err, CT_EINVAL, "DBSCAN: min_samples is 0; expected at least 1");
    if (X->rows < FEW) {
        fit_few(X, eps, min_samples, labels, n_clusters);
        return CT_OK;
    }
    return fit_cells(X, eps, min_samples, labels, n_clusters, err);
}

double dbscan_memory(size_t n_samples)
{
    const struct dbscan *const d = NULL;
    const size_t each = sizeof *d->n_core + sizeof *d->parent + sizeof *d->number;
    const double clusters = cells_memory(n_samples) + (double)n_samples * (double)each;

    return fmax(cells_init_memory(n_samples), clusters);
}
