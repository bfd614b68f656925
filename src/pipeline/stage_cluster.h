/* Clusters of the points of the plane, by every method. */
#ifndef CT_PIPELINE_STAGE_CLUSTER_H
#define CT_PIPELINE_STAGE_CLUSTER_H

#include <stddef.h>

#include "pipeline/analysis.h"
#include "pipeline/clustering.h"

struct cluster_result {
    struct clustering *by; /* [n] in the order of cluster_methods */
    size_t n;
};

extern const struct stage stage_cluster;

static inline const struct cluster_result *clusters_of(const struct analysis *a)
{
    return analysis_result(a, &stage_cluster);
}

/* The clustering by a method; NULL: not computed yet, or method is NULL. */
const struct clustering *clustering_of(const struct analysis *a,
                                       const struct cluster_method *method);

#endif
