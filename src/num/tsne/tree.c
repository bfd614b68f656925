#include "config.h"
#include "num/tsne/tree.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/kernel.h"
#include "base/mem.h"
#include "num/tsne/pair.h"
#include "num/tsne/walk.h"

size_t tsne_tree_n_blocks(size_t n_samples)
{
    return (n_samples + TSNE_WALK_BLOCK - 1) / TSNE_WALK_BLOCK;
}

enum ct_status tsne_tree_init(struct tsne_tree *tree, size_t n_samples, double angle,
                              struct ct_error *err)
{
    const size_t padded = tsne_tree_n_blocks(n_samples) * TSNE_WALK_BLOCK;
    struct tsne_tree t = { .n_samples = n_samples, .angle2 = (float)(angle * angle) };

    t.end = (uint32_t)(2 * n_samples - 1);
    t.keys = ct_aligned_array(n_samples, sizeof *t.keys);
    t.order = ct_aligned_array(n_samples, sizeof *t.order);
    t.key_of = ct_aligned_array(n_samples, sizeof *t.key_of);
    t.words = ct_aligned_array(n_samples, sizeof *t.words);
    t.other_words = ct_aligned_array(n_samples, sizeof *t.other_words);
    t.x = ct_aligned_array(padded, sizeof *t.x);
    t.y = ct_aligned_array(padded, sizeof *t.y);
    t.fx = ct_aligned_array(padded, sizeof *t.fx);
    t.fy = ct_aligned_array(padded, sizeof *t.fy);
    t.z = ct_aligned_array(padded, sizeof *t.z);
    t.cells = ct_aligned_array(2 * n_samples - 1, sizeof *t.cells);
    if (t.keys == NULL || t.order == NULL || t.key_of == NULL || t.words == NULL ||
        t.other_words == NULL || t.x == NULL || t.y == NULL || t.fx == NULL || t.fy == NULL ||
        t.z == NULL || t.cells == NULL) {
        tsne_tree_clear(&t);
        return ct_fail_nomem(err, "t-SNE: quad tree", 0);
    }
    *tree = t;
    return CT_OK;
}

double tsne_tree_memory(size_t n_samples)
{
    const struct tsne_tree *const t = NULL;
    const size_t sorting = sizeof *t->keys + sizeof *t->order + sizeof *t->key_of +
                           sizeof *t->words + sizeof *t->other_words;
    const size_t walk = sizeof *t->x + sizeof *t->y + sizeof *t->fx + sizeof *t->fy + sizeof *t->z;

    return (double)n_samples * (double)(sorting + walk + 2 * sizeof *t->cells);
}

