#include "config.h"
#include "pipeline/stage_picture.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "num/cluster/agreement.h"
#include "num/linear/blas_library.h"
#include "num/linear/distances.h"
#include "num/null/axes.h"
#include "num/scale.h"
#include "pipeline/answer_neurons.h"
#include "pipeline/expect.h"
#include "pipeline/stage_answer.h"
#include "pipeline/stage_cluster.h"
#include "pipeline/stage_contrast.h"
#include "pipeline/stage_extract.h"
#include "pipeline/stage_space.h"
#include "pipeline/stage_tsne.h"
#include "pipeline/stage_ttest.h"

/* How many neighbours faithfulness is about: at most 10, and fewer than half of the others. */
static size_t nearest_of(size_t n)
{
    enum { NEAREST = 10 };

    return size_min(NEAREST, n > 2 ? (n - 1) / 2 : 0);
}

/* eta^2: the share of the variance of x [n] between clusters, noise left out; NaN without
 * variance. */
static enum ct_status share_between(const struct clustering *c, const double *x, double *out,
                                    struct ct_error *err)
{
    double *const sums = ct_calloc_array(c->n_clusters, 2 * sizeof *sums); /* and sizes */
    double mean = 0.0, total = 0.0, between = 0.0, n = 0.0;

    if (sums == NULL)
        return ct_fail_nomem(err, "picture", 0);
    for (size_t i = 0; i < c->n; i++)
        if (c->labels[i] >= 0) {
            sums[2 * c->labels[i]] += x[i];
            sums[2 * c->labels[i] + 1] += 1.0;
            mean += x[i];
            n += 1.0;
        }
    mean /= n;
    for (size_t i = 0; i < c->n; i++)
        if (c->labels[i] >= 0)
            total += (x[i] - mean) * (x[i] - mean);
    for (size_t k = 0; k < c->n_clusters; k++) {
        const double d = sums[2 * k] / sums[2 * k + 1] - mean;
        between += sums[2 * k + 1] * d * d;
    }
    free(sums);
    *out = total > 0.0 ? between / total : NAN;
    return CT_OK;
}

/* The silhouette of the clusters, without noise, among the context profiles of the neurons. */
static enum ct_status find_silhouette(const struct answer_neurons *neurons,
                                      const struct clustering *c, double *out, struct ct_error *err)
{
    const struct profiles *const p = &neurons->profiles;
    const size_t n = neurons->n_selected;
    double *const squared = ct_malloc_array(n, n * sizeof *squared);
    double *const w = ct_malloc_array(n, p->n_samples * sizeof *w);
    int32_t *const labels = ct_malloc_array(n, sizeof *labels);
    size_t *const which = ct_malloc_array(n, sizeof *which);
    size_t n_used = 0;
    enum ct_status status = CT_OK;

    if (squared == NULL || w == NULL || labels == NULL || which == NULL) {
        status = ct_fail_nomem(err, "silhouette", 0);
    } else {
        for (size_t i = 0; i < n; i++)
            if (c->labels[neurons->significant[i]] >= 0) {
                labels[n_used] = c->labels[neurons->significant[i]];
                which[n_used++] = neurons->selected[i];
            }
        profiles_gather(p, which, n_used, w);
        squared_distances(w, n_used, p->n_samples, NULL, squared);
        status = silhouette_of_distances(squared, n_used, labels, c->n_clusters, out, err);
    }
    free(squared);
    free(w);
    free(labels);
    free(which);
    return status;
}

/* What differs between the clusters: lengths and means of the significant neurons over the
 * sentences of both groups, and the sign of t. */
static enum ct_status find_shares(const struct analysis *a, const struct clustering *c,
                                  struct picture_result *r, struct ct_error *err)
{
    const struct mat *const X = &ttest_of(a)->selected;
    double *const numbers = ct_malloc_array(X->rows, 2 * sizeof *numbers);
    int32_t *const signs = ct_malloc_array(X->rows, sizeof *signs);
    enum ct_status status = CT_OK;

