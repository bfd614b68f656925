#include "config.h"
#include "num/tests/multitest.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

#include "base/mem.h"

struct ranked {
    double p;
    size_t index;
};

static int compare_p(const void *left, const void *right)
{
    const struct ranked *const a = left;
    const struct ranked *const b = right;

    return (a->p > b->p) - (a->p < b->p);
}

/* Tests p < bound, and scales p by the number of tests. */
static void compare_with_bound(const double *p, size_t n, double bound, double scale,
                               double *p_adjusted, bool *significant)
{
    for (size_t i = 0; i < n; i++) {
        significant[i] = p[i] < bound;
        p_adjusted[i] = p[i] * scale > 1.0 ? 1.0 : p[i] * scale;
    }
}

/*
 * The step-up procedure, from the largest p down: the adjusted p is the minimum of p_(j) n c / j
 * over the ranks j at and above its own; once one p passes, all smaller ones pass. Quotients are
 * computed as in statsmodels (rank / n / c first), so that values on the line are decided alike.
 */
static void step_up(const struct ranked *sorted, size_t m, size_t n, double c, double alpha,
                    double *p_adjusted, bool *significant, double *threshold)
{
    double least = 1.0;
    bool passed = false;

    *threshold = 0.0;
    for (size_t k = m; k-- > 0;) {
        const double fraction = (double)(k + 1) / (double)n / c;
        const size_t i = sorted[k].index;

        if (!passed && sorted[k].p <= fraction * alpha) {
            passed = true;
            *threshold = sorted[k].p;
        }
        least = fmin(least, sorted[k].p / fraction);
        p_adjusted[i] = least;
        significant[i] = passed;
    }
}

/* Holm's step-down procedure, from the smallest p up: the adjusted p is the maximum of p_(j) (n - j
 * + 1) over the ranks j at and below its own; once one p fails, all larger ones fail. */
static void step_down(const struct ranked *sorted, size_t m, size_t n, double alpha,
                      double *p_adjusted, bool *significant, double *threshold)
{
    double largest = 0.0;
    bool failed = false;

    *threshold = 0.0;
    for (size_t k = 0; k < m; k++) {
        const double left = (double)(n - k);
        const size_t i = sorted[k].index;

        failed = failed || sorted[k].p > alpha / left;
        largest = fmax(largest, sorted[k].p * left);
        p_adjusted[i] = fmin(largest, 1.0);
        significant[i] = !failed;
        if (!failed)
            *threshold = sorted[k].p;
    }
}

/* Sum of 1 / i, i = 1 .. n. */
static double harmonic(size_t n)
{
    double sum = 0.0;

    for (size_t i = n; i > 0; i--)
        sum += 1.0 / (double)i;
    return sum;
}

static enum ct_status adjust_by_rank(const double *p, size_t n, enum correction correction,
                                     double alpha, double *p_adjusted, bool *significant,
                                     double *threshold, struct ct_error *err)
{
    struct ranked *const sorted = ct_malloc_array(n, sizeof *sorted);
    size_t m = 0;

    if (sorted == NULL)
        return ct_fail_nomem(err, correction_rate(correction),
                             (unsigned long long)n * sizeof *sorted);
    for (size_t i = 0; i < n; i++) {
        if (isnan(p[i])) {
            p_adjusted[i] = NAN;
            significant[i] = false;
        } else {
            sorted[m++] = (struct ranked){ p[i], i };
        }
    }
    qsort(sorted, m, sizeof *sorted, compare_p);
    if (correction == CORRECTION_HOLM)
        step_down(sorted, m, n, alpha, p_adjusted, significant, threshold);
    else
        step_up(sorted, m, n, correction == CORRECTION_FDR_BY ? harmonic(n) : 1.0, alpha,
                p_adjusted, significant, threshold);
    free(sorted);
    return CT_OK;
}

enum ct_status multitest_adjust(const double *p, size_t n, enum correction correction, double alpha,
                                double *p_adjusted, bool *significant, double *threshold,
                                struct ct_error *err)
{
    const double count = n > 0 ? (double)n : 1.0;

    assert(correction != CORRECTION_MAXT);
    if (!(alpha > 0.0 && alpha < 1.0))
        return ct_fail(err, CT_EINVAL, "alpha: %g is not between 0 and 1; use 0.05, for example",
                       alpha);
    if (!correction_has_bound(correction))
        return adjust_by_rank(p, n, correction, alpha, p_adjusted, significant, threshold, err);
    const double scale = correction == CORRECTION_BONFERRONI ? count : 1.0;
    *threshold = alpha / scale;
    compare_with_bound(p, n, *threshold, scale, p_adjusted, significant);
    return CT_OK;
}

double multitest_memory(size_t n, enum correction correction)
{
    const double sorted = (double)n * sizeof(struct ranked);

    return correction_has_bound(correction) ? 0.0 : 2.0 * sorted; /* qsort() may copy the array */
}

double storey_pi0(const double *p, size_t n)
{
    static const double lambda = 0.5;
    size_t above = 0;
    size_t known = 0;

    for (size_t i = 0; i < n; i++) {
        if (p[i] >= lambda)
            above++;
        if (!isnan(p[i]))
            known++;
    }
    return known > 0 ? fmin(1.0, (double)above / ((1.0 - lambda) * (double)known)) : NAN;
}

static const struct {
    const char *name, *title, *rate;
    bool has_bound;
} corrections[] = {
    [CORRECTION_BONFERRONI] = { "bonferroni", "Bonferroni", "family-wise error rate", true },
    [CORRECTION_HOLM] = { "holm", "Holm", "family-wise error rate", false },
    [CORRECTION_FDR_BH] = { "fdr", "Benjamini-Hochberg", "false discovery rate", false },
    [CORRECTION_FDR_BY] = { "by", "Benjamini-Yekutieli", "false discovery rate", false },
    [CORRECTION_MAXT] = { "maxt", "maxT", "family-wise error rate", false },
    [CORRECTION_NONE] = { "none", "", "", true },
};

const char *correction_name(size_t i)
{
    return i < sizeof corrections / sizeof *corrections ? corrections[i].name : NULL;
}

const char *correction_title(enum correction correction)
{
    return corrections[correction].title;
}

const char *correction_rate(enum correction correction)
{
    return corrections[correction].rate;
}

bool correction_has_bound(enum correction correction)
{
    return corrections[correction].has_bound;
}
