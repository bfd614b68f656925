#include "config.h"
#include "pipeline/clustering.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "num/cluster/kmeans.h"

/* Never more clusters than points. */
static void choose(size_t n, const struct params *params, struct kmeans_params *kmeans)
{
    kmeans_params_default(kmeans);
    kmeans->random_state = params->seed;
    kmeans->n_threads = params->threads;
    kmeans->n_clusters = params->clusters < n ? params->clusters : n;
}

static enum ct_status fit(const struct mat *points, const struct params *params,
                          const struct progress *progress, struct clustering *out,
                          struct ct_error *err)
{
    struct kmeans_result result = { 0 };
    struct kmeans_params kmeans;

    if (points->rows == 0)
        return CT_OK;
    choose(points->rows, params, &kmeans);
    kmeans.progress = progress;
    const enum ct_status status = kmeans_fit(points, &kmeans, &result, err);
    if (status != CT_OK)
        return status;
    memcpy(out->labels, result.labels, out->n * sizeof *out->labels);
    out->n_clusters = result.cluster_centers.rows;
    out->objective = result.inertia;
    out->centers = result.cluster_centers; /* handed over */
    result.cluster_centers = (struct mat){ 0 };
    kmeans_result_clear(&result);
    return CT_OK;
}

static double memory(size_t n, const struct params *params)
{
    struct kmeans_params kmeans;

    choose(n, params, &kmeans);
    return (double)n * sizeof(int32_t) + kmeans_memory(n, 2, &kmeans);
}

static size_t most(size_t n, const struct params *params)
{
    return params->clusters < n ? params->clusters : n;
}

static size_t wanted(const struct params *params)
{
    return params->clusters;
}

static void describe(const struct clustering *c, const struct params *params, char *out,
                     size_t size)
{
    snprintf(out, size, "k = %zu, inertia %.6g%s", c->n_clusters, c->objective,
             c->n_clusters < params->clusters ? " (there are not more neurons)" : "");
}

static void caption(const struct clustering *c, const struct params *params, char *out, size_t size)
{
    (void)params;
    snprintf(out, size, "k-means: k = %zu, centroids X", c->n_clusters);
}

const struct cluster_method method_kmeans = {
    .name = "kmeans",
    .title = "k-means",
    .objective = "inertia",
    .fit = fit,
    .memory = memory,
    .most = most,
    .wanted = wanted,
    .wanted_option = "--clusters",
    .describe = describe,
    .caption = caption,
};
