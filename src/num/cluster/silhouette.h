/*
 * The silhouette of a clustering of points in the plane (Rousseeuw 1987, J. Comput. Appl. Math.
 * 20:53), as sklearn.metrics.silhouette_score: for each point (b - a) / max(a, b), where a is its
 * mean distance to the others of its cluster and b that to the nearest other cluster; 0 for the
 * only point of a cluster. The score is the mean over all points, between -1 and 1. O(n_samples^2)
 * distances, none of them stored.
 */
#ifndef CT_NUM_CLUSTER_SILHOUETTE_H
#define CT_NUM_CLUSTER_SILHOUETTE_H

#include <stdint.h>

#include "base/mat.h"
#include "base/progress.h"
#include "base/status.h"

/*
 * points [n_samples, 2], borrowed, finite, converted to float32; labels [n_samples], below 0:
 * noise, which is omitted. *score is NaN where sklearn raises an error: fewer than two clusters, or
 * as many as points. It does not depend on n_threads, to the bit. CT_ENOMEM, CT_ECANCELED.
 */
enum ct_status silhouette_score(const struct mat *points, const int32_t *labels, int n_threads,
                                const struct progress *progress, double *score,
                                struct ct_error *err);

/* Peak memory in bytes, excluding points and labels. */
double silhouette_memory(size_t n_samples, size_t n_clusters);

#endif
