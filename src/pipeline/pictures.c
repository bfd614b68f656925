#include "config.h"
#include "pipeline/pictures.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "num/cluster/agreement.h"
#include "num/cluster/silhouette.h"
#include "num/draws.h"
#include "num/null/neuron_space.h"
#include "num/null/sized_cloud.h"
#include "num/resample.h"
#include "pipeline/clustering.h"
#include "pipeline/stage_cluster.h"
#include "pipeline/stage_contrast.h"
#include "pipeline/stage_extract.h"
#include "pipeline/stage_tsne.h"
#include "pipeline/stage_ttest.h"

struct drawing { /* what all pictures have in common */
    const struct analysis *a;
    const struct answer_neurons *neurons;
    struct params params; /* of the analysis, with one thread; strings are borrowed */
    const struct sized_cloud *cloud;
    struct look *looks;
    double *recovery;  /* [n, n_recovery] of all clusters of all methods */
    double *agreement; /* [n, n_plane_methods] */
    size_t n_recovery;
};

static struct drawing begin(const struct analysis *a, const struct answer_neurons *neurons)
{
    struct drawing d = { .a = a, .neurons = neurons, .params = a->params };

    d.params.threads = 1;
    return d;
}

/* The embedding of X, samples sorted by group, in the space of the picture; X is cleared. */
static enum ct_status embed(const struct drawing *d, struct mat *X, struct tsne_result *out,
                            struct ct_error *err)
{
    const enum neuron_space space = d->params.space;
    double *const e = ct_malloc_array(X->cols, sizeof *e);
    double perplexity;
    enum ct_status status = e != NULL ? CT_OK : ct_fail_nomem(err, "pictures", 0);

    if (status == CT_OK && space != SPACE_RAW) {
        contrast_vector(d->neurons->samples.n[0], d->neurons->samples.n[1], e);
        for (size_t i = 0; i < X->rows; i++)
            neuron_space_map(space, mat_row(X, i), space == SPACE_CONTEXT ? e : NULL, X->cols,
                             mat_row(X, i));
    }
    free(e);
    if (status == CT_OK)
        status = embed_rows(X, &d->params, NULL, &perplexity, out, err);
    mat_clear(X);
    return status;
}

/* After n_done of n pictures: those that are done stay when the others are cancelled. */
static enum ct_status end(enum ct_status status, size_t n_done, size_t n, struct pictures *p)
{
    if (status == CT_ECANCELED || (status == CT_OK && n_done < n))
        p->is_partial = true;
    return status == CT_ECANCELED ? CT_OK : status;
}

/* ---- clouds ---- */

static enum ct_status look_at_cloud(void *context, size_t b, struct ct_error *err)
{
    const struct drawing *const d = context;
    struct mat X = { 0 };
    struct tsne_result picture = { .n_iter = 0 };
    enum ct_status status =
        mat_init(&X, d->neurons->n_selected, d->neurons->profiles.n_samples, "pictures", err);

    if (status == CT_OK)
        status = sized_cloud_draw(d->cloud, b, X.data, err);
    if (status == CT_OK)
        status = embed(d, &X, &picture, err);
    for (size_t m = 0; status == CT_OK && m < n_plane_methods; m++) {
        struct clustering c = { 0 };
        struct look *const look = &d->looks[b * n_plane_methods + m];
        status = clustering_fit(cluster_methods[m], &picture.embedding, &d->params, NULL, &c, err);
        if (status == CT_OK)
            status =
                silhouette_score(&picture.embedding, c.labels, 1, NULL, &look->silhouette, err);
        look->n_clusters = c.n_clusters;
        look->n_noise = c.n_noise;
        clustering_clear(&c);
    }
    mat_clear(&X);
    tsne_result_clear(&picture);
    return status;
}

static enum ct_status summarize_clouds(struct pictures *p, struct ct_error *err)
{
    double *const numbers = ct_malloc_array(p->n_clouds, 3 * sizeof *numbers);

