#include "config.h"
#include "pipeline/stage_cluster.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "num/cluster/dbscan.h"
#include "num/cluster/silhouette.h"
#include "pipeline/stage_tsne.h"
#include "pipeline/stage_ttest.h"
#include "pipeline/steps.h"

/* Size, mean t and mean |t| of each label 0 .. n_labels - 1. */
static enum ct_status summarise(const struct ttest_stage *t, const int32_t *labels, size_t n_labels,
                                struct cluster_row **out, struct ct_error *err)
{
    struct cluster_row *const rows = ct_calloc_array(n_labels, sizeof *rows);

    if (rows == NULL)
        return ct_fail_nomem(err, "clusters", 0);
    for (size_t i = 0; i < t->n_significant; i++) {
        if (labels[i] < 0)
            continue;
        const double statistic = t->neurons[t->significant[i]].statistic;
        struct cluster_row *const row = &rows[labels[i]];
        row->size++;
        row->mean_t += statistic;
        row->mean_abs_t += fabs(statistic);
    }
    for (size_t c = 0; c < n_labels; c++) {
        rows[c].mean_t /= (double)rows[c].size;
        rows[c].mean_abs_t /= (double)rows[c].size;
    }
    *out = rows;
    return CT_OK;
}

enum ct_status plane_dbscan(const struct mat *points, const struct params *params, int32_t *labels,
                            size_t *n_clusters, struct ct_error *err)
{
    *n_clusters = 0;
    return points->rows > 0
               ? dbscan_fit(points, params->eps, params->min_samples, labels, n_clusters, err)
               : CT_OK;
}

enum ct_status plane_kmeans(const struct mat *points, const struct params *params,
                            const struct progress *progress, struct kmeans_result *out,
                            struct ct_error *err)
{
    struct kmeans_params kmeans;

    kmeans_params_default(&kmeans);
    kmeans.random_state = params->seed;
    kmeans.n_threads = params->threads;
    kmeans.progress = progress;
    kmeans.n_clusters = params->clusters < points->rows ? params->clusters : points->rows;
    return points->rows > 0 ? kmeans_fit(points, &kmeans, out, err) : CT_OK;
}

static enum ct_status run_dbscan(const struct analysis *a, struct cluster_result *c,
                                 struct ct_error *err)
{
    const struct mat *const points = &tsne_of(a)->result.embedding;
    enum ct_status status;

    c->dbscan = ct_calloc_array(points->rows, sizeof *c->dbscan);
    if (c->dbscan == NULL)
        return ct_fail_nomem(err, "DBSCAN", 0);
    status = plane_dbscan(points, &a->params, c->dbscan, &c->n_dbscan, err);
    for (size_t i = 0; status == CT_OK && i < points->rows; i++)
        c->n_noise += c->dbscan[i] < 0;
    if (status == CT_OK)
        status = summarise(ttest_of(a), c->dbscan, c->n_dbscan, &c->dbscan_rows, err);
    return status;
}

/* The curve that helps to choose eps: a core point has min_samples - 1 neighbours beside itself. */
static enum ct_status sort_distances(const struct analysis *a, struct cluster_result *c,
                                     struct ct_error *err)
{
    const struct mat *const points = &tsne_of(a)->result.embedding;

    c->k = a->params.min_samples > 0 ? a->params.min_samples - 1 : 0;
    if (c->k == 0 || c->k >= points->rows)
        return CT_OK;
    c->k_distance = ct_malloc_array(points->rows, sizeof *c->k_distance);
    if (c->k_distance == NULL)
        return ct_fail_nomem(err, "k-distances", 0);
    c->n_k_distance = points->rows;
    return dbscan_k_distance(points, c->k, c->k_distance, err);
}

static enum ct_status run_kmeans(const struct analysis *a, const struct stage_run *run,
                                 struct cluster_result *c, struct ct_error *err)
{
    struct progress_part part = { &run->progress, 1, 1, 4 };
    const struct progress progress = progress_of_part(&part);
    enum ct_status status =
        plane_kmeans(&tsne_of(a)->result.embedding, &a->params, &progress, &c->kmeans, err);

    c->n_clusters = c->kmeans.cluster_centers.rows;
    if (status == CT_OK)
        status = summarise(ttest_of(a), c->kmeans.labels, c->n_clusters, &c->kmeans_rows, err);
    return status;
}

