#include "config.h"
#include "num/exact.h"
#include "num/cluster/k_distance.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "num/near/points.h"

/* A k-d tree (Bentley 1975, CACM 18:509), split at the median of the wider side, in heap order: the
 * children of node v are 2 v + 1 and 2 v + 2, with half of its points each. */
struct tree {
    struct points points;
    struct box *box; /* [n_nodes], tight */
    size_t n_inner;  /* nodes with a lower number have children */
};

enum { LEAF = 16 };

static void grow(struct tree *t, size_t node, size_t lo, size_t hi)
{
    const struct box box = points_box(&t->points, lo, hi);

    t->box[node] = box;
    if (node >= t->n_inner)
        return;
    const size_t mid = lo + (hi - lo) / 2;
    points_split(&t->points, lo, hi, mid, box.y_hi - box.y_lo > box.x_hi - box.x_lo);
    grow(t, 2 * node + 1, lo, mid);
    grow(t, 2 * node + 2, mid, hi);
}

static void tree_clear(struct tree *t)
{
    points_clear(&t->points);
    free(t->box);
}

static size_t count_leaves(size_t n)
{
    size_t leaves = 1;

    while (n / leaves > LEAF)
        leaves *= 2;
    return leaves;
}

static enum ct_status tree_init(struct tree *t, const struct mat *X, struct ct_error *err)
{
    const size_t leaves = count_leaves(X->rows);

    *t = (struct tree){ .n_inner = leaves - 1 };
    const enum ct_status st = points_init(&t->points, X->rows, err);
    if (st != CT_OK)
        return st;
    t->box = ct_malloc_array(2 * leaves - 1, sizeof *t->box);
    if (t->box == NULL) {
        tree_clear(t);
        return ct_fail_nomem(err, "tree of the points", 64ULL * leaves);
    }
    points_fill(&t->points, X);
    grow(t, 0, 0, X->rows);
    return CT_OK;
}

/* The k smallest squared distances so far, as a heap with the largest on top. */
struct nearest {
    double *heap; /* [k] */
    size_t k;
    size_t self; /* the query point */
    struct box here;
};

static void replace_top(double *heap, size_t k, double v)
{
    size_t at = 0;

    for (size_t child; (child = 2 * at + 1) < k; at = child) {
        if (child + 1 < k && heap[child + 1] > heap[child])
            child++;
        if (heap[child] <= v)
            break;
        heap[at] = heap[child];
    }
    heap[at] = v;
}

static void search_leaf(const struct points *p, struct nearest *q, size_t lo, size_t hi)
{
    for (size_t i = lo; i < hi; i++) {
        const double d2 = squared(p->x[i] - q->here.x_lo, p->y[i] - q->here.y_lo);
        if (d2 < q->heap[0] && i != q->self)
            replace_top(q->heap, q->k, d2);
    }
}

/* d2 is box_nearest() of the node. */
static void search(const struct tree *t, struct nearest *q, size_t node, size_t lo, size_t hi,
                   double d2)
{
    if (d2 >= q->heap[0])
        return; /* contains nothing nearer */
    if (node >= t->n_inner) {
        search_leaf(&t->points, q, lo, hi);
        return;
    }
    const size_t mid = lo + (hi - lo) / 2;
    const double low = box_nearest(&q->here, &t->box[2 * node + 1]);
    const double high = box_nearest(&q->here, &t->box[2 * node + 2]);
    if (low <= high)
        search(t, q, 2 * node + 1, lo, mid, low);
    search(t, q, 2 * node + 2, mid, hi, high);
    if (low > high)
        search(t, q, 2 * node + 1, lo, mid, low);
}

static int ascending(const void *a, const void *b)
{
    const double x = *(const double *)a;
    const double y = *(const double *)b;

    return (x > y) - (x < y);
}

enum ct_status dbscan_k_distance(const struct mat *X, size_t k, double *out, struct ct_error *err)
{
    struct tree tree;
    enum ct_status st = points_check(X, "k-distance", err);

    if (st != CT_OK)
        return st;
    const size_t n = X->rows;
    if (k == 0 || k >= n)
        return ct_fail(
            err, CT_EINVAL,
            "k-distance: k is %zu with %zu points; expected 1 to the number of points minus 1", k,
            n);
    st = tree_init(&tree, X, err);
    if (st != CT_OK)
        return st;
    double *const heap = ct_malloc_array(k, sizeof *heap);
    if (heap == NULL) {
        tree_clear(&tree);
        return ct_fail_nomem(err, "nearest points", 8ULL * k);
    }
    for (size_t i = 0; i < n; i++) {
        const double x = tree.points.x[i];
        const double y = tree.points.y[i];
        struct nearest q = { .heap = heap, .k = k, .self = i, .here = { x, x, y, y } };
        for (size_t j = 0; j < k; j++)
            heap[j] = INFINITY;
        search(&tree, &q, 0, 0, n, 0.0);
        out[i] = sqrt(heap[0]);
    }
    qsort(out, n, sizeof *out, ascending);
    free(heap);
    tree_clear(&tree);
    return CT_OK;
}

double dbscan_k_distance_memory(size_t n_samples, size_t k)
{
    const double sorting = (double)n_samples * sizeof(double); /* qsort() may copy the array */
    const double tree =
        points_memory(n_samples) + 2.0 * (double)count_leaves(n_samples) * sizeof(struct box);

    return tree + fmax(sorting, (double)k * sizeof(double));
}
