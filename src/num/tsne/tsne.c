#include "config.h"
#include "num/tsne/tsne.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/kernel.h"
#include "base/mem.h"
#include "base/crew.h"
#include "num/mt19937.h"
#include "num/near/neighbors.h"
#include "num/linear/blas_library.h"
#include "num/linear/pca.h"
#include "num/tsne/affinity.h"
#include "num/tsne/gradient.h"
#include "num/tsne/schedule.h"

enum {
    N_COMPONENTS = 2,
    CREW_FROM = 96, /* samples: with fewer, threads do not pay off */
    SMALL = 256,    /* samples: with fewer, one descent depends too much on chance */
    SMALL_N_INIT = 4,
    ARRANGE_FROM = 8192, /* samples: with fewer, all coordinates fit a core's cache */
    /* Samples: with fewer, neighbours are exact, which takes up to a second, and the normaliser of
     * the KL divergence is over all pairs. */
    APPROXIMATE_FROM = 16384,
    MOST_SAMPLES = 1 << 23, /* the size of a cell is exact in a float */
};

struct axis { /* one coordinate of every point; arrays are [tsne_padded(n_samples)] */
    float *y; /* van der Maaten's name for coordinates, whichever axis */
    float *grad;
    float *update;
    float *gains;
};

struct tsne {
    struct tsne_params params;
    size_t n_samples;
    size_t padded;
    float learning_rate;
    struct tsne_joint P;        /* of the samples in input order */
    struct tsne_joint arranged; /* P in the current order of points, if different */
    bool is_arranged;
    uint32_t *order; /* [n_samples], the sample of each point */
    uint32_t *rank;  /* [n_samples], the point of each sample */
    struct tsne_forces forces;
    struct tsne_schedule schedule;
    struct crew *crew;
    struct axis axes[N_COMPONENTS];
    float *embedding; /* [n_samples, N_COMPONENTS] */
    float *start;     /* the same at iteration 0 */
};

void tsne_params_default(struct tsne_params *params)
{
    *params = (struct tsne_params){
        .perplexity = 30.0,
        .early_exaggeration = 12.0,
        .learning_rate = 0.0,
        .angle = 0.5,
        .max_iter = 1000,
        .n_init = 0,
        .init = TSNE_INIT_PCA,
        .random_state = 0,
        .n_threads = 1,
    };
}

static enum ct_status tsne_check(const struct mat *X, const struct tsne_params *p,
                                 struct ct_error *err)
{
    if (X->rows > MOST_SAMPLES)
        return ct_fail(err, CT_EINVAL, "t-SNE: %zu samples; at most %d are supported", X->rows,
                       MOST_SAMPLES);
    if (X->rows < 2 || X->cols < 1)
        return ct_fail(err, CT_EINVAL,
                       "t-SNE: %zu samples of %zu features; it needs 2 samples and 1 feature",
                       X->rows, X->cols);
    if (!(p->perplexity > 0.0) || !(p->perplexity < (double)X->rows))
        return ct_fail(err, CT_EINVAL,
                       "t-SNE: perplexity %g with %zu samples; it must be above 0 and below %zu",
                       p->perplexity, X->rows, X->rows);
    if (!(p->early_exaggeration >= 1.0) || !isfinite((float)p->early_exaggeration))
        return ct_fail(err, CT_EINVAL, "t-SNE: early exaggeration %g; it must be at least 1",
                       p->early_exaggeration);
    if (!(p->angle >= 0.0) || !(p->angle <= 1.0))
        return ct_fail(err, CT_EINVAL, "t-SNE: angle %g; it must be 0 (exact) to 1", p->angle);
    if (!(p->learning_rate >= 0.0) || !isfinite((float)p->learning_rate))
        return ct_fail(err, CT_EINVAL,
                       "t-SNE: learning rate %g; it must be above 0, or 0 for 'auto'",
                       p->learning_rate);
    for (size_t e = 0; e < X->rows * X->cols; e++)
        if (!isfinite(X->data[e]))
            return ct_fail(err, CT_EINVAL,
                           "t-SNE: row %zu, column %zu (from 0) is not finite; remove it",
                           e / X->cols, e % X->cols);
    return CT_OK;
}