    p->clouds = ct_calloc_array(n_plane_methods, sizeof *p->clouds);
    if (numbers == NULL || p->clouds == NULL) {
        free(numbers);
        return ct_fail_nomem(err, "pictures", 0);
    }
    for (size_t m = 0; m < n_plane_methods; m++) {
        double *const n_noise = numbers + p->n_clouds;
        double *const silhouettes = n_noise + p->n_clouds;
        size_t n = 0;
        for (size_t b = 0; b < p->n_clouds; b++) {
            const struct look *const look = &p->looks[b * n_plane_methods + m];
            numbers[b] = (double)look->n_clusters;
            n_noise[b] = (double)look->n_noise;
            if (!isnan(look->silhouette))
                silhouettes[n++] = look->silhouette;
        }
        p->clouds[m] = (struct looks){ draws_summarize(NAN, numbers, p->n_clouds),
                                       draws_summarize(NAN, n_noise, p->n_clouds),
                                       draws_summarize(NAN, silhouettes, n), n };
    }
    free(numbers);
    return CT_OK;
}

/* Of n pictures, those of `earlier` first: *n_done of them. NULL: out of memory. */
static struct look *looks_new(size_t n, const struct pictures *earlier, size_t *n_done)
{
    struct look *const looks = ct_calloc_array(n, n_plane_methods * sizeof *looks);

    *n_done = looks != NULL && earlier != NULL ? earlier->n_clouds : 0;
    if (*n_done > 0)
        memcpy(looks, earlier->looks, *n_done * n_plane_methods * sizeof *looks);
    return looks;
}

enum ct_status pictures_of_clouds(const struct analysis *a, const struct answer_neurons *neurons,
                                  size_t n, const struct pictures *earlier, struct crew *crew,
                                  const struct progress *progress, struct pictures *p,
                                  struct ct_error *err)
{
    enum { FIT = 1, DRAWS = 9 };
    const struct null_question q = answer_question(a, neurons);
    struct progress_part fit = { progress, 0, FIT, FIT + DRAWS };
    struct progress_part draws = { progress, FIT, DRAWS, FIT + DRAWS };
    const struct progress fitting = progress_of_part(&fit);
    const struct progress making = progress_of_part(&draws);
    struct drawing d = begin(a, neurons);
    struct sized_cloud cloud = { .n_axes = 0 };
    enum ct_status status = sized_cloud_new(&q, crew, &fitting, &cloud, err);

    if (status == CT_OK) {
        d.cloud = &cloud;
        d.looks = p->looks = looks_new(n, earlier, &p->n_clouds);
        status = p->looks != NULL ? draws_make(n, look_at_cloud, &d, crew, &making, "pictures",
                                               &p->n_clouds, err)
                                  : ct_fail_nomem(err, "pictures", 0);
    }
    if (status == CT_OK)
        status = summarize_clouds(p, err);
    sized_cloud_clear(&cloud);
    return end(status, p->n_clouds, n, p);
}

/* ---- other sentences ---- */

/* X [n_significant, n_samples]: the significant neurons in the sentences of draw b. */
static enum ct_status gather(const struct drawing *d, size_t b, struct mat *X, struct ct_error *err)
{
    const struct samples *const s = &d->neurons->samples;
    const struct ttest_stage *const t = ttest_of(d->a);
    const size_t n = s->n[0] + s->n[1];
    size_t *const drawn = ct_malloc_array(n, sizeof *drawn);
    enum ct_status status = drawn != NULL ? mat_init(X, t->n_significant, n, "pictures", err)
                                          : ct_fail_nomem(err, "pictures", 0);

    if (status == CT_OK)
        resample_rows(s->n, s->are_pairs, d->params.seed, b, drawn);
    for (size_t k = 0; status == CT_OK && k < n; k++) {
        const size_t row =
            drawn[k] < s->n[0] ? s->rows[0][drawn[k]] : s->rows[1][drawn[k] - s->n[0]];
        for (size_t i = 0; i < X->rows; i++)
            mat_row(X, i)[k] = matview_get(&extract_of(d->a)->X, row, t->significant[i]);
    }
    free(drawn);
    return status;
}

static enum ct_status compare(const struct drawing *d, const struct mat *points, size_t m,
                              double *recovery, double *agreement, struct ct_error *err)
{
    const struct clustering *const here = &clusters_of(d->a)->by[m];
    struct clustering c = { 0 };
    enum ct_status status = clustering_fit(cluster_methods[m], points, &d->params, NULL, &c, err);

    if (status == CT_OK)
        status = best_jaccard(here->labels, here->n_clusters, c.labels, c.n_clusters, c.n, recovery,
                              err);
    if (status == CT_OK)
        status = adjusted_rand(here->labels, here->n_clusters, c.labels, c.n_clusters, c.n,
                               agreement, err);
    clustering_clear(&c);
    return status;
}