    if (numbers == NULL || signs == NULL) {
        status = ct_fail_nomem(err, "picture", 0);
    } else {
        for (size_t i = 0; i < X->rows; i++) {
            const double *const x = mat_row(X, i);
            double mean = 0.0, square = 0.0;
            for (size_t k = 0; k < X->cols; k++)
                mean += x[k] / (double)X->cols;
            for (size_t k = 0; k < X->cols; k++)
                square += (x[k] - mean) * (x[k] - mean);
            numbers[i] = 0.5 * log(fmax(square, DBL_MIN));
            numbers[X->rows + i] = mean;
            signs[i] = ttest_of(a)->neurons[ttest_of(a)->significant[i]].statistic > 0.0;
        }
        status = share_between(c, numbers, &r->share_size, err);
        if (status == CT_OK)
            status = share_between(c, numbers + X->rows, &r->share_mean, err);
        if (status == CT_OK)
            status = adjusted_rand(c->labels, c->n_clusters, signs, 2, X->rows, &r->ari_sign, err);
    }
    free(numbers);
    free(signs);
    return status;
}

static enum ct_status look_at_clusters(const struct analysis *a,
                                       const struct answer_neurons *neurons,
                                       struct picture_result *r, struct ct_error *err)
{
    const struct clustering *const c = &clusters_of(a)->by[0];

    if (c->n_clusters < 2)
        return CT_OK;
    const enum ct_status status = find_shares(a, c, r, err);
    return status == CT_OK && neurons->n_selected > 0 && neurons->n_selected <= GROUPS_MOST
               ? find_silhouette(neurons, c, &r->silhouette_context, err)
               : status;
}

/* To the neurons as they were embedded. Squares neither overflow nor vanish, as in the t-SNE of the
 * picture. */
static enum ct_status find_faithfulness(const struct analysis *a, struct crew *crew,
                                        const struct progress *progress, struct picture_result *r,
                                        struct ct_error *err)
{
    const struct mat *const X = &space_of(a)->points;
    const struct mat *const picture = &tsne_of(a)->result.embedding;
    const int exponent = scale_exponent(X);
    struct mat scaled = { 0 };
    enum ct_status status =
        exponent != 0 ? scale_copy(X, exponent, "neighbours", &scaled, err) : CT_OK;

    r->n_nearest = nearest_of(X->rows);
    if (status == CT_OK)
        status = faithfulness(exponent != 0 ? &scaled : X, picture, r->n_nearest, crew, progress,
                              &r->faithfulness, err);
    mat_clear(&scaled);
    return status;
}

static bool has_pictures(const struct analysis *a, size_t n_selected)
{
    return a->params.pictures > 0 && n_selected >= CLUMPING_LEAST &&
           ttest_of(a)->n_significant <= GROUPS_MOST;
}

static enum ct_status draw_pictures(const struct analysis *a, const struct answer_neurons *neurons,
                                    const struct picture_result *earlier, struct crew *crew,
                                    const struct progress *progress, struct picture_result *r,
                                    struct ct_error *err)
{
    struct progress_part clouds = { progress, 0, 2, 3 };
    struct progress_part others = { progress, 2, 1, 3 };
    const struct progress of_clouds = progress_of_part(&clouds);
    const struct progress of_others = progress_of_part(&others);
    const size_t n = a->params.pictures;
    enum ct_status status =
        pictures_of_clouds(a, neurons, n, earlier != NULL ? &earlier->pictures : NULL, crew,
                           &of_clouds, &r->pictures, err);

    if (status == CT_EINVAL) /* no cloud can be fitted */
        status = CT_OK;
    return status == CT_OK
               ? pictures_resampled(a, neurons, (n + 1) / 2, crew, &of_others, &r->pictures, err)
               : status;
}

static enum ct_status look(const struct analysis *a, const struct stage_run *run,
                           const struct answer_neurons *neurons, struct picture_result *r,
                           struct ct_error *err)
{
    enum { NEIGHBOURS = 1, PICTURES = 19 };
    struct progress_part parts[] = { { &run->progress, 0, NEIGHBOURS, NEIGHBOURS + PICTURES },
                                     { &run->progress, NEIGHBOURS, PICTURES,
                                       NEIGHBOURS + PICTURES } };
    const struct progress progress[] = { progress_of_part(&parts[0]), progress_of_part(&parts[1]) };
    struct crew *crew = NULL;
    enum ct_status status = crew_new(a->params.threads, &crew, err);

