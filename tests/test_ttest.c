#include "config.h"
#include "support.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "num/mt19937.h"
#include "num/tests/student_t.h"
#include "num/tests/test.h"
#include "num/tests/ttest.h"

static const char *const kinds[] = { "student", "welch", "paired" };

struct design { /* rows 0 .. n_a - 1 against the n_b that follow */
    size_t rows[1400];
    size_t n_a, n_b;
};

static struct design design_of(size_t n_a, size_t n_b)
{
    struct design d = { .n_a = n_a, .n_b = n_b };

    for (size_t i = 0; i < n_a + n_b; i++)
        d.rows[i] = i;
    return d;
}

static enum ct_status run(const struct matview *X, const struct design *d, enum ttest_kind kind,
                          int n_threads, struct ttest_result *out, struct ct_error *err)
{
    return ttest_columns(X, d->rows, d->n_a, d->rows + d->n_a, d->n_b, kind, n_threads, out, NULL,
                         err);
}

static void check_against(const char *name, const struct matview *X, struct design d,
                          enum ttest_kind kind, double rtol)
{
    char file[64];
    struct ttest_result *const r = ct_malloc_array(X->cols, sizeof *r);

    snprintf(file, sizeof file, "ttest_%s_%s.csv", name, kinds[kind]);
    struct mat want = fixture_load(file);
    struct mat got = { 0 };
    ck_assert_int_eq(mat_init(&got, want.rows, want.cols, "test", NULL), CT_OK);
    ck_assert_uint_eq(want.rows, X->cols);
    if (kind == TTEST_PAIRED)
        d.n_b = d.n_a;
    ck_assert_int_eq(run(X, &d, kind, 2, r, NULL), CT_OK);
    for (size_t j = 0; j < X->cols; j++)
        memcpy(mat_row(&got, j),
               (double[]){ r[j].mean_a, r[j].mean_b, r[j].statistic, r[j].df, r[j].pvalue },
               5 * sizeof(double));
    assert_mat_allclose(&got, &want, rtol, 0.0);
    mat_clear(&want);
    mat_clear(&got);
    free(r);
}

/* NaN, infinities, no variance, overflow, cancellation. rtol 1e-11: the same operations in the same
 * order; only fused multiply-adds and the last digits of p differ. */
START_TEST(hard_columns_match_scipy)
{
    struct mat m = fixture_load("ttest_hard.csv");
    const struct matview X = mat_view(&m);

    for (int kind = 0; kind < 3; kind++)
        check_against("hard", &X, design_of(11, 13), (enum ttest_kind)kind, 1e-11);
    mat_clear(&m);
}
END_TEST

/* rtol 1e-11: scipy's p has an error of up to 1e-13 in the tail, t its rounding error. */
START_TEST(neurons_match_scipy_in_both_dtypes)
{
    struct mat m = fixture_load("ttest_neurons.csv");
    const struct matview X = mat_view(&m);
    float *const narrow = ct_malloc_array(m.rows * m.cols, sizeof *narrow);

    for (size_t i = 0; i < m.rows * m.cols; i++) {
        narrow[i] = (float)m.data[i]; /* the file has 9 digits, enough to identify a float32 */
        m.data[i] = (double)narrow[i];
    }
    const struct matview N = { narrow, DTYPE_F32, m.rows, m.cols, m.cols };
    for (int kind = 0; kind < 3; kind++) {
        check_against("neurons", &X, design_of(54, 54), (enum ttest_kind)kind, 1e-11);
        check_against("neurons", &N, design_of(54, 54), (enum ttest_kind)kind, 1e-11);
    }
    free(narrow);
    mat_clear(&m);
}
END_TEST

/* Several chunks of rows. rtol 1e-9: a spread of 1 at 1e4 leaves twelve digits, and p magnifies
 * errors. */
