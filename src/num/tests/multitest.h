/*
 * Corrections for multiple testing, as R's p.adjust and statsmodels' multipletests: Bonferroni;
 * Holm 1979 (Scand. J. Stat. 6:65); the false discovery rate of Benjamini & Hochberg 1995 (J. R.
 * Stat. Soc. B 57:289), and under any dependence that of Benjamini & Yekutieli 2001 (Ann. Stat.
 * 29:1165).
 */
#ifndef CT_NUM_TESTS_MULTITEST_H
#define CT_NUM_TESTS_MULTITEST_H

#include <stdbool.h>
#include <stddef.h>

#include "base/status.h"

enum correction {
    CORRECTION_BONFERRONI,
    CORRECTION_HOLM,
    CORRECTION_FDR_BH,
    CORRECTION_FDR_BY,
    CORRECTION_MAXT, /* of exchanged samples, not of p: see exchange.h */
    CORRECTION_NONE
};

/* The name of the i-th, as given to the option; NULL after the last. */
const char *correction_name(size_t i);

/* `Benjamini-Hochberg`, and what is below alpha: `false discovery rate`; "" without correction. */
const char *correction_title(enum correction correction);
const char *correction_rate(enum correction correction);

/* Whether p is compared with one bound, known before; otherwise with one for each rank. */
bool correction_has_bound(enum correction correction);

/*
 * p [n] -> p_adjusted [n] (at most 1, NaN stays NaN) and significant [n], both owned by the caller.
 * All n tests count, including those with NaN. Significant means: p < alpha / n for Bonferroni, p <
 * alpha without correction; for FDR, p_(k) <= alpha k / n for some k at or above its rank (/ sum
 * 1/i for Benjamini-Yekutieli); for Holm, p_(k) <= alpha / (n - k + 1) for all k up to its rank.
 * *threshold: the bound that p was compared with (without one, the largest significant p, 0 if
 * none). Not for CORRECTION_MAXT.
 * CT_EINVAL (alpha not in (0, 1)), CT_ENOMEM.
 */
enum ct_status multitest_adjust(const double *p, size_t n, enum correction correction, double alpha,
                                double *p_adjusted, bool *significant, double *threshold,
                                struct ct_error *err);

/* Storey's estimate of the share of true null hypotheses, lambda = 0.5: min(1, #{p >= 0.5} / (0.5
 * n)) (2002, J. R. Stat. Soc. B 64:479). NaN are left out; NaN for no p. */
double storey_pi0(const double *p, size_t n);

/* Peak memory in bytes, excluding the arguments. */
double multitest_memory(size_t n, enum correction correction);

#endif
