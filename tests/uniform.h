/* Whether p-values from draws are uniform, as they must be where nothing is to be found. */
#ifndef CT_TESTS_UNIFORM_H
#define CT_TESTS_UNIFORM_H

#include <stddef.h>

/*
 * The p-value of the Kolmogorov-Smirnov test that p [n] is uniform over 1 / m, 2 / m ... 1, which
 * is what (b + 1) / (draws + 1) is, m = draws + 1, when the observed number and those drawn are
 * exchangeable. The largest distance is at these values, since both functions are flat between
 * them; its law is that of a continuous distribution, by which a discrete one is rejected less
 * often than it says (Noether 1963, Ann. Math. Stat. 34:1): a failure is a failure. Asymptotic,
 * corrected by Stephens (1970, JRSSB 32:115). Aborts the test if any p is not one of these values.
 */
double uniform_pvalue(const double *p, size_t n, size_t m);

#endif
