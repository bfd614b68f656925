#include "config.h"
#include "pipeline/eps_counts.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/mem.h"
#include "num/cluster/dbscan.h"
#include "num/cluster/k_distance.h"

/* The range of eps from the distances to the neighbour that makes a core point: from that of the
 * 50th part of the points to half more than that of the last. With min_samples 1 every point is a
 * core point: from the nearest neighbours. *lo 0: there are no two different points. */
static enum ct_status find_range(const struct mat *points, size_t min_samples, double *lo,
                                 double *hi, struct ct_error *err)
{
    const size_t n = points->rows;
    const size_t k = min_samples > 1 ? min_samples - 1 : 1;
    double *const distances = n > 0 ? ct_malloc_array(n, sizeof *distances) : NULL;
    enum ct_status st = CT_OK;

    *lo = *hi = 0.0;
    if (n <= k) {
        free(distances);
        return CT_OK;
    }
    if (distances == NULL)
        return ct_fail_nomem(err, "clusters by eps", n * sizeof *distances);
    st = dbscan_k_distance(points, k, distances, err);
    if (st == CT_OK) {
        size_t first = n / 50;
        while (first + 1 < n && distances[first] <= 0.0)
            first++;
        *lo = distances[first];
        *hi = 1.5 * distances[n - 1];
    }
    free(distances);
    return st;
}

enum ct_status eps_counts_find(const struct mat *points, size_t min_samples,
                               const struct progress *progress, struct eps_counts *out,
                               struct ct_error *err)
{
    struct eps_counts counts = { .n = 0 };
    double lo, hi;
    enum ct_status st = find_range(points, min_samples, &lo, &hi, err);
    int32_t *const labels = ct_malloc_array(points->rows + 1, sizeof *labels);

    if (st == CT_OK && labels == NULL)
        st = ct_fail_nomem(err, "clusters by eps", points->rows * sizeof *labels);
    counts.n = st == CT_OK && lo > 0.0 ? N_EPS : 0;
    for (size_t i = 0; st == CT_OK && i < counts.n; i++) {
        size_t n_clusters = 0;
        counts.eps[i] = lo * pow(hi / lo, (double)i / (N_EPS - 1));
        st = dbscan_fit(points, counts.eps[i], min_samples, labels, &n_clusters, err);
        counts.n_clusters[i] = (double)n_clusters;
        if (st == CT_OK && !progress_tick(progress, i + 1, N_EPS))
            st = ct_fail(err, CT_ECANCELED, "clusters by eps: cancelled");
    }
    free(labels);
    if (st == CT_OK)
        *out = counts;
    return st;
}

double eps_counts_place(const struct eps_counts *counts, double eps)
{
    const double lo = counts->eps[0];
    const double hi = counts->eps[counts->n > 0 ? counts->n - 1 : 0];

    if (counts->n < 2 || !(eps > lo))
        return 0.0;
    return eps < hi ? log(eps / lo) / log(hi / lo) : 1.0;
}
