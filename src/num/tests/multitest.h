/*
 * Corrections for multiple testing: Bonferroni, and the false discovery rate of Benjamini &
 * Hochberg 1995 (J. R. Stat. Soc. B 57:289), as statsmodels' multipletests and
 * scipy.stats.false_discovery_control compute them.
 */
#ifndef CT_NUM_TESTS_MULTITEST_H
#define CT_NUM_TESTS_MULTITEST_H

#include <stdbool.h>
#include <stddef.h>

#include "base/status.h"

enum correction { CORRECTION_BONFERRONI, CORRECTION_FDR_BH, CORRECTION_NONE };

/* The name of the i-th, as given to the option; NULL after the last. */
const char *correction_name(size_t i);

/*
 * p [n] -> p_adjusted [n] (at most 1, NaN stays NaN) and significant [n], both owned by the caller.
 * All n tests count, including those with NaN. Significant means: p < alpha / n for Bonferroni, p <
 * alpha without correction; for FDR, p_(k) <= alpha k / n for some k at or above its rank.
 * *threshold: the bound that p was compared with (for FDR the largest significant p, 0 if none).
 * CT_EINVAL (alpha not in (0, 1)), CT_ENOMEM.
 */
enum ct_status multitest_adjust(const double *p, size_t n, enum correction correction, double alpha,
                                double *p_adjusted, bool *significant, double *threshold,
                                struct ct_error *err);

/* Peak memory in bytes, excluding the arguments. */
double multitest_memory(size_t n, enum correction correction);

#endif
