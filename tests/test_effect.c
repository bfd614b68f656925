/* Effect sizes and the noncentral t, against mpmath; R's effectsize for the first case. */
#include "config.h"
#include "support.h"

#include <math.h>

#include "num/tests/effect.h"

START_TEST(noncentral_t_matches_mpmath)
{
    struct mat want = fixture_load("nct.csv");

    for (size_t i = 0; i < want.rows; i++) {
        const double *const row = mat_row(&want, i);
        double slope, near;
        const double got = noncentral_t_cdf(row[0], row[1], row[2], &slope);
        ck_assert_msg(fabs(got - row[3]) < 1e-12, "t %g, df %g, delta %g: %.15g, not %.15g", row[0],
                      row[1], row[2], got, row[3]);
        near = noncentral_t_cdf(row[0], row[1], row[2] + 1e-6, NULL);
        ck_assert(fabs((near - got) * 1e6 - slope) < 1e-5);
        if (row[3] > 1e-6 && row[3] < 1.0 - 1e-6)
            assert_allclose(&(double){ noncentrality(row[0], row[1], row[3]) }, &row[2], 1, 1e-7,
                            1e-7);
    }
    ck_assert(isnan(noncentral_t_cdf(INFINITY, 3.0, 0.0, NULL)) &&
              isnan(noncentrality(NAN, 3.0, 0.5)) && isnan(noncentral_t_cdf(1.0, 0.0, 0.0, NULL)));
    mat_clear(&want);
}
END_TEST

START_TEST(effects_match_the_reference)
{
    struct mat cases = fixture_load("effect_cases.csv");
    struct mat want = fixture_load("effect_expected.csv");

    for (size_t i = 0; i < cases.rows; i++) {
        const double *const row = mat_row(&cases, i);
        const size_t n = (size_t)row[0];
        const struct effect e = effect_size(row + 1, n, row + 13, n, true);
        const double got[] = { e.d_z, e.d_z_low, e.d_z_high, e.d_av, e.g_av, e.correlation };
        assert_allclose(got, mat_row(&want, i), 6, 1e-9, 1e-11);
    }
    const double *const first = mat_row(&cases, 0); /* R, effectsize::cohens_d(paired = TRUE) */
    const struct effect e = effect_size(first + 1, 7, first + 13, 7, true);
    assert_allclose(&e.d_z, &(double){ 1.039230484541 }, 1, 1e-11, 0.0);
    assert_allclose(&e.d_z_low, &(double){ 0.076432 }, 1, 0.0, 1e-6);
    assert_allclose(&e.d_z_high, &(double){ 1.951062 }, 1, 0.0, 1e-6);
    assert_allclose(&e.d_av, &(double){ 0.708043967524 }, 1, 1e-11, 0.0);
    assert_allclose(&e.g_av, &(double){ 0.662688 }, 1, 0.0, 1e-6);
    assert_allclose(&e.correlation, &(double){ 0.799540738399 }, 1, 1e-11, 0.0);
    assert_allclose(&(double){ hedges_factor(53.0) }, &(double){ 0.9857707 }, 1, 0.0, 1e-7);
    mat_clear(&want);
    mat_clear(&cases);
}
END_TEST

START_TEST(undefined_effects_are_nan)
{
    static const double a[] = { 1, 2, 3 }, b[] = { 5, 5 }, constant[] = { 2, 2, 2 };
    struct effect e = effect_size(a, 3, b, 2, false);

    ck_assert(isnan(e.d_z) && isnan(e.correlation) && isnan(e.d_z_low));
    assert_allclose(&e.d_av, &(double){ -3.0 / sqrt(2.0 / 3.0) }, 1, 1e-14, 0.0);
    e = effect_size(constant, 3, constant, 3, true);
    ck_assert(isnan(e.d_z) && isnan(e.d_av) && isnan(e.d_z_low) && isnan(e.correlation));
    e = effect_size(a, 1, b, 2, false);
    ck_assert(isnan(e.d_av) && isnan(e.g_av));
    ck_assert(isnan(hedges_factor(1.0)));
    ck_assert(isnan(noncentrality(101.0, 5.0, 0.5)) && isnan(noncentrality(-1e9, 5.0, 0.5)));
    assert_allclose(&(double){ noncentral_t_cdf(100.0, 5.0, noncentrality(100.0, 5.0, 0.025),
                                                NULL) },
                    &(double){ 0.025 }, 1, 1e-9, 0.0);
}
END_TEST

int main(void)
{
    const TTest *const all[] = { noncentral_t_matches_mpmath, effects_match_the_reference,
                                 undefined_effects_are_nan };

    return RUN_TESTS("effect", all);
}
