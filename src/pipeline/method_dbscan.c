#include "config.h"
#include "pipeline/clustering.h"

#include <math.h>
#include <stdio.h>

#include "base/mem.h"
#include "num/cluster/dbscan.h"
#include "num/cluster/k_distance.h"

/* The k-distance curve, for choosing eps: a core point has min_samples - 1 neighbours besides
 * itself. */
static enum ct_status sort_distances(const struct mat *points, const struct params *params,
                                     struct clustering *out, struct ct_error *err)
{
    out->k = params->min_samples > 0 ? params->min_samples - 1 : 0;
    if (out->k == 0 || out->k >= points->rows)
        return CT_OK;
    out->k_distance = ct_malloc_array(points->rows, sizeof *out->k_distance);
    if (out->k_distance == NULL)
        return ct_fail_nomem(err, "k-distances", 0);
    out->n_k_distance = points->rows;
    return dbscan_k_distance(points, out->k, out->k_distance, err);
}

static enum ct_status fit(const struct mat *points, const struct params *params,
                          const struct progress *progress, struct clustering *out,
                          struct ct_error *err)
{
    enum ct_status status = CT_OK;

    if (points->rows > 0)
        status = dbscan_fit(points, params->eps, params->min_samples, out->labels, &out->n_clusters,
                            err);
    if (status == CT_OK)
        status = sort_distances(points, params, out, err);
    if (status == CT_OK && !progress_tick(progress, 1, 1))
        status = ct_fail(err, CT_ECANCELED, "clusters: cancelled");
    return status;
}

static double memory(size_t n, const struct params *params)
{
    const double curve = (double)n * sizeof(double);

    return fmax(dbscan_memory(n), curve + dbscan_k_distance_memory(n, params->min_samples));
}

static size_t most(size_t n, const struct params *params)
{
    return n / (params->min_samples > 0 ? params->min_samples : 1);
}

static void describe(const struct clustering *c, const struct params *params, char *out,
                     size_t size)
{
    snprintf(out, size, "eps %g, min_samples %zu: %zu cluster%s, %zu neuron%s noise", params->eps,
             params->min_samples, c->n_clusters, c->n_clusters == 1 ? "" : "s", c->n_noise,
             c->n_noise == 1 ? " is" : "s are");
}

static void caption(const struct clustering *c, const struct params *params, char *out, size_t size)
{
    snprintf(out, size, "DBSCAN: %zu cluster%s, %zu noise, eps %g, min_samples %zu", c->n_clusters,
             c->n_clusters == 1 ? "" : "s", c->n_noise, params->eps, params->min_samples);
}

const struct cluster_method method_dbscan = {
    .name = "dbscan",
    .title = "DBSCAN",
    .has_noise = true,
    .fit = fit,
    .memory = memory,
    .most = most,
    .describe = describe,
    .caption = caption,
};
