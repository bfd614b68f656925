/* What the draws of a null model say: their quantiles, and the p-value of an observed number. */
#ifndef CT_NUM_DRAWS_H
#define CT_NUM_DRAWS_H

#include <stddef.h>

/* Comparisons of observed and drawn numbers have this relative slack. */
#define DRAWS_SLACK 1e-12

/*
 * The p-value of `observed` among n draws: (b + 1) / (n + 1), b of them at least as large (Phipson
 * & Smyth 2010, Stat. Appl. Genet. Mol. Biol. 9:39). NaN draws count.
 */
double draws_pvalue(double observed, const double *draws, size_t n);

/* Sorts draws [n], ascending. */
void draws_sort(double *draws, size_t n);

/* The quantile q of sorted [n], ascending, n > 0: linear interpolation, as numpy.quantile. */
double draws_quantile(const double *sorted, size_t n, double q);

#endif
