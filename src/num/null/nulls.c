#include "config.h"
#include "num/null/nulls.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "num/null/axes.h"
#include "num/null/cloud.h"
#include "num/philox.h"

enum { CONTEXT_FRAMES = 100 }; /* first replicate of the frames that fit the context's cloud */

struct nulls {
    struct null_question q;
    struct axes axes;
    struct cloud cloud;
    struct cloud context;
    double *beta;   /* [n_samples] regression of the context on r, */
    double *length; /* [n_features] and lengths of what it leaves */
    struct nulls_observed observed;
};

/* ---- common to observed and drawn ---- */

static enum ct_status clumping_of(const struct nulls *nulls, const double *w, size_t n, double *out,
                                  struct ct_error *err)
{
    double *const x = ct_malloc_array(n, nulls->axes.n * sizeof *x);
    enum ct_status status = CT_OK;

    if (x == NULL)
        return ct_fail_nomem(err, "clumping", 0);
    axes_project(&nulls->axes, w, n, x);
    status = clumping(x, n, nulls->axes.n, out, err);
    free(x);
    return status;
}

static double mean_skewness(const double *w, size_t n, size_t d)
{
    double sum = 0.0;

    for (size_t i = 0; i < n; i++)
        sum += absolute_skewness(w + i * d, d);
    return sum / (double)n;
}

/* The clumping of the features `which` [n_selected] of the layer. */
static enum ct_status clumping_of_features(const struct nulls *nulls, const size_t *which,
                                           double *clumping, double *skewness, struct ct_error *err)
{
    const struct profiles *const p = nulls->q.profiles;
    const size_t k = nulls->q.n_selected;
    double *const w = ct_malloc_array(k, p->n_samples * sizeof *w);
    enum ct_status status;

    if (w == NULL)
        return ct_fail_nomem(err, "clumping", 0);
    profiles_gather(p, which, k, w);
    status = clumping_of(nulls, w, k, clumping, err);
    if (skewness != NULL)
        *skewness = mean_skewness(w, k, p->n_samples);
    free(w);
    return status;
}

/* ---- fitting ---- */

/* beta = sum r_j q_j / sum r_j^2, where q_j = u_j - r_j e. */
static void regress(const struct profiles *p, double *beta)
{
    const size_t d = p->n_samples;
    double square = 0.0;

    memset(beta, 0, d * sizeof *beta);
    for (size_t j = 0; j < p->n_neurons; j++) {
        const double r = p->r[j];
        square += r * r;
        for (size_t i = 0; i < d; i++)
            beta[i] += r * (p->u[j * d + i] - r * p->e[i]);
    }
    for (size_t i = 0; i < d; i++)
        beta[i] = square > 0.0 ? beta[i] / square : 0.0;
}

/* left [n_samples]: what r does not explain of the context of feature j, of length 1. Returns its
 * length. */
static double residual(const struct profiles *p, const double *beta, size_t j, double *left)
{
    const size_t d = p->n_samples;
    const double r = p->r[j];
    double square = 0.0;

    for (size_t i = 0; i < d; i++) {
        left[i] = p->u[j * d + i] - r * p->e[i] - r * beta[i];
        square += left[i] * left[i];
    }
    const double length = sqrt(square);
    for (size_t i = 0; i < d; i++)
        left[i] = length > 0.0 ? left[i] / length : 0.0;
    return length;
}

static enum ct_status fit_context(struct nulls *nulls, struct crew *crew,
                                  const struct progress *progress, struct ct_error *err)
{
    const struct profiles *const p = nulls->q.profiles;
    double *const left = ct_aligned_array(p->n_neurons * p->n_samples, sizeof *left);
    enum ct_status status;

    if (left == NULL)
        return ct_fail_nomem(err, "cloud", 0);
    regress(p, nulls->beta);
    for (size_t j = 0; j < p->n_neurons; j++)
        nulls->length[j] = residual(p, nulls->beta, j, left + j * p->n_samples);
    status = cloud_fit(left, p->n_neurons, p->n_samples, nulls->q.seed, CONTEXT_FRAMES, crew,
                       progress, &nulls->context, err);
    free(left);
    return status;
}

double nulls_memory(size_t n_features, size_t n_samples, size_t n_threads)
{
    const double fit = cloud_fit_memory(n_features, n_samples) +
                       sizeof(double) * (double)n_features * (double)n_samples;

    return fmax(fit, axes_memory(n_features, n_samples, n_threads)) +
           sizeof(double) * (3.0 * (double)n_samples * (double)n_samples + (double)n_features);
}

