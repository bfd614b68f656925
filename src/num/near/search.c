#include "config.h"
#include "num/near/search.h"

#include <float.h>
#include <math.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/kernel.h"
#include "base/mem.h"
#include "num/linear/blas_library.h"
#include "num/scale.h"

enum {
    FEW_SAMPLES = 4096, /* with fewer, rows are distributed in small portions */
    FEW_ROWS = 64,
    MANY_ROWS = 256,
    COLUMNS = 512, /* columns of products at a time, so that they fit a core's cache */
};

struct neighbors_lane {
    float *products;              /* [rows, COLUMNS] */
    struct shortlist *shortlists; /* [rows] */
    float *halves;                /* [rows, capacity], for the shortlists */
    uint32_t *indices;            /* [rows, capacity] */
    uint32_t *candidates;         /* [n_samples] */
    double *sqdistances;          /* [n_samples], of the candidates */
    double *scratch;              /* [n_samples] */
};

void *neighbors_array(size_t count_a, size_t count_b, size_t size)
{
    size_t count;

    return ct_mul_size(count_a, count_b, &count) ? ct_aligned_array(count, size) : NULL;
}

static bool lane_init(struct neighbors_lane *lane, const struct neighbors_search *s)
{
    const size_t n = s->X->rows;

    lane->products = neighbors_array(s->rows, COLUMNS, sizeof *lane->products);
    lane->shortlists = ct_malloc_array(s->rows, sizeof *lane->shortlists);
    lane->halves = neighbors_array(s->rows, s->halves.capacity, sizeof *lane->halves);
    lane->indices = neighbors_array(s->rows, s->halves.capacity, sizeof *lane->indices);
    lane->candidates = ct_malloc_array(n, sizeof *lane->candidates);
    lane->sqdistances = ct_malloc_array(n, sizeof *lane->sqdistances);
    lane->scratch = ct_malloc_array(n, sizeof *lane->scratch);
    if (lane->products == NULL || lane->shortlists == NULL || lane->halves == NULL ||
        lane->indices == NULL || lane->candidates == NULL || lane->sqdistances == NULL ||
        lane->scratch == NULL)
        return false;
    for (size_t r = 0; r < s->rows; r++) {
        lane->shortlists[r].halves = lane->halves + r * s->halves.capacity;
        lane->shortlists[r].indices = lane->indices + r * s->halves.capacity;
    }
    return true;
}

bool neighbors_search_init(struct neighbors_search *s, const struct mat *X, size_t n_neighbors,
                           size_t n_threads)
{
    const size_t n = X->rows, d = X->cols;

    s->X = X;
    s->rows = n < FEW_SAMPLES ? FEW_ROWS : MANY_ROWS;
    s->halves.n_neighbors = n_neighbors;
    s->halves.capacity = shortlist_capacity(n_neighbors);
    s->n_lanes = n_threads;
    s->scaled = neighbors_array(n, d, sizeof *s->scaled);
    s->halves.sqnorm = ct_malloc_array(n, sizeof *s->halves.sqnorm);
    s->halves.base = ct_malloc_array(n, sizeof *s->halves.base);
    s->lanes = ct_calloc_array(s->n_lanes, sizeof *s->lanes);
    bool complete =
        s->scaled != NULL && s->halves.sqnorm != NULL && s->halves.base != NULL && s->lanes != NULL;
    for (size_t l = 0; complete && l < s->n_lanes; l++)
        complete = lane_init(s->lanes + l, s);
    return complete;
}

/* Memory of one thread. */
static double lane_memory(size_t n_samples, size_t n_neighbors)
{
    const struct neighbors_lane *const lane = NULL;
    const double products = (double)COLUMNS * sizeof *lane->products;
    const double row = products + shortlist_memory(n_neighbors);
    const size_t sample =
        sizeof *lane->candidates + sizeof *lane->sqdistances + sizeof *lane->scratch;

    return MANY_ROWS * row + (double)(n_samples * sample);
}

