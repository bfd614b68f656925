#include "config.h"
#include "support.h"

#include <math.h>
#include <string.h>

#include "num/linear/pca.h"

/* 1e-9 of the largest score: eigenvectors of X'X compared with scikit-learn's SVD of X; the
 * conditioning (gaps between singular values) costs two or three digits of 1e-16, the squares in
 * X'X the rest. */
static void expect_scores(const char *x_name, const char *want_name)
{
    struct mat x = fixture_load(x_name), want = fixture_load(want_name), got = { 0 };
    double largest = 0.0;

    ck_assert_int_eq(pca_scores(&x, want.cols, NULL, NULL, &got, NULL), CT_OK);
    for (size_t i = 0; i < want.rows * want.cols; i++)
        largest = fmax(largest, fabs(want.data[i]));
    assert_mat_allclose(&got, &want, 0.0, 1e-9 * largest);
    mat_clear(&x);
    mat_clear(&want);
    mat_clear(&got);
}

START_TEST(tall_matches_sklearn)
{
    expect_scores("tsne_x60.csv", "pca_tall.csv");
}
END_TEST

START_TEST(wide_matches_sklearn)
{
    expect_scores("pca_wide_x.csv", "pca_wide.csv");
}
END_TEST

static struct mat matrix(size_t rows, size_t cols)
{
    struct mat m = { 0 };

    ck_assert_int_eq(mat_init(&m, rows, cols, "test", NULL), CT_OK);
    return m;
}

/* X varies along one direction: the second component is zero, without rounding errors. */
static void expect_one_component(size_t rows, size_t cols, double offset)
{
    struct mat x = matrix(rows, cols), got = { 0 };
    double sum = 0.0;

    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < cols; j++)
            x.data[i * cols + j] = (double)(i * i) * (double)(j + 1) + offset;
    ck_assert_int_eq(pca_scores(&x, 2, NULL, NULL, &got, NULL), CT_OK);
    for (size_t i = 0; i < rows; i++) {
        ck_assert(got.data[2 * i + 1] == 0.0);
        sum += got.data[2 * i];
    }
    /* The last row has the largest score, and its sign is positive; scores are centred. */
    ck_assert(got.data[2 * (rows - 1)] > 0.0);
    assert_allclose(&sum, &(double){ 0.0 }, 1, 0.0, 1e-10 * got.data[2 * (rows - 1)]);
    mat_clear(&x);
    mat_clear(&got);
}

START_TEST(missing_components_are_zero)
{
    expect_one_component(10, 1, 0.0);
    expect_one_component(10, 4, 3.7);
    expect_one_component(5, 12, 0.1);
}
END_TEST

/* One direction and another, smaller by the factor `small`: it is a component if it is above
 * rounding. */
static double second_extent(size_t rows, size_t cols, double small)
{
    struct mat x = matrix(rows, cols), got = { 0 };
    double largest = 0.0;

    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < cols; j++)
            x.data[i * cols + j] = sin((double)(7 * i)) * cos((double)j) +
                                   small * cos((double)(3 * i + 1)) * sin((double)(5 * j + 2));
    ck_assert_int_eq(pca_scores(&x, 2, NULL, NULL, &got, NULL), CT_OK);
    for (size_t i = 0; i < rows; i++)
        largest = fmax(largest, fabs(got.data[2 * i + 1]));
    mat_clear(&x);
    mat_clear(&got);
    return largest;
}

START_TEST(keeps_small_components_but_not_rounding)
{
    static const size_t sizes[][2] = { { 40, 3 },  { 3, 40 },  { 60, 50 },  { 50, 60 },
                                       { 300, 4 }, { 4, 300 }, { 200, 200 } };

    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
        const size_t rows = sizes[s][0], cols = sizes[s][1];
        ck_assert_msg(second_extent(rows, cols, 0.0) == 0.0, "%zu x %zu: rounding", rows, cols);
        ck_assert_msg(second_extent(rows, cols, 1e-7) > 1e-8, "%zu x %zu: 1e-7", rows, cols);
    }
    ck_assert(second_extent(40, 3, 1e-12) > 0.0 && second_extent(3, 40, 1e-12) > 0.0);
    /* Below sqrt(DBL_EPSILON) the vector is any of the null space: how much of the component is in
     * it depends on the processor's kernels, 0.3 to 1 of 1e-10. */
    ck_assert(second_extent(200, 200, 1e-10) > 0.0);
}
END_TEST

