/*
 * DBSCAN (Ester et al. 1996, KDD-96:226) of points in the plane, with scikit-learn's labels:
 * clusters are numbered by their core point of lowest index, a border point goes to the first
 * cluster that reaches it, noise is -1.
 */
#ifndef CT_NUM_CLUSTER_DBSCAN_H
#define CT_NUM_CLUSTER_DBSCAN_H

#include <stddef.h>
#include <stdint.h>

#include "base/mat.h"
#include "base/status.h"

/*
 * X [n_samples, 2] float64, finite; labels [n_samples], owned by the caller; *n_clusters counts the
 * labels from 0. A neighbour is a point at squared distance <= eps * eps (float64), the point
 * itself included; a core point has at least min_samples of them. (Below 12 points, distances that
 * are eps but for rounding go as scikit-learn has them, which takes another expression there.) No
 * points have no clusters. CT_EINVAL: eps not above 0, min_samples is 0, or X not finite or not 2
 * columns wide. CT_ENOMEM. O(n log n) but for min_samples in the hundreds.
 */
enum ct_status dbscan_fit(const struct mat *X, double eps, size_t min_samples, int32_t *labels,
                          size_t *n_clusters, struct ct_error *err);

/* Bytes at most at its peak, beside X and labels. */
double dbscan_memory(size_t n_samples);

#endif
