/* numpy.histogram: equal bins over min .. max, the last one closed on the right. */
#ifndef CT_NUM_HISTOGRAM_H
#define CT_NUM_HISTOGRAM_H

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

/*
 * x [n] -> counts [n_bins], edges [n_bins + 1], both owned by the caller; the same as
 * np.histogram(x, n_bins) in every bin: its edges (np.linspace), its corrections for values near an
 * edge, range value - 0.5 .. value + 0.5 for constant data and 0 .. 1 for no data. CT_EINVAL:
 * n_bins is 0, x holds a NaN or an infinity, or its range overflows.
 */
enum ct_status histogram(const double *x, size_t n, size_t n_bins, uint64_t *counts, double *edges,
                         struct ct_error *err);

/* The edges [n_bins + 1] for data from first to last. CT_EINVAL: n_bins is 0, or the range is not
 * finite. */
enum ct_status histogram_edges(double first, double last, size_t n_bins, double *edges,
                               struct ct_error *err);

/* The bin of x, which must be within the edges. */
size_t histogram_bin(double x, const double *edges, size_t n_bins);

#endif