static enum ct_status tsne_affinities(struct tsne *t, const struct mat *X,
                                      const struct progress *progress, struct ct_error *err)
{
    const size_t n = t->n_samples, k = tsne_n_neighbors(n, t->params.perplexity);
    struct neighbors nn = { 0 };
    enum ct_status st = n < APPROXIMATE_FROM
                            ? neighbors_find(X, k, t->crew, progress, &nn, err)
                            : neighbors_find_most(X, k, t->crew, progress, &nn, err);

    if (st != CT_OK)
        return st;
    /* Replaces the distances by the conditional p. */
    st = tsne_conditional(nn.sqdistances, n, k, t->params.perplexity, t->crew, progress, err);
    if (st == CT_OK)
        st = tsne_joint_init(&nn, nn.sqdistances, t->crew, progress, &t->P, err);
    neighbors_clear(&nn);
    return st;
}

/* Column c of the scores times `scale`; normal deviates, as in a random initialisation, if there is
 * no such component. */
static void start_axis(struct tsne *t, size_t c, const struct mat *scores, double scale,
                       struct mt19937 *rng)
{
    for (size_t i = 0; i < t->n_samples; i++)
        t->axes[c].y[i] = scale > 0.0 ? (float)(scores->data[i * N_COMPONENTS + c] * scale)
                                      : (float)(1e-4 * mt19937_normal(rng));
}

static double column_norm(const struct mat *m, size_t column)
{
    double norm = 0.0;

    for (size_t i = 0; i < m->rows; i++)
        norm = hypot(norm, m->data[i * m->cols + column]);
    return norm;
}

/* The PCA scores divided by the standard deviation of the first component, times 1e-4. */
static enum ct_status tsne_start_pca(struct tsne *t, const struct mat *X,
                                     const struct progress *progress, struct ct_error *err)
{
    struct mat scores = { 0 };
    struct mt19937 rng;
    const enum ct_status st = pca_scores(X, N_COMPONENTS, t->crew, progress, &scores, err);

    if (st != CT_OK)
        return st;
    mt19937_init(&rng, t->params.random_state);
    const double first_std = column_norm(&scores, 0) / sqrt((double)t->n_samples);
    for (size_t c = 0; c < N_COMPONENTS; c++)
        start_axis(t, c, &scores, column_norm(&scores, c) > 0.0 ? 1e-4 / first_std : 0.0, &rng);
    mat_clear(&scores);
    return CT_OK;
}

static void tsne_start_random(struct tsne *t)
{
    struct mt19937 rng;

    mt19937_init(&rng, t->params.random_state);
    for (size_t i = 0; i < t->n_samples; i++)
        for (size_t c = 0; c < N_COMPONENTS; c++)
            t->axes[c].y[i] = (float)(1e-4 * mt19937_normal(&rng));
}

static void tsne_interleave(struct tsne *t)
{
    for (size_t i = 0; i < t->n_samples; i++)
        for (size_t c = 0; c < N_COMPONENTS; c++)
            t->embedding[t->order[i] * N_COMPONENTS + c] = t->axes[c].y[i];
}

static void tsne_order_reset(struct tsne *t)
{
    t->is_arranged = false;
    for (size_t i = 0; i < t->n_samples; i++)
        t->order[i] = (uint32_t)i;
}

static void permute(float **values, float **room, const uint32_t *order, size_t n)
{
    float *const from = *values, *const to = *room;

    for (size_t i = 0; i < n; i++)
        to[i] = from[order[i]];
    *values = to;
    *room = from;
}

/* Reorders points in memory so that neighbours in the map are close, in the order of the last tree:
 * the attraction, which reads about a hundred others for each point, then finds them in the
 * cache. */
