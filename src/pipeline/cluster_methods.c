#include "config.h"
#include "pipeline/clustering.h"

const struct cluster_method *const cluster_methods[] = {
    &method_dbscan,
    &method_kmeans,
};
const size_t n_cluster_methods = sizeof cluster_methods / sizeof *cluster_methods;
