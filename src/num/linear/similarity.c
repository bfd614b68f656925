#include "config.h"
#include "num/linear/similarity.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/kernel.h"
#include "base/mem.h"
#include "num/scale.h"

static CT_KERNEL double product(const double *a, const double *b, size_t d)
{
    double sum = 0.0;

    for (size_t k = 0; k < d; k++)
        sum = fma(a[k], b[k], sum);
    return sum;
}

double row_product(const struct mat *X, size_t i, size_t j)
{
    return product(mat_row(X, i), mat_row(X, j), X->cols);
}

/* Whether a product of rows, their squared length, say, may have lost digits or range. */
static bool is_out_of_range(double product)
{
    return !(product >= 0x1p-900 && product <= 0x1p+1000);
}

/* 2^exponent exceeds the magnitudes of the row; false: it is zero, or not finite. */
static bool row_exponent(const struct mat *X, size_t i, int *exponent)
{
    double largest = 0.0;

    for (size_t k = 0; k < X->cols; k++) {
        const double x = fabs(mat_row(X, i)[k]);
        if (!isfinite(x))
            return false;
        largest = fmax(largest, x);
    }
    frexp(largest, exponent);
    return largest > 0.0;
}

/* The product of rows that are scaled to magnitudes below 1. */
static double scaled_product(const struct mat *X, size_t i, int e_i, size_t j, int e_j)
{
    const double *const a = mat_row(X, i), *const b = mat_row(X, j);
    double sum = 0.0;
    double scale[2][2];

    scale_factors(-e_i, scale[0]);
    scale_factors(-e_j, scale[1]);
    for (size_t k = 0; k < X->cols; k++)
        sum = fma(a[k] * scale[0][0] * scale[0][1], b[k] * scale[1][0] * scale[1][1], sum);
    return sum;
}

void row_norms(const struct mat *X, double *norms)
{
    for (size_t i = 0; i < X->rows; i++) {
        const double square = row_product(X, i, i);
        int exponent = 0;
        if (is_out_of_range(square) && row_exponent(X, i, &exponent))
            norms[i] = ldexp(sqrt(scaled_product(X, i, exponent, i, exponent)), exponent);
        else
            norms[i] = sqrt(square);
    }
}

static double scaled_cosine(const struct mat *X, size_t i, size_t j)
{
    int e_i = 0, e_j = 0;

    if (!row_exponent(X, i, &e_i) || !row_exponent(X, j, &e_j))
        return (double)NAN;
    return scaled_product(X, i, e_i, j, e_j) /
           (sqrt(scaled_product(X, i, e_i, i, e_i)) * sqrt(scaled_product(X, j, e_j, j, e_j)));
}

double cosine_of_product(double product, const struct mat *X, const double *norms, size_t i,
                         size_t j)
{
    if (norms[i] == 0.0 || norms[j] == 0.0)
        return 0.0;
    if (i == j)
        return 1.0;
    const double lengths = norms[i] * norms[j];
    return is_out_of_range(lengths) ? scaled_cosine(X, i, j) : product / lengths;
}

double row_cosine(const struct mat *X, const double *norms, size_t i, size_t j)
{
    return cosine_of_product(row_product(X, i, j), X, norms, i, j);
}

void unit_factors(const struct mat *X, const double *norms, size_t i, double factors[2])
{
    int exponent = 0;

    factors[0] = norms[i] == 0.0 ? 0.0 : 1.0 / norms[i];
    factors[1] = 1.0;
    if (!is_out_of_range(norms[i] * norms[i]) || !row_exponent(X, i, &exponent))
        return;
    scale_factors(-exponent, factors);
    factors[1] /= sqrt(scaled_product(X, i, exponent, i, exponent));
}

enum { GROUP = 8 }; /* products at a time: a single sum would wait for each addition */

static CT_KERNEL void product_group(const double *const a[GROUP], const double *const b[GROUP],
                                    size_t d, double out[GROUP])
{
    double sum[GROUP] = { 0.0 };

    for (size_t k = 0; k < d; k++)
#pragma GCC unroll 8
        for (size_t u = 0; u < GROUP; u++)
            sum[u] = fma(a[u][k], b[u][k], sum[u]);
    memcpy(out, sum, sizeof sum);
}

void row_products(const struct mat *X, const uint32_t (*pairs)[2], size_t n, double *out)
{
    for (size_t at = 0; at < n; at += GROUP) {
        const size_t some = n - at < GROUP ? n - at : GROUP;
        const double *a[GROUP], *b[GROUP];
        double products[GROUP];
        for (size_t u = 0; u < GROUP; u++) {
            const uint32_t *const pair = pairs[at + (u < some ? u : 0)];
            a[u] = mat_row(X, pair[0]);
            b[u] = mat_row(X, pair[1]);
        }
        product_group(a, b, X->cols, products);
        memcpy(out + at, products, some * sizeof *out);
    }
}

enum { PANEL = 32 }; /* columns of the product computed together */

/* The products of a with the rows in panel [d, PANEL]. */
static CT_KERNEL void panel_products(const double *restrict a, const double *restrict panel,
                                     size_t d, double *restrict out)
{
    double sum[PANEL] = { 0.0 };

    for (size_t k = 0; k < d; k++)
#pragma omp simd
        for (size_t c = 0; c < PANEL; c++)
            sum[c] = fma(a[k], panel[k * PANEL + c], sum[c]);
    memcpy(out, sum, sizeof sum);
}

