/* Draws of a null model: how they are made, their quantiles, the p-value of an observed number. */
#ifndef CT_NUM_DRAWS_H
#define CT_NUM_DRAWS_H

#include <math.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/crew.h"
#include "base/progress.h"
#include "base/status.h"

/* Makes draw i. May be called from several threads at once; crew_thread() tells which. */
typedef enum ct_status draw_maker(void *context, size_t i, struct ct_error *err);

/*
 * Makes draws *n_done .. n - 1 on the threads of the crew, which may be NULL, some at a time.
 * *n_done becomes the number that are made: fewer than n if progress stops it. CT_ECANCELED if it
 * is 0: `WHAT: cancelled`. CT_ENOMEM; the first error of a draw.
 */
enum ct_status draws_make(size_t n, draw_maker *make, void *context, struct crew *crew,
                          const struct progress *progress, const char *what, size_t *n_done,
                          struct ct_error *err);

/* Comparisons of observed and drawn numbers have this relative slack. */
#define DRAWS_SLACK 1e-12

/* Whether a drawn number is at least as large as the observed one; NaN is. */
static inline bool draw_is_as_large(double observed, double drawn)
{
    return !(drawn < observed - DRAWS_SLACK * fabs(observed));
}

/*
 * The p-value of `observed` among n draws: (b + 1) / (n + 1), b of them at least as large (Phipson
 * & Smyth 2010, Stat. Appl. Genet. Mol. Biol. 9:39). NaN draws count.
 */
double draws_pvalue(double observed, const double *draws, size_t n);

struct null_summary {           /* of draws; NaN without any */
    double mean, sd, low, high; /* low, high: 2.5 and 97.5 % */
    double pvalue;              /* of the observed number; NaN if that is NaN */
};

/* Summarizes draws [n], which are sorted, against the observed number. */
struct null_summary draws_summarize(double observed, double *draws, size_t n);

/* Sorts draws [n], ascending. */
void draws_sort(double *draws, size_t n);

/* The quantile q of sorted [n], ascending, n > 0: linear interpolation, as numpy.quantile. */
double draws_quantile(const double *sorted, size_t n, double q);

#endif