START_TEST(long_groups_match_scipy)
{
    enum { N = 1400, COLS = 6 };
    static const double offset[COLS] = { 0, 1e4, -1e-3, 5, 1e3, 0 };
    static const double scale[COLS] = { 1, 1, 1e3, 1e-6, 10, 1e-100 };
    static const double slope[COLS] = { 0, 1e-4, 1e-3, 1, 1e-5, 0 };
    struct mat m = { 0 };
    struct mt19937 rng;

    ck_assert_int_eq(mat_init(&m, N, COLS, "test", NULL), CT_OK);
    mt19937_init(&rng, 23);
    for (size_t i = 0; i < N; i++)
        for (size_t j = 0; j < COLS; j++)
            mat_row(&m, i)[j] =
                offset[j] + scale[j] * (mt19937_uniform(&rng) + slope[j] * (double)i);
    const struct matview X = mat_view(&m);
    for (int kind = 0; kind < 3; kind++)
        check_against("long", &X, design_of(N / 2, N / 2), (enum ttest_kind)kind, 1e-9);
    mat_clear(&m);
}
END_TEST

static double two_sided(double t, double df)
{
    struct student_t distribution;

    student_t_init(&distribution, df);
    return student_t_pvalue(&distribution, t);
}

/* rtol 3e-13: |log p| up to 690 multiplies the rounding error of its logarithm, about 2e-16. */
START_TEST(p_is_accurate_in_the_far_tail)
{
    struct mat want = fixture_load("ttest_p.csv");
    double smallest = 1.0;

    for (size_t i = 0; i < want.rows; i++) {
        const double *const row = mat_row(&want, i);
        const double p = two_sided(row[0], row[1]);
        if (!(fabs(p - row[2]) <= 3e-13 * row[2]))
            ck_abort_msg("t %.17g, df %.17g: p %.17g, want %.17g", row[0], row[1], p, row[2]);
        ck_assert(two_sided(-row[0], row[1]) == p);
        smallest = fmin(smallest, p);
    }
    ck_assert(smallest < 1e-250);
    mat_clear(&want);
}
END_TEST

/* rtol 1e-13: p in the file has a relative rounding error of 1e-16, and below p = 0.99 t changes by
 * at most a hundred times as much; the rest is the rounding of p itself. */
START_TEST(critical_values_invert_p)
{
    struct mat want = fixture_load("ttest_critical.csv");

    for (size_t i = 0; i < want.rows; i++) {
        const double *const row = mat_row(&want, i);
        const double t = student_t_critical(row[0], row[1]);
        if (!(fabs(t - row[2]) <= 1e-13 * row[2]))
            ck_abort_msg("p %.17g, df %.17g: t %.17g, want %.17g", row[0], row[1], t, row[2]);
    }
    mat_clear(&want);
    /* Known values, to the digits printed. */
    ck_assert(fabs(student_t_critical(0.05 / 4096, 106) - 4.590469) < 5e-7);
    ck_assert(fabs(student_t_critical(0.05 / 4096, 53) - 4.826139) < 5e-7);
    ck_assert(fabs(student_t_critical(0.05, INFINITY) - 1.959963984540054) < 1e-14);
}
END_TEST

START_TEST(distribution_at_its_limits)
{
    ck_assert(two_sided(0.0, 7) == 1.0);
    ck_assert(two_sided(INFINITY, 7) == 0.0);
    ck_assert(two_sided(-INFINITY, INFINITY) == 0.0);
    ck_assert(two_sided(1e300, 30) == 0.0);
    /* Cauchy: 2 / (pi t), where t * t overflows; rtol 1e-13 for the power. */
    ck_assert(fabs(two_sided(1e200, 1) / (2e-200 / M_PI) - 1) < 1e-13);
    /* Normal: erfc(1), to its rounding. */
    ck_assert(fabs(two_sided(M_SQRT2, INFINITY) - erfc(1.0)) < 1e-15);
    ck_assert(isnan(two_sided(NAN, 7)) && isnan(two_sided(1, NAN)));
    ck_assert(isnan(two_sided(1, 0)) && isnan(two_sided(1, -2)));
    ck_assert(student_t_critical(1.0, 7) == 0.0);
    ck_assert(isinf(student_t_critical(0.0, 7)));
    ck_assert(isnan(student_t_critical(-0.1, 7)) && isnan(student_t_critical(1.1, 7)));
    ck_assert(isnan(student_t_critical(NAN, 7)) && isnan(student_t_critical(0.5, 0)));
}
END_TEST

