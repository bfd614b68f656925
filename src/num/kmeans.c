#include "config.h"
#include "num/exact.h"
#include "num/kmeans.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#ifdef _OPENMP
#include <omp.h>
#endif

#include "base/mem.h"
#include "num/kmeans_start.h"

/* Enough to end within 1.0005 of the best of 50 others: 50 are with up to 6 clusters, 200 nearly
 * always with 12, even of points without any structure. A start costs little: 70 microseconds for
 * 2000 points and 3 clusters. */
enum { DEFAULT_N_INIT = 200 };

void kmeans_params_default(struct kmeans_params *params)
{
    *params = (struct kmeans_params){
        .n_clusters = 3, .n_init = DEFAULT_N_INIT, .max_iter = 300, .tol = 1e-4, .n_threads = 1
    };
}

static enum ct_status check_finite(const struct mat *m, const char *what, struct ct_error *err)
{
    for (size_t i = 0; i < m->rows; i++)
        for (size_t j = 0; j < m->cols; j++)
            if (!isfinite(mat_row(m, i)[j]))
                return ct_fail(err, CT_EINVAL,
                               "k-means: row %zu of the %s holds a NaN or an infinity; remove it",
                               i, what);
    return CT_OK;
}

static enum ct_status check(const struct mat *X, const struct kmeans_params *params,
                            struct ct_error *err)
{
    if (X->rows > (size_t)INT32_MAX)
        return ct_fail(err, CT_EINVAL, "k-means: %zu points; at most %ld can be labelled", X->rows,
                       (long)INT32_MAX);
    if (params->n_clusters == 0 || params->n_clusters > X->rows)
        return ct_fail(err, CT_EINVAL,
                       "k-means: %zu clusters of %zu points; give 1 to the number of points",
                       params->n_clusters, X->rows);
    if (X->cols == 0)
        return ct_fail(err, CT_EINVAL, "k-means: the points have no coordinates; give 1 or more");
    if (params->n_init == 0 || params->max_iter == 0)
        return ct_fail(err, CT_EINVAL, "k-means: n_init %zu, max_iter %zu; give at least 1",
                       params->n_init, params->max_iter);
    if (!(params->tol >= 0.0))
        return ct_fail(err, CT_EINVAL, "k-means: tol is %g; give 0 or more", params->tol);
    const struct mat *const init = params->init;
    if (init != NULL && (init->rows != params->n_clusters || init->cols != X->cols))
        return ct_fail(err, CT_EINVAL,
                       "k-means: first centres are [%zu, %zu]; give [%zu, %zu], as the points need",
                       init->rows, init->cols, params->n_clusters, X->cols);
    if (init != NULL && check_finite(init, "first centres", err) != CT_OK)
        return CT_EINVAL;
    return check_finite(X, "points", err);
}

/* Column means, summed in the order of the rows. */
static void column_means(const struct mat *X, double *mean)
{
    memset(mean, 0, X->cols * sizeof *mean);
    for (size_t i = 0; i < X->rows; i++)
        for (size_t j = 0; j < X->cols; j++)
            mean[j] += mat_row(X, i)[j];
    for (size_t j = 0; j < X->cols; j++)
        mean[j] /= (double)X->rows;
}

/* Mean of the columns' variances, of centred values. */
static double mean_variance(const struct kmeans_data *data)
{
    double sum = 0.0;

    for (size_t j = 0; j < data->n_features; j++) {
        double squares = 0.0;
        for (size_t i = 0; i < data->n_samples; i++) {
            const double v = *kmeans_at(data, i, j);
            squares += v * v;
        }
        sum += squares / (double)data->n_samples;
    }
    return sum / (double)data->n_features;
}

static enum ct_status data_init(struct kmeans_data *data, const struct mat *X, const double *mean,
                                struct ct_error *err)
{
    const size_t n_blocks = (X->rows + KMEANS_BLOCK - 1) / KMEANS_BLOCK;
    size_t size = 0;

    *data = (struct kmeans_data){ .n_samples = X->rows, .n_features = X->cols };
    data->n_blocks = n_blocks;
    if (ct_mul_size(n_blocks * KMEANS_BLOCK, X->cols, &size))
        data->values = ct_aligned_array(size, sizeof *data->values);
    if (data->values == NULL)
        return ct_fail_nomem(err, "centred points", 8ULL * size);
    memset(data->values + (n_blocks - 1) * KMEANS_BLOCK * X->cols, 0,
           KMEANS_BLOCK * X->cols * sizeof *data->values);
    for (size_t i = 0; i < X->rows; i++)
        for (size_t j = 0; j < X->cols; j++)
            *kmeans_at(data, i, j) = mat_row(X, i)[j] - mean[j];
    return CT_OK;
}

/* Whether b is a only with other names: every cluster of a lies in one cluster of b. */
static bool same_clustering(const int32_t *a, const int32_t *b, size_t n, int32_t *name,
                            size_t n_clusters)
{
    for (size_t c = 0; c < n_clusters; c++)
        name[c] = -1;
    for (size_t i = 0; i < n; i++) {
        if (name[a[i]] < 0)
            name[a[i]] = b[i];
        else if (name[a[i]] != b[i])
            return false;
    }
    return true;
}