static void tsne_arrange(struct tsne *t)
{
    const uint32_t *const by_place = t->forces.tree.order;

    for (size_t c = 0; c < N_COMPONENTS; c++) {
        struct axis *const a = &t->axes[c];
        permute(&a->y, &a->grad, by_place, t->n_samples);
        permute(&a->update, &a->grad, by_place, t->n_samples);
        permute(&a->gains, &a->grad, by_place, t->n_samples);
    }
    for (size_t i = 0; i < t->n_samples; i++)
        t->rank[i] = t->order[by_place[i]];
    memcpy(t->order, t->rank, t->n_samples * sizeof *t->order);
    for (size_t i = 0; i < t->n_samples; i++)
        t->rank[t->order[i]] = (uint32_t)i;
    tsne_joint_arrange(&t->P, t->order, t->rank, t->crew, &t->arranged);
    t->is_arranged = true;
}

/* Whether the map has changed enough since the last reordering: first it takes shape, then its
 * clusters spread. */
static bool tsne_wants_order(const struct tsne *t)
{
    static const size_t when[] = { 50, 100, 250, 400 };
    bool wants = false;

    for (size_t w = 0; w < sizeof when / sizeof *when; w++)
        wants = wants || t->schedule.iter == when[w];
    return wants && t->params.angle > 0.0 && t->n_samples >= ARRANGE_FROM;
}

static const struct tsne_joint *tsne_joint_now(const struct tsne *t)
{
    return t->is_arranged ? &t->arranged : &t->P;
}

static void tsne_momentum_reset(struct tsne *t)
{
    for (size_t c = 0; c < N_COMPONENTS; c++)
        for (size_t i = 0; i < t->padded; i++) {
            t->axes[c].update[i] = 0.0F;
            t->axes[c].gains[i] = 1.0F;
        }
}

static enum ct_status tsne_allocate(struct tsne *t, struct ct_error *err)
{
    bool complete = true;

    for (size_t c = 0; c < N_COMPONENTS; c++) {
        float **const arrays[] = { &t->axes[c].y, &t->axes[c].grad, &t->axes[c].update,
                                   &t->axes[c].gains };
        for (size_t a = 0; a < sizeof arrays / sizeof *arrays; a++) {
            *arrays[a] = ct_aligned_array(t->padded, sizeof **arrays[a]);
            if (*arrays[a] != NULL)
                memset(*arrays[a], 0, t->padded * sizeof **arrays[a]);
            complete = complete && *arrays[a] != NULL;
        }
    }
    t->embedding = ct_aligned_array(t->n_samples, N_COMPONENTS * sizeof *t->embedding);
    t->start = ct_aligned_array(t->n_samples, N_COMPONENTS * sizeof *t->start);
    t->order = ct_malloc_array(t->n_samples, sizeof *t->order);
    t->rank = ct_malloc_array(t->n_samples, sizeof *t->rank);
    if (!complete || t->embedding == NULL || t->start == NULL || t->order == NULL ||
        t->rank == NULL)
        return ct_fail_nomem(err, "t-SNE: coordinates", 0);
    tsne_order_reset(t);
    enum ct_status st = CT_OK;
    if (t->n_samples >= ARRANGE_FROM)
        st = tsne_joint_like(&t->P, &t->arranged, err);
    if (st == CT_OK)
        st = tsne_forces_init(&t->forces, t->n_samples, t->params.angle, err);
    return st;
}

static enum ct_status tsne_prepare(struct tsne *t, const struct mat *X,
                                   const struct progress *progress, struct ct_error *err)
{
    enum ct_status st = CT_OK;

    if (t->n_samples >= CREW_FROM)
        st = crew_new(t->params.n_threads, &t->crew, err);
    if (st == CT_OK)
        st = tsne_affinities(t, X, progress, err);
    if (st == CT_OK)
        st = tsne_allocate(t, err);
    if (st != CT_OK)
        return st;
    if (t->params.init == TSNE_INIT_PCA)
        st = tsne_start_pca(t, X, progress, err);
    else
        tsne_start_random(t);
    if (st != CT_OK)
        return st;
    tsne_interleave(t);
    memcpy(t->start, t->embedding, t->n_samples * N_COMPONENTS * sizeof *t->start);
    tsne_momentum_reset(t);
    tsne_schedule_init(&t->schedule, t->params.max_iter);
    return CT_OK;
}