/* How far apart the clusters are. */
static enum ct_status score(const struct analysis *a, const struct stage_run *run,
                            struct cluster_result *c, struct ct_error *err)
{
    const struct mat *const points = &tsne_of(a)->result.embedding;
    const int32_t *const labels[2] = { c->dbscan, c->kmeans.labels };
    double *const scores[2] = { &c->dbscan_silhouette, &c->kmeans_silhouette };
    enum ct_status status = CT_OK;

    for (size_t i = 0; status == CT_OK && i < 2; i++) {
        struct progress_part part = { &run->progress, 2 + i, 1, 4 };
        const struct progress progress = progress_of_part(&part);
        status = silhouette_score(points, labels[i], a->params.threads, &progress, scores[i], err);
    }
    return status;
}

static void release(void *result)
{
    struct cluster_result *const c = result;

    if (c == NULL)
        return;
    free(c->dbscan);
    free(c->dbscan_rows);
    free(c->k_distance);
    kmeans_result_clear(&c->kmeans);
    free(c->kmeans_rows);
    free(c);
}

static enum ct_status compute(const struct analysis *a, const struct stage_run *run, void **result,
                              struct ct_error *err)
{
    struct cluster_result *const c = calloc(1, sizeof *c);
    enum ct_status status = c != NULL ? CT_OK : ct_fail_nomem(err, "clusters", 0);

    if (status == CT_OK)
        status = run_dbscan(a, c, err);
    if (status == CT_OK)
        status = sort_distances(a, c, err);
    if (status == CT_OK && !progress_tick(&run->progress, 1, 4))
        status = ct_fail(err, CT_ECANCELED, "clusters: cancelled");
    if (status == CT_OK)
        status = run_kmeans(a, run, c, err);
    if (status == CT_OK)
        status = score(a, run, c, err);
    if (status != CT_OK) {
        release(c);
        return status;
    }
    *result = c;
    return CT_OK;
}

static double memory(const struct analysis *a)
{
    const struct cluster_result *const c = NULL;
    const size_t n = ttest_of(a)->n_significant;
    struct kmeans_params kmeans;

    kmeans_params_default(&kmeans);
    kmeans.n_clusters = a->params.clusters < n ? a->params.clusters : n;
    kmeans.n_threads = a->params.threads;
    const size_t each = sizeof *c->dbscan + sizeof *c->k_distance + sizeof *c->kmeans.labels;
    const double n_clusters = (double)n / fmax(1.0, (double)a->params.min_samples); /* at most */
    const double rows = (n_clusters + (double)kmeans.n_clusters) * sizeof(struct cluster_row);
    const double found = fmax(dbscan_memory(n), dbscan_k_distance_memory(n, a->params.min_samples));
    const double scored = silhouette_memory(n, n);

    return (double)n * (double)each + rows +
           fmax(found, fmax(kmeans_memory(n, 2, &kmeans), scored));
}

static void note(const void *value, char out[NOTE_SIZE])
{
    snprintf(out, NOTE_SIZE, "%zu", ((const struct cluster_result *)value)->n_dbscan);
}

static const struct setting cluster_settings[] = {
    { .name = "eps",
      .kind = &kind_number,
      .field = offsetof(struct params, eps),
      .commands = FOR_RUN | FOR_DBSCAN,
      .argument = "X",
      .help = "of DBSCAN (1)",
      .high = INFINITY },
    { .name = "min-samples",
      .kind = &kind_count,
      .field = offsetof(struct params, min_samples),
      .commands = FOR_RUN | FOR_DBSCAN,
      .argument = "N",
      .help = "of DBSCAN (3)",
      .low = 1 },
    { .name = "clusters",
      .letter = 'k',
      .kind = &kind_count,
      .field = offsetof(struct params, clusters),
      .commands = FOR_RUN | FOR_KMEANS,
      .argument = "N",
      .help = "of k-means (3)",
      .low = 1 },
};

const struct stage stage_cluster = {
    .name = "cluster",
    .title = "Cluster",
    .does = "clusters the picture",
    .settings = cluster_settings,
    .n_settings = sizeof cluster_settings / sizeof *cluster_settings,
    .inputs = (const struct stage *const[]){ &stage_ttest, &stage_tsne, NULL },
    .effort = 1,
    .memory = memory,
    .advice = "choose fewer neurons: a smaller --alpha, fewer of --hook",
    .compute = compute,
    .free = release,
    .note = note,
};