/* The variance of one sample is NaN; Student's test pools it with the other group's. */
START_TEST(one_sample_has_no_variance)
{
    struct mat m = fixture_load("ttest_hard.csv");
    const struct matview X = mat_view(&m);
    struct ttest_result r[20];

    for (int kind = 0; kind < 3; kind++) {
        const struct design d = design_of(1, kind == TTEST_WELCH ? 5 : 1);
        ck_assert_int_eq(run(&X, &d, (enum ttest_kind)kind, 1, r, NULL), CT_OK);
        ck_assert(isnan(r[0].statistic) && isnan(r[0].pvalue));
        ck_assert(r[0].mean_a == m.data[0]);
        ck_assert(r[0].df == (kind == TTEST_WELCH ? 1.0 : 0.0));
    }
    mat_clear(&m);
}
END_TEST

/* rtol 1e-13: p of a few degrees of freedom keeps the digits of t. */
START_TEST(one_sample_is_compared_by_students_test)
{
    static const struct {
        double values[5];
        size_t n_a, n_b;
    } cases[] = { { { 1, 2, 3, 5 }, 3, 1 },
                  { { 1, 2, 3, 4, 2.5 }, 4, 1 },
                  { { -1, 0.1, 0.4, 1 }, 1, 3 } };
    struct mat want = fixture_load("ttest_single.csv");

    for (size_t k = 0; k < 3; k++) {
        const struct matview X = { cases[k].values, DTYPE_F64, 5, 1, 1 };
        const struct design d = design_of(cases[k].n_a, cases[k].n_b);
        struct ttest_result r;
        ck_assert_int_eq(run(&X, &d, TTEST_STUDENT, 1, &r, NULL), CT_OK);
        assert_allclose((double[]){ r.mean_a, r.mean_b, r.statistic, r.df, r.pvalue },
                        mat_row(&want, k), 5, 1e-13, 0);
    }
    mat_clear(&want);
}
END_TEST

/* A matrix [n, cols] whose column j holds value(j) in group a and value(j) + apart in b. */
static void fill_constants(double *data, size_t n_a, size_t n, size_t cols, double magnitude,
                           double apart)
{
    struct mt19937 rng;

    mt19937_init(&rng, 7);
    for (size_t j = 0; j < cols; j++) {
        const double value =
            j == 0 ? 0.5168866 * magnitude : (mt19937_uniform(&rng) - 0.5) * magnitude;
        for (size_t i = 0; i < n; i++)
            data[i * cols + j] = value + (i < n_a ? 0.0 : apart * magnitude);
    }
}