enum ct_status nulls_new(const struct null_question *question, struct crew *crew,
                         const struct progress *progress, struct nulls **out, struct ct_error *err)
{
    enum { STEPS = 3 };
    const struct profiles *const p = question->profiles;
    struct progress_part parts[STEPS];
    struct progress steps[STEPS];
    struct nulls *const nulls = calloc(1, sizeof *nulls);

    if (question->n_selected < CLUMPING_LEAST) {
        free(nulls);
        return ct_fail(err, CT_EINVAL,
                       "clumping: %zu selected neurons are too few; at least %d "
                       "are needed",
                       question->n_selected, CLUMPING_LEAST);
    }
    if (nulls == NULL)
        return ct_fail_nomem(err, "null models", 0);
    for (size_t i = 0; i < STEPS; i++) {
        parts[i] = (struct progress_part){ progress, i, 1, STEPS };
        steps[i] = progress_of_part(&parts[i]);
    }
    nulls->q = *question;
    nulls->beta = ct_malloc_array(p->n_samples, sizeof *nulls->beta);
    nulls->length = ct_malloc_array(p->n_neurons, sizeof *nulls->length);
    enum ct_status status =
        nulls->beta != NULL && nulls->length != NULL ? CT_OK : ct_fail_nomem(err, "null models", 0);
    if (status == CT_OK && !progress_tick(&steps[0], 0, 1))
        status = ct_fail(err, CT_ECANCELED, "null models: cancelled");
    if (status == CT_OK)
        status = axes_new(p, question->seed, crew, &nulls->axes, err);
    if (status == CT_OK)
        status = cloud_fit(p->u, p->n_neurons, p->n_samples, question->seed, 0, crew, &steps[1],
                           &nulls->cloud, err);
    if (status == CT_OK)
        status = fit_context(nulls, crew, &steps[2], err);
    if (status == CT_OK)
        status = clumping_of_features(nulls, question->selected, &nulls->observed.clumping,
                                      &nulls->observed.skewness, err);
    nulls->observed.n_axes = nulls->axes.n;
    if (status != CT_OK) {
        nulls_free(nulls);
        return status;
    }
    *out = nulls;
    return CT_OK;
}

void nulls_free(struct nulls *nulls)
{
    if (nulls == NULL)
        return;
    axes_clear(&nulls->axes);
    cloud_clear(&nulls->cloud);
    cloud_clear(&nulls->context);
    free(nulls->beta);
    free(nulls->length);
    free(nulls);
}

struct nulls_observed nulls_observed(const struct nulls *nulls)
{
    return nulls->observed;
}

/* ---- the cloud ---- */

/* w [n_selected, n_samples]: the profiles of the features that are selected in draw b. */
static enum ct_status draw_selected(const struct nulls *nulls, uint64_t b, double *w,
                                    size_t *n_significant, struct ct_error *err)
{
    const struct profiles *const p = nulls->q.profiles;
    const size_t d = p->n_samples;
    double *const z = ct_aligned_array(p->n_neurons * d, sizeof *z);
    struct selection selection = { .which = NULL };
    enum ct_status status = z != NULL ? CT_OK : ct_fail_nomem(err, "draws", 0);

    if (status == CT_OK)
        status = cloud_draw(&nulls->cloud, nulls->q.seed, STREAM_CLOUD, b, NULL, 0, z, err);
    if (status == CT_OK)
        status = select_features(&nulls->q, z, &selection, err);
    for (size_t i = 0; status == CT_OK && i < nulls->q.n_selected; i++)
        profile_of_unit(z + selection.which[i] * d, p->e, d, w + i * d);
    *n_significant = selection.n_significant;
    selection_clear(&selection);
    free(z);
    return status;
}

static enum ct_status draw_cloud(const struct nulls *nulls, uint64_t b, struct null_draw *out,
                                 struct ct_error *err)
{
    const size_t d = nulls->q.profiles->n_samples;
    const size_t k = nulls->q.n_selected;
    double *const w = ct_malloc_array(k, d * sizeof *w);
    enum ct_status status = w != NULL ? CT_OK : ct_fail_nomem(err, "draws", 0);

    if (status == CT_OK)
        status = draw_selected(nulls, b, w, &out->n_significant, err);
    if (status == CT_OK) {
        out->skewness_cloud = mean_skewness(w, k, d);
        status = clumping_of(nulls, w, k, &out->clumping_cloud, err);
    }
    free(w);
    return status;
}

/* ---- planted groups ---- */

size_t planted_size(size_t n_selected)
{
    return n_selected / 2 / PLANTED_GROUPS;
}

/* Moves the profiles order[0 ..) of w towards those of their groups' centres, which come after them
 * in order: similarity rho with the centre, where profiles are not alike before. */
