#include "config.h"
#include "num/neighbors.h"

#include <float.h>
#include <limits.h>
#include <math.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/kernel.h"
#include "base/mem.h"
#include "num/blas_library.h"
#include "num/neighbors_lists.h"

enum {
    FEW_SAMPLES = 4096, /* with fewer, rows are handed out in small portions */
    FEW_ROWS = 64,
    MANY_ROWS = 256,
    COLUMNS = 512, /* whose products with that many rows are held at a time: in a core's cache */
    GROUP = 32,    /* columns that are looked at together */
};

/* Those that may be among the nearest to one row, so far. */
struct shortlist {
    float limit;  /* whose half lies above it is not among them */
    bool crowded; /* more have tied than there is room for */
    size_t count;
};

struct lane {                     /* what one thread works with */
    float *products;              /* [rows, COLUMNS] */
    struct shortlist *shortlists; /* [rows] */
    float *halves;                /* [rows, capacity] */
    uint32_t *indices;            /* [rows, capacity], whose halves they are */
    uint32_t *candidates;         /* [n_samples] */
    double *sqdistances;          /* [n_samples], of the candidates */
    double *scratch;              /* [n_samples] */
};

/*
 * Products are in float32, so |a - b|^2 / 2 = |a|^2 / 2 + |b|^2 / 2 - ab is known to within
 * slack * (|a|^2 + |b|^2). The `half` of a row b for a row a is the least that this can be, without
 * the terms of a alone.
 */
struct block { /* rows of one list that are treated together */
    uint32_t list;
    size_t first;
    size_t count;
};

struct search {
    const struct mat *X;
    size_t n_neighbors;
    struct neighbors_lists lists;
    size_t n_near;        /* lists that are searched for the neighbours of a row */
    struct block *blocks; /* [n_blocks] all rows */
    size_t n_blocks;
    /* Rows are in the order of the lists here: */
    float *scaled; /* [n_samples, n_features], X centred and at most 1 */
    float *sqnorm; /* [n_samples], of the scaled rows */
    float *base;   /* [n_samples], what the half of a row is at a product of 0 */
    float slack;
    size_t rows;     /* whose products are held at a time */
    size_t capacity; /* of a shortlist */
    size_t n_lanes;
    struct lane *lanes;
};

struct span {
    float low;
    float high;
};

CT_KERNEL static double sqdistance(const double *a, const double *b, size_t n)
{
    double sum = 0.0;

#pragma omp simd reduction(+ : sum)
    for (size_t j = 0; j < n; j++) {
        const double d = a[j] - b[j];
        sum += d * d;
    }
    return sum;
}

/* The value that would stand at position k (from 0) if v were sorted; reorders v. Hoare 1961, CACM
 * 4:321 (Algorithm 65), with the median of three as the pivot. */
static double select_kth(double *v, ptrdiff_t n, ptrdiff_t k)
{
    ptrdiff_t low = 0, high = n - 1;

    while (low < high) {
        const double a = v[low], b = v[low + (high - low) / 2], c = v[high];
        const double pivot = fmax(fmin(a, b), fmin(fmax(a, b), c));
        ptrdiff_t i = low, j = high;
        while (i <= j) {
            while (v[i] < pivot)
                i++;
            while (v[j] > pivot)
                j--;
            if (i <= j) {
                const double t = v[i];
                v[i++] = v[j];
                v[j--] = t;
            }
        }
        if (k <= j)
            high = j;
        else if (k >= i)
            low = i;
        else
            break; /* between j and i all equal the pivot */
    }
    return v[k];
}

/* The first of the whole groups from `begin` on that holds a half within the limit; their end if
 * none does. */
CT_KERNEL static size_t next_group(const float *restrict products, const float *restrict base,
                                   size_t begin, size_t n, float limit)
{
    for (; begin + GROUP <= n; begin += GROUP) {
        int32_t any = 0;
#pragma omp simd reduction(| : any)
        for (size_t j = 0; j < GROUP; j++)
            any |= base[begin + j] - products[begin + j] <= limit ? 1 : 0;
        if (any != 0)
            break;
    }
    return begin;
}

