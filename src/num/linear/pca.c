#include "config.h"
#include "num/linear/pca.h"

#include <float.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "num/linear/blas_library.h"
#include "num/scale.h"

struct pca {
    size_t n_samples;
    size_t n_features;
    size_t order;    /* of the product matrix: min(n_samples, n_features) */
    size_t n_found;  /* components that exist: at most order */
    int exponent;    /* data are scaled by 2^-exponent to avoid overflow and underflow of squares */
    double *centred; /* [n_samples, n_features] */
    double *product; /* [order, order] */
    double *values;  /* [order], ascending; the first n_found are used */
    double *vectors; /* [n_found, order] */
};

static enum ct_status pca_scale(struct pca *p, const struct mat *X, struct ct_error *err)
{
    const size_t size = p->n_samples * p->n_features;
    double largest = 0.0, scale[2];

    for (size_t e = 0; e < size; e++) {
        const double magnitude = fabs(X->data[e]);
        if (!(magnitude <= DBL_MAX))
            return ct_fail(err, CT_EINVAL,
                           "PCA: row %zu, column %zu (from 0) is not finite; remove it",
                           e / p->n_features, e % p->n_features);
        largest = magnitude > largest ? magnitude : largest;
    }
    frexp(largest, &p->exponent);
    scale_factors(-p->exponent, scale);
    for (size_t e = 0; e < size; e++)
        p->centred[e] = X->data[e] * scale[0] * scale[1];
    return CT_OK;
}

/* Subtracts the column means, twice to remove the rounding error, so that a constant column becomes
 * exactly zero. */
static void pca_centre(struct pca *p)
{
    enum { COLUMNS = 8 }; /* at a time: one cache line per row */
    const size_t n = p->n_samples, d = p->n_features;

    for (size_t first = 0; first < d; first += COLUMNS) {
        const size_t columns = d - first < COLUMNS ? d - first : COLUMNS;
        for (int pass = 0; pass < 2; pass++) {
            double sum[COLUMNS] = { 0 };
            for (size_t i = 0; i < n; i++)
                for (size_t j = 0; j < columns; j++)
                    sum[j] += p->centred[i * d + first + j];
            for (size_t i = 0; i < n; i++)
                for (size_t j = 0; j < columns; j++)
                    p->centred[i * d + first + j] -= sum[j] / (double)n;
        }
    }
}

enum { STRIPE = 48 }; /* rows of the product matrix computed together */

/* Computes rows STRIPE * stripe .. of the upper triangle of X'X or XX'. */
static void pca_product_stripe(void *context, size_t stripe)
{
    const struct pca *const p = context;
    const int n = (int)p->n_samples, d = (int)p->n_features, order = (int)p->order;
    const int first = (int)stripe * STRIPE;
    const int rows = order - first < STRIPE ? order - first : STRIPE;
    const double *const from = p->centred + (size_t)first * (n < d ? p->n_features : 1);
    double *const to = p->product + (size_t)first * p->order + (size_t)first;

    if (n < d)
        blas.dgemm(CblasRowMajor, CblasNoTrans, CblasTrans, rows, order - first, d, 1.0, from, d,
                   from, d, 0.0, to, order);
    else
        blas.dgemm(CblasRowMajor, CblasTrans, CblasNoTrans, rows, order - first, n, 1.0, from, d,
                   from, d, 0.0, to, order);
}

enum { WORK = 70, IWORK = 10 }; /* workspace of dsyevr per row of the product matrix */

static enum ct_status pca_eigen(const struct pca *p, struct ct_error *err)
{
    const int order = (int)p->order, lwork = WORK * order, liwork = IWORK * order;
    const int last = order, first = order - (int)p->n_found + 1;
    const double none = 0.0;
    int m = 0, info = 0;
    double *const work = ct_malloc_array((size_t)lwork, sizeof *work);
    int *const iwork = ct_malloc_array((size_t)liwork, sizeof *iwork);
    int *const support = ct_malloc_array(2 * p->order, sizeof *support);
    enum ct_status st = CT_OK;

    if (work == NULL || iwork == NULL || support == NULL)
        st = ct_fail_nomem(err, "PCA: eigenvectors", 0);
    else /* row-major upper is column-major lower */
        blas.dsyevr_("V", "I", "L", &order, p->product, &order, &none, &none, &first, &last, &none,
                     &m, p->values, p->vectors, &order, support, work, &lwork, iwork, &liwork,
                     &info, 1, 1, 1);
    if (st == CT_OK && (info != 0 || m != (int)p->n_found))
        st = ct_fail(err, CT_EINVAL, "PCA: eigenvectors not found (LAPACK says %d); check the data",
                     info);
    free(work);
    free(iwork);
    free(support);
    return st;
}

