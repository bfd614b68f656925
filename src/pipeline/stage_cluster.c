#include "config.h"
#include "pipeline/stage_cluster.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "num/cluster/silhouette.h"
#include "pipeline/stage_tsne.h"
#include "pipeline/stage_ttest.h"

const struct clustering *clustering_of(const struct analysis *a,
                                       const struct cluster_method *method)
{
    const struct cluster_result *const c = clusters_of(a);

    for (size_t m = 0; c != NULL && m < c->n; m++)
        if (c->by[m].method == method)
            return &c->by[m];
    return NULL;
}

/* The t values of the significant neurons, owned by the caller. */
static enum ct_status list_t(const struct ttest_stage *t, double **out, struct ct_error *err)
{
    double *const statistics = ct_malloc_array(t->n_significant, sizeof *statistics);

    if (statistics == NULL)
        return ct_fail_nomem(err, "clusters", 0);
    for (size_t i = 0; i < t->n_significant; i++)
        statistics[i] = t->neurons[t->significant[i]].statistic;
    *out = statistics;
    return CT_OK;
}

/* Clusters with one method and computes the silhouette: steps 2 m and 2 m + 1. */
static enum ct_status run_method(const struct analysis *a, const struct stage_run *run, size_t m,
                                 const double *t, struct clustering *c, struct ct_error *err)
{
    const struct mat *const points = &tsne_of(a)->result.embedding;
    struct progress_part part = { &run->progress, 2 * m, 1, 2 * n_cluster_methods };
    const struct progress progress = progress_of_part(&part);
    enum ct_status status =
        clustering_fit(cluster_methods[m], points, &a->params, &progress, c, err);

    if (status == CT_OK)
        status = clustering_summarise(c, t, err);
    part.first++;
    if (status == CT_OK)
        status =
            silhouette_score(points, c->labels, a->params.threads, &progress, &c->silhouette, err);
    return status;
}

static void release(void *result)
{
    struct cluster_result *const c = result;

    if (c == NULL)
        return;
    for (size_t m = 0; c->by != NULL && m < c->n; m++)
        clustering_clear(&c->by[m]);
    free(c->by);
    free(c);
}

static enum ct_status compute(const struct analysis *a, const struct stage_run *run, void **result,
                              struct ct_error *err)
{
    struct cluster_result *const c = calloc(1, sizeof *c);
    double *t = NULL;
    enum ct_status status =
        c != NULL ? list_t(ttest_of(a), &t, err) : ct_fail_nomem(err, "clusters", 0);

    if (status == CT_OK) {
        c->n = n_cluster_methods;
        c->by = ct_calloc_array(c->n, sizeof *c->by);
        if (c->by == NULL)
            status = ct_fail_nomem(err, "clusters", 0);
    }
    for (size_t m = 0; status == CT_OK && m < c->n; m++)
        status = run_method(a, run, m, t, &c->by[m], err);
    free(t);
    if (status != CT_OK) {
        release(c);
        return status;
    }
    *result = c;
    return CT_OK;
}

static double memory(const struct analysis *a)
{
    const size_t n = ttest_of(a)->n_significant;
    double kept = (double)n * sizeof(double); /* t */
    double most = silhouette_memory(n, n);

    for (size_t m = 0; m < n_cluster_methods; m++) {
        const struct cluster_method *const method = cluster_methods[m];
        kept += (double)n * sizeof(int32_t) +
                (double)method->most(n, &a->params) * sizeof(struct cluster_row);
        most = fmax(most, method->memory(n, &a->params));
    }
    return kept + most;
}

static void note(const void *value, char out[NOTE_SIZE])
{
    snprintf(out, NOTE_SIZE, "%zu", ((const struct cluster_result *)value)->by[0].n_clusters);
}

static const struct setting cluster_settings[] = {
    { .name = "eps",
      .kind = &kind_number,
      .field = offsetof(struct params, eps),
      .commands = FOR_RUN | FOR_DBSCAN,
      .argument = "X",
      .help = "of DBSCAN",
      .high = INFINITY },
    { .name = "min-samples",
      .kind = &kind_count,
      .field = offsetof(struct params, min_samples),
      .commands = FOR_RUN | FOR_DBSCAN,
      .argument = "N",
      .help = "of DBSCAN",
      .low = 1 },
    { .name = "clusters",
      .letter = 'k',
      .kind = &kind_count,
      .field = offsetof(struct params, clusters),
      .commands = FOR_RUN | FOR_KMEANS,
      .argument = "N",
      .help = "of k-means",
      .low = 1 },
};

const struct stage stage_cluster = {
    .name = "cluster",
    .title = "Cluster",
    .does = "clusters the embedding",
    .settings = cluster_settings,
    .n_settings = sizeof cluster_settings / sizeof *cluster_settings,
    .inputs = (const struct stage *const[]){ &stage_ttest, &stage_tsne, NULL },
    .effort = 1,
    .memory = memory,
    .advice = "select fewer neurons: a smaller --alpha, fewer --hook",
    .compute = compute,
    .free = release,
    .note = note,
};
