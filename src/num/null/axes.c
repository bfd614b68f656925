#include "config.h"
#include "num/null/axes.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "num/linear/blas_library.h"
#include "num/linear/eigen.h"
#include "num/philox.h"

enum { ROWS = 256 }; /* neurons permuted at a time */

struct permuted { /* a crew's task: block b computes largest[b] */
    const struct profiles *p;
    uint64_t seed;
    double largest[AXES_LAYERS];
    struct ct_error error[AXES_LAYERS];
    enum ct_status status[AXES_LAYERS];
};

/* rows [n, n_samples]: the profiles of neurons first .., each with its samples permuted. */
static void permute_rows(const struct permuted *t, size_t b, size_t first, size_t n, double *rows,
                         struct keyed *keys, size_t *order)
{
    const size_t s = t->p->n_samples;

    for (size_t i = 0; i < n; i++) {
        const double *const w = t->p->w + (first + i) * s;
        struct philox rng;
        philox_init(&rng, t->seed, STREAM_AXES, b * t->p->n_neurons + first + i);
        philox_permutation(&rng, s, keys, order);
        for (size_t k = 0; k < s; k++)
            rows[i * s + k] = w[order[k]];
    }
}

/* The mean of the permuted profiles is needed for their covariance: products and sums first, then
 * less the product of the means. */
static void permuted_products(const struct permuted *t, size_t b, double *cov, double *mean,
                              double *rows, struct keyed *keys, size_t *order)
{
    const size_t s = t->p->n_samples;
    const size_t n = t->p->n_neurons;

    memset(mean, 0, s * sizeof *mean);
    for (size_t first = 0; first < n; first += ROWS) {
        const size_t count = size_min(ROWS, n - first);
        permute_rows(t, b, first, count, rows, keys, order);
        for (size_t i = 0; i < count; i++)
            for (size_t k = 0; k < s; k++)
                mean[k] += rows[i * s + k] / (double)n;
        blas.dgemm(CblasRowMajor, CblasTrans, CblasNoTrans, (int)s, (int)s, (int)count,
                   1.0 / (double)n, rows, (int)s, rows, (int)s, first > 0 ? 1.0 : 0.0, cov, (int)s);
    }
    for (size_t i = 0; i < s; i++)
        for (size_t k = 0; k < s; k++)
            cov[i * s + k] -= mean[i] * mean[k];
}

static void permuted_layer(void *context, size_t b)
{
    struct permuted *const t = context;
    const size_t s = t->p->n_samples;
    double *const cov = ct_malloc_array(s, s * sizeof *cov);
    double *const rows = ct_malloc_array(ROWS, s * sizeof *rows);
    double *const values = ct_malloc_array(s, 2 * sizeof *values);
    struct keyed *const keys = ct_malloc_array(s, sizeof *keys);
    size_t *const order = ct_malloc_array(s, sizeof *order);

    if (cov == NULL || rows == NULL || values == NULL || keys == NULL || order == NULL) {
        t->status[b] = ct_fail_nomem(&t->error[b], "shared axes", 0);
    } else {
        permuted_products(t, b, cov, values + s, rows, keys, order);
        t->status[b] = eigen_symmetric(cov, s, values, &t->error[b]);
        t->largest[b] = values[0];
    }
    free(cov);
    free(rows);
    free(values);
    free(keys);
    free(order);
}

static enum ct_status find_bound(const struct profiles *p, uint64_t seed, struct crew *crew,
                                 double *bound, struct ct_error *err)
{
    struct permuted t = { .p = p, .seed = seed };

    crew_run(crew, AXES_LAYERS, permuted_layer, &t);
    *bound = 0.0;
    for (size_t b = 0; b < AXES_LAYERS; b++) {
        if (t.status[b] != CT_OK) {
            if (err != NULL)
                *err = t.error[b];
            return t.status[b];
        }
        *bound = fmax(*bound, t.largest[b]);
    }
    return CT_OK;
}