/* Column c of the scores: X v, or sigma u, in the scaled units. Returns its norm. */
static double pca_project(const struct pca *p, size_t c, struct mat *scores)
{
    const int n = (int)p->n_samples, d = (int)p->n_features, k = (int)scores->cols;
    const double *const vector = p->vectors + (p->n_found - 1 - c) * p->order;
    double *const column = scores->data + c;

    if (n >= d) {
        blas.dgemv(CblasRowMajor, CblasNoTrans, n, d, 1.0, p->centred, d, vector, 1, 0.0, column,
                   k);
        return blas.dnrm2(n, column, k);
    }
    /* sigma as the norm of X'u is accurate where the root of the eigenvalue is not. */
    double *const image = p->product; /* reused; order * order may be less than d */
    double sigma = 0.0;
    for (int first = 0; first < d; first += n) {
        const int columns = d - first < n ? d - first : n;
        blas.dgemv(CblasRowMajor, CblasTrans, n, columns, 1.0, p->centred + first, d, vector, 1,
                   0.0, image, 1);
        sigma = hypot(sigma, blas.dnrm2(columns, image, 1));
    }
    for (size_t i = 0; i < p->n_samples; i++)
        column[i * scores->cols] = sigma * vector[i];
    return sigma;
}

static void pca_finish(const struct pca *p, struct mat *scores)
{
    const double size = (double)p->n_samples * (double)p->n_features;
    double floor = 4.0 * DBL_EPSILON * sqrt(size); /* rounding error of data of at most 1 */

    for (size_t c = 0; c < p->n_found; c++) {
        double *const column = scores->data + c;
        const size_t k = scores->cols;
        const double norm = pca_project(p, c, scores);
        size_t largest = 0;
        if (c == 0)
            floor = fmax(floor, 4.0 * DBL_EPSILON * (double)p->order * norm);
        for (size_t i = 0; i < p->n_samples; i++)
            if (fabs(column[i * k]) > fabs(column[largest * k]))
                largest = i;
        const double sign = norm <= floor ? 0.0 : column[largest * k] < 0.0 ? -1.0 : 1.0;
        for (size_t i = 0; i < p->n_samples; i++)
            column[i * k] = sign == 0.0 ? 0.0 : ldexp(sign * column[i * k], p->exponent);
    }
}

static enum ct_status pca_stopped(struct ct_error *err)
{
    return ct_fail(err, CT_ECANCELED, "PCA: cancelled");
}

static enum ct_status pca_run(struct pca *p, const struct mat *X, struct crew *crew,
                              const struct progress *progress, struct mat *scores,
                              struct ct_error *err)
{
    if (!progress_tick(progress, 0, 1))
        return pca_stopped(err);
    enum ct_status st = pca_scale(p, X, err);
    if (st != CT_OK)
        return st;
    if (!progress_tick(progress, 0, 1))
        return pca_stopped(err);
    pca_centre(p);
    if (!progress_tick(progress, 0, 1))
        return pca_stopped(err);
    crew_run(crew, (p->order + STRIPE - 1) / STRIPE, pca_product_stripe, p);
    if (!progress_tick(progress, 0, 1))
        return pca_stopped(err);
    st = pca_eigen(p, err);
    if (st == CT_OK)
        pca_finish(p, scores);
    return st;
}

enum ct_status pca_scores(const struct mat *X, size_t n_components, struct crew *crew,
                          const struct progress *progress, struct mat *scores, struct ct_error *err)
{
    const size_t order = X->rows < X->cols ? X->rows : X->cols;
    struct pca p = { .n_samples = X->rows, .n_features = X->cols, .order = order };
    struct mat result = { 0 };
    size_t size, square;

    if (order < 1 || X->rows > INT_MAX || X->cols > INT_MAX || order > INT_MAX / WORK ||
        n_components > INT_MAX)
        return ct_fail(err, CT_EINVAL, "PCA: [%zu, %zu] values; none, or too many", X->rows,
                       X->cols);
    if (!ct_mul_size(X->rows, X->cols, &size) || !ct_mul_size(order, order, &square))
        return ct_fail_nomem(err, "PCA", 0);
    enum ct_status st = mat_init(&result, X->rows, n_components, "PCA: scores", err);
    if (st != CT_OK)
        return st;

    p.n_found = n_components < order ? n_components : order;
    p.centred = ct_aligned_array(size, sizeof *p.centred);
    p.product = ct_aligned_array(square, sizeof *p.product);
    p.values = ct_malloc_array(order, sizeof *p.values);
    p.vectors = ct_malloc_array(order * p.n_found, sizeof *p.vectors);
    if (p.centred == NULL || p.product == NULL || p.values == NULL || p.vectors == NULL)
        st = ct_fail_nomem(err, "PCA", 0);
    if (st == CT_OK)
        st = blas_library_load(crew_size(crew), err);
    if (st == CT_OK)
        st = pca_run(&p, X, crew, progress, &result, err);
    if (st == CT_OK) {
        *scores = result;
        result = (struct mat){ 0 };
    }
    mat_clear(&result);
    free(p.centred);
    free(p.product);
    free(p.values);
    free(p.vectors);
    return st;
}

double pca_memory(size_t n_samples, size_t n_features, size_t n_components, int n_threads)
{
    const double n = (double)n_samples, d = (double)n_features, k = (double)n_components;
    const double order = n < d ? n : d;
    const double scores = n * k * sizeof(double);
    const double centred = n * d * sizeof(double);
    const double product = order * order * sizeof(double);
    const double vectors = order * (k + 1.0) * sizeof(double); /* and eigenvalues */
    const double eigen = order * (WORK * sizeof(double) + (IWORK + 2) * sizeof(int));

    return scores + centred + product + vectors + eigen + blas_memory(n_threads);
}