    if (status == CT_OK)
        status = blas_library_load((size_t)a->params.threads, err);
    if (status == CT_OK)
        status = look_at_clusters(a, neurons, r, err);
    if (status == CT_OK)
        status = find_faithfulness(a, crew, &progress[0], r, err);
    if (status == CT_OK && has_pictures(a, neurons->n_selected))
        status = draw_pictures(a, neurons, run->earlier, crew, &progress[1], r, err);
    crew_free(crew);
    return status;
}

static void release(void *result)
{
    struct picture_result *const r = result;

    if (r != NULL)
        pictures_clear(&r->pictures);
    free(r);
}

static enum ct_status compute(const struct analysis *a, const struct stage_run *run, void **result,
                              struct ct_error *err)
{
    struct picture_result *const r = calloc(1, sizeof *r);
    struct answer_neurons neurons = { .n_selected = 0 };
    enum ct_status status;

    if (r == NULL)
        return ct_fail_nomem(err, "picture", 0);
    r->share_size = r->share_mean = r->ari_sign = r->silhouette_context = NAN;
    status = answer_neurons_find(a, &neurons, err);
    if (status == CT_OK)
        status = look(a, run, &neurons, r, err);
    answer_neurons_clear(&neurons);
    if (status != CT_OK) {
        release(r);
        return status;
    }
    *result = r;
    return CT_OK;
}

static bool is_partial(const struct analysis *a, const void *value)
{
    (void)a;
    return ((const struct picture_result *)value)->pictures.is_partial;
}

static double memory(const struct analysis *a)
{
    const double n = (double)ttest_of(a)->n_significant;
    const double n_samples = (double)(contrast_of(a)->n_rows[0] + contrast_of(a)->n_rows[1]);
    const double distances = n <= GROUPS_MOST ? sizeof(double) * n * (n + n_samples) : 0.0;
    const double neighbours =
        sizeof(double) * n * n_samples + faithfulness_memory(ttest_of(a)->n_significant,
                                                             nearest_of(ttest_of(a)->n_significant),
                                                             (size_t)a->params.threads);
    const double pictures = has_pictures(a, ttest_of(a)->n_significant) ? pictures_memory(a) : 0.0;

    return answer_neurons_memory(a) + fmax(distances, fmax(neighbours, pictures)) +
           blas_memory(a->params.threads);
}

static double expect(const struct analysis *a)
{
    const double n = (double)extract_of(a)->X.cols;
    const double s = (double)(contrast_of(a)->n_rows[0] + contrast_of(a)->n_rows[1]);
    const double k = (double)ttest_of(a)->n_significant;
    const double n_pictures = (double)a->params.pictures;
    const double neighbours = 2e-9 * k * k * s;

    if (!has_pictures(a, ttest_of(a)->n_significant))
        return expect_here(neighbours, a->params.threads);
    return expect_here(neighbours + cost_of_fit(n, s) + n_pictures * cost_of_draw(n, s) +
                           1.5 * n_pictures * cost_of_tsne(k, (double)a->params.iterations),
                       a->params.threads);
}

static const struct setting picture_settings[] = {
    { .name = "pictures",
      .kind = &kind_count,
      .field = offsetof(struct params, pictures),
      .commands = FOR_RUN,
      .argument = "N",
      .help = "of clouds without clusters",
      .is_rare = true },
};

const struct stage stage_picture = {
    .name = "picture",
    .shown_at = &stage_answer,
    .does = "asks what the picture is made of",
    .settings = picture_settings,
    .n_settings = sizeof picture_settings / sizeof *picture_settings,
    .inputs = (const struct stage *const[]){ &stage_contrast, &stage_extract, &stage_ttest,
                                             &stage_space, &stage_tsne, &stage_cluster, NULL },
    .effort = 30,
    .memory = memory,
    .advice = "select fewer neurons: a smaller --alpha, fewer --hook",
    .expect = expect,
    .compute = compute,
    .free = release,
    .is_partial = is_partial,
};
