/*
 * Two-sample t-tests of all columns of a matrix, as in scipy.stats 1.11: Student 1908 (Biometrika
 * 6:1), Welch 1947 (Biometrika 34:28) with Satterthwaite's degrees of freedom, and the paired test.
 * Means, then squared deviations, of some rows at a time, in one pass over memory; in float64.
 * Other than scipy, a column that is constant in a group has no variance there, however its sums
 * round, and the square of a number may exceed float64's range.
 */
#ifndef CT_NUM_TESTS_TTEST_H
#define CT_NUM_TESTS_TTEST_H

#include <stddef.h>

#include "base/mat.h"
#include "base/status.h"

enum ttest_kind {
    TTEST_STUDENT, /* scipy.stats.ttest_ind(equal_var=True) */
    TTEST_WELCH,   /* scipy.stats.ttest_ind(equal_var=False) */
    TTEST_PAIRED,  /* scipy.stats.ttest_rel: n-th row of a with n-th row of b */
};

struct ttest_result {
    double mean_a;
    double mean_b;
    double statistic; /* has the sign of mean_a - mean_b; NaN or infinite without variance */
    double df;
    double pvalue; /* two-sided */
};

/*
 * Tests each column j of X [n_samples, n_features]: rows_a[0 .. n_a) against rows_b[0 .. n_b). out
 * [n_features], owned by the caller. A NaN in a column makes that column's statistic and p-value
 * NaN (nan_policy 'propagate'). *n_rounding (unless NULL): the columns whose values vary within the
 * groups only by a few units in the last place of X's dtype. CT_EINVAL: paired with n_a != n_b, an
 * empty group, or a row index out of range; CT_ENOMEM. n_threads >= 1; the result does not depend
 * on it.
 */
enum ct_status ttest_columns(const struct matview *X, const size_t *rows_a, size_t n_a,
                             const size_t *rows_b, size_t n_b, enum ttest_kind kind, int n_threads,
                             struct ttest_result *out, size_t *n_rounding, struct ct_error *err);

/* Degrees of freedom of all columns; NaN for Welch's test, where they differ between columns. */
double ttest_df(enum ttest_kind kind, size_t n_a, size_t n_b);

double ttest_columns_memory(int n_threads); /* peak bytes, without arguments */

#endif
