/* One start of k-means: initial centres, then Lloyd's iteration. kmeans.c runs n_init of them in
 * parallel. Points are identified by their places in the data. */
#ifndef CT_NUM_CLUSTER_KMEANS_START_H
#define CT_NUM_CLUSTER_KMEANS_START_H

#include <stddef.h>
#include <stdint.h>

#include "base/mat.h"
#include "base/status.h"
#include "num/cluster/kmeans_data.h"
#include "num/cluster/kmeans_leaves.h"

struct kmeans_start { /* zero-initialise; owns its arrays until kmeans_start_clear() */
    size_t n_clusters;
    double *centers;     /* [n_clusters, n_features], of centred points */
    double *centers_new; /* [n_clusters, n_features] */
    double *factors;     /* [n_clusters, n_features + 1]: |c|^2, then -2 c */
    double *weight;      /* [n_clusters], points */
    double *distance;    /* [n_samples], squared distance to the nearest centre */
    double *potential;   /* [n_blocks], their sums */
    double *farthest;    /* [n_blocks], the largest of them */
    int32_t *labels;     /* [n_samples], padded to whole blocks */
    int32_t *labels_old;
    int32_t *order;               /* [n_samples], by distance */
    struct kmeans_leaves *leaves; /* NULL if the data are not sorted, or with many clusters */
    int32_t *empty;               /* [n_clusters], clusters without points */
    double inertia;
    size_t n_iter; /* 0: not run */
};

enum ct_status kmeans_start_init(struct kmeans_start *start, const struct kmeans_data *data,
                                 size_t n_clusters, struct ct_error *err);
void kmeans_start_clear(struct kmeans_start *start);
double kmeans_start_memory(size_t n_samples, size_t n_features, size_t n_clusters); /* bytes */

/* Initial centres: the given ones, minus the means of the points. */
void kmeans_start_given(struct kmeans_start *start, const struct mat *init, const double *mean);

/* Initial centres by k-means++, determined by random_state and the number of the start. */
void kmeans_start_plusplus(struct kmeans_start *start, const struct kmeans_data *data,
                           uint64_t random_state, size_t number);

/* Lloyd's iteration; tol is absolute here. Sets centers, labels, inertia and n_iter. */
void kmeans_start_run(struct kmeans_start *start, const struct kmeans_data *data, size_t max_iter,
                      double tol);

#endif