CT_KERNEL static struct span span_of(const float *v, size_t n)
{
    float low = v[0], high = v[0];

#pragma omp simd reduction(min : low) reduction(max : high)
    for (size_t e = 0; e < n; e++) {
        low = v[e] < low ? v[e] : low;
        high = v[e] > high ? v[e] : high;
    }
    return (struct span){ low, high };
}

CT_KERNEL static size_t count_within(const float *v, size_t n, float limit)
{
    int32_t count = 0;

#pragma omp simd reduction(+ : count)
    for (size_t e = 0; e < n; e++)
        count += v[e] <= limit ? 1 : 0;
    return (size_t)count;
}

/* A value that at least k of v are within, and not many more unless they are equal. */
static float loose_kth(const float *v, size_t n, size_t k)
{
    struct span span = span_of(v, n);

    for (size_t within = n; within > k + k / 16;) {
        const float middle = 0.5F * span.low + 0.5F * span.high;
        if (!(middle > span.low && middle < span.high))
            break;
        const size_t lower = count_within(v, n, middle);
        if (lower >= k) {
            span.high = middle;
            within = lower;
        } else {
            span.low = middle;
        }
    }
    return span.high;
}

/* Keeps the n_neighbors nearest of row i's shortlist, and those that rounding may have put behind
 * them. */
static void shortlist_cut(const struct search *s, const struct lane *lane, size_t r, size_t i)
{
    struct shortlist *const list = lane->shortlists + r;
    float *const halves = lane->halves + r * s->capacity;
    uint32_t *const indices = lane->indices + r * s->capacity;
    size_t kept = 0;

    if (list->count < s->n_neighbors)
        return;
    const float kth = loose_kth(halves, list->count, s->n_neighbors);
    float limit = kth;
    for (size_t e = 0; e < list->count; e++) {
        const float width = s->slack * (s->sqnorm[i] + s->sqnorm[indices[e]]) + FLT_MIN;
        const float highest = halves[e] <= kth ? halves[e] + 2.0F * width : kth;
        limit = highest > limit ? highest : limit;
    }
    list->limit = limit;
    for (size_t e = 0; e < list->count; e++) {
        halves[kept] = halves[e];
        indices[kept] = indices[e];
        kept += halves[e] <= limit;
    }
    list->count = kept;
}

/* Row i, whose products with the rows first .. first + n - 1 are given. */
static void shortlist_add(const struct search *s, const struct lane *lane, size_t r, size_t i,
                          size_t first, size_t n)
{
    struct shortlist *const list = lane->shortlists + r;
    const float *const products = lane->products + r * n, *const base = s->base + first;
    float *const halves = lane->halves + r * s->capacity;
    uint32_t *const indices = lane->indices + r * s->capacity;

    for (size_t j = 0; !list->crowded && j < n;) {
        j = next_group(products, base, j, n, list->limit);
        const size_t end = n - j < GROUP ? n : j + GROUP;
        if (list->count + GROUP > s->capacity) {
            shortlist_cut(s, lane, r, i);
            list->crowded = list->count + GROUP > s->capacity;
            continue;
        }
        const float limit = list->limit;
        size_t count = list->count;
        for (; j < end; j++) {
            const float half = base[j] - products[j];
            halves[count] = half;
            indices[count] = (uint32_t)(first + j);
            count += (size_t)(half <= limit) & (size_t)(first + j != i);
        }
        list->count = count;
    }
}

/* The nearest to row i among the candidates, whose indices ascend. */
static void choose(const struct search *s, const struct lane *lane, size_t i, size_t count,
                   struct neighbors *out)
{
    const size_t k = s->n_neighbors, d = s->X->cols;
    const double *const own = mat_row(s->X, i);
    uint32_t *const indices = out->indices + i * k;
    double *const sqdistances = out->sqdistances + i * k;
    size_t nearer = 0, kept = 0;

    for (size_t c = 0; c < count; c++)
        lane->sqdistances[c] = sqdistance(own, mat_row(s->X, lane->candidates[c]), d);
    memcpy(lane->scratch, lane->sqdistances, count * sizeof *lane->scratch);
    const double kth = select_kth(lane->scratch, (ptrdiff_t)count, (ptrdiff_t)k - 1);
    for (size_t c = 0; c < count; c++)
        nearer += lane->sqdistances[c] < kth;
    size_t ties = k - nearer; /* of those at the k-th distance, the first are taken */
    for (size_t c = 0; c < count; c++) {
        const double sqdist = lane->sqdistances[c];
        if (sqdist > kth || (sqdist == kth && ties == 0))
            continue;
        ties -= sqdist == kth;
        indices[kept] = lane->candidates[c];
        sqdistances[kept++] = sqdist;
    }
}