double neighbors_search_memory(size_t n_samples, size_t n_features, size_t n_neighbors,
                               int n_threads)
{
    const struct neighbors_search *const s = NULL;
    const double n = (double)n_samples;
    const double row = (double)n_features * sizeof *s->scaled + sizeof *s->halves.sqnorm;
    const double rows = n * (2.0 * row + sizeof *s->halves.base); /* twice, for reordering */
    const double blocks = n / MANY_ROWS * sizeof *s->blocks;

    return rows + blocks + neighbors_lists_memory(n_samples, n_features) +
           n_threads * lane_memory(n_samples, n_neighbors);
}

void neighbors_search_clear(struct neighbors_search *s)
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
    free(s->halves.sqnorm);
    free(s->halves.base);
}

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

/* The k-th smallest value of v (from 0); reorders v. Hoare 1961, CACM 4:321 (Algorithm 65), with
 * the median of three as the pivot. */
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
            break; /* all between j and i equal the pivot */
    }
    return v[k];
}

/* Selects the nearest to row i among the candidates, whose indices are ascending. */
static void choose(const struct neighbors_search *s, const struct neighbors_lane *lane, size_t i,
                   size_t count)
{
    const size_t k = s->halves.n_neighbors, d = s->X->cols;
    const double *const own = mat_row(s->X, i);
    uint32_t *const indices = s->indices + i * k;
    double *const sqdistances = s->sqdistances + i * k;
    size_t nearer = 0, kept = 0;

    for (size_t c = 0; c < count; c++)
        lane->sqdistances[c] = sqdistance(own, mat_row(s->X, lane->candidates[c]), d);
    memcpy(lane->scratch, lane->sqdistances, count * sizeof *lane->scratch);
    const double kth = select_kth(lane->scratch, (ptrdiff_t)count, (ptrdiff_t)k - 1);
    for (size_t c = 0; c < count; c++)
        nearer += lane->sqdistances[c] < kth;
    size_t ties = k - nearer; /* the first of those at the k-th distance are taken */
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

/* The candidates of row i: its shortlist, or all rows if the shortlist overflowed. */
static size_t take_candidates(const struct neighbors_search *s, const struct neighbors_lane *lane,
                              size_t r, size_t i)
{
    struct shortlist *const list = lane->shortlists + r;
    size_t count = 0;

    if (list->crowded) {
        for (size_t j = 0; j < s->X->rows; j++)
            if (j != s->lists.order[i])
                lane->candidates[count++] = (uint32_t)j;
        return count;
    }
    shortlist_cut(list, &s->halves, i);
    for (; count < list->count; count++)
        lane->candidates[count] = s->lists.order[list->indices[count]];
    if (s->lists.n_lists > 1)
        qsort(lane->candidates, count, sizeof *lane->candidates, index_compare);
    return count;
}

/* Multiplies a block's rows with those of one list and adds them to the shortlists. */
static void search_list(const struct neighbors_search *s, const struct neighbors_lane *lane,
                        const struct neighbors_block *block, size_t begin, size_t end)
{
    const size_t d = s->X->cols;

    for (size_t first = begin; first < end; first += COLUMNS) {
        const size_t columns = end - first < COLUMNS ? end - first : COLUMNS;
        blas.sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, (int)block->count, (int)columns, (int)d,
                   1.0F, s->scaled + block->first * d, (int)d, s->scaled + first * d, (int)d, 0.0F,
                   lane->products, (int)columns);
        for (size_t r = 0; r < block->count; r++)
            shortlist_add(lane->shortlists + r, &s->halves, block->first + r,
                          lane->products + r * columns, first, columns);
    }
}

static void search_block(const struct neighbors_search *s, const struct neighbors_lane *lane,
                         const struct neighbors_block *block)
{
    const struct neighbors_lists *const lists = &s->lists;
    const uint32_t *const near = lists->near + block->list * lists->n_lists;
    size_t seen = 0;

    for (size_t r = 0; r < block->count; r++)
        shortlist_reset(lane->shortlists + r);
    for (size_t l = 0; l < lists->n_lists && (l < s->n_near || seen <= s->halves.n_neighbors);
         l++) {
        const size_t begin = lists->bounds[near[l]], end = lists->bounds[near[l] + 1];
        search_list(s, lane, block, begin, end);
        seen += end - begin;
    }
    for (size_t r = 0; r < block->count; r++) {
        const size_t count = take_candidates(s, lane, r, block->first + r);
        choose(s, lane, lists->order[block->first + r], count);
    }
}

