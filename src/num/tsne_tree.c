#include "config.h"
#include "num/tsne_tree.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/kernel.h"
#include "base/mem.h"
#include "num/tsne_walk.h"

size_t tsne_tree_n_blocks(size_t n_samples)
{
    return (n_samples + TSNE_WALK_BLOCK - 1) / TSNE_WALK_BLOCK;
}

enum ct_status tsne_tree_init(struct tsne_tree *tree, size_t n_samples, double angle,
                              struct ct_error *err)
{
    const size_t padded = tsne_tree_n_blocks(n_samples) * TSNE_WALK_BLOCK;
    struct tsne_tree t = { .n_samples = n_samples, .angle2 = (float)(angle * angle) };

    t.keys = ct_aligned_array(n_samples, sizeof *t.keys);
    t.order = ct_aligned_array(n_samples, sizeof *t.order);
    t.other_keys = ct_aligned_array(n_samples, sizeof *t.other_keys);
    t.other_order = ct_aligned_array(n_samples, sizeof *t.other_order);
    t.x = ct_aligned_array(padded, sizeof *t.x);
    t.y = ct_aligned_array(padded, sizeof *t.y);
    t.fx = ct_aligned_array(padded, sizeof *t.fx);
    t.fy = ct_aligned_array(padded, sizeof *t.fy);
    t.z = ct_aligned_array(padded, sizeof *t.z);
    t.cells = ct_aligned_array(n_samples, 2 * sizeof *t.cells);
    if (t.keys == NULL || t.order == NULL || t.other_keys == NULL || t.other_order == NULL ||
        t.x == NULL || t.y == NULL || t.fx == NULL || t.fy == NULL || t.z == NULL ||
        t.cells == NULL) {
        tsne_tree_clear(&t);
        return ct_fail_nomem(err, "t-SNE: quad tree", 0);
    }
    *tree = t;
    return CT_OK;
}

void tsne_tree_clear(struct tsne_tree *tree)
{
    free(tree->keys);
    free(tree->order);
    free(tree->other_keys);
    free(tree->other_order);
    free(tree->x);
    free(tree->y);
    free(tree->fx);
    free(tree->fy);
    free(tree->z);
    free(tree->cells);
    *tree = (struct tsne_tree){ 0 };
}

struct span {
    float low;
    float high;
};

/* The root cell along one axis: a little more than the points take, as scikit-learn makes it. */
static struct span root_span(const float *v, size_t n)
{
    float low = v[0], high = v[0];

    for (size_t i = 0; i < n; i++) {
        low = v[i] < low ? v[i] : low;
        high = v[i] > high ? v[i] : high;
    }
    const float wider = high * (high < 0.0F ? 0.999F : 1.001F);
    return (struct span){ low, fmaxf(wider, high + 1e-3F) };
}

/* The 32 bits of v at every other place of 64. */
static inline uint64_t spread(uint64_t v)
{
    v = (v | v << 16) & 0x0000FFFF0000FFFFU;
    v = (v | v << 8) & 0x00FF00FF00FF00FFU;
    v = (v | v << 4) & 0x0F0F0F0F0F0F0F0FU;
    v = (v | v << 2) & 0x3333333333333333U;
    return (v | v << 1) & 0x5555555555555555U;
}

/* Where v lies in its span, in units of 2^-32. A NaN lies at the start. */
static inline uint64_t place(float v, double low, double scale)
{
    const double at = ((double)v - low) * scale;
    const double inside = at > 0.0 ? at : 0.0;

    return (uint64_t)(int64_t)(inside < 4294967295.0 ? inside : 4294967295.0);
}

CT_KERNEL static void make_keys(uint64_t *restrict keys, const float *restrict x,
                                const float *restrict y, size_t n, struct span sx, struct span sy)
{
    const double low_x = (double)sx.low, low_y = (double)sy.low;
    const double scale_x = 4294967296.0 / ((double)sx.high - low_x);
    const double scale_y = 4294967296.0 / ((double)sy.high - low_y);

#pragma omp simd
    for (size_t i = 0; i < n; i++)
        keys[i] = spread(place(x[i], low_x, scale_x)) | spread(place(y[i], low_y, scale_y)) << 1;
}

/* One pass of a radix sort by the byte at `shift`, from one pair of arrays to the other. */
static void sort_pass(const uint64_t *from, const uint32_t *from_order, uint64_t *to,
                      uint32_t *to_order, size_t n, unsigned shift)
{
    uint32_t start[257] = { 0 };

    for (size_t i = 0; i < n; i++)
        start[(from[i] >> shift & 0xFF) + 1]++;
    for (size_t b = 0; b < 256; b++)
        start[b + 1] += start[b];
    for (size_t i = 0; i < n; i++) {
        const uint32_t at = start[from[i] >> shift & 0xFF]++;
        to[at] = from[i];
        to_order[at] = from_order[i];
    }
}

static void sort_passes(struct tsne_tree *t, unsigned first_shift)
{
    for (unsigned shift = first_shift; shift < 64; shift += 16) {
        sort_pass(t->keys, t->order, t->other_keys, t->other_order, t->n_samples, shift);
        sort_pass(t->other_keys, t->other_order, t->keys, t->order, t->n_samples, shift + 8);
    }
}

/* Whether many neighbours agree in the upper half, as when one point has gone far away. */
static bool upper_halves_agree(const uint64_t *keys, size_t n)
{
    enum { MANY = 16 };

    for (size_t i = MANY; i < n; i++)
        if (keys[i] >> 32 == keys[i - MANY] >> 32)
            return true;
    return false;
}

