/* How well two clusterings agree, and how well one fits distances. */
#ifndef CT_NUM_CLUSTER_AGREEMENT_H
#define CT_NUM_CLUSTER_AGREEMENT_H

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

/*
 * The adjusted Rand index of labels a and b [n], each 0 .. n_a - 1 and 0 .. n_b - 1 (Hubert &
 * Arabie 1985, J. Classif. 2:193), as sklearn.metrics.adjusted_rand_score: 1 for equal partitions,
 * 0 by chance. Points whose label in a or in b is below 0 are omitted. NaN without any point.
 * CT_ENOMEM.
 */
enum ct_status adjusted_rand(const int32_t *a, size_t n_a, const int32_t *b, size_t n_b, size_t n,
                             double *out, struct ct_error *err);

/*
 * best [n_a]: for each cluster of labels a [n], the largest Jaccard similarity with a cluster of
 * labels b [n], as fpc::clujaccard in R; 0 for an empty cluster. Labels are 0 .. n_a - 1 and 0 ..
 * n_b - 1; below 0: in no cluster. CT_ENOMEM.
 */
enum ct_status best_jaccard(const int32_t *a, size_t n_a, const int32_t *b, size_t n_b, size_t n,
                            double *best, struct ct_error *err);

/*
 * The silhouette of labels [n], 0 .. n_clusters - 1 (Rousseeuw 1987), as
 * sklearn.metrics.silhouette_score(metric='precomputed') of the roots of squared [n, n]. NaN for
 * fewer than two clusters, or as many as points. CT_ENOMEM.
 */
enum ct_status silhouette_of_distances(const double *squared, size_t n, const int32_t *labels,
                                       size_t n_clusters, double *out, struct ct_error *err);

/*
 * The dip of x [n], ascending: the largest difference between its empirical distribution and the
 * nearest unimodal one (Hartigan & Hartigan 1985, Ann. Stat. 13:70). 1 / (2 n) at least; 0 for n =
 * 0. CT_ENOMEM.
 */
enum ct_status dip_statistic(const double *x, size_t n, double *out, struct ct_error *err);

#endif
