/* k-distances, for choosing eps of DBSCAN. */
#ifndef CT_NUM_CLUSTER_K_DISTANCE_H
#define CT_NUM_CLUSTER_K_DISTANCE_H

#include <stddef.h>

#include "base/mat.h"
#include "base/status.h"

/* Distance of each point to its k-th nearest other point, ascending: out [n_samples], owned by the
 * caller. CT_EINVAL (k is 0 or not below n_samples), CT_ENOMEM.
 */
enum ct_status dbscan_k_distance(const struct mat *X, size_t k, double *out, struct ct_error *err);

/* Peak memory in bytes, excluding X and out. */
double dbscan_k_distance_memory(size_t n_samples, size_t k);

#endif
