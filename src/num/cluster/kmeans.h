/*
 * k-means by Lloyd's iteration (Lloyd 1982, IEEE Trans. Inf. Theory 28:129), seeded by k-means++
 * (Arthur & Vassilvitskii 2007, SODA) with greedy local trials. Names and rules follow
 * sklearn.cluster.KMeans. O(n_samples * n_clusters * n_features) per iteration; less than a tenth
 * of that for thousands of points in the plane, see kmeans_leaves.h.
 */
#ifndef CT_NUM_CLUSTER_KMEANS_H
#define CT_NUM_CLUSTER_KMEANS_H

#include <stddef.h>
#include <stdint.h>

#include "base/mat.h"
#include "base/progress.h"
#include "base/status.h"

struct kmeans_params {
    size_t n_clusters;
    size_t n_init;   /* 200; the start with the lowest inertia is kept */
    size_t max_iter; /* 300 */
    double tol;      /* 1e-4, relative to the mean variance of the columns */
    uint64_t random_state;
    const struct mat *init; /* NULL: k-means++; else [n_clusters, n_features], and n_init is 1 */
    int n_threads;          /* the result does not depend on it */
    const struct progress *progress; /* counts starts; NULL: none */
};

void kmeans_params_default(struct kmeans_params *params);

struct kmeans_result {          /* zero-initialise; owns its arrays until kmeans_result_clear() */
    struct mat cluster_centers; /* [n_clusters, n_features], in units of X */
    int32_t *labels;            /* [n_samples], 0 .. n_clusters - 1 */
    double inertia;             /* sum of squared distances to the nearest centre */
    size_t n_iter;
};

/* X [n_samples, n_features] float64, borrowed, finite. On failure *out is untouched: CT_EINVAL
 * (n_clusters is 0 or above n_samples, or X is not finite), CT_ENOMEM, CT_ECANCELED (stopped by
 * progress). */
enum ct_status kmeans_fit(const struct mat *X, const struct kmeans_params *params,
                          struct kmeans_result *out, struct ct_error *err);
void kmeans_result_clear(struct kmeans_result *result);

/* Peak memory in bytes, excluding X, including the result. */
double kmeans_memory(size_t n_samples, size_t n_features, const struct kmeans_params *params);

#endif
