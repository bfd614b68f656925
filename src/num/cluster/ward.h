/*
 * Ward's tree: hierarchical clustering that joins the two clusters whose union has the smallest
 * increase of squared distances to the centre (Ward 1963, J. Am. Stat. Assoc. 58:236), by the chain
 * of nearest neighbours (Murtagh 1983, Comput. J. 26:354). As
 * scipy.cluster.hierarchy.linkage(method
 * ='ward') and R's hclust(method = "ward.D2"). O(n^2) time and memory.
 */
#ifndef CT_NUM_CLUSTER_WARD_H
#define CT_NUM_CLUSTER_WARD_H

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

struct ward_merge {
    uint32_t a, b; /* a < b; below n: a point; n + i: the cluster of merge i */
    uint32_t size; /* points in the union */
    double height; /* ascending */
};

struct ward {                  /* zero-initialise; owns merges until ward_clear() */
    size_t n;                  /* points */
    struct ward_merge *merges; /* [n - 1] */
};

/* squared [n, n]: squared Euclidean distances, symmetric, finite; used as scratch. n >= 1.
 * CT_ENOMEM; CT_EINVAL: more than 2^31 points. */
enum ct_status ward_tree(double *squared, size_t n, struct ward *out, struct ct_error *err);
void ward_clear(struct ward *w);
double ward_memory(size_t n); /* peak bytes with the result, without squared */

/* labels [n]: the n_clusters clusters (1 .. n) of the tree cut at that number, numbered by their
 * first points. CT_ENOMEM. */
enum ct_status ward_cut(const struct ward *w, size_t n_clusters, int32_t *labels,
                        struct ct_error *err);

/* best [n_groups]: the largest Jaccard similarity of each group of labels [n], 0 .. n_groups - 1,
 * with any branch of the tree, single points included. CT_ENOMEM. */
enum ct_status ward_recovery(const struct ward *w, const int32_t *labels, size_t n_groups,
                             double *best, struct ct_error *err);

#endif