double axes_memory(size_t n_neurons, size_t n_samples, size_t n_threads)
{
    const double s = (double)n_samples;

    (void)n_neurons;
    return (double)(n_threads + 1) *
           (sizeof(double) * (s * s + ROWS * s + 6.0 * s) + eigen_symmetric_memory(n_samples));
}

enum ct_status axes_new(const struct profiles *p, uint64_t seed, struct crew *crew,
                        struct axes *out, struct ct_error *err)
{
    const size_t s = p->n_samples;
    struct axes a = { .n_samples = s, .vectors = ct_malloc_array(s, s * sizeof *a.vectors) };
    double *const values = ct_malloc_array(s, 2 * sizeof *values);
    enum ct_status status =
        a.vectors != NULL && values != NULL ? CT_OK : ct_fail_nomem(err, "shared axes", 0);

    if (status == CT_OK)
        status = covariance(p->w, p->n_neurons, s, values + s, a.vectors, err);
    if (status == CT_OK)
        status = eigen_symmetric(a.vectors, s, values, err);
    if (status == CT_OK)
        status = find_bound(p, seed, crew, &a.bound, err);
    while (status == CT_OK && a.n < s && (a.n < AXES_LEAST || values[a.n] > a.bound))
        a.n++;
    free(values);
    if (status != CT_OK) {
        axes_clear(&a);
        return status;
    }
    *out = a;
    return CT_OK;
}

void axes_clear(struct axes *axes)
{
    free(axes->vectors);
    *axes = (struct axes){ .n = 0 };
}

void axes_project(const struct axes *axes, const double *w, size_t n_rows, double *x)
{
    const size_t d = axes->n;

    blas.dgemm(CblasRowMajor, CblasNoTrans, CblasTrans, (int)n_rows, (int)d, (int)axes->n_samples,
               1.0, w, (int)axes->n_samples, axes->vectors, (int)axes->n_samples, 0.0, x, (int)d);
    for (size_t i = 0; i < n_rows; i++) {
        double square = 0.0;
        for (size_t k = 0; k < d; k++)
            square += x[i * d + k] * x[i * d + k];
        for (size_t k = 0; k < d; k++)
            x[i * d + k] = square > 0.0 ? x[i * d + k] / sqrt(square) : 0.0;
    }
}

/* ---- clumping ---- */

enum { STRIPE = 32 }; /* rows whose products with all rows are computed at a time */

/* The sum of the largest products [n], without that of the row with itself. */
static double sum_of_nearest(const double *products, size_t n, size_t self)
{
    double top[CLUMPING_NEAREST] = { -INFINITY, -INFINITY, -INFINITY };
    double sum = 0.0;

    for (size_t j = 0; j < n; j++) {
        double x = products[j];
        if (j == self || x <= top[CLUMPING_NEAREST - 1])
            continue;
        for (size_t k = 0; k < CLUMPING_NEAREST; k++)
            if (x > top[k]) {
                const double lower = top[k];
                top[k] = x;
                x = lower;
            }
    }
    for (size_t k = 0; k < CLUMPING_NEAREST; k++)
        sum += top[k];
    return sum;
}

double clumping_memory(size_t n)
{
    return (double)(STRIPE * sizeof(double)) * (double)n;
}

enum ct_status clumping(const double *x, size_t n, size_t d, double *out, struct ct_error *err)
{
    double *const products = ct_malloc_array(n, STRIPE * sizeof *products);
    double sum = 0.0;

    if (products == NULL)
        return ct_fail_nomem(err, "clumping", 0);
    for (size_t first = 0; n >= CLUMPING_LEAST && first < n; first += STRIPE) {
        const size_t rows = size_min(STRIPE, n - first);
        blas.dgemm(CblasRowMajor, CblasNoTrans, CblasTrans, (int)rows, (int)n, (int)d, 1.0,
                   x + first * d, (int)d, x, (int)d, 0.0, products, (int)n);
        for (size_t i = 0; i < rows; i++)
            sum += sum_of_nearest(products + i * n, n, first + i) / CLUMPING_NEAREST;
    }
    free(products);
    *out = n >= CLUMPING_LEAST ? sum / (double)n : NAN;
    return CT_OK;
}
