#include "config.h"
#include "num/cluster/ward.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/kernel.h"
#include "base/mem.h"

/* A merge as the chain finds it: the two clusters by one point of each. */
struct link {
    uint32_t a, b;
    double height;
    uint32_t index; /* order of discovery, for a stable sort */
};

/* Clusters that are still there, and some that were joined to others. */
struct chain {
    double *squared; /* [n, n] */
    size_t n;
    size_t n_left;   /* clusters that are there */
    uint32_t *size;  /* [n] points of the cluster in this row; 0: joined to another */
    double *gone;    /* [n] infinite where size is 0, else 0 */
    uint32_t *point; /* [n] a point of it, ascending */
    uint32_t *stack; /* [n] rows */
    size_t n_stack;
};

/* The smallest row[j] + gone[j]. */
CT_KERNEL static double least_of(const double *restrict row, const double *restrict gone, size_t n)
{
    double least = INFINITY;

#pragma omp simd reduction(min : least)
    for (size_t j = 0; j < n; j++) {
        const double x = row[j] + gone[j];
        least = x < least ? x : least;
    }
    return least;
}

/* The nearest cluster to row i, the first of several; `before`, if it is as near. */
static size_t nearest(const struct chain *c, size_t i, size_t before)
{
    const double *const row = c->squared + i * c->n;
    size_t j = 0;

    c->gone[i] = INFINITY;
    const double least = least_of(row, c->gone, c->n);
    if (before < c->n && row[before] <= least)
        j = before;
    else
        while (j + 1 < c->n && row[j] + c->gone[j] != least)
            j++;
    c->gone[i] = 0.0;
    return j;
}

/* What the distances to the union of two clusters of n_a and n_b points are, by the formula of
 * Lance and Williams: b [n] from a [n]; d is the distance of both. */
CT_KERNEL static void join_rows(const double *restrict a, double *restrict b,
                                const uint32_t *restrict size, size_t n, double n_a, double n_b,
                                double d)
{
#pragma omp simd
    for (size_t k = 0; k < n; k++) {
        const double n_k = (double)size[k];
        b[k] = ((n_a + n_k) * a[k] + (n_b + n_k) * b[k] - n_k * d) / (n_a + n_b + n_k);
    }
}

/* Joins rows a and b into b. Entries of clusters that are gone, and of a cluster with itself, are
 * computed as well, but never read. */
static void join(struct chain *c, size_t a, size_t b)
{
    double *const row = c->squared + b * c->n;

    join_rows(c->squared + a * c->n, row, c->size, c->n, c->size[a], c->size[b], row[a]);
    for (size_t k = 0; k < c->n; k++)
        c->squared[k * c->n + b] = row[k];
    c->size[b] += c->size[a];
    c->size[a] = 0;
    c->gone[a] = INFINITY;
    c->n_left--;
}

/* Moves the clusters that are left together, in their order: a smaller matrix is read faster.
 * scratch [2 n]. */
static void compact(struct chain *c, uint32_t *scratch)
{
    uint32_t *const kept = scratch;       /* their rows */
    uint32_t *const row = scratch + c->n; /* and their new ones */
    size_t used = 0;

    for (size_t i = 0; i < c->n; i++)
        if (c->size[i] > 0) {
            row[i] = (uint32_t)used;
            kept[used++] = (uint32_t)i;
        }
    for (size_t i = 0; i < used; i++) {
        const double *const from = c->squared + kept[i] * c->n;
        for (size_t j = 0; j < used; j++)
            c->squared[i * used + j] = from[kept[j]];
        c->point[i] = c->point[kept[i]];
        c->size[i] = c->size[kept[i]];
        c->gone[i] = 0.0;
    }
    for (size_t i = 0; i < c->n_stack; i++)
        c->stack[i] = row[c->stack[i]];
    c->n = used;
}

static void find_links(struct chain *c, struct link *links, uint32_t *scratch)
{
    size_t start = 0;

    for (size_t found = 0; c->n_left > 1;) {
        if (c->n_stack == 0) {
            while (c->size[start] == 0)
                start++;
            c->stack[c->n_stack++] = (uint32_t)start;
        }
        const size_t top = c->stack[c->n_stack - 1];
        const size_t before = c->n_stack > 1 ? c->stack[c->n_stack - 2] : SIZE_MAX;
        const size_t next = nearest(c, top, before);
        if (next != before) {
            c->stack[c->n_stack++] = (uint32_t)next;
            continue;
        }
        const size_t low = top < before ? top : before;
        const size_t high = top < before ? before : top;
        links[found] =
            (struct link){ c->point[low], c->point[high],
                           sqrt(fmax(c->squared[low * c->n + high], 0.0)), (uint32_t)found };
        found++;
        join(c, low, high);
        c->n_stack -= 2;
        if (2 * c->n_left < c->n) {
            compact(c, scratch);
            start = 0;
        }
    }
}

static int compare_links(const void *a, const void *b)
{
    const struct link *const x = a, *const y = b;

    if (x->height != y->height)
        return x->height < y->height ? -1 : 1;
    return x->index < y->index ? -1 : x->index > y->index;
}

