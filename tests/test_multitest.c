#include "config.h"
#include "support.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "num/tests/multitest.h"

enum { P, BONFERRONI, BONFERRONI_SIGNIFICANT, FDR, FDR_SIGNIFICANT, COLUMNS, N_MAX = 256 };

struct answer {
    double adjusted[N_MAX];
    bool significant[N_MAX];
    double threshold;
};

static struct answer adjust(const double *p, size_t n, enum correction correction, double alpha)
{
    struct answer a = { .threshold = -1 };
    struct ct_error err;

    ck_assert_int_eq(multitest_adjust(p, n, correction, alpha, a.adjusted, a.significant,
                                      &a.threshold, &err),
                     CT_OK);
    return a;
}

/* maxT is no correction of p. */
static int next(int correction)
{
    return correction + (correction + 1 == CORRECTION_MAXT ? 2 : 1);
}

static void check_column(const struct mat *want, const struct answer *got, size_t column)
{
    double adjusted[N_MAX];
    double significant[N_MAX];
    double flags[N_MAX];

    for (size_t i = 0; i < want->rows; i++) {
        adjusted[i] = mat_row(want, i)[column];
        significant[i] = mat_row(want, i)[column + 1];
        flags[i] = got->significant[i];
    }
    assert_allclose(got->adjusted, adjusted, want->rows, 1e-14, 0); /* one or two roundings */
    assert_allclose(flags, significant, want->rows, 0, 0);
}

START_TEST(corrections_match_statsmodels)
{
    static const char *const files[] = { "multitest_plain.csv", "multitest_none.csv",
                                         "multitest_all.csv", "multitest_nan.csv" };

    for (size_t f = 0; f < sizeof files / sizeof *files; f++) {
        struct mat want = fixture_load(files[f]);
        double p[N_MAX];
        double largest = 0.0;
        for (size_t i = 0; i < want.rows; i++) {
            p[i] = mat_row(&want, i)[P];
            if (mat_row(&want, i)[FDR_SIGNIFICANT] == 1.0)
                largest = fmax(largest, p[i]);
        }
        const struct answer bonferroni = adjust(p, want.rows, CORRECTION_BONFERRONI, 0.05);
        const struct answer fdr = adjust(p, want.rows, CORRECTION_FDR_BH, 0.05);
        check_column(&want, &bonferroni, BONFERRONI);
        check_column(&want, &fdr, FDR);
        ck_assert(bonferroni.threshold == 0.05 / (double)want.rows);
        ck_assert(fdr.threshold == largest);
        mat_clear(&want);
    }
}
END_TEST

START_TEST(corrections_by_rank_match_statsmodels)
{
    static const char *const names[] = { "plain", "none", "all" };

    for (size_t f = 0; f < sizeof names / sizeof *names; f++) {
        char file[60];
        double p[N_MAX];
        snprintf(file, sizeof file, "multitest_%s.csv", names[f]);
        struct mat plain = fixture_load(file);
        snprintf(file, sizeof file, "multitest_rank_%s.csv", names[f]);
        struct mat want = fixture_load(file);
        for (size_t i = 0; i < want.rows; i++)
            p[i] = mat_row(&plain, i)[P];
        const struct answer holm = adjust(p, want.rows, CORRECTION_HOLM, 0.05);
        const struct answer by = adjust(p, want.rows, CORRECTION_FDR_BY, 0.05);
        check_column(&want, &holm, 0);
        check_column(&want, &by, 2);
        mat_clear(&plain);
        mat_clear(&want);
    }
}
END_TEST

/* R's p.adjust and qvalue::pi0est(lambda = 0.5). */
START_TEST(small_examples_match_r)
{
    static const double p[] = { .01, .02, .03, .04, .05, .5 };
    static const double holm[] = { .06, .1, .12, .12, .12, .5 };
    static const double by[] = { .147, .147, .147, .147, .147, 1 };
    const double with_nan[] = { 0.001, NAN, 0.02, 0.9 };
    const struct answer h = adjust(p, 6, CORRECTION_HOLM, 0.05);
    const struct answer y = adjust(p, 6, CORRECTION_FDR_BY, 0.05);
    const struct answer n = adjust(with_nan, 4, CORRECTION_HOLM, 0.06);
    double many[100];

    assert_allclose(h.adjusted, holm, 6, 1e-14, 0.0);
    assert_allclose(y.adjusted, by, 6, 1e-14, 0.0);
    ck_assert(h.threshold == 0.0 && y.threshold == 0.0);
    assert_allclose(n.adjusted, (const double[]){ .004, NAN, .06, 1.0 }, 4, 1e-14, 0.0);
    ck_assert(n.significant[0] && !n.significant[1] && n.significant[2] && !n.significant[3]);
    ck_assert(n.threshold == 0.02); /* NaN counts among the n tests */
    for (size_t i = 0; i < 20; i++)
        many[i] = (double)(i + 1) / 1000.0;
    for (size_t i = 0; i < 80; i++)
        many[20 + i] = (double)(i + 1) / 80.0;
    const double pi0 = storey_pi0(many, 100);
    assert_allclose(&pi0, &(double){ 0.82 }, 1, 1e-14, 0.0);
    ck_assert(storey_pi0((const double[]){ 0.9, NAN }, 2) == 1.0 && isnan(storey_pi0(many, 0)));
}
END_TEST

