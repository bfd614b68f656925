/* The number of DBSCAN's clusters by eps, for choosing eps. */
#ifndef CT_PIPELINE_EPS_COUNTS_H
#define CT_PIPELINE_EPS_COUNTS_H

#include <stddef.h>

#include "base/mat.h"
#include "base/progress.h"
#include "base/status.h"

enum { N_EPS = 64 };

struct eps_counts {
    size_t n;                 /* N_EPS; 0: there are no two different points */
    double eps[N_EPS];        /* ascending, equal ratios */
    double n_clusters[N_EPS]; /* at each of them */
};

/*
 * points [n, 2], finite. The values of eps go from where few points are core points to where all
 * are. progress may be NULL. The errors of dbscan_fit(); CT_ECANCELED. *out is untouched then. 64
 * times the time of dbscan_fit().
 */
enum ct_status eps_counts_find(const struct mat *points, size_t min_samples,
                               const struct progress *progress, struct eps_counts *out,
                               struct ct_error *err);

/* The place of eps on the scale: 0 the first value, 1 the last; clamped. */
double eps_counts_place(const struct eps_counts *counts, double eps);

#endif
