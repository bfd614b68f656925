#include "config.h"
#include "num/tests/multitest.h"

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
 * The step-up procedure, from the largest p down: the adjusted p is the minimum of p_(j) n / j over
 * the ranks j at and above its own; once one p passes, all smaller ones pass. Quotients are
 * computed as in statsmodels (rank / n first), so that values on the line are decided alike.
 */
static void step_up(const struct ranked *sorted, size_t m, size_t n, double alpha,
                    double *p_adjusted, bool *significant, double *threshold)
{
    double least = 1.0;
    bool passed = false;

    *threshold = 0.0;
    for (size_t k = m; k-- > 0;) {
        const double fraction = (double)(k + 1) / (double)n;
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

static enum ct_status adjust_fdr(const double *p, size_t n, double alpha, double *p_adjusted,
                                 bool *significant, double *threshold, struct ct_error *err)
{
    struct ranked *const sorted = ct_malloc_array(n, sizeof *sorted);
    size_t m = 0;

    if (sorted == NULL)
        return ct_fail_nomem(err, "false discovery rate", (unsigned long long)n * sizeof *sorted);
    for (size_t i = 0; i < n; i++) {
        if (isnan(p[i])) {
            p_adjusted[i] = NAN;
            significant[i] = false;
        } else {
            sorted[m++] = (struct ranked){ p[i], i };
        }
    }
    qsort(sorted, m, sizeof *sorted, compare_p);
    step_up(sorted, m, n, alpha, p_adjusted, significant, threshold);
    free(sorted);
    return CT_OK;
}

enum ct_status multitest_adjust(const double *p, size_t n, enum correction correction, double alpha,
                                double *p_adjusted, bool *significant, double *threshold,
                                struct ct_error *err)
{
    const double count = n > 0 ? (double)n : 1.0;

    if (!(alpha > 0.0 && alpha < 1.0))
        return ct_fail(err, CT_EINVAL, "alpha: %g is not between 0 and 1; use 0.05, for example",
                       alpha);
    if (correction == CORRECTION_FDR_BH)
        return adjust_fdr(p, n, alpha, p_adjusted, significant, threshold, err);
    const double scale = correction == CORRECTION_BONFERRONI ? count : 1.0;
    *threshold = alpha / scale;
    compare_with_bound(p, n, *threshold, scale, p_adjusted, significant);
    return CT_OK;
}

double multitest_memory(size_t n, enum correction correction)
{
    const double sorted = (double)n * sizeof(struct ranked);

    return correction == CORRECTION_FDR_BH ? 2.0 * sorted : 0.0; /* qsort() may copy the array */
}

const char *correction_name(size_t i)
{
    static const char *const names[] = { [CORRECTION_BONFERRONI] = "bonferroni",
                                         [CORRECTION_FDR_BH] = "fdr",
                                         [CORRECTION_NONE] = "none" };

    return i < sizeof names / sizeof *names ? names[i] : NULL;
}