enum ct_status tsne_new(const struct mat *X, const struct tsne_params *params,
                        const struct progress *progress, struct tsne **out, struct ct_error *err)
{
    enum ct_status st = tsne_check(X, params, err);

    if (st != CT_OK)
        return st;
    struct tsne *const t = ct_calloc_array(1, sizeof *t);
    if (t == NULL)
        return ct_fail_nomem(err, "t-SNE", sizeof *t);
    t->params = *params;
    if (t->params.n_threads < 1)
        t->params.n_threads = 1;
    t->n_samples = X->rows;
    t->padded = tsne_padded(X->rows);
    t->learning_rate =
        (float)(params->learning_rate > 0.0
                    ? params->learning_rate
                    : fmax((double)X->rows / params->early_exaggeration / 4.0, 50.0));
    st = tsne_prepare(t, X, progress, err);
    if (st == CT_OK)
        *out = t;
    else
        tsne_free(t);
    return st;
}

void tsne_free(struct tsne *tsne)
{
    if (tsne == NULL)
        return;
    for (size_t c = 0; c < N_COMPONENTS; c++) {
        free(tsne->axes[c].y);
        free(tsne->axes[c].grad);
        free(tsne->axes[c].update);
        free(tsne->axes[c].gains);
    }
    free(tsne->embedding);
    free(tsne->start);
    crew_free(tsne->crew);
    tsne_forces_clear(&tsne->forces);
    tsne_joint_clear(&tsne->P);
    tsne_joint_clear(&tsne->arranged);
    free(tsne->order);
    free(tsne->rank);
    free(tsne);
}

/* Momentum and gains (Jacobs 1988, Neural Networks 1:295), the gains multiplied into grad. */
CT_KERNEL static void descend(float *restrict y, float *restrict grad, float *restrict update,
                              float *restrict gains, size_t n, float momentum, float learning_rate)
{
    const float min_gain = 0.01F;

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        const float gain = update[i] * grad[i] < 0.0F ? gains[i] + 0.2F : gains[i] * 0.8F;
        gains[i] = gain > min_gain ? gain : min_gain;
        grad[i] *= gains[i];
        update[i] = momentum * update[i] - learning_rate * grad[i];
        y[i] += update[i];
    }
}

static double tsne_grad_norm(const struct tsne *t)
{
    double sum = 0.0;

    for (size_t c = 0; c < N_COMPONENTS; c++)
        for (size_t i = 0; i < t->n_samples; i++)
            sum += (double)t->axes[c].grad[i] * (double)t->axes[c].grad[i];
    return sqrt(sum);
}

static float tsne_exaggeration(const struct tsne *t)
{
    return t->schedule.exaggerating ? (float)t->params.early_exaggeration : 1.0F;
}

/* Moves a chunk of points along the gradient. */
static void tsne_move_chunk(void *context, size_t chunk)
{
    struct tsne *const t = context;
    const size_t first = chunk * TSNE_CHUNK, end = tsne_chunk_end(first, t->n_samples);

    tsne_gradient(&t->forces, tsne_exaggeration(t), first, end, t->axes[0].grad, t->axes[1].grad);
    for (size_t c = 0; c < N_COMPONENTS; c++) {
        const struct axis *const a = &t->axes[c];
        descend(a->y + first, a->grad + first, a->update + first, a->gains + first, end - first,
                t->schedule.exaggerating ? 0.5F : 0.8F, t->learning_rate);
    }
}

bool tsne_step(struct tsne *tsne)
{
    struct tsne *const t = tsne;
    const struct tsne_joint *const P = tsne_joint_now(t);
    const float *const x = t->axes[0].y, *const y = t->axes[1].y;
    double error = 0.0, grad_norm = 0.0;

    if (t->schedule.ended)
        return false;
    const bool is_checked = tsne_schedule_checks(&t->schedule);
    tsne_forces_compute(&t->forces, P, x, y, t->crew);
    if (is_checked)
        error = tsne_kl(&t->forces, P, x, y, tsne_exaggeration(t), t->crew);
    crew_run(t->crew, tsne_n_chunks(t->n_samples), tsne_move_chunk, t);
    if (is_checked)
        grad_norm = tsne_grad_norm(t);
    if (tsne_schedule_advance(&t->schedule, error, grad_norm))
        tsne_momentum_reset(t);
    if (tsne_wants_order(t))
        tsne_arrange(t);
    return true;
}

