#include "config.h"
#include "num/cluster/kmeans_leaves.h"
#include "num/exact.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/kernel.h"
#include "base/mem.h"

enum { FEW = 7 };

/* Centres that can be the nearest to some point of a cell, in ascending order. */
struct leaf {
    double until; /* valid up to this drift */
    uint8_t n;    /* 0: too many for the list, see the block */
    uint8_t list[FEW];
};

struct block {
    double until;
    size_t n;
    uint8_t list[KMEANS_LEAVES_MAX];
};

struct kmeans_leaves {
    size_t n_clusters;
    size_t n_blocks;
    double drift; /* how much closer centres can have come to points since the start */
    double slack; /* distances that differ by less may compare wrongly because of rounding */
    struct block *blocks; /* [n_blocks] */
    struct leaf *leaves;  /* [n_blocks, KMEANS_LEAVES] */
    struct block all;     /* every centre */
};

struct kmeans_leaves *kmeans_leaves_new(const struct kmeans_data *data, size_t n_clusters)
{
    struct kmeans_leaves *const k = ct_calloc_array(1, sizeof *k);

    if (k == NULL)
        return NULL;
    k->n_clusters = n_clusters;
    k->n_blocks = data->n_blocks;
    k->blocks = ct_malloc_array(data->n_blocks, sizeof *k->blocks);
    k->leaves = ct_malloc_array(data->n_blocks, KMEANS_LEAVES * sizeof *k->leaves);
    if (k->blocks == NULL || k->leaves == NULL) {
        kmeans_leaves_free(k);
        return NULL;
    }
    k->all.n = n_clusters;
    for (size_t c = 0; c < n_clusters; c++)
        k->all.list[c] = (uint8_t)c;
    return k;
}

double kmeans_leaves_memory(size_t n_samples)
{
    const struct kmeans_leaves *const k = NULL;
    const double block = sizeof *k->blocks + KMEANS_LEAVES * sizeof *k->leaves;

    return (double)kmeans_n_blocks(n_samples) * block;
}

void kmeans_leaves_free(struct kmeans_leaves *leaves)
{
    if (leaves == NULL)
        return;
    free(leaves->blocks);
    free(leaves->leaves);
    free(leaves);
}

void kmeans_leaves_reset(struct kmeans_leaves *leaves)
{
    leaves->drift = 0.0;
    for (size_t b = 0; b < leaves->n_blocks; b++)
        leaves->blocks[b].until = -INFINITY;
}

/* near, far [n]: squared distances of listed centres to the nearest and farthest point of a box. */
static CT_KERNEL void measure(const struct box *box, const double *centers, const uint8_t *list,
                              size_t n, double *restrict near, double *restrict far)
{
    const double x_lo = box->x_lo, x_hi = box->x_hi, y_lo = box->y_lo, y_hi = box->y_hi;

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        const double x = centers[2 * (size_t)list[i]];
        const double y = centers[2 * (size_t)list[i] + 1];
        const double left = x - x_lo, right = x_hi - x, below = y - y_lo, above = y_hi - y;
        const double dx = larger(larger(-left, -right), 0.0);
        const double dy = larger(larger(-below, -above), 0.0);
        near[i] = squared(dx, dy);
        far[i] = squared(larger(left, right), larger(below, above));
    }
}

static double least_of(const double *v, size_t n)
{
    double even = INFINITY;
    double odd = INFINITY; /* two independent chains, for instruction-level parallelism */

    for (size_t i = 0; i + 1 < n; i += 2) {
        even = v[i] < even ? v[i] : even;
        odd = v[i + 1] < odd ? v[i + 1] : odd;
    }
    if (n % 2 == 1 && v[n - 1] < even)
        even = v[n - 1];
    return odd < even ? odd : even;
}

/* Selects the listed centres that can be the nearest to a point in a box, and up to which drift. */
static size_t choose(const struct kmeans_leaves *k, const struct box *box, const double *centers,
                     const struct block *from, uint8_t *list, double *until)
{
    double near[KMEANS_LEAVES_MAX], far[KMEANS_LEAVES_MAX];
    double beyond = INFINITY;
    size_t n = 0;

    measure(box, centers, from->list, from->n, near, far);
    const double limit = sqrt(least_of(far, from->n)) + k->slack;
    for (size_t i = 0; i < from->n; i++)
        if (near[i] <= limit * limit)
            list[n++] = from->list[i];
        else if (near[i] < beyond)
            beyond = near[i];
    *until = k->drift + (sqrt(beyond) - limit);
    return n;
}

/* Labels a leaf's points among listed centres, as label_points() in kmeans_start.c. */
static CT_KERNEL void label_leaf(const double *x, const double *y, const double *factors,
                                 const uint8_t *list, size_t n, int32_t *labels)
{
    double lowest[KMEANS_LEAF];
    double label[KMEANS_LEAF];

    for (size_t i = 0; i < KMEANS_LEAF; i++)
        lowest[i] = INFINITY;
    memset(label, 0, sizeof label);
    for (size_t c = 0; c < n; c++) {
        const double *const f = factors + 3 * (size_t)list[c];
        const double which = list[c];
#pragma omp simd
        for (size_t i = 0; i < KMEANS_LEAF; i++) {
            const double d = fma(y[i], f[2], x[i] * f[1]) + f[0];
            label[i] = d < lowest[i] ? which : label[i];
            lowest[i] = d < lowest[i] ? d : lowest[i];
        }
    }
    for (size_t i = 0; i < KMEANS_LEAF; i++)
        labels[i] = (int32_t)label[i];
}

