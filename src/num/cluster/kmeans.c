#include "config.h"
#include "num/cluster/kmeans.h"
#include "num/exact.h"

#include <math.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/crew.h"
#include "base/mem.h"
#include "num/cluster/kmeans_start.h"

/* Enough for an inertia within 1.0005 times the best of 50 other starts: 50 suffice for up to 6
 * clusters, 200 nearly always for 12, even on points without structure. A start is cheap: 70
 * microseconds for 2000 points and 3 clusters. */
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
                       "k-means: %zu clusters of %zu points; expected 1 to the number of points",
                       params->n_clusters, X->rows);
    if (X->cols == 0)
        return ct_fail(err, CT_EINVAL, "k-means: the points have no coordinates; give 1 or more");
    if (params->n_init == 0 || params->max_iter == 0)
        return ct_fail(err, CT_EINVAL, "k-means: n_init %zu, max_iter %zu; expected at least 1",
                       params->n_init, params->max_iter);
    if (!(params->tol >= 0.0))
        return ct_fail(err, CT_EINVAL, "k-means: tol is %g; expected 0 or more", params->tol);
    const struct mat *const init = params->init;
    if (init != NULL && (init->rows != params->n_clusters || init->cols != X->cols))
        return ct_fail(err, CT_EINVAL,
                       "k-means: initial centres are [%zu, %zu]; expected [%zu, %zu]", init->rows,
                       init->cols, params->n_clusters, X->cols);
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

/* Mean variance of the columns of centred data. */
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

/* Whether b equals a up to renaming: every cluster of a is within one cluster of b. */
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

/* The result of a start. */
struct outcome {
    double *centers; /* [n_clusters, n_features] */
    int32_t *labels; /* [places] */
    double inertia;
    size_t n_iter; /* 0: no result */
};

enum { BATCH = 16 }; /* starts that run before they are compared */

struct fit {
    const struct kmeans_params *params;
    const double *mean;
    double tol; /* absolute */
    struct kmeans_data data;
    struct crew *crew;
    struct kmeans_start *work;   /* [crew_size(crew)] */
    struct outcome batch[BATCH]; /* results of starts first, first + 1 .. */
    size_t first;
    atomic_size_t n_done; /* starts */
    atomic_bool stopped;
    struct outcome best;
    int32_t *name; /* [n_clusters] */
};

static void swap_outcome(struct outcome *a, struct outcome *b)
{
    const struct outcome old = *a;

    *a = *b;
    *b = old;
}

/* Keeps a start with lower inertia and a different clustering. */
static void keep_better(struct fit *f, struct outcome *start)
{
    const struct outcome *const best = &f->best;

    if (best->n_iter == 0 || (start->inertia < best->inertia &&
                              !same_clustering(start->labels, best->labels, f->data.n_samples,
                                               f->name, f->params->n_clusters)))
        swap_outcome(&f->best, start);
}

static size_t count_starts(const struct kmeans_params *params)
{
    return params->init != NULL ? 1 : params->n_init;
}

static void run_start(void *context, size_t i)
{
    struct fit *const f = context;
    struct kmeans_start *const start = &f->work[crew_thread()];
    struct outcome *const slot = &f->batch[i];

    if (atomic_load(&f->stopped))
        return;
    if (f->params->init != NULL)
        kmeans_start_given(start, f->params->init, f->mean);
    else
        kmeans_start_plusplus(start, &f->data, f->params->random_state, f->first + i);
    kmeans_start_run(start, &f->data, f->params->max_iter, f->tol);
    const struct outcome empty = *slot;
    *slot = (struct outcome){ start->centers, start->labels, start->inertia, start->n_iter };
    start->centers = empty.centers;
    start->labels = empty.labels;
    const size_t done = atomic_fetch_add(&f->n_done, 1) + 1;
    if (crew_thread() == 0 && !progress_tick(f->params->progress, done, count_starts(f->params)))
        atomic_store(&f->stopped, true);
}

/* Runs batches of starts on all threads; starts are compared in order, whichever thread ran
 * them. */
static enum ct_status run_starts(struct fit *f, struct ct_error *err)
{
    const size_t n_init = count_starts(f->params);

    for (f->first = 0; f->first < n_init; f->first += BATCH) {
        const size_t n = n_init - f->first < BATCH ? n_init - f->first : BATCH;
        crew_run(f->crew, n, run_start, f);
        if (atomic_load(&f->stopped))
            return ct_fail(err, CT_ECANCELED, "k-means: cancelled");
        for (size_t i = 0; i < n; i++)
            keep_better(f, &f->batch[i]);
    }
    return CT_OK;
}

static enum ct_status outcome_init(struct outcome *o, const struct fit *f, struct ct_error *err)
{
    const size_t room = f->data.n_blocks * KMEANS_BLOCK;
    size_t size = 0;

    if (ct_mul_size(f->params->n_clusters, f->data.n_features, &size))
        o->centers = ct_malloc_array(size, sizeof *o->centers);
    o->labels = ct_aligned_array(room, sizeof *o->labels);
    return o->centers != NULL && o->labels != NULL ? CT_OK
                                                   : ct_fail_nomem(err, "k-means", 4ULL * room);
}