size_t tsne_n_iter(const struct tsne *tsne)
{
    return tsne->schedule.iter;
}

const float *tsne_embedding(struct tsne *tsne)
{
    tsne_interleave(tsne);
    return tsne->embedding;
}

double tsne_kl_divergence(struct tsne *tsne)
{
    struct tsne *const t = tsne;
    const struct tsne_joint *const P = tsne_joint_now(t);
    const float *const x = t->axes[0].y, *const y = t->axes[1].y;

    if (t->n_samples < APPROXIMATE_FROM)
        tsne_forces_exact(&t->forces, P, x, y, t->crew);
    else
        tsne_forces_compute(&t->forces, P, x, y, t->crew);
    return tsne_kl(&t->forces, P, x, y, 1.0F, t->crew);
}

/* Restarts at iteration 0, with relative perturbations of 1e-4 that depend on the number of the
 * descent. */
static void tsne_restart(struct tsne *t, size_t descent)
{
    struct mt19937 rng;

    tsne_order_reset(t);
    mt19937_init(&rng, t->params.random_state + descent);
    for (size_t i = 0; i < t->n_samples; i++)
        for (size_t c = 0; c < N_COMPONENTS; c++)
            t->axes[c].y[i] = (float)((double)t->start[i * N_COMPONENTS + c] *
                                      (1.0 + 1e-4 * mt19937_normal(&rng)));
    tsne_momentum_reset(t);
    tsne_schedule_init(&t->schedule, t->params.max_iter);
}

struct fit {
    const struct tsne_watch *watch; /* or NULL */
    struct tsne *tsne;
    size_t max_iter; /* of all descents */
    size_t before;   /* iterations of finished descents, as if none had ended early */
    struct tsne_result best;
};

/* During preparation the watcher is called with n_iter 0. */
static bool fit_tick(void *context, size_t done, size_t total)
{
    const struct fit *const f = context;

    (void)done;
    (void)total;
    return f->watch->tick(f->watch->context, 0, f->max_iter) != TSNE_STOP;
}

enum { LEAST_KEPT_ITER = 250 }; /* as many are exaggerated */

/* Ends the first descent, if it may end. */
static bool fit_end(struct fit *f)
{
    struct tsne *const t = f->tsne;

    if (f->before > 0 || tsne_n_iter(t) < LEAST_KEPT_ITER)
        return false;
    t->params.max_iter = tsne_n_iter(t);
    f->max_iter = f->best.n_init * t->params.max_iter;
    return true;
}

static enum ct_status fit_descend(struct fit *f, struct ct_error *err)
{
    const struct tsne_watch *const watch = f->watch;
    struct tsne *const t = f->tsne;

    while (tsne_step(t)) {
        if (watch == NULL)
            continue;
        const size_t n_iter = f->before + tsne_n_iter(t);
        const enum tsne_answer answer = watch->tick(watch->context, n_iter, f->max_iter);
        if (answer == TSNE_STOP)
            return ct_fail(err, CT_ECANCELED, "t-SNE: cancelled");
        if (answer == TSNE_KEEP && fit_end(f))
            return CT_OK;
        if (answer == TSNE_SHOW && watch->show != NULL)
            watch->show(watch->context, n_iter, tsne_kl_divergence(t), tsne_embedding(t),
                        t->n_samples);
    }
    return CT_OK;
}

static bool all_finite(const float *v, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!isfinite(v[i]))
            return false;
    return true;
}

