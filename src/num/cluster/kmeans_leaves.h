/*
 * Lloyd's step for many points of the plane, with few distances: leaves of points that lie close
 * together know which centres can be the nearest of any of them. The filtering of Kanungo et al.
 * 2002 (IEEE Trans. PAMI 24:881), with two levels of cells in the place of a tree; and as in
 * Hamerly 2010 (SIAM SDM:130), what a cell knows holds until the centres have moved too far. Labels
 * are those that comparing all centres gives.
 */
#ifndef CT_NUM_CLUSTER_KMEANS_LEAVES_H
#define CT_NUM_CLUSTER_KMEANS_LEAVES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "num/cluster/kmeans_data.h"

enum { KMEANS_LEAVES_MAX = 256 }; /* clusters; more are compared one by one */

struct kmeans_leaves;

/* For data that are sorted; NULL: no memory. */
struct kmeans_leaves *kmeans_leaves_new(const struct kmeans_data *data, size_t n_clusters);
void kmeans_leaves_free(struct kmeans_leaves *leaves);
double kmeans_leaves_memory(size_t n_samples); /* bytes */

/* Before the first step of a start: forgets all centres. */
void kmeans_leaves_reset(struct kmeans_leaves *leaves);

/*
 * One step: labels [places] (kept by the caller between the steps of a start, at first -1), sums
 * [n_clusters, 2] and weight [n_clusters] of the points of each of centers [n_clusters, 2].
 * factors [n_clusters, 3]: |c|^2, then -2 c. shift: how far a centre has moved since the step
 * before, at most. True when no label has changed.
 */
bool kmeans_leaves_step(struct kmeans_leaves *leaves, const struct kmeans_data *data,
                        const double *centers, const double *factors, double shift, int32_t *labels,
                        double *sums, double *weight);

#endif