/* One workspace a thread, and the best start so far. */
struct fit {
    struct kmeans_data data;
    struct kmeans_start *work; /* [n_work] */
    size_t n_work;
    struct kmeans_start best;
    int32_t *name; /* [n_clusters] */
};

/* Keeps a start that ends lower in another clustering; the workspace gets the old best. */
static void keep_better(struct fit *f, struct kmeans_start *start)
{
    struct kmeans_start *const best = &f->best;

    if (best->n_iter > 0 && (!(start->inertia < best->inertia) ||
                             same_clustering(start->labels, best->labels, f->data.n_samples,
                                             f->name, start->n_clusters)))
        return;
    const struct kmeans_start old = *best;
    *best = *start;
    *start = old;
}

static void run_starts(struct fit *f, const struct kmeans_params *params, const double *mean)
{
    const size_t n_init = params->init != NULL ? 1 : params->n_init;
    const double tol = params->tol * mean_variance(&f->data);

#pragma omp parallel for ordered schedule(dynamic, 1) num_threads((int)f->n_work)
    for (size_t i = 0; i < n_init; i++) {
#ifdef _OPENMP
        struct kmeans_start *const start = &f->work[omp_get_thread_num()];
#else
        struct kmeans_start *const start = &f->work[0];
#endif
        if (params->init != NULL)
            kmeans_start_given(start, params->init, mean);
        else
            kmeans_start_plusplus(start, &f->data, params->random_state, i);
        kmeans_start_run(start, &f->data, params->max_iter, tol);
#pragma omp ordered
        keep_better(f, start);
    }
}

static enum ct_status fit_init(struct fit *f, const struct mat *X,
                               const struct kmeans_params *params, const double *mean,
                               struct ct_error *err)
{
    const size_t n_init = params->init != NULL ? 1 : params->n_init;
    const size_t n_threads = params->n_threads > 1 ? (size_t)params->n_threads : 1;
    enum ct_status st = data_init(&f->data, X, mean, err);

    if (st != CT_OK)
        return st;
    f->n_work = n_init < n_threads ? n_init : n_threads;
    f->work = ct_calloc_array(f->n_work, sizeof *f->work);
    f->name = ct_malloc_array(params->n_clusters, sizeof *f->name);
    if (f->work == NULL || f->name == NULL)
        return ct_fail_nomem(err, "k-means", 0);
    st = kmeans_start_init(&f->best, &f->data, params->n_clusters, err);
    for (size_t i = 0; st == CT_OK && i < f->n_work; i++)
        st = kmeans_start_init(&f->work[i], &f->data, params->n_clusters, err);
    return st;
}

static void fit_clear(struct fit *f)
{
    for (size_t i = 0; f->work != NULL && i < f->n_work; i++)
        kmeans_start_clear(&f->work[i]);
    kmeans_start_clear(&f->best);
    free(f->work);
    free(f->name);
    free(f->data.values);
}

/* Hands the best start over, its centres moved back to where the points were. */
static enum ct_status hand_over(struct fit *f, const double *mean, struct kmeans_result *out,
                                struct ct_error *err)
{
    struct kmeans_start *const best = &f->best;
    struct mat centers = { 0 };

    if (!isfinite(best->inertia))
        return ct_fail(err, CT_EINVAL, "k-means: squares of the coordinates overflow; scale them");
    if (mat_init(&centers, best->n_clusters, f->data.n_features, "cluster centres", err) != CT_OK)
        return CT_ENOMEM;
    for (size_t c = 0; c < centers.rows; c++)
        for (size_t j = 0; j < centers.cols; j++)
            mat_row(&centers, c)[j] = best->centers[c * centers.cols + j] + mean[j];
    *out = (struct kmeans_result){ .cluster_centers = centers,
                                   .labels = best->labels,
                                   .inertia = best->inertia,
                                   .n_iter = best->n_iter };
    best->labels = NULL;
    return CT_OK;
}

enum ct_status kmeans_fit(const struct mat *X, const struct kmeans_params *params,
                          struct kmeans_result *out, struct ct_error *err)
{
    struct fit f = { 0 };
    enum ct_status st = check(X, params, err);

    if (st != CT_OK)
        return st;
    double *const mean = ct_malloc_array(X->cols, sizeof *mean);
    if (mean == NULL)
        return ct_fail_nomem(err, "column means", 8ULL * X->cols);
    column_means(X, mean);
    st = fit_init(&f, X, params, mean, err);
    if (st == CT_OK) {
        run_starts(&f, params, mean);
        st = hand_over(&f, mean, out, err);
    }
    fit_clear(&f);
    free(mean);
    return st;
}

void kmeans_result_clear(struct kmeans_result *result)
{
    mat_clear(&result->cluster_centers);
    free(result->labels);
    *result = (struct kmeans_result){ 0 };
}