static int index_compare(const void *a, const void *b)
{
    const uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

    return x < y ? -1 : x > y;
}

/* The shortlist of row i, or everybody where it did not hold all, become its candidates. */
static size_t take_candidates(const struct search *s, const struct lane *lane, size_t r, size_t i)
{
    const struct shortlist *const list = lane->shortlists + r;
    const uint32_t *const indices = lane->indices + r * s->capacity;
    size_t count = 0;

    if (list->crowded) {
        for (size_t j = 0; j < s->X->rows; j++)
            if (j != s->lists.order[i])
                lane->candidates[count++] = (uint32_t)j;
        return count;
    }
    shortlist_cut(s, lane, r, i);
    for (; count < list->count; count++)
        lane->candidates[count] = s->lists.order[indices[count]];
    if (s->lists.n_lists > 1)
        qsort(lane->candidates, count, sizeof *lane->candidates, index_compare);
    return count;
}

/* Products of a block's rows with those of one list. */
static void search_list(const struct search *s, const struct lane *lane, const struct block *block,
                        size_t begin, size_t end)
{
    const size_t d = s->X->cols;

    for (size_t first = begin; first < end; first += COLUMNS) {
        const size_t columns = end - first < COLUMNS ? end - first : COLUMNS;
        blas.sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, (int)block->count, (int)columns, (int)d,
                   1.0F, s->scaled + block->first * d, (int)d, s->scaled + first * d, (int)d, 0.0F,
                   lane->products, (int)columns);
        for (size_t r = 0; r < block->count; r++)
            shortlist_add(s, lane, r, block->first + r, first, columns);
    }
}

static void search_block(const struct search *s, const struct lane *lane, const struct block *block,
                         struct neighbors *out)
{
    const struct neighbors_lists *const lists = &s->lists;
    const uint32_t *const near = lists->near + block->list * lists->n_lists;
    size_t seen = 0;

    for (size_t r = 0; r < block->count; r++)
        lane->shortlists[r] = (struct shortlist){ .limit = FLT_MAX };
    for (size_t l = 0; l < lists->n_lists && (l < s->n_near || seen <= s->n_neighbors); l++) {
        const size_t begin = lists->bounds[near[l]], end = lists->bounds[near[l] + 1];
        search_list(s, lane, block, begin, end);
        seen += end - begin;
    }
    for (size_t r = 0; r < block->count; r++) {
        const size_t count = take_candidates(s, lane, r, block->first + r);
        choose(s, lane, lists->order[block->first + r], count, out);
    }
}

/* Column means, and the largest distance of a value from its own. False: a value is not finite, or
 * squares overflow. */
static bool measure(const struct mat *X, double *mean, double *largest)
{
    const size_t n = X->rows, d = X->cols;
    double sum = 0.0;

    *largest = 0.0;
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < d; j++)
            mean[j] += mat_row(X, i)[j] / (double)n;
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < d; j++) {
            const double v = mat_row(X, i)[j] - mean[j];
            sum += v * v;
            *largest = fmax(*largest, fabs(v));
        }
    return isfinite(8.0 * sum);
}

/* Taking the column means out takes the offset away that would spoil the products; a power of 2
 * keeps them in the range of float32. */
static enum ct_status search_scale(struct search *s, struct ct_error *err)
{
    const size_t n = s->X->rows, d = s->X->cols;
    double *const mean = ct_calloc_array(d, sizeof *mean);
    double largest;
    int exponent;