/* Ordered by the upper half, the few that agree in it are put right by insertion. */
static void sort_keys(struct tsne_tree *t)
{
    const size_t n = t->n_samples;

    for (size_t i = 0; i < n; i++)
        t->order[i] = (uint32_t)i;
    sort_passes(t, 32);
    if (upper_halves_agree(t->keys, n))
        sort_passes(t, 0);
    for (size_t i = 1; i < n; i++) {
        const uint64_t key = t->keys[i];
        const uint32_t point = t->order[i];
        size_t j = i;
        for (; j > 0 && t->keys[j - 1] > key; j--) {
            t->keys[j] = t->keys[j - 1];
            t->order[j] = t->order[j - 1];
        }
        t->keys[j] = key;
        t->order[j] = point;
    }
}

/* The first of [low, high) whose key is not below `bound`. */
static size_t first_not_below(const uint64_t *keys, size_t low, size_t high, uint64_t bound)
{
    while (high - low > 8) {
        const size_t middle = low + (high - low) / 2;
        if (keys[middle] < bound)
            low = middle + 1;
        else
            high = middle;
    }
    while (low < high && keys[low] < bound)
        low++;
    return low;
}

struct sum {
    double x;
    double y;
};

/* A cell of one point. */
static void build_point(struct tsne_tree *t, size_t at)
{
    const uint32_t self = (uint32_t)t->n_cells++, after = self + 1;

    t->cells[self] = (struct tsne_cell){
        .x = t->x[at],
        .y = t->y[at],
        .size = 1.0F,
        .width2 = -1.0F,
        .place = (float)self,
        .after = (float)after,
        .next = { after, after },
    };
}

/* The smallest cell that holds the points at places low .. high - 1, and all inside it. Depth: at
 * most 32 calls. Returns the sum of the coordinates. */
static struct sum build_cell(struct tsne_tree *t, size_t low, size_t high)
{
    const size_t self = t->n_cells++;
    struct tsne_cell cell = { .size = (float)(high - low), .width2 = -1.0F };
    const uint64_t differ = t->keys[low] ^ t->keys[high - 1];
    struct sum sum = { 0 };

    if (differ == 0) {
        for (size_t i = low; i < high; i++) {
            sum.x += (double)t->x[i];
            sum.y += (double)t->y[i];
        }
    } else {
        const int level = __builtin_clzll(differ) / 2;
        const int shift = 62 - 2 * level; /* of the two bits that tell the quarters apart */
        const uint64_t prefix = t->keys[low] >> shift >> 2 << 2;
        const float width = t->root_width / (float)((uint64_t)1 << level);
        cell.width2 = width * width;
        for (uint64_t quarter = 0; quarter < 4 && low < high; quarter++) {
            const size_t end =
                quarter == 3 ? high
                             : first_not_below(t->keys, low, high, (prefix + quarter + 1) << shift);
            if (end == low + 1) {
                sum.x += (double)t->x[low];
                sum.y += (double)t->y[low];
                build_point(t, low);
            } else if (end > low) {
                const struct sum part = build_cell(t, low, end);
                sum.x += part.x;
                sum.y += part.y;
            }
            low = end;
        }
    }
    cell.x = (float)(sum.x / (double)cell.size);
    cell.y = (float)(sum.y / (double)cell.size);
    cell.place = (float)self;
    cell.after = (float)t->n_cells;
    cell.next[0] = (uint32_t)t->n_cells;
    cell.next[1] = (uint32_t)self + 1;
    t->cells[self] = cell;
    return sum;
}

void tsne_tree_build(struct tsne_tree *tree, const float *x, const float *y)
{
    struct tsne_tree *const t = tree;
    const size_t n = t->n_samples;
    const struct span sx = root_span(x, n), sy = root_span(y, n);

    make_keys(t->keys, x, y, n, sx, sy);
    sort_keys(t);
    for (size_t i = 0; i < n; i++) {
        t->x[i] = x[t->order[i]];
        t->y[i] = y[t->order[i]];
    }
    for (size_t i = n; i < tsne_tree_n_blocks(n) * TSNE_WALK_BLOCK; i++) {
        t->x[i] = t->x[n - 1];
        t->y[i] = t->y[n - 1];
    }
    t->root_width = fmaxf(sx.high - sx.low, sy.high - sy.low);
    t->n_cells = 0;
    build_cell(t, 0, n);
    /* The end: it weighs nothing and leads to itself. */
    const uint32_t end = (uint32_t)t->n_cells;
    t->cells[end] = (struct tsne_cell){
        .width2 = -1.0F, .place = (float)end, .after = (float)end, .next = { end, end }
    };
}

void tsne_tree_repel(struct tsne_tree *tree, size_t block)
{
    const size_t first = block * TSNE_WALK_BLOCK;

    tsne_walk(tree->cells, (uint32_t)tree->n_cells, tree->angle2, tree->x + first, tree->y + first,
              tree->fx + first, tree->fy + first, tree->z + first);
}

void tsne_tree_read(const struct tsne_tree *tree, double *repel_x, double *repel_y, double *row_z)
{
    for (size_t place = 0; place < tree->n_samples; place++) {
        const size_t i = tree->order[place];
        repel_x[i] = (double)tree->fx[place];
        repel_y[i] = (double)tree->fy[place];
        row_z[i] = (double)tree->z[place];
    }
}