/* Keeps the finished descent if it is the best so far. */
static void fit_keep(struct fit *f)
{
    struct tsne *const t = f->tsne;
    const size_t size = t->n_samples * N_COMPONENTS;
    const double kl = tsne_kl_divergence(t);
    const float *const embedding = tsne_embedding(t);

    if (!all_finite(embedding, size) || !(kl < f->best.kl_divergence))
        return;
    f->best.kl_divergence = kl;
    f->best.n_iter = tsne_n_iter(t);
    for (size_t e = 0; e < size; e++)
        f->best.embedding.data[e] = (double)embedding[e];
}

static enum ct_status fit_run(struct fit *f, size_t n_init, struct ct_error *err)
{
    struct tsne *const t = f->tsne;
    enum ct_status st =
        mat_init(&f->best.embedding, t->n_samples, N_COMPONENTS, "t-SNE: embedding", err);

    f->best.kl_divergence = INFINITY;
    f->best.n_init = n_init;
    f->best.learning_rate = (double)t->learning_rate;
    for (size_t descent = 0; st == CT_OK && descent < n_init; descent++) {
        if (descent > 0)
            tsne_restart(t, descent);
        st = fit_descend(f, err);
        if (st == CT_OK)
            fit_keep(f);
        f->before += t->params.max_iter;
    }
    f->best.max_iter = t->params.max_iter;
    if (st == CT_OK && isinf(f->best.kl_divergence))
        st = ct_fail(err, CT_EINVAL, "t-SNE: the optimisation diverged; lower the learning rate %g",
                     (double)t->learning_rate);
    return st;
}

enum ct_status tsne_fit(const struct mat *X, const struct tsne_params *params,
                        const struct tsne_watch *watch, struct tsne_result *out,
                        struct ct_error *err)
{
    const size_t n_init = params->n_init > 0 ? params->n_init : X->rows < SMALL ? SMALL_N_INIT : 1;
    struct fit f = { .watch = watch != NULL && watch->tick != NULL ? watch : NULL };
    const struct progress progress = { .tick = fit_tick, .context = &f };

    if (!ct_mul_size(n_init, params->max_iter, &f.max_iter))
        return ct_fail(err, CT_EINVAL, "t-SNE: %zu runs of %zu iterations; use fewer", n_init,
                       params->max_iter);
    enum ct_status st = tsne_new(X, params, f.watch != NULL ? &progress : NULL, &f.tsne, err);
    if (st == CT_OK)
        st = fit_run(&f, n_init, err);
    if (st == CT_OK) {
        *out = f.best;
        f.best = (struct tsne_result){ 0 };
    }
    tsne_result_clear(&f.best);
    tsne_free(f.tsne);
    return st;
}

void tsne_result_clear(struct tsne_result *result)
{
    mat_clear(&result->embedding);
    *result = (struct tsne_result){ 0 };
}

/* The part that depends only on the number of points. */
static double coordinates_memory(size_t n_samples)
{
    const struct tsne *const t = NULL;
    const size_t axis = sizeof *t->axes->y + sizeof *t->axes->grad + sizeof *t->axes->update +
                        sizeof *t->axes->gains;
    const size_t place = sizeof *t->embedding + sizeof *t->start + sizeof(double); /* the result */

    return (double)n_samples *
           (double)(N_COMPONENTS * (axis + place) + sizeof *t->order + sizeof *t->rank);
}

/* The maximum of: the neighbour search; the computation of P; the descent. */
double tsne_memory(size_t n_samples, size_t n_features, double perplexity, int n_threads)
{
    if (n_samples < 2)
        return 0.0;
    const size_t k = tsne_n_neighbors(n_samples, perplexity);
    const double search = neighbors_memory(n_samples, n_features, k, n_threads);
    const double merging = neighbors_result_memory(n_samples, k) +
                           tsne_joint_init_memory(n_samples, k) + blas_memory(n_threads);
    const double copies = n_samples < ARRANGE_FROM ? 1.0 : 2.0;
    const double descent = copies * tsne_joint_memory(n_samples, k) +
                           coordinates_memory(n_samples) + tsne_forces_memory(n_samples) +
                           pca_memory(n_samples, n_features, N_COMPONENTS, n_threads);

    return fmax(search, fmax(merging, descent));
}
