#include "config.h"
#include "num/neighbors.h"

#include <cblas.h>
#include <float.h>
#include <limits.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/kernel.h"
#include "base/mem.h"

enum { BLOCK = 64 }; /* rows whose products with all others are held at a time, per thread */

struct candidate {
    double sqdistance;
    uint32_t index;
};

struct search {
    size_t n_samples;
    size_t n_features;
    size_t n_neighbors;
    double *centred; /* [n_samples, n_features] */
    double *sqnorm;  /* [n_samples], of the centred rows */
    double max_sqnorm;
    size_t n_lanes;
    double *products;             /* [n_lanes, BLOCK, n_samples] */
    double *scratch;              /* [n_lanes, n_samples] */
    struct candidate *candidates; /* [n_lanes, n_samples] */
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

/* From |a - b|^2 = |a|^2 + |b|^2 - 2 ab: products in, squared distances out. */
CT_KERNEL static void products_to_distances(double *row, const double *sqnorm, double own, size_t n)
{
#pragma omp simd
    for (size_t j = 0; j < n; j++)
        row[j] = own + sqnorm[j] - 2.0 * row[j];
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

static int candidate_compare(const void *a, const void *b)
{
    const struct candidate *const x = a, *const y = b;

    if (x->sqdistance != y->sqdistance)
        return x->sqdistance < y->sqdistance ? -1 : 1;
    return x->index < y->index ? -1 : x->index > y->index;
}

static int candidate_compare_index(const void *a, const void *b)
{
    const struct candidate *const x = a, *const y = b;

    return x->index < y->index ? -1 : x->index > y->index;
}

/* The neighbours of row i, given its approximate squared distances to all rows. */
static void search_row(const struct search *s, size_t lane, size_t i, const double *approximate,
                       struct neighbors *out)
{
    const size_t n = s->n_samples, k = s->n_neighbors;
    double *const scratch = s->scratch + lane * n;
    struct candidate *const candidates = s->candidates + lane * n;
    const double *const own = s->centred + i * s->n_features;
    size_t count = 0;

    memcpy(scratch, approximate, i * sizeof *scratch);
    memcpy(scratch + i, approximate + i + 1, (n - i - 1) * sizeof *scratch);
    /* Whoever lies within the rounding of the k-th distance is a candidate too. */
    const double slack =
        4.0 * DBL_EPSILON * (double)(s->n_features + 4) * (s->sqnorm[i] + s->max_sqnorm);
    const double limit = select_kth(scratch, (ptrdiff_t)n - 1, (ptrdiff_t)k - 1) + slack;
    for (size_t j = 0; j < n; j++)
        if (approximate[j] <= limit && j != i)
            candidates[count++] =
                (struct candidate){ sqdistance(own, s->centred + j * s->n_features, s->n_features),
                                    (uint32_t)j };
    if (count > k) {
        qsort(candidates, count, sizeof *candidates, candidate_compare);
        qsort(candidates, k, sizeof *candidates, candidate_compare_index);
    }
    for (size_t j = 0; j < k; j++) {
        out->indices[i * k + j] = candidates[j].index;
        out->sqdistances[i * k + j] = candidates[j].sqdistance;
    }
}

static void search_block(const struct search *s, size_t lane, size_t begin, struct neighbors *out)
{
    const size_t n = s->n_samples, d = s->n_features;
    const size_t rows = n - begin < BLOCK ? n - begin : BLOCK;
    double *const products = s->products + lane * BLOCK * n;

    cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasTrans, (int)rows, (int)n, (int)d, 1.0,
                s->centred + begin * d, (int)d, s->centred, (int)d, 0.0, products, (int)n);
    for (size_t r = 0; r < rows; r++) {
        products_to_distances(products + r * n, s->sqnorm, s->sqnorm[begin + r], n);
        search_row(s, lane, begin + r, products + r * n, out);
    }
}

/* The column means are taken out, and with them the offset that would spoil the products. */
static void search_centre(struct search *s, const struct mat *X)
{
    enum { COLUMNS = 8 }; /* at a time: a cache line of each row */
    const size_t n = s->n_samples, d = s->n_features;

    for (size_t first = 0; first < d; first += COLUMNS) {
        const size_t columns = d - first < COLUMNS ? d - first : COLUMNS;
        double mean[COLUMNS] = { 0 };
        for (size_t i = 0; i < n; i++)
            for (size_t j = 0; j < columns; j++)
                mean[j] += X->data[i * d + first + j] / (double)n;
        for (size_t i = 0; i < n; i++)
            for (size_t j = 0; j < columns; j++)
                s->centred[i * d + first + j] = X->data[i * d + first + j] - mean[j];
    }
}

/* False: a value is not finite, or squares overflow. */
static bool search_measure(struct search *s)
{
    double sum = 0.0;

    s->max_sqnorm = 0.0;
    for (size_t i = 0; i < s->n_samples; i++) {
        const double *const row = s->centred + i * s->n_features;
        s->sqnorm[i] = 0.0;
        for (size_t j = 0; j < s->n_features; j++)
            s->sqnorm[i] += row[j] * row[j];
        s->max_sqnorm = fmax(s->max_sqnorm, s->sqnorm[i]);
        sum += s->sqnorm[i];
    }
    return isfinite(8.0 * sum);
}

/* One lane's share of the blocks between two ticks. */
struct round {
    const struct search *search;
    struct neighbors *out;
    size_t first; /* block */
    size_t turns; /* blocks a lane */
};

static void search_lane(void *context, size_t lane)
{
    const struct round *const r = context;
    const size_t n = r->search->n_samples, begin = r->first + lane * r->turns;

    for (size_t block = begin; block < begin + r->turns && block * BLOCK < n; block++)
        search_block(r->search, lane, block * BLOCK, r->out);
}

static enum ct_status search_run(const struct search *s, struct crew *crew,
                                 const struct progress *progress, struct neighbors *out,
                                 struct ct_error *err)
{
    const size_t n_blocks = (s->n_samples + BLOCK - 1) / BLOCK;
    struct round round = { .search = s, .out = out };