    if (mean == NULL)
        return ct_fail_nomem(err, "nearest neighbours", 0);
    if (!measure(s->X, mean, &largest)) {
        free(mean);
        return ct_fail(err, CT_EINVAL,
                       "nearest neighbours: a value is not finite, or squared distances "
                       "overflow; remove the value or scale the data");
    }
    frexp(largest, &exponent);
    /* In two steps: 2^-exponent alone may be more than a double holds. */
    const double scale[] = { ldexp(1.0, -exponent / 2), ldexp(1.0, -exponent / 2 - exponent % 2) };
    /* The sum of a product is off by d / 2 roundings of its terms at most, each of its factors by
     * one, its row's norm by a few: twice that. */
    s->slack = (float)(d + 16) * (FLT_EPSILON / 2.0F);
    for (size_t i = 0; i < n; i++) {
        double sqnorm = 0.0;
        for (size_t j = 0; j < d; j++) {
            const float v = (float)((mat_row(s->X, i)[j] - mean[j]) * scale[0] * scale[1]);
            s->scaled[i * d + j] = v;
            sqnorm += (double)v * (double)v;
        }
        s->sqnorm[i] = (float)sqnorm;
        s->base[i] = (0.5F - s->slack) * s->sqnorm[i];
    }
    free(mean);
    return CT_OK;
}

/* The blocks between two ticks. */
struct round {
    const struct search *search;
    const struct block *blocks;
    struct neighbors *out;
    _Atomic size_t next; /* block */
    size_t end;
};

static void search_lane(void *context, size_t lane)
{
    struct round *const r = context;

    for (;;) {
        const size_t block = atomic_fetch_add(&r->next, 1);
        if (block >= r->end)
            return;
        search_block(r->search, r->search->lanes + lane, r->blocks + block, r->out);
    }
}

static enum ct_status search_run(const struct search *s, const struct block *blocks,
                                 size_t n_blocks, struct crew *crew,
                                 const struct progress *progress, struct neighbors *out,
                                 struct ct_error *err)
{
    enum { TICKS = 200 };
    const size_t share = (n_blocks + TICKS - 1) / TICKS, least = 4 * s->n_lanes;
    const size_t turn = share > least ? share : least;

    for (size_t first = 0; first < n_blocks; first += turn) {
        struct round round = {
            .search = s, .blocks = blocks, .out = out, .next = first, .end = first + turn
        };
        if (round.end > n_blocks)
            round.end = n_blocks;
        if (!progress_tick(progress, first, n_blocks))
            return ct_fail(err, CT_ECANCELED, "nearest neighbours: stopped on request");
        crew_run(crew, s->n_lanes, search_lane, &round);
    }
    return CT_OK;
}

static enum ct_status neighbors_check(const struct mat *X, size_t n_neighbors, struct ct_error *err)
{
    if (n_neighbors < 1 || n_neighbors >= X->rows)
        return ct_fail(err, CT_EINVAL,
                       "nearest neighbours: %zu asked for among %zu samples; ask for 1 to %zu",
                       n_neighbors, X->rows, X->rows > 0 ? X->rows - 1 : 0);
    if (X->cols < 1 || X->rows > INT_MAX || X->cols > INT_MAX)
        return ct_fail(err, CT_EINVAL,
                       "nearest neighbours: [%zu, %zu] values; rows and columns must be 1 to %d",
                       X->rows, X->cols, INT_MAX);
    return CT_OK;
}

/* count_a * count_b elements, both from data. */
static void *array_2d(size_t count_a, size_t count_b, size_t size)
{
    size_t count;

    return ct_mul_size(count_a, count_b, &count) ? ct_aligned_array(count, size) : NULL;
}

static bool lane_init(struct lane *lane, const struct search *s)
{
    const size_t n = s->X->rows;

    lane->products = array_2d(s->rows, COLUMNS, sizeof *lane->products);
    lane->shortlists = ct_malloc_array(s->rows, sizeof *lane->shortlists);
    lane->halves = array_2d(s->rows, s->capacity, sizeof *lane->halves);
    lane->indices = array_2d(s->rows, s->capacity, sizeof *lane->indices);
    lane->candidates = ct_malloc_array(n, sizeof *lane->candidates);
    lane->sqdistances = ct_malloc_array(n, sizeof *lane->sqdistances);
    lane->scratch = ct_malloc_array(n, sizeof *lane->scratch);
    return lane->products != NULL && lane->shortlists != NULL && lane->halves != NULL &&
           lane->indices != NULL && lane->candidates != NULL && lane->sqdistances != NULL &&
           lane->scratch != NULL;
}