static enum ct_status look_again(void *context, size_t b, struct ct_error *err)
{
    const struct drawing *const d = context;
    double *recovery = d->recovery + b * d->n_recovery;
    struct mat X = { 0 };
    struct tsne_result picture = { .n_iter = 0 };
    enum ct_status status = gather(d, b, &X, err);

    if (status == CT_OK)
        status = embed(d, &X, &picture, err);
    for (size_t m = 0; status == CT_OK && m < n_plane_methods; m++) {
        status = compare(d, &picture.embedding, m, recovery, &d->agreement[b * n_plane_methods + m],
                         err);
        recovery += clusters_of(d->a)->by[m].n_clusters;
    }
    mat_clear(&X);
    tsne_result_clear(&picture);
    return status;
}

/* out [n]: column means of x [n_rows, stride], from column `first` on; NaN rows are left out. */
static void average(const double *x, size_t n_rows, size_t stride, size_t first, size_t n,
                    double *out)
{
    for (size_t k = 0; k < n; k++) {
        double sum = 0.0;
        size_t count = 0;
        for (size_t b = 0; b < n_rows; b++)
            if (!isnan(x[b * stride + first + k])) {
                sum += x[b * stride + first + k];
                count++;
            }
        out[k] = count > 0 ? sum / (double)count : NAN;
    }
}

static enum ct_status summarize(const struct drawing *d, struct pictures *p, struct ct_error *err)
{
    size_t first = 0;

    p->recovery = ct_calloc_array(n_plane_methods, sizeof *p->recovery);
    p->agreement = ct_malloc_array(n_plane_methods, sizeof *p->agreement);
    if (p->recovery == NULL || p->agreement == NULL)
        return ct_fail_nomem(err, "pictures", 0);
    average(d->agreement, p->n_resampled, n_plane_methods, 0, n_plane_methods, p->agreement);
    for (size_t m = 0; m < n_plane_methods; m++) {
        const size_t n = clusters_of(d->a)->by[m].n_clusters;
        p->recovery[m] = ct_malloc_array(n, sizeof *p->recovery[m]);
        if (p->recovery[m] == NULL)
            return ct_fail_nomem(err, "pictures", 0);
        average(d->recovery, p->n_resampled, d->n_recovery, first, n, p->recovery[m]);
        first += n;
    }
    return CT_OK;
}

enum ct_status pictures_resampled(const struct analysis *a, const struct answer_neurons *neurons,
                                  size_t n, struct crew *crew, const struct progress *progress,
                                  struct pictures *p, struct ct_error *err)
{
    struct drawing d = begin(a, neurons);
    enum ct_status status = CT_OK;

    for (size_t m = 0; m < n_plane_methods; m++)
        d.n_recovery += clusters_of(a)->by[m].n_clusters;
    d.recovery = ct_malloc_array(n, d.n_recovery * sizeof *d.recovery);
    d.agreement = ct_malloc_array(n, n_plane_methods * sizeof *d.agreement);
    if (d.recovery == NULL || d.agreement == NULL)
        status = ct_fail_nomem(err, "pictures", 0);
    if (status == CT_OK)
        status = draws_make(n, look_again, &d, crew, progress, "pictures", &p->n_resampled, err);
    if (status == CT_OK)
        status = summarize(&d, p, err);
    free(d.recovery);
    free(d.agreement);
    return end(status, p->n_resampled, n, p);
}

void pictures_clear(struct pictures *p)
{
    for (size_t m = 0; p->recovery != NULL && m < n_plane_methods; m++)
        free(p->recovery[m]);
    free(p->recovery);
    free(p->agreement);
    free(p->looks);
    free(p->clouds);
    *p = (struct pictures){ .n_clouds = 0 };
}

double pictures_memory(const struct analysis *a)
{
    const size_t n = extract_of(a)->X.cols;
    const size_t s = contrast_of(a)->n_rows[0] + contrast_of(a)->n_rows[1];
    const size_t k = ttest_of(a)->n_significant;
    const double picture =
        sizeof(double) * (double)k * (double)s + tsne_memory(k, s, a->params.perplexity, 1);

    return sized_cloud_memory(n, s) +
           (double)a->params.threads * (sized_cloud_draw_memory(n, s, k) + picture);
}
