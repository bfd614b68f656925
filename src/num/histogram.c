#include "config.h"
#include "num/histogram.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

/* The smallest and the largest value; false if a value is NaN or infinite. */
static bool find_range(const double *x, size_t n, double *first, double *last)
{
    double low = x[0];
    double high = x[0];

    for (size_t i = 0; i < n; i++) {
        if (!isfinite(x[i]))
            return false;
        low = x[i] < low ? x[i] : low;
        high = x[i] > high ? x[i] : high;
    }
    *first = low;
    *last = high;
    return true;
}

/*
 * np.linspace(first, last, n_bins + 1). Product and sum are computed in two loops so that no
 * compiler fuses them: an edge that is off by one bit moves the values on it to another bin.
 */
static void make_edges(double first, double last, size_t n_bins, double *edges)
{
    const double range = last - first;
    const double step = range / (double)n_bins;

    for (size_t k = 0; k <= n_bins; k++)
        edges[k] = step > 0.0 ? (double)k * step : (double)k / (double)n_bins * range;
    for (size_t k = 0; k <= n_bins; k++)
        edges[k] += first;
    edges[n_bins] = last;
}

/* The bin found by division may be off by one near an edge, so it is corrected by comparing with
 * the edges. */
size_t histogram_bin(double x, const double *edges, size_t n_bins)
{
    const double range = edges[n_bins] - edges[0];
    const double scale = (double)n_bins / range;
    const double offset = x - edges[0];
    /* If n_bins / range overflows, or the range is empty, numpy fails; this does not. */
    const double at = isfinite(scale) ? offset * scale
                      : range > 0.0   ? offset / range * (double)n_bins
                                      : (double)n_bins;
    size_t bin = at < (double)n_bins ? (size_t)at : n_bins - 1;

    if (x < edges[bin])
        return bin - 1;
    if (bin + 1 < n_bins && x >= edges[bin + 1])
        bin++;
    return bin;
}

enum ct_status histogram_edges(double first, double last, size_t n_bins, double *edges,
                               struct ct_error *err)
{
    if (n_bins == 0)
        return ct_fail(err, CT_EINVAL, "histogram: 0 bins; at least 1 is needed");
    if (first == last) {
        first -= 0.5;
        last += 0.5;
    }
    if (!isfinite(last - first))
        return ct_fail(err, CT_EINVAL, "histogram: the range %g .. %g is too wide; scale the data",
                       first, last);
    make_edges(first, last, n_bins, edges);
    return CT_OK;
}

enum ct_status histogram(const double *x, size_t n, size_t n_bins, uint64_t *counts, double *edges,
                         struct ct_error *err)
{
    double first = 0.0;
    double last = 1.0;

    if (n > 0 && !find_range(x, n, &first, &last))
        return ct_fail(err, CT_EINVAL,
                       "histogram: the data hold a NaN or an infinity; remove those values");
    const enum ct_status status = histogram_edges(first, last, n_bins, edges, err);
    if (status != CT_OK)
        return status;
    memset(counts, 0, n_bins * sizeof *counts);
    for (size_t i = 0; i < n; i++)
        counts[histogram_bin(x[i], edges, n_bins)]++;
    return CT_OK;
}
