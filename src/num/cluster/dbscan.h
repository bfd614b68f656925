/*
 * DBSCAN (Ester et al. 1996, KDD-96:226) of points in the plane, with scikit-learn's labels:
 * clusters are numbered in order of their lowest core point index, a border point belongs to the
 * first cluster that reaches it, noise is -1.
 */
#ifndef CT_NUM_CLUSTER_DBSCAN_H
#define CT_NUM_CLUSTER_DBSCAN_H

#include <stddef.h>
#include <stdint.h>

#include "base/mat.h"
#include "base/status.h"

/*
 * X [n_samples, 2] float64, finite; labels [n_samples], owned by the caller; *n_clusters counts the
 * labels without noise. A neighbour is a point at squared distance <= eps * eps (float64),
 * including the point itself; a core point has at least min_samples neighbours. (Below 12 points,
 * distances equal to eps up to rounding are decided as by scikit-learn, which uses a different
 * formula there.) 0 points give 0 clusters. CT_EINVAL: eps not above 0, min_samples is 0, or X not
 * finite or without 2 columns. CT_ENOMEM. O(n log n) unless min_samples is in the hundreds.
 */
enum ct_status dbscan_fit(const struct mat *X, double eps, size_t min_samples, int32_t *labels,
                          size_t *n_clusters, struct ct_error *err);

/* Upper bound of the peak memory in bytes, excluding X and labels. */
double dbscan_memory(size_t n_samples);

#endif