static void plant(const double *w, const size_t *order, size_t n, size_t d, double rho,
                  double *planted)
{
    const size_t size = planted_size(n);

    memcpy(planted, w, n * d * sizeof *w);
    for (size_t k = 0; k < PLANTED_GROUPS * size; k++) {
        const double *const centre = w + order[PLANTED_GROUPS * size + k / size] * d;
        double *const row = planted + order[k] * d;
        double square = 0.0;
        for (size_t i = 0; i < d; i++) {
            row[i] = sqrt(rho) * centre[i] + sqrt(1.0 - rho) * row[i];
            square += row[i] * row[i];
        }
        for (size_t i = 0; i < d; i++)
            row[i] /= sqrt(square);
    }
}

enum ct_status nulls_draw_planted(const struct nulls *nulls, uint64_t b, const double *rho,
                                  size_t n_rho, double *clumping, struct ct_error *err)
{
    const size_t d = nulls->q.profiles->n_samples;
    const size_t k = nulls->q.n_selected;
    double *const w = ct_malloc_array(k, 2 * d * sizeof *w);
    struct keyed *const keys = ct_malloc_array(k, sizeof *keys);
    size_t *const order = ct_malloc_array(k, sizeof *order);
    size_t n_significant;
    struct philox rng;
    enum ct_status status = CT_OK;

    if (w == NULL || keys == NULL || order == NULL)
        status = ct_fail_nomem(err, "draws", 0);
    if (status == CT_OK)
        status = draw_selected(nulls, b, w, &n_significant, err);
    if (status == CT_OK) {
        philox_init(&rng, nulls->q.seed, STREAM_PLANTING, b);
        philox_permutation(&rng, k, keys, order);
    }
    for (size_t i = 0; status == CT_OK && i < n_rho; i++) {
        plant(w, order, k, d, rho[i], w + k * d);
        status = clumping_of(nulls, w + k * d, k, &clumping[i], err);
    }
    free(w);
    free(keys);
    free(order);
    return status;
}

/* ---- the context, and features at random ---- */

static enum ct_status draw_context(const struct nulls *nulls, uint64_t b, struct null_draw *out,
                                   struct ct_error *err)
{
    const struct profiles *const p = nulls->q.profiles;
    const size_t d = p->n_samples;
    const size_t k = nulls->q.n_selected;
    double *const w = ct_malloc_array(k, d * sizeof *w);
    enum ct_status status;

    if (w == NULL)
        return ct_fail_nomem(err, "draws", 0);
    status =
        cloud_draw(&nulls->context, nulls->q.seed, STREAM_CONTEXT, b, nulls->q.selected, k, w, err);
    for (size_t i = 0; status == CT_OK && i < k; i++) {
        const double r = p->r[nulls->q.selected[i]];
        double square = 0.0;
        for (size_t s = 0; s < d; s++) {
            w[i * d + s] = w[i * d + s] * nulls->length[nulls->q.selected[i]] + r * nulls->beta[s];
            square += w[i * d + s] * w[i * d + s];
        }
        for (size_t s = 0; s < d; s++)
            w[i * d + s] /= sqrt(square);
    }
    if (status == CT_OK)
        status = clumping_of(nulls, w, k, &out->clumping_context, err);
    free(w);
    return status;
}

static enum ct_status draw_random(const struct nulls *nulls, uint64_t b, struct null_draw *out,
                                  struct ct_error *err)
{
    const size_t n = nulls->q.profiles->n_neurons;
    size_t *const order = ct_malloc_array(n, sizeof *order);
    struct keyed *const keys = ct_malloc_array(n, sizeof *keys);
    struct philox rng;
    enum ct_status status = CT_OK;

    if (order == NULL || keys == NULL) {
        status = ct_fail_nomem(err, "draws", 0);
    } else {
        philox_init(&rng, nulls->q.seed, STREAM_FEATURES, b);
        philox_permutation(&rng, n, keys, order);
        status = clumping_of_features(nulls, order, &out->clumping_random, NULL, err);
    }
    free(order);
    free(keys);
    return status;
}

enum ct_status nulls_draw(const struct nulls *nulls, uint64_t b, struct null_draw *out,
                          struct ct_error *err)
{
    struct null_draw draw = { .n_significant = 0 };
    enum ct_status status = draw_cloud(nulls, b, &draw, err);

    if (status == CT_OK)
        status = draw_context(nulls, b, &draw, err);
    if (status == CT_OK)
        status = draw_random(nulls, b, &draw, err);
    if (status == CT_OK)
        *out = draw;
    return status;
}

double nulls_draw_memory(size_t n_features, size_t n_samples, size_t n_selected)
{
    return sizeof(double) * (double)n_features * (double)n_samples +
           fmax(selection_memory(n_features, n_samples, n_selected),
                cloud_draw_memory(n_features, n_samples)) +
           clumping_memory(n_selected) +
           3.0 * sizeof(double) * (double)n_selected * (double)n_samples;
}