CT_KERNEL static void add_to_mean(double *restrict mean, const double *restrict row, size_t d,
                                  double n)
{
#pragma omp simd
    for (size_t j = 0; j < d; j++)
        mean[j] += row[j] / n;
}

/* The sum of squared deviations of a row from the column means; raises *largest to the largest
 * deviation. */
CT_KERNEL static double row_spread(const double *restrict row, const double *restrict mean,
                                   size_t d, double *largest)
{
    double sum = 0.0, most = *largest;

#pragma omp simd reduction(+ : sum) reduction(max : most)
    for (size_t j = 0; j < d; j++) {
        const double v = row[j] - mean[j];
        sum += v * v;
        most = fabs(v) > most ? fabs(v) : most;
    }
    *largest = most;
    return sum;
}

/* Column means, and the largest deviation from them. False if a value is not finite, or squares
 * overflow. */
static bool measure(const struct mat *X, double *mean, double *largest)
{
    const size_t n = X->rows, d = X->cols;
    double sum = 0.0;

    *largest = 0.0;
    for (size_t i = 0; i < n; i++)
        add_to_mean(mean, mat_row(X, i), d, (double)n);
    for (size_t i = 0; i < n; i++)
        sum += row_spread(mat_row(X, i), mean, d, largest);
    return isfinite(8.0 * sum);
}

/* Centres and scales a row; returns its squared norm. */
CT_KERNEL static double scale_row(const double *restrict row, const double *restrict mean, size_t d,
                                  const double *restrict scale, float *restrict to)
{
    double sqnorm = 0.0;

#pragma omp simd reduction(+ : sqnorm)
    for (size_t j = 0; j < d; j++) {
        const float v = (float)((row[j] - mean[j]) * scale[0] * scale[1]);
        to[j] = v;
        sqnorm += (double)v * (double)v;
    }
    return sqnorm;
}

enum ct_status neighbors_search_scale(struct neighbors_search *s, struct ct_error *err)
{
    const size_t n = s->X->rows, d = s->X->cols;
    double *const mean = ct_calloc_array(d, sizeof *mean);
    double largest, scale[2];
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
    scale_factors(-exponent, scale);
    /* The rounding error of a product is at most d / 2 of its terms, plus one for each factor and a
     * few for the norm of the row: twice that. */
    s->halves.slack = (float)(d + 16) * (FLT_EPSILON / 2.0F);
    for (size_t i = 0; i < n; i++) {
        s->halves.sqnorm[i] = (float)scale_row(mat_row(s->X, i), mean, d, scale, s->scaled + i * d);
        s->halves.base[i] = (0.5F - s->halves.slack) * s->halves.sqnorm[i];
    }
    free(mean);
    return CT_OK;
}

/* The blocks between two ticks. */
struct round {
    const struct neighbors_search *search;
    const struct neighbors_block *blocks;
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
        search_block(r->search, r->search->lanes + lane, r->blocks + block);
    }
}

enum ct_status neighbors_search_run(const struct neighbors_search *s,
                                    const struct neighbors_block *blocks, size_t n_blocks,
                                    struct crew *crew, const struct progress *progress,
                                    struct ct_error *err)
{
    enum { TICKS = 200 };
    const size_t share = (n_blocks + TICKS - 1) / TICKS, least = 4 * s->n_lanes;
    const size_t turn = share > least ? share : least;

    for (size_t first = 0; first < n_blocks; first += turn) {
        struct round round = { .search = s, .blocks = blocks, .next = first, .end = first + turn };
        if (round.end > n_blocks)
            round.end = n_blocks;
        if (!progress_tick(progress, first, n_blocks))
            return ct_fail(err, CT_ECANCELED, "nearest neighbours: cancelled");
        crew_run(crew, s->n_lanes, search_lane, &round);
    }
    return CT_OK;
}