START_TEST(a_p_on_the_bound_is_not_significant)
{
    const double alpha = 0.05;
    const double bound = alpha / 3;
    const double p[3] = { bound, nextafter(bound, 0), 0.9 };
    const double at_alpha[2] = { alpha, nextafter(alpha, 0) };
    const struct answer bonferroni = adjust(p, 3, CORRECTION_BONFERRONI, alpha);
    const struct answer none = adjust(at_alpha, 2, CORRECTION_NONE, alpha);

    ck_assert(!bonferroni.significant[0] && bonferroni.significant[1]);
    ck_assert(bonferroni.threshold == bound && bonferroni.adjusted[2] == 1.0);
    ck_assert(!none.significant[0] && none.significant[1] && none.threshold == alpha);
    ck_assert(none.adjusted[0] == alpha && none.adjusted[1] == at_alpha[1]);
}
END_TEST

/* Benjamini & Hochberg require p <= alpha k / n, so p equal to the bound is significant. */
START_TEST(a_p_on_the_fdr_bound_is_significant)
{
    const double p[4] = { 0.5, 0.25, 0.125, 0.9 };
    const struct answer a = adjust(p, 4, CORRECTION_FDR_BH, 0.5);

    /* bounds 0.125, 0.25, 0.375, 0.5 for 0.125, 0.25, 0.5, 0.9 */
    ck_assert(a.significant[1] && a.significant[2] && !a.significant[0] && !a.significant[3]);
    ck_assert(a.threshold == 0.25);
    assert_allclose(a.adjusted, (double[]){ 0.5 / 0.75, 0.5, 0.5, 0.9 }, 4, 1e-15, 0);
}
END_TEST

START_TEST(a_significant_rank_includes_all_earlier_ones)
{
    /* At 0.05: 0.03 misses its own bound 0.025, 0.04 and 0.045 pass theirs. */
    const double p[2] = { 0.045, 0.03 };
    const struct answer a = adjust(p, 2, CORRECTION_FDR_BH, 0.05);

    ck_assert(a.significant[0] && a.significant[1] && a.threshold == 0.045);
    ck_assert(a.adjusted[0] == 0.045 && a.adjusted[1] == 0.045);
}
END_TEST

START_TEST(nan_counts_but_is_never_significant)
{
    const double p[4] = { NAN, 0.01, 0.02, NAN };

    for (int c = CORRECTION_BONFERRONI; c <= CORRECTION_NONE; c = next(c)) {
        const struct answer a = adjust(p, 4, (enum correction)c, 0.05);
        ck_assert(isnan(a.adjusted[0]) && isnan(a.adjusted[3]));
        ck_assert(!a.significant[0] && !a.significant[3]);
        ck_assert(a.significant[1] == (c != CORRECTION_FDR_BY)); /* 0.04 (1 + 1/2 + 1/3 + 1/4) */
        if (c != CORRECTION_FDR_BY)
            ck_assert(a.adjusted[1] == (c == CORRECTION_NONE ? 0.01 : 0.04));
    }
    const struct answer all = adjust((double[]){ NAN, NAN }, 2, CORRECTION_FDR_BH, 0.05);
    ck_assert(all.threshold == 0.0 && isnan(all.adjusted[1]) && !all.significant[1]);
    /* It makes the bounds lower, and no adjusted p larger than 1. */
    const struct answer large = adjust((double[]){ NAN, 0.8, 0.3 }, 3, CORRECTION_FDR_BH, 0.05);
    ck_assert(large.adjusted[1] == 1.0 && large.adjusted[2] == 0.3 / (1.0 / 3.0));
}
END_TEST

START_TEST(rejects_invalid_alpha)
{
    const double bad[] = { 0.0, 1.0, -0.1, NAN, INFINITY };
    double p = 0.01;
    double adjusted = -1;
    double threshold = -1;
    bool significant = false;
    struct ct_error err;

    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        for (int c = CORRECTION_BONFERRONI; c <= CORRECTION_NONE; c = next(c)) {
            ck_assert_int_eq(multitest_adjust(&p, 1, (enum correction)c, bad[i], &adjusted,
                                              &significant, &threshold, &err),
                             CT_EINVAL);
            ck_assert(strncmp(err.text, "alpha: ", 7) == 0);
        }
    ck_assert(adjusted == -1 && threshold == -1 && !significant);
    for (int c = CORRECTION_BONFERRONI; c <= CORRECTION_NONE; c = next(c))
        ck_assert_int_eq(multitest_adjust(NULL, 0, (enum correction)c, 0.05, NULL, NULL, &threshold,
                                          &err),
                         CT_OK);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        corrections_match_statsmodels,
        corrections_by_rank_match_statsmodels,
        small_examples_match_r,
        a_p_on_the_bound_is_not_significant,
        a_p_on_the_fdr_bound_is_significant,
        a_significant_rank_includes_all_earlier_ones,
        nan_counts_but_is_never_significant,
        rejects_invalid_alpha,
    };
    return RUN_TESTS("multitest", tests);
}
