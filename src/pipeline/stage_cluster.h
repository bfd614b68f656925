/* DBSCAN and k-means of the plane. */
#ifndef CT_PIPELINE_STAGE_CLUSTER_H
#define CT_PIPELINE_STAGE_CLUSTER_H

#include <stddef.h>
#include <stdint.h>

#include "num/cluster/kmeans.h"
#include "pipeline/analysis.h"

struct cluster_row {
    size_t size;
    double mean_t;
    double mean_abs_t;
};

struct cluster_result {
    int32_t *dbscan; /* [n_significant] */
    size_t n_dbscan, n_noise;
    struct cluster_row *dbscan_rows; /* [n_dbscan] */
    double dbscan_silhouette;        /* without noise; NaN: fewer than two clusters */
    size_t k;                        /* neighbours that make a core point: min_samples - 1 */
    double *k_distance;              /* [n_k_distance] ascending, to the k-th neighbour */
    size_t n_k_distance;             /* n_significant; 0 where k is 0 or not below it */
    size_t n_clusters;               /* k that was used, at most n_significant */
    struct kmeans_result kmeans;
    struct cluster_row *kmeans_rows; /* [n_clusters] */
    double kmeans_silhouette;        /* NaN: as many clusters as neurons, or fewer than two */
};

extern const struct stage stage_cluster;

static inline const struct cluster_result *clusters_of(const struct analysis *a)
{
    return analysis_result(a, &stage_cluster);
}

#endif