void tsne_tree_clear(struct tsne_tree *tree)
{
    free(tree->keys);
    free(tree->order);
    free(tree->key_of);
    free(tree->words);
    free(tree->other_words);
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

/* The root cell: along each axis slightly larger than the extent of the points, as in
 * scikit-learn. */
static struct span root_span(float low, float high)
{
    const float wider = high * (high < 0.0F ? 0.999F : 1.001F);

    return (struct span){ low, fmaxf(wider, high + 1e-3F) };
}

CT_KERNEL static void root_spans(const uint64_t *pairs, size_t n, struct span *sx, struct span *sy)
{
    float low_x = tsne_pair_x(pairs[0]), high_x = low_x;
    float low_y = tsne_pair_y(pairs[0]), high_y = low_y;

#pragma omp simd reduction(min : low_x, low_y) reduction(max : high_x, high_y)
    for (size_t i = 0; i < n; i++) {
        const float x = tsne_pair_x(pairs[i]), y = tsne_pair_y(pairs[i]);
        low_x = x < low_x ? x : low_x;
        high_x = x > high_x ? x : high_x;
        low_y = y < low_y ? y : low_y;
        high_y = y > high_y ? y : high_y;
    }
    *sx = root_span(low_x, high_x);
    *sy = root_span(low_y, high_y);
}

/* The 32 bits of v spread to every second bit of 64. */
static inline uint64_t spread(uint64_t v)
{
    v = (v | v << 16) & 0x0000FFFF0000FFFFU;
    v = (v | v << 8) & 0x00FF00FF00FF00FFU;
    v = (v | v << 4) & 0x0F0F0F0F0F0F0F0FU;
    v = (v | v << 2) & 0x3333333333333333U;
    return (v | v << 1) & 0x5555555555555555U;
}

/* The position of v in its span, in units of 2^-32; 0 for NaN. */
static inline uint64_t place(float v, double low, double scale)
{
    const double at = ((double)v - low) * scale;
    const double inside = at > 0.0 ? at : 0.0;

    return (uint64_t)(int64_t)(inside < 4294967295.0 ? inside : 4294967295.0);
}

/*
 * The position of a point on a space-filling curve that visits the cells one by one: a Hilbert
 * curve (1891, Mathematische Annalen 38:459) for large cells, which has no jumps, so that
 * neighbours on it are close; Z-order in cells so small that it does not matter.
 */
static inline uint64_t curve(uint64_t x, uint64_t y)
{
    enum { LEVELS = 8, BITS = 32 - LEVELS };
    const uint64_t rest = (UINT64_C(1) << BITS) - 1;
    uint64_t key = 0;

#pragma GCC unroll 8
    for (int bit = 31; bit >= BITS; bit--) {
        const uint64_t right = x >> bit & 1, upper = y >> bit & 1;
        const uint64_t lower_all = upper - 1, turn = lower_all & (0 - right);
        key = key << 2 | ((right << 1 | right) ^ upper);
        /* In the lower quarters the curve is mirrored, in the right one also turned. */
        x ^= turn;
        y ^= turn;
        const uint64_t differ = (x ^ y) & lower_all;
        x ^= differ;
        y ^= differ;
    }
    return key << 2 * BITS | spread(x & rest) | spread(y & rest) << 1;
}

CT_KERNEL static void make_keys(uint64_t *restrict keys, const uint64_t *restrict pairs, size_t n,
                                struct span sx, struct span sy)
{
    const double low_x = (double)sx.low, low_y = (double)sy.low;
    const double scale_x = 4294967296.0 / ((double)sx.high - low_x);
    const double scale_y = 4294967296.0 / ((double)sy.high - low_y);

#pragma omp simd
    for (size_t i = 0; i < n; i++)
        keys[i] = curve(place(tsne_pair_x(pairs[i]), low_x, scale_x),
                        place(tsne_pair_y(pairs[i]), low_y, scale_y));
}

/* Sorts the points, as they are in `order`, by 32 bits of their keys; stable. A radix sort over
 * words that combine bits and point. */
static void sort_by_half(struct tsne_tree *t, unsigned shift)
{
    enum { PASSES = 4, VALUES = 256 };
    uint32_t starts[PASSES][VALUES] = { { 0 } };
    const size_t n = t->n_samples;
    uint64_t *from = t->words, *to = t->other_words;

    for (size_t i = 0; i < n; i++) {
        const uint64_t half = t->key_of[t->order[i]] >> shift & 0xFFFFFFFFU;
        from[i] = half << 32 | t->order[i];
        for (unsigned pass = 0; pass < PASSES; pass++)
            starts[pass][half >> 8 * pass & 0xFF]++;
    }
    for (unsigned pass = 0; pass < PASSES; pass++) {
        uint32_t *const start = starts[pass], before = 0;
        for (size_t value = 0; value < VALUES; value++) {
            const uint32_t count = start[value];
            start[value] = before;
            before += count;
        }
        for (size_t i = 0; i < n; i++)
            to[start[from[i] >> (32 + 8 * pass) & 0xFF]++] = from[i];
        uint64_t *const sorted = to;
        to = from;
        from = sorted;
    }
    for (size_t i = 0; i < n; i++)
        t->order[i] = (uint32_t)from[i];
}

/* Whether many neighbours have equal upper halves, for example if one point is very far away. */
static bool upper_halves_agree(const struct tsne_tree *t)
{
    enum { MANY = 16 };

    for (size_t i = MANY; i < t->n_samples; i++)
        if (t->key_of[t->order[i]] >> 32 == t->key_of[t->order[i - MANY]] >> 32)
            return true;
    return false;
}

/* Sorts by the upper half; the few ties are then sorted by insertion. */
static void sort_keys(struct tsne_tree *t)
{
    const size_t n = t->n_samples;

    for (size_t i = 0; i < n; i++)
        t->order[i] = (uint32_t)i;
    sort_by_half(t, 32);
    if (upper_halves_agree(t)) {
        sort_by_half(t, 0);
        sort_by_half(t, 32);
    }
    for (size_t i = 0; i < n; i++) {
        const uint32_t point = t->order[i];
        const uint64_t key = t->key_of[point];
        size_t j = i;
        for (; j > 0 && t->keys[j - 1] > key; j--) {
            t->keys[j] = t->keys[j - 1];
            t->order[j] = t->order[j - 1];
        }
        t->keys[j] = key;
        t->order[j] = point;
    }
}

/* The level of the smallest cell that contains two points with these keys. */
static inline unsigned common_level(uint64_t key, uint64_t other)
{
    const uint64_t differ = key ^ other;

    return differ == 0 ? TSNE_WALK_LEAF : (unsigned)__builtin_clzll(differ) / 2 + 1;
}

/* The squared distance beyond which a cell of each level represents its points. */
static void make_beyond2(const struct tsne_tree *t, float root_width, float *beyond2)
{
    const float duplicate2 = 1e-12F; /* points within 1e-6 do not repel */

    for (int level = 1; level < TSNE_WALK_LEAF; level++) {
        const float width = ldexpf(root_width, 1 - level);
        beyond2[level] = fmaxf(width * width / t->angle2, duplicate2);
    }
    beyond2[TSNE_WALK_LEAF] = duplicate2;
}

/* A cell that may contain points before those already processed. */
struct open_cell {
    double x; /* sums over its points */
    double y;
    size_t last;    /* its last point */
    uint32_t after; /* index of the cell after it */
    unsigned level;
};

/*
 * Builds all cells in one pass, from the last point to the first; the array is filled from its end.
 * Cells around the current point that may also contain earlier points are open. The smallest one
 * that contains it and the point before it stays open; all smaller ones begin with it, so they are
 * complete and are written.
 */
static void build_cells(struct tsne_tree *t, const float *beyond2)
{
    struct open_cell open[TSNE_WALK_LEAF + 1] = { { .level = 0 } }, *top = open;
    uint32_t at = t->end;

    for (size_t i = t->n_samples; i-- > 0;) {
        const unsigned level = i > 0 ? common_level(t->keys[i - 1], t->keys[i]) : 0;
        struct open_cell begins = { (double)t->x[i], (double)t->y[i], i, at, TSNE_WALK_LEAF };
        for (;;) {
            const double size = (double)(begins.last - i + 1);
            /* Points with equal keys are one leaf, which overwrites the separate leaves. */
            at = (begins.level == TSNE_WALK_LEAF ? begins.after : at) - 1;
            t->cells[at] = (struct tsne_cell){
                .x = (float)(begins.x / size),
                .y = (float)(begins.y / size),
                .size = (float)size,
                .beyond2 = beyond2[begins.level],
                .parent = (uint16_t)(level > top->level ? level : top->level),
                .level = (uint16_t)begins.level,
                .inside = (begins.after - at - 1) * (uint32_t)sizeof *t->cells,
            };
            if (top->level < level) {
                *++top = begins;
                top->level = level;
                break;
            }
            top->x += begins.x;
            top->y += begins.y;
            if (top->level == level)
                break;
            begins = *top--;
        }
    }
    t->first = at;
}

void tsne_tree_build(struct tsne_tree *tree, const uint64_t *pairs)
{
    struct tsne_tree *const t = tree;
    const size_t n = t->n_samples;
    struct span sx, sy;
    float beyond2[TSNE_WALK_LEAF + 1] = { 0 };

    root_spans(pairs, n, &sx, &sy);
    make_keys(t->key_of, pairs, n, sx, sy);
    sort_keys(t);
    for (size_t i = 0; i < n; i++) {
        t->x[i] = tsne_pair_x(pairs[t->order[i]]);
        t->y[i] = tsne_pair_y(pairs[t->order[i]]);
    }
    for (size_t i = n; i < tsne_tree_n_blocks(n) * TSNE_WALK_BLOCK; i++) {
        t->x[i] = t->x[n - 1];
        t->y[i] = t->y[n - 1];
    }
    make_beyond2(t, fmaxf(sx.high - sx.low, sy.high - sy.low), beyond2);
    build_cells(t, beyond2);
}

void tsne_tree_repel(struct tsne_tree *tree, size_t block)
{
    const size_t first = block * TSNE_WALK_BLOCK;

    tsne_walk(tree->cells + tree->first, tree->cells + tree->end, tree->x + first, tree->y + first,
              tree->fx + first, tree->fy + first, tree->z + first);
}

void tsne_tree_read(const struct tsne_tree *tree, size_t first, size_t end, double *repel_x,
                    double *repel_y, double *row_z)
{
    for (size_t place = first; place < end; place++) {
        const size_t i = tree->order[place];
        repel_x[i] = (double)tree->fx[place];
        repel_y[i] = (double)tree->fy[place];
        row_z[i] = (double)tree->z[place];
    }
}