static size_t row_at(const size_t *order, size_t place)
{
    return order != NULL ? order[place] : place;
}

enum ct_status gram_rows(const struct mat *X, const size_t *order, size_t first, size_t n_rows,
                         double *out, struct ct_error *err)
{
    const size_t n = X->rows;
    const size_t d = X->cols;
    double *const panel = ct_calloc_array(d, PANEL * sizeof *panel);
    double products[PANEL];

    if (panel == NULL)
        return ct_fail_nomem(err, "gram", 8ULL * PANEL * d);
    for (size_t c = 0; c < n; c += PANEL) {
        const size_t width = n - c < PANEL ? n - c : PANEL;
        for (size_t u = 0; u < width; u++)
            for (size_t k = 0; k < d; k++)
                panel[k * PANEL + u] = mat_row(X, row_at(order, c + u))[k];
        for (size_t r = 0; r < n_rows; r++) {
            panel_products(mat_row(X, row_at(order, first + r)), panel, d, products);
            memcpy(out + r * n + c, products, width * sizeof *out);
        }
    }
    free(panel);
    return CT_OK;
}

/* A sum of rows scaled to length 1. */
struct bundle {
    double *sum; /* [d] */
    double n;    /* rows */
    double own;  /* sum of their squared lengths: 1 for each nonzero row */
};

struct pairs {  /* ordered pairs */
    double sum; /* of their cosines */
    double n;
};

static void bundle_add(struct bundle *b, const struct mat *X, const double *norms, size_t i)
{
    const double *const row = mat_row(X, i);
    double factors[2];

    unit_factors(X, norms, i, factors);
    for (size_t k = 0; k < X->cols; k++)
        b->sum[k] += factors[0] * row[k] * factors[1];
    b->n += 1.0;
    b->own += norms[i] == 0.0 ? 0.0 : 1.0;
}

/* Adds b to all and clears b. */
static void bundle_merge(struct bundle *all, struct bundle *b, size_t d)
{
    for (size_t k = 0; k < d; k++)
        all->sum[k] += b->sum[k];
    all->n += b->n;
    all->own += b->own;
    memset(b->sum, 0, d * sizeof *b->sum);
    b->n = b->own = 0.0;
}

/* Adds the pairs of different rows of a bundle: the square of its sum, minus each row with
 * itself. */
static void add_inside(struct pairs *pairs, const struct bundle *b, size_t d)
{
    pairs->sum += product(b->sum, b->sum, d) - b->own;
    pairs->n += b->n * (b->n - 1.0);
}

static void add_across(struct pairs *pairs, const struct bundle *a, const struct bundle *b,
                       size_t d)
{
    pairs->sum += 2.0 * product(a->sum, b->sum, d);
    pairs->n += 2.0 * a->n * b->n;
}

static double pairs_mean(const struct pairs *pairs)
{
    return pairs->n > 0.0 ? pairs->sum / pairs->n : NAN;
}

enum ct_status cosine_means(const struct mat *X, const double *norms, const int32_t *labels,
                            const size_t *order, struct cosine_means *out, struct ct_error *err)
{
    const size_t d = X->cols;
    double *const sums = ct_calloc_array(d, 3 * sizeof *sums);
    struct pairs all = { 0 };
    struct pairs within = { 0 };
    struct pairs between = { 0 };

    if (sums == NULL)
        return ct_fail_nomem(err, "sums of rows", 24ULL * d);
    struct bundle one = { .sum = sums };
    struct bundle clustered = { .sum = sums + d };
    struct bundle noise = { .sum = sums + 2 * d };
    for (size_t k = 0; k < X->rows; k++) {
        const size_t i = order[k];
        const bool in_cluster = labels[i] >= 0;
        bundle_add(in_cluster ? &one : &noise, X, norms, i);
        if (!in_cluster || (k + 1 < X->rows && labels[order[k + 1]] == labels[i]))
            continue;
        add_inside(&within, &one, d);
        add_across(&between, &clustered, &one, d);
        bundle_merge(&clustered, &one, d);
    }
    bundle_merge(&clustered, &noise, d);
    add_inside(&all, &clustered, d);
    *out = (struct cosine_means){ .all = pairs_mean(&all),
                                  .within = pairs_mean(&within),
                                  .between = pairs_mean(&between) };
    free(sums);
    return CT_OK;
}

double cosine_means_memory(size_t n_features)
{
    return (double)n_features * (3 * sizeof(double)); /* sums of three bundles */
}

struct labelled {
    int32_t label;
    size_t index;
};

static int compare_labels(const void *left, const void *right)
{
    const struct labelled *const a = left;
    const struct labelled *const b = right;

    if (a->label != b->label)
        return a->label < b->label ? -1 : 1;
    return (a->index > b->index) - (a->index < b->index);
}

enum ct_status order_by_label(const int32_t *labels, size_t n, size_t *order, struct ct_error *err)
{
    struct labelled *const sorted = ct_malloc_array(n, sizeof *sorted);

    if (sorted == NULL)
        return ct_fail_nomem(err, "sort by label", (unsigned long long)n * sizeof *sorted);
    for (size_t i = 0; i < n; i++)
        sorted[i] = (struct labelled){ labels[i], i };
    qsort(sorted, n, sizeof *sorted, compare_labels);
    for (size_t i = 0; i < n; i++)
        order[i] = sorted[i].index;
    free(sorted);
    return CT_OK;
}

double order_by_label_memory(size_t n)
{
    return 2.0 * (double)n * sizeof(struct labelled); /* qsort() may copy the array */
}