/* Sums of most such columns do not divide to the value again, which leaves a variance of 1e-33. */
START_TEST(constant_columns_have_no_variance)
{
    enum { COLS = 1000, MOST = 1400 };
    static const size_t sizes[][2] = { { 100, 37 }, { 3, 11 }, { 700, 700 }, { 65, 64 }, { 2, 1 } };
    static const double magnitudes[] = { 1, 1e-9, 1e9, 1e-200, 1e200, 1e-310, 1e308 };
    double *const data = ct_malloc_array(MOST * COLS, sizeof *data);
    float *const narrow = ct_malloc_array(MOST * COLS, sizeof *narrow);
    struct ttest_result *const r = ct_calloc_array(COLS, sizeof *r);
    size_t n_rounding = 99;

    for (size_t s = 0; s < 5; s++)
        for (size_t k = 0; k < 2 * 7 * 3; k++) {
            const size_t n_a = sizes[s][0], n_b = sizes[s][1];
            const double magnitude = magnitudes[k / 2 % 7];
            const double apart = k % 2 == 0 ? 0.0 : 0.25;
            const enum ttest_kind kind = (enum ttest_kind)(k / 14);
            const bool is_float = magnitude > 1e-30 && magnitude < 1e30;
            const struct design d = design_of(n_a, kind == TTEST_PAIRED ? n_a : n_b);
            struct matview X = { data, DTYPE_F64, d.n_a + d.n_b, COLS, COLS };
            fill_constants(data, n_a, X.rows, COLS, magnitude, apart);
            for (int f32 = 0; f32 <= is_float; f32++) {
                if (kind == TTEST_WELCH && n_b == 1)
                    continue;
                for (size_t i = 0; f32 && i < X.rows * COLS; i++)
                    narrow[i] = (float)data[i];
                if (f32)
                    X = (struct matview){ narrow, DTYPE_F32, X.rows, COLS, COLS };
                ck_assert_int_eq(ttest_columns(&X, d.rows, d.n_a, d.rows + d.n_a, d.n_b, kind, 2, r,
                                               &n_rounding, NULL),
                                 CT_OK);
                for (size_t j = 0; j < COLS; j++) {
                    const double a = matview_get(&X, 0, j), b = matview_get(&X, n_a, j);
                    if (a == b)
                        ck_assert(isnan(r[j].statistic) && isnan(r[j].pvalue));
                    else
                        ck_assert(r[j].statistic == (a > b ? INFINITY : -INFINITY) &&
                                  r[j].pvalue == 0.0);
                    if (kind != TTEST_PAIRED)
                        ck_assert(r[j].mean_a == a && r[j].mean_b == b);
                }
                ck_assert_uint_eq(n_rounding, 0);
            }
        }
    free(data);
    free(narrow);
    free(r);
}
END_TEST

/* Pairs that are all the same number apart, exactly: quarters. */
START_TEST(constant_differences_have_no_variance)
{
    enum { N = 137, COLS = 100 };
    double data[2 * N][COLS];
    const struct matview X = { data, DTYPE_F64, 2 * N, COLS, COLS };
    const struct design d = design_of(N, N);
    struct ttest_result r[COLS];
    struct mt19937 rng;

    mt19937_init(&rng, 8);
    for (size_t i = 0; i < N; i++)
        for (size_t j = 0; j < COLS; j++) {
            data[i][j] = 0x1p-40 * floor(0x1p+40 * mt19937_uniform(&rng)); /* room for the sum */
            data[N + i][j] = data[i][j] + (j % 3 == 0 ? 0.0 : 0x1p-40 * floor(0x1p+38 / (double)j));
        }
    ck_assert_int_eq(run(&X, &d, TTEST_PAIRED, 1, r, NULL), CT_OK);
    for (size_t j = 0; j < COLS; j++)
        if (j % 3 == 0)
            ck_assert(isnan(r[j].statistic) && isnan(r[j].pvalue));
        else
            ck_assert(r[j].statistic == -INFINITY && r[j].pvalue == 0.0);
}
END_TEST