    round.turns = (n_blocks + 100 * s->n_lanes - 1) / (100 * s->n_lanes); /* a hundred ticks */
    for (; round.first < n_blocks; round.first += round.turns * s->n_lanes) {
        if (!progress_tick(progress, round.first, n_blocks))
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

enum ct_status neighbors_find(const struct mat *X, size_t n_neighbors, struct crew *crew,
                              const struct progress *progress, struct neighbors *out,
                              struct ct_error *err)
{
    enum ct_status st = neighbors_check(X, n_neighbors, err);
    if (st != CT_OK)
        return st;

    const size_t n = X->rows, n_blocks = (n + BLOCK - 1) / BLOCK;
    const size_t threads = crew_size(crew);
    struct search s = { .n_samples = n, .n_features = X->cols, .n_neighbors = n_neighbors };
    struct neighbors found = { .n_samples = n, .n_neighbors = n_neighbors };

    s.n_lanes = threads < n_blocks ? threads : n_blocks;
    s.centred = array_2d(n, X->cols, sizeof *s.centred);
    s.sqnorm = ct_malloc_array(n, sizeof *s.sqnorm);
    s.products = array_2d(s.n_lanes * BLOCK, n, sizeof *s.products);
    s.scratch = array_2d(s.n_lanes, n, sizeof *s.scratch);
    s.candidates = array_2d(s.n_lanes, n, sizeof *s.candidates);
    found.indices = array_2d(n, n_neighbors, sizeof *found.indices);
    found.sqdistances = array_2d(n, n_neighbors, sizeof *found.sqdistances);
    if (s.centred == NULL || s.sqnorm == NULL || s.products == NULL || s.scratch == NULL ||
        s.candidates == NULL || found.indices == NULL || found.sqdistances == NULL)
        st = ct_fail_nomem(err, "nearest neighbours", 0);
    if (st == CT_OK) {
        search_centre(&s, X);
        if (!search_measure(&s))
            st = ct_fail(err, CT_EINVAL,
                         "nearest neighbours: a value is not finite, or squared distances "
                         "overflow; remove the value or scale the data");
    }
    if (st == CT_OK)
        st = search_run(&s, crew, progress, &found, err);
    if (st == CT_OK) {
        *out = found;
        found = (struct neighbors){ 0 };
    }
    neighbors_clear(&found);
    free(s.centred);
    free(s.sqnorm);
    free(s.products);
    free(s.scratch);
    free(s.candidates);
    return st;
}

void neighbors_clear(struct neighbors *neighbors)
{
    free(neighbors->indices);
    free(neighbors->sqdistances);
    *neighbors = (struct neighbors){ 0 };
}
