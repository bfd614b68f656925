#include "config.h"
#include "pipeline/clustering.h"

const struct cluster_method *const cluster_methods[] = {
    &method_dbscan,
    &method_kmeans,
    &method_ward,
};
const size_t n_plane_methods = 2;
const size_t n_cluster_methods = sizeof cluster_methods / sizeof *cluster_methods;

/* Ward is the last one. */
size_t clusterings_wanted(const struct params *params)
{
    return n_cluster_methods - (params->ward == WARD_NO);
}