/* One unit in the last place more or less, in either dtype; one column that really varies. */
START_TEST(columns_that_vary_by_rounding_are_counted)
{
    enum { N = 41, COLS = 6 };
    double data[2 * N][COLS];
    float narrow[2 * N][COLS];
    const struct design d = design_of(N, N);
    struct ttest_result r[COLS];
    size_t n_rounding;

    for (size_t i = 0; i < 2 * N; i++)
        for (size_t j = 0; j < COLS; j++) {
            const double value = j == 0 ? 1e9 / 3 : j == 1 ? 1e-9 / 3 : 0.1;
            data[i][j] = value * (1 + (double)(i * 7 % 5 % 3) * DBL_EPSILON);
            narrow[i][j] = (float)(value * (1 + (double)(i * 7 % 5 % 3) * (double)FLT_EPSILON));
            if (j == 3) /* in one group only */
                data[i][j] = value * (i < N ? 1.0 : 1 + (double)(i % 3) * DBL_EPSILON);
            if (j == 4)
                data[i][j] = narrow[i][j] = i < N ? 0.5F : (float)i;
            if (j == 5)
                data[i][j] = narrow[i][j] = (float)(i * i % 11);
        }
    const struct matview X = { data, DTYPE_F64, 2 * N, COLS, COLS };
    const struct matview Y = { narrow, DTYPE_F32, 2 * N, COLS, COLS };
    for (int kind = 0; kind < 3; kind++)
        for (int f32 = 0; f32 < 2; f32++) {
            ck_assert_int_eq(ttest_columns(f32 ? &Y : &X, d.rows, N, d.rows + N, N,
                                           (enum ttest_kind)kind, 1, r, &n_rounding, NULL),
                             CT_OK);
            ck_assert_uint_eq(n_rounding, 4);
        }
}
END_TEST

/* Rows in any order and any number of times; the order changes sums by their rounding. */
START_TEST(groups_select_rows)
{
    struct mat m = fixture_load("ttest_neurons.csv");
    const struct matview X = mat_view(&m);
    const size_t a[] = { 3, 1, 3 };
    const size_t b[] = { 107, 50 };
    struct ttest_result r[40];

    ck_assert_int_eq(ttest_columns(&X, a, 3, b, 2, TTEST_STUDENT, 1, r, NULL, NULL), CT_OK);
    const double x = matview_get(&X, 3, 5);
    const double y = matview_get(&X, 1, 5);
    const double u = matview_get(&X, 107, 5);
    const double v = matview_get(&X, 50, 5);
    const double mean_a = (2 * x + y) / 3;
    const double squares = (x - y) * (x - y) * 2 / 3 + (u - v) * (u - v) / 2;
    const double t = (mean_a - (u + v) / 2) / sqrt(squares / 3 * (1.0 / 3 + 1.0 / 2));
    assert_allclose((double[]){ r[5].mean_a, r[5].statistic, r[5].df }, (double[]){ mean_a, t, 3 },
                    3, 1e-13, 0);
    mat_clear(&m);
}
END_TEST

/* A strided view of enough columns for several tiles, including a short one at the end. */
START_TEST(results_do_not_depend_on_threads)
{
    enum { N = 12, COLS = 45001, STRIDE = 45005 }; /* enough to be worth threads */
    float *const data = ct_malloc_array((size_t)N * STRIDE, sizeof *data);
    struct ttest_result *const one = ct_calloc_array(COLS, sizeof *one);
    struct ttest_result *const more = ct_calloc_array(COLS, sizeof *more);
    const struct matview X = { data, DTYPE_F32, N, COLS, STRIDE };
    const int n_threads[] = { 2, 5 };
    uint32_t state = 1;

    for (size_t i = 0; i < (size_t)N * STRIDE; i++) {
        state = state * 1664525u + 1013904223u;
        data[i] = (float)(state >> 8) * 0x1p-24f;
    }
    data[700] = NAN;
    for (int kind = 0; kind < 3; kind++) {
        const struct design d = design_of(6, 6);
        ck_assert_int_eq(run(&X, &d, (enum ttest_kind)kind, 1, one, NULL), CT_OK);
        ck_assert(isnan(one[700].pvalue) && !isnan(one[699].pvalue) && !isnan(one[701].pvalue));
        ck_assert(one[COLS - 1].df > 0 && one[COLS - 1].pvalue <= 1);
        for (int k = 0; k < 2; k++) {
            ck_assert_int_eq(run(&X, &d, (enum ttest_kind)kind, n_threads[k], more, NULL), CT_OK);
            ck_assert_int_eq(memcmp(one, more, COLS * sizeof *one), 0);
        }
    }
    /* A column does not depend on its position either: the same one alone in a tile. */
    const struct matview last = { data + COLS - 1, DTYPE_F32, N, 1, STRIDE };
    const struct design d = design_of(6, 6);
    ck_assert_int_eq(run(&last, &d, TTEST_PAIRED, 1, more, NULL), CT_OK);
    assert_allclose(&more->statistic, &one[COLS - 1].statistic, 1, 1e-15, 0); /* fused or not */
    free(data);
    free(one);
    free(more);
}
END_TEST