static bool search_init(struct search *s, size_t threads)
{
    const size_t n = s->X->rows, d = s->X->cols;

    s->rows = n < FEW_SAMPLES ? FEW_ROWS : MANY_ROWS;
    s->capacity = 3 * s->n_neighbors + 2 * GROUP;
    s->n_lanes = threads;
    s->scaled = array_2d(n, d, sizeof *s->scaled);
    s->sqnorm = ct_malloc_array(n, sizeof *s->sqnorm);
    s->base = ct_malloc_array(n, sizeof *s->base);
    s->lanes = ct_calloc_array(s->n_lanes, sizeof *s->lanes);
    bool complete = s->scaled != NULL && s->sqnorm != NULL && s->base != NULL && s->lanes != NULL;
    for (size_t l = 0; complete && l < s->n_lanes; l++)
        complete = lane_init(s->lanes + l, s);
    return complete;
}

/* Each list in blocks of at most s->rows rows. */
static enum ct_status search_divide(struct search *s, struct ct_error *err)
{
    const struct neighbors_lists *const lists = &s->lists;

    s->blocks = ct_malloc_array(s->X->rows / s->rows + lists->n_lists, sizeof *s->blocks);
    if (s->blocks == NULL)
        return ct_fail_nomem(err, "nearest neighbours", 0);
    for (size_t l = 0; l < lists->n_lists; l++)
        for (size_t first = lists->bounds[l]; first < lists->bounds[l + 1]; first += s->rows) {
            const size_t left = lists->bounds[l + 1] - first;
            s->blocks[s->n_blocks++] = (struct block){ .list = (uint32_t)l,
                                                       .first = first,
                                                       .count = left < s->rows ? left : s->rows };
        }
    return CT_OK;
}

static void search_clear(struct search *s)
{
    for (size_t l = 0; s->lanes != NULL && l < s->n_lanes; l++) {
        free(s->lanes[l].products);
        free(s->lanes[l].shortlists);
        free(s->lanes[l].halves);
        free(s->lanes[l].indices);
        free(s->lanes[l].candidates);
        free(s->lanes[l].sqdistances);
        free(s->lanes[l].scratch);
    }
    neighbors_lists_clear(&s->lists);
    free(s->lanes);
    free(s->blocks);
    free(s->scaled);
    free(s->sqnorm);
    free(s->base);
}

/* Everything is searched for everybody. */
static enum ct_status run_exact(struct search *s, struct crew *crew,
                                const struct progress *progress, struct neighbors *out,
                                struct ct_error *err)
{
    enum ct_status st = neighbors_lists_one(s->X->rows, &s->lists, err);

    s->n_near = 1;
    if (st == CT_OK)
        st = search_divide(s, err);
    if (st == CT_OK)
        st = search_run(s, s->blocks, s->n_blocks, crew, progress, out, err);
    return st;
}

/* Rows in the order of the lists. */
static enum ct_status search_reorder(struct search *s, struct ct_error *err)
{
    const size_t n = s->X->rows, d = s->X->cols;
    float *const scaled = array_2d(n, d, sizeof *scaled);
    float *const sqnorm = ct_malloc_array(n, sizeof *sqnorm);

    if (scaled == NULL || sqnorm == NULL) {
        free(scaled);
        free(sqnorm);
        return ct_fail_nomem(err, "nearest neighbours", 0);
    }
    for (size_t place = 0; place < n; place++) {
        const size_t i = s->lists.order[place];
        memcpy(scaled + place * d, s->scaled + i * d, d * sizeof *scaled);
        sqnorm[place] = s->sqnorm[i];
        s->base[place] = (0.5F - s->slack) * sqnorm[place];
    }
    free(s->scaled);
    free(s->sqnorm);
    s->scaled = scaled;
    s->sqnorm = sqnorm;
    return CT_OK;
}

/* Of the neighbours of the first rows of some lists: how many are in the lists of each rank. */
static void count_ranks(const struct search *s, const struct block *sample, size_t n_blocks,
                        const struct neighbors *found, size_t *counts)
{
    const struct neighbors_lists *const lists = &s->lists;
    const size_t k = s->n_neighbors;

    for (size_t b = 0; b < n_blocks; b++) {
        const uint32_t *const near = lists->near + sample[b].list * lists->n_lists;
        for (size_t place = sample[b].first; place < sample[b].first + sample[b].count; place++)
            for (size_t e = 0; e < k; e++) {
                const uint32_t list = lists->list[found->indices[lists->order[place] * k + e]];
                size_t rank = 0;
                while (near[rank] != list)
                    rank++;
                counts[rank]++;
            }
    }
}