static enum ct_status fit_init(struct fit *f, const struct mat *X, struct ct_error *err)
{
    const struct kmeans_params *const params = f->params;
    const size_t n_init = count_starts(params);
    const int n_threads = n_init > 1 ? params->n_threads : 1;
    enum ct_status st = kmeans_data_init(&f->data, X, f->mean, err);

    if (st == CT_OK)
        st = crew_new(n_threads, &f->crew, err);
    if (st != CT_OK)
        return st;
    f->tol = params->tol * mean_variance(&f->data);
    f->work = ct_calloc_array(crew_size(f->crew), sizeof *f->work);
    f->name = ct_malloc_array(params->n_clusters, sizeof *f->name);
    if (f->work == NULL || f->name == NULL)
        return ct_fail_nomem(err, "k-means", 0);
    for (size_t i = 0; st == CT_OK && i < crew_size(f->crew); i++)
        st = kmeans_start_init(&f->work[i], &f->data, params->n_clusters, err);
    for (size_t i = 0; st == CT_OK && i < BATCH && i < n_init; i++)
        st = outcome_init(&f->batch[i], f, err);
    return st == CT_OK ? outcome_init(&f->best, f, err) : st;
}

static double outcome_memory(size_t n_samples, size_t n_features, size_t n_clusters)
{
    const struct outcome *const o = NULL;
    const double places = (double)kmeans_n_blocks(n_samples) * KMEANS_BLOCK;

    return places * sizeof *o->labels +
           (double)n_clusters * (double)n_features * sizeof *o->centers;
}

double kmeans_memory(size_t n_samples, size_t n_features, const struct kmeans_params *params)
{
    const size_t n_init = count_starts(params), k = params->n_clusters;
    const double n_threads = n_init > 1 ? params->n_threads : 1;
    /* Outcomes of a batch, the best one, and the result. */
    const double n_outcomes = (double)(n_init < BATCH ? n_init : BATCH) + 2.0;

    return kmeans_data_memory(n_samples, n_features) +
           n_threads * kmeans_start_memory(n_samples, n_features, k) +
           n_outcomes * outcome_memory(n_samples, n_features, k);
}

static void fit_clear(struct fit *f)
{
    for (size_t i = 0; f->work != NULL && i < crew_size(f->crew); i++)
        kmeans_start_clear(&f->work[i]);
    for (size_t i = 0; i < BATCH; i++) {
        free(f->batch[i].centers);
        free(f->batch[i].labels);
    }
    free(f->best.centers);
    free(f->best.labels);
    free(f->work);
    free(f->name);
    crew_free(f->crew);
    kmeans_data_clear(&f->data);
}

/* Converts labels of places to labels of rows. */
static enum ct_status labels_of_rows(const struct fit *f, int32_t **out, struct ct_error *err)
{
    const size_t n = f->data.n_samples;
    int32_t *const labels = ct_malloc_array(n, sizeof *labels);

    if (labels == NULL)
        return ct_fail_nomem(err, "labels", 4ULL * n);
    for (size_t i = 0; i < n; i++)
        labels[f->data.order != NULL ? f->data.order[i] : i] = f->best.labels[i];
    *out = labels;
    return CT_OK;
}

/* Returns the best start, with the means added back to its centres. */
static enum ct_status hand_over(const struct fit *f, struct kmeans_result *out,
                                struct ct_error *err)
{
    const struct outcome *const best = &f->best;
    struct mat centers = { 0 };
    int32_t *labels = NULL;

    if (!isfinite(best->inertia))
        return ct_fail(err, CT_EINVAL, "k-means: squares of the coordinates overflow; scale them");
    if (labels_of_rows(f, &labels, err) != CT_OK)
        return CT_ENOMEM;
    if (mat_init(&centers, f->params->n_clusters, f->data.n_features, "cluster centres", err) !=
        CT_OK) {
        free(labels);
        return CT_ENOMEM;
    }
    for (size_t c = 0; c < centers.rows; c++)
        for (size_t j = 0; j < centers.cols; j++)
            mat_row(&centers, c)[j] = best->centers[c * centers.cols + j] + f->mean[j];
    *out = (struct kmeans_result){ .cluster_centers = centers,
                                   .labels = labels,
                                   .inertia = best->inertia,
                                   .n_iter = best->n_iter };
    return CT_OK;
}

enum ct_status kmeans_fit(const struct mat *X, const struct kmeans_params *params,
                          struct kmeans_result *out, struct ct_error *err)
{
    struct fit f = { .params = params };
    enum ct_status st = check(X, params, err);

    if (st != CT_OK)
        return st;
    double *const mean = ct_malloc_array(X->cols, sizeof *mean);
    if (mean == NULL)
        return ct_fail_nomem(err, "column means", 8ULL * X->cols);
    column_means(X, mean);
    f.mean = mean;
    st = fit_init(&f, X, err);
    if (st == CT_OK)
        st = run_starts(&f, err);
    if (st == CT_OK)
        st = hand_over(&f, out, err);
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