START_TEST(constant_data_have_no_components)
{
    struct mat x = matrix(7, 3), got = { 0 };

    for (size_t i = 0; i < 21; i++)
        x.data[i] = 0.1 * (double)(i % 3 + 1);
    ck_assert_int_eq(pca_scores(&x, 2, NULL, NULL, &got, NULL), CT_OK);
    for (size_t i = 0; i < 14; i++)
        ck_assert(got.data[i] == 0.0);
    mat_clear(&got);
    memset(x.data, 0, 21 * sizeof *x.data);
    ck_assert_int_eq(pca_scores(&x, 2, NULL, NULL, &got, NULL), CT_OK);
    mat_clear(&got);
    mat_clear(&x);
}
END_TEST

/* Scaling by a power of two scales the scores and changes nothing else, even where squares would
 * overflow or underflow. */
START_TEST(extreme_scales_are_exact)
{
    static const int powers[] = { 1000, -900 };
    struct mat x = fixture_load("tsne_x60.csv"), want = { 0 };

    ck_assert_int_eq(pca_scores(&x, 2, NULL, NULL, &want, NULL), CT_OK);
    for (size_t p = 0; p < 2; p++) {
        struct mat scaled = matrix(x.rows, x.cols), got = { 0 };
        for (size_t i = 0; i < x.rows * x.cols; i++)
            scaled.data[i] = ldexp(x.data[i], powers[p]);
        ck_assert_int_eq(pca_scores(&scaled, 2, NULL, NULL, &got, NULL), CT_OK);
        for (size_t i = 0; i < 2 * x.rows; i++)
            got.data[i] = ldexp(got.data[i], -powers[p]);
        assert_mat_allclose(&got, &want, 0.0, 0.0);
        mat_clear(&scaled);
        mat_clear(&got);
    }
    mat_clear(&x);
    mat_clear(&want);
}
END_TEST

START_TEST(scores_do_not_depend_on_threads)
{
    struct mat x = matrix(300, 130), want = { 0 };

    for (size_t i = 0; i < 300 * 130; i++)
        x.data[i] = sin((double)(i * i % 10007));
    ck_assert_int_eq(pca_scores(&x, 2, NULL, NULL, &want, NULL), CT_OK);
    for (int threads = 2; threads <= 3; threads++) {
        struct crew *crew = NULL;
        struct mat got = { 0 };
        ck_assert_int_eq(crew_new(threads, &crew, NULL), CT_OK);
        ck_assert_int_eq(pca_scores(&x, 2, crew, NULL, &got, NULL), CT_OK);
        ck_assert_mem_eq(got.data, want.data, 600 * sizeof(double));
        mat_clear(&got);
        crew_free(crew);
    }
    mat_clear(&x);
    mat_clear(&want);
}
END_TEST

START_TEST(rejects_bad_data)
{
    struct mat x = matrix(4, 3), none = { 0 }, got = { 0 };
    struct ct_error err;

    x.data[5] = NAN;
    ck_assert_int_eq(pca_scores(&x, 2, NULL, NULL, &got, &err), CT_EINVAL);
    ck_assert_str_eq(err.text, "PCA: row 1, column 2 (from 0) is not finite; remove it");
    ck_assert_int_eq(pca_scores(&none, 2, NULL, NULL, &got, &err), CT_EINVAL);
    ck_assert_ptr_null(got.data);
    mat_clear(&x);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        tall_matches_sklearn,
        wide_matches_sklearn,
        keeps_small_components_but_not_rounding,
        missing_components_are_zero,
        constant_data_have_no_components,
        extreme_scales_are_exact,
        scores_do_not_depend_on_threads,
        rejects_bad_data,
    };
    return RUN_TESTS("pca", tests);
}