/* So many lists that RECALL per cent of the neighbours of a sample of rows are in them. */
static enum ct_status choose_n_near(struct search *s, struct crew *crew,
                                    const struct progress *progress, struct neighbors *out,
                                    struct ct_error *err)
{
    enum { RECALL = 98, BLOCKS = 32, ROWS = 16 };
    const size_t n_blocks = s->n_blocks < BLOCKS ? s->n_blocks : BLOCKS;
    struct block sample[BLOCKS];
    size_t *const counts = ct_calloc_array(s->lists.n_lists, sizeof *counts);
    size_t total = 0, within = 0;

    if (counts == NULL)
        return ct_fail_nomem(err, "nearest neighbours", 0);
    s->n_near = s->lists.n_lists;
    for (size_t b = 0; b < n_blocks; b++) {
        sample[b] = s->blocks[b * s->n_blocks / n_blocks];
        sample[b].count = sample[b].count < ROWS ? sample[b].count : ROWS;
        total += sample[b].count * s->n_neighbors;
    }
    const enum ct_status st = search_run(s, sample, n_blocks, crew, progress, out, err);
    if (st == CT_OK) {
        count_ranks(s, sample, n_blocks, out, counts);
        for (s->n_near = 0; 100 * within < RECALL * total; s->n_near++)
            within += counts[s->n_near];
    }
    free(counts);
    return st;
}

/* Only the nearest lists are searched. */
static enum ct_status run_lists(struct search *s, struct crew *crew,
                                const struct progress *progress, struct neighbors *out,
                                struct ct_error *err)
{
    enum ct_status st =
        neighbors_lists_init(s->scaled, s->X->rows, s->X->cols, crew, progress, &s->lists, err);

    if (st == CT_OK)
        st = search_reorder(s, err);
    if (st == CT_OK)
        st = search_divide(s, err);
    if (st == CT_OK)
        st = choose_n_near(s, crew, progress, out, err);
    if (st == CT_OK)
        st = search_run(s, s->blocks, s->n_blocks, crew, progress, out, err);
    return st;
}

static enum ct_status find(const struct mat *X, size_t n_neighbors, bool exactly, struct crew *crew,
                           const struct progress *progress, struct neighbors *out,
                           struct ct_error *err)
{
    enum ct_status st = neighbors_check(X, n_neighbors, err);
    if (st != CT_OK)
        return st;

    const size_t n = X->rows;
    struct search s = { .X = X, .n_neighbors = n_neighbors };
    struct neighbors found = { .n_samples = n, .n_neighbors = n_neighbors };

    found.indices = array_2d(n, n_neighbors, sizeof *found.indices);
    found.sqdistances = array_2d(n, n_neighbors, sizeof *found.sqdistances);
    if (!search_init(&s, crew_size(crew)) || found.indices == NULL || found.sqdistances == NULL)
        st = ct_fail_nomem(err, "nearest neighbours", 0);
    if (st == CT_OK)
        st = blas_library_load(crew_size(crew), err);
    if (st == CT_OK)
        st = search_scale(&s, err);
    if (st == CT_OK)
        st = exactly ? run_exact(&s, crew, progress, &found, err)
                     : run_lists(&s, crew, progress, &found, err);
    if (st == CT_OK) {
        *out = found;
        found = (struct neighbors){ 0 };
    }
    neighbors_clear(&found);
    search_clear(&s);
    return st;
}

enum ct_status neighbors_find(const struct mat *X, size_t n_neighbors, struct crew *crew,
                              const struct progress *progress, struct neighbors *out,
                              struct ct_error *err)
{
    return find(X, n_neighbors, true, crew, progress, out, err);
}

enum ct_status neighbors_find_most(const struct mat *X, size_t n_neighbors, struct crew *crew,
                                   const struct progress *progress, struct neighbors *out,
                                   struct ct_error *err)
{
    return find(X, n_neighbors, false, crew, progress, out, err);
}

void neighbors_clear(struct neighbors *neighbors)
{
    free(neighbors->indices);
    free(neighbors->sqdistances);
    *neighbors = (struct neighbors){ 0 };
}