START_TEST(rejects_bad_groups)
{
    double data[6] = { 1, 2, 3, 4, 5, 6 };
    const struct matview X = { data, DTYPE_F64, 6, 1, 1 };
    const struct matview none = { data, DTYPE_F64, 6, 0, 0 };
    const size_t rows[] = { 0, 1, 2, 3, 4, 6 };
    struct ttest_result r = { .df = -1 };
    struct ct_error err;

    ck_assert_int_eq(ttest_columns(&X, rows, 2, rows + 2, 3, TTEST_PAIRED, 1, &r, NULL, &err),
                     CT_EINVAL);
    ck_assert_ptr_nonnull(strstr(err.text, "2 and 3 samples"));
    ck_assert_int_eq(ttest_columns(&X, rows, 0, rows, 3, TTEST_WELCH, 1, &r, NULL, &err),
                     CT_EINVAL);
    ck_assert_ptr_nonnull(strstr(err.text, "empty"));
    ck_assert_int_eq(ttest_columns(&X, rows, 3, rows, 0, TTEST_STUDENT, 1, &r, NULL, NULL),
                     CT_EINVAL);
    ck_assert_int_eq(ttest_columns(&X, rows, 3, rows + 3, 3, TTEST_STUDENT, 1, &r, NULL, &err),
                     CT_EINVAL);
    ck_assert_ptr_nonnull(strstr(err.text, "sample 6"));
    ck_assert_int_eq(ttest_columns(&none, rows, 2, rows + 2, 3, TTEST_STUDENT, 1, &r, NULL, &err),
                     CT_OK);
    ck_assert(r.df == -1); /* untouched throughout */
}
END_TEST

/* One degree of freedom is enough for a bound: tan(pi / 2 * 0.95). */
START_TEST(bounds_of_a_test_begin_at_one_degree)
{
    static const size_t three[2] = { 2, 1 }, pairs[2] = { 2, 2 }, one[2] = { 1, 1 };

    ck_assert(fabs(tests[TTEST_STUDENT].critical(0.05, three) - 12.706204736174698) < 1e-10);
    ck_assert(fabs(tests[TTEST_PAIRED].critical(0.05, pairs) - 12.706204736174698) < 1e-10);
    ck_assert(isnan(tests[TTEST_STUDENT].critical(0.05, one)));
    ck_assert(isnan(tests[TTEST_PAIRED].critical(0.05, one)));
    ck_assert(isnan(tests[TTEST_WELCH].critical(0.05, pairs)));
    ck_assert(isnan(tests[TTEST_PAIRED].critical(0.0, pairs)));
}
END_TEST

int main(void)
{
    const TTest *const all[] = {
        hard_columns_match_scipy,
        neurons_match_scipy_in_both_dtypes,
        long_groups_match_scipy,
        p_is_accurate_in_the_far_tail,
        critical_values_invert_p,
        distribution_at_its_limits,
        one_sample_has_no_variance,
        one_sample_is_compared_by_students_test,
        constant_columns_have_no_variance,
        constant_differences_have_no_variance,
        columns_that_vary_by_rounding_are_counted,
        groups_select_rows,
        results_do_not_depend_on_threads,
        rejects_bad_groups,
        bounds_of_a_test_begin_at_one_degree,
    };
    return RUN_TESTS("ttest", all);
}
