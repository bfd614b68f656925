/*
 * Lloyd's step for many points in the plane, with few distances: leaves of points that are close
 * together keep a list of the centres that can be the nearest to any of them. This is the filtering
 * of Kanungo et al. 2002 (IEEE Trans. PAMI 24:881), with two levels of cells instead of a tree; as
 * in Hamerly 2010 (SIAM SDM:130), a list is valid until the centres have moved too far. Labels are
 * the same as from comparing all centres.
 */
#ifndef CT_NUM_CLUSTER_KMEANS_LEAVES_H
#define CT_NUM_CLUSTER_KMEANS_LEAVES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "num/cluster/kmeans_data.h"

enum { KMEANS_LEAVES_MAX = 256 }; /* clusters; with more, all centres are compared */

struct kmeans_leaves;

/* data must be sorted. NULL if out of memory. */
struct kmeans_leaves *kmeans_leaves_new(const struct kmeans_data *data, size_t n_clusters);
void kmeans_leaves_free(struct kmeans_leaves *leaves);
double kmeans_leaves_memory(size_t n_samples); /* bytes */

/* Call before the first step of a start: forgets all centres. */
void kmeans_leaves_reset(struct kmeans_leaves *leaves);

/*
 * One step: computes labels [places] (kept by the caller between the steps of a start, initially
 * -1), and sums [n_clusters, 2] and weight [n_clusters] of the points of each of centers
 * [n_clusters, 2]. factors [n_clusters, 3]: |c|^2, then -2 c. shift: the largest distance that a
 * centre has moved since the previous step. True if no label has changed.
 */
bool kmeans_leaves_step(struct kmeans_leaves *leaves, const struct kmeans_data *data,
                        const double *centers, const double *factors, double shift, int32_t *labels,
                        double *sums, double *weight);

#endif