/* Sets one label for n points; true if they already have it. */
static bool set_labels(int32_t *labels, size_t n, int32_t label)
{
    bool same = true;

    for (size_t i = 0; i < n; i++) {
        same = same && labels[i] == label;
        labels[i] = label;
    }
    return same;
}

struct step {
    struct kmeans_leaves *k;
    const struct kmeans_data *data;
    const double *centers, *factors;
    int32_t *labels;
    double *sums, *weight;
    bool same;
};

/* One step for the points of a leaf that may belong to several of the listed centres. */
static void step_mixed(struct step *s, size_t b, size_t leaf, size_t n, const uint8_t *list,
                       size_t n_list)
{
    const double *const x = kmeans_block(s->data, b) + leaf * KMEANS_LEAF;
    const double *const y = x + KMEANS_BLOCK;
    int32_t *const labels = s->labels + b * KMEANS_BLOCK + leaf * KMEANS_LEAF;
    int32_t now[KMEANS_LEAF];

    label_leaf(x, y, s->factors, list, n_list, now);
    for (size_t i = 0; i < n; i++) {
        s->same = s->same && labels[i] == now[i];
        labels[i] = now[i];
        s->sums[2 * now[i]] += x[i];
        s->sums[2 * now[i] + 1] += y[i];
        s->weight[now[i]] += 1.0;
    }
}

static void add_leaf(struct step *s, size_t l, size_t n, size_t c)
{
    s->sums[2 * c] += s->data->sum[l][0];
    s->sums[2 * c + 1] += s->data->sum[l][1];
    s->weight[c] += (double)n;
}

static void step_leaf(struct step *s, size_t b, size_t leaf, size_t n)
{
    const size_t l = b * KMEANS_LEAVES + leaf;
    const struct block *const block = &s->k->blocks[b];
    struct leaf *const at = &s->k->leaves[l];

    if (!(s->k->drift <= at->until)) {
        uint8_t list[KMEANS_LEAVES_MAX];
        const size_t n_list = choose(s->k, &s->data->leaf[l], s->centers, block, list, &at->until);
        at->n = n_list <= FEW ? (uint8_t)n_list : 0;
        memcpy(at->list, list, at->n);
        if (n_list == 1 && !set_labels(s->labels + l * KMEANS_LEAF, n, list[0]))
            s->same = false;
    }
    if (at->n == 1)
        add_leaf(s, l, n, at->list[0]);
    else
        step_mixed(s, b, leaf, n, at->n > 0 ? at->list : block->list, at->n > 0 ? at->n : block->n);
}

static void step_block(struct step *s, size_t b)
{
    const size_t size = kmeans_block_size(s->data, b);
    struct block *const block = &s->k->blocks[b];

    if (!(s->k->drift <= block->until)) {
        block->n =
            choose(s->k, &s->data->box[b], s->centers, &s->k->all, block->list, &block->until);
        for (size_t leaf = 0; leaf < KMEANS_LEAVES; leaf++)
            s->k->leaves[b * KMEANS_LEAVES + leaf].until = -INFINITY;
        if (block->n == 1 && !set_labels(s->labels + b * KMEANS_BLOCK, size, block->list[0]))
            s->same = false;
    }
    for (size_t leaf = 0; leaf * KMEANS_LEAF < size; leaf++) {
        const size_t left = size - leaf * KMEANS_LEAF;
        const size_t n = left < KMEANS_LEAF ? left : KMEANS_LEAF;
        if (block->n == 1)
            add_leaf(s, b * KMEANS_LEAVES + leaf, n, block->list[0]);
        else
            step_leaf(s, b, leaf, n);
    }
}

/*
 * Labels are computed from |c|^2 - 2 x c, whose rounding error is about 3 eps times the squared
 * distance of points and centres from the origin; slack squared is 40 times that.
 */
static double slack_of(const struct kmeans_data *data, const double *centers, size_t n_clusters)
{
    double reach = 0.0;

    for (size_t b = 0; b < data->n_blocks; b++) {
        const struct box *const box = &data->box[b];
        reach = fmax(reach, fmax(fmax(-box->x_lo, box->x_hi), fmax(-box->y_lo, box->y_hi)));
    }
    for (size_t c = 0; c < 2 * n_clusters; c++)
        reach = fmax(reach, fabs(centers[c]));
    return 2e-7 * reach;
}

bool kmeans_leaves_step(struct kmeans_leaves *leaves, const struct kmeans_data *data,
                        const double *centers, const double *factors, double shift, int32_t *labels,
                        double *sums, double *weight)
{
    struct step s = { leaves, data, centers, factors, labels, sums, weight, true };

    leaves->drift += 2.0 * shift; /* the nearest may move away and another one closer */
    leaves->slack = slack_of(data, centers, leaves->n_clusters);
    memset(sums, 0, 2 * leaves->n_clusters * sizeof *sums);
    memset(weight, 0, leaves->n_clusters * sizeof *weight);
    for (size_t b = 0; b < data->n_blocks; b++)
        step_block(&s, b);
    return s.same;
}