static uint32_t root_of(uint32_t *parent, uint32_t i)
{
    while (parent[i] != i) {
        parent[i] = parent[parent[i]];
        i = parent[i];
    }
    return i;
}

/* Numbers the clusters in the order of their heights; parent [2 n] is scratch. */
static void number_links(const struct link *links, size_t n, uint32_t *parent,
                         struct ward_merge *merges)
{
    for (uint32_t i = 0; i < 2 * n; i++)
        parent[i] = i;
    for (size_t i = 0; i + 1 < n; i++) {
        const uint32_t a = root_of(parent, links[i].a);
        const uint32_t b = root_of(parent, links[i].b);
        const uint32_t size = (a < n ? 1 : merges[a - n].size) + (b < n ? 1 : merges[b - n].size);
        merges[i] = (struct ward_merge){ a < b ? a : b, a < b ? b : a, size, links[i].height };
        parent[a] = (uint32_t)(n + i);
        parent[b] = (uint32_t)(n + i);
    }
}

double ward_memory(size_t n)
{
    return (double)n * (double)(sizeof(struct ward_merge) + sizeof(struct link) +
                                5 * sizeof(uint32_t) + sizeof(double));
}

enum ct_status ward_tree(double *squared, size_t n, struct ward *out, struct ct_error *err)
{
    struct chain c = { .squared = squared, .n = n, .n_left = n };
    struct ward w = { .n = n };

    if (n > INT32_MAX)
        return ct_fail(err, CT_EINVAL, "Ward's tree: %zu points are too many", n);
    struct link *const links = ct_malloc_array(n, sizeof *links);
    uint32_t *const parent = ct_malloc_array(n, 2 * sizeof *parent);
    w.merges = ct_malloc_array(n, sizeof *w.merges);
    c.size = ct_malloc_array(n, sizeof *c.size);
    c.gone = ct_calloc_array(n, sizeof *c.gone);
    c.point = ct_malloc_array(n, sizeof *c.point);
    c.stack = ct_malloc_array(n, sizeof *c.stack);
    const bool has_memory = links != NULL && parent != NULL && w.merges != NULL && c.size != NULL &&
                            c.gone != NULL && c.point != NULL && c.stack != NULL;
    if (has_memory) {
        for (size_t i = 0; i < n; i++) {
            c.size[i] = 1;
            c.point[i] = (uint32_t)i;
        }
        find_links(&c, links, parent);
        qsort(links, n > 0 ? n - 1 : 0, sizeof *links, compare_links);
        number_links(links, n, parent, w.merges);
        *out = w;
    } else {
        ward_clear(&w);
    }
    free(links);
    free(parent);
    free(c.size);
    free(c.gone);
    free(c.point);
    free(c.stack);
    return has_memory ? CT_OK : ct_fail_nomem(err, "Ward's tree", 0);
}

void ward_clear(struct ward *w)
{
    free(w->merges);
    *w = (struct ward){ .n = 0 };
}

enum ct_status ward_cut(const struct ward *w, size_t n_clusters, int32_t *labels,
                        struct ct_error *err)
{
    uint32_t *const parent = ct_malloc_array(w->n, 2 * sizeof *parent);
    int32_t *const number = ct_malloc_array(w->n, 2 * sizeof *number);
    int32_t used = 0;

    if (parent == NULL || number == NULL) {
        free(parent);
        free(number);
        return ct_fail_nomem(err, "Ward's tree", 0);
    }
    for (uint32_t i = 0; i < 2 * w->n; i++) {
        parent[i] = i;
        number[i] = -1;
    }
    for (size_t i = 0; i + n_clusters < w->n; i++) {
        parent[w->merges[i].a] = (uint32_t)(w->n + i);
        parent[w->merges[i].b] = (uint32_t)(w->n + i);
    }
    for (size_t i = 0; i < w->n; i++) {
        const uint32_t root = root_of(parent, (uint32_t)i);
        if (number[root] < 0)
            number[root] = used++;
        labels[i] = number[root];
    }
    free(parent);
    free(number);
    return CT_OK;
}

enum ct_status ward_recovery(const struct ward *w, const int32_t *labels, size_t n_groups,
                             double *best, struct ct_error *err)
{
    const size_t n = w->n;
    uint32_t *const common = ct_malloc_array(n, 2 * sizeof *common); /* with a group, by node */

    if (common == NULL)
        return ct_fail_nomem(err, "recovery", 0);
    for (size_t g = 0; g < n_groups; g++) {
        size_t size = 0;
        for (size_t i = 0; i < n; i++) {
            common[i] = labels[i] == (int32_t)g;
            size += common[i];
        }
        best[g] = size > 0 ? 1.0 / (double)size : 0.0; /* a point of the group alone */
        for (size_t i = 0; i + 1 < n; i++) {
            const struct ward_merge *const m = &w->merges[i];
            const uint32_t both = common[m->a] + common[m->b];
            common[n + i] = both;
            best[g] = fmax(best[g], (double)both / (double)(size + m->size - both));
        }
    }
    free(common);
    return CT_OK;
}
