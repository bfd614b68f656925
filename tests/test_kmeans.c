#include "config.h"
#include "num/cluster/kmeans.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "made_points.h"
#include "num/cluster/kmeans_start.h"
#include "support.h"

/* The first cols columns of rows first .. first + n - 1 of m, from column `from` on. */
static struct mat part_of(const struct mat *m, size_t first, size_t n, size_t from, size_t cols)
{
    struct mat part = { 0 };

    ck_assert_uint_le(first + n, m->rows);
    ck_assert_int_eq(mat_init(&part, n, cols, "part", NULL), CT_OK);
    for (size_t i = 0; i < n; i++)
        memcpy(mat_row(&part, i), mat_row(m, first + i) + from, cols * sizeof(double));
    return part;
}

static struct kmeans_result fit(const struct mat *X, const struct kmeans_params *params)
{
    struct kmeans_result result = { 0 };
    struct ct_error err;

    ck_assert_msg(kmeans_fit(X, params, &result, &err) == CT_OK, "%s", err.text);
    ck_assert_uint_eq(result.cluster_centers.rows, params->n_clusters);
    ck_assert_uint_eq(result.cluster_centers.cols, X->cols);
    return result;
}

/* Columns of kmeans_cases.csv. */
enum { N, N_FEATURES, N_CLUSTERS, MAX_ITER, TOL, INERTIA, N_ITER };

static void assert_as_sklearn(const struct mat *X, const struct mat *init, const struct mat *want,
                              const double *head, const struct mat *labels, size_t number)
{
    struct kmeans_params params;
    double scale = 0.0;

    kmeans_params_default(&params);
    params.n_clusters = init->rows;
    params.max_iter = (size_t)head[MAX_ITER];
    params.tol = head[TOL];
    params.init = init;
    struct kmeans_result got = fit(X, &params);
    for (size_t i = 0; i < X->rows; i++)
        ck_assert_msg((double)got.labels[i] == labels->data[i],
                      "case %zu, point %zu: label %d, want %g", number, i, (int)got.labels[i],
                      labels->data[i]);
    ck_assert_msg((double)got.n_iter == head[N_ITER], "case %zu: %zu iterations, want %g", number,
                  got.n_iter, head[N_ITER]);
    for (size_t i = 0; i < X->rows * X->cols; i++)
        scale = fmax(scale, fabs(X->data[i]));
    /* Means of the same points, summed in the same order; rounding is relative to the points. */
    assert_mat_allclose(&got.cluster_centers, want, 1e-12, 1e-13 * scale);
    /* A sum of squared distances in a different order of operations. */
    assert_allclose(&got.inertia, &head[INERTIA], 1, 1e-11, 1e-25 * scale * scale);
    kmeans_result_clear(&got);
}

/* Labels and iterations are exact: same start, same rules, same decisions at ties. */
START_TEST(kmeans_from_given_centers_matches_sklearn)
{
    struct mat heads = fixture_load("kmeans_cases.csv");
    struct mat points = fixture_load("kmeans_points.csv");
    struct mat centers = fixture_load("kmeans_centers.csv");
    size_t point = 0;
    size_t center = 0;

    ck_assert_uint_ge(heads.rows, 15);
    for (size_t c = 0; c < heads.rows; c++) {
        const double *const head = mat_row(&heads, c);
        const size_t n = (size_t)head[N];
        const size_t k = (size_t)head[N_CLUSTERS];
        const size_t m = (size_t)head[N_FEATURES];
        struct mat X = part_of(&points, point, n, 0, m);
        struct mat labels = part_of(&points, point, n, 3, 1);
        struct mat init = part_of(&centers, center, k, 0, m);
        struct mat want = part_of(&centers, center, k, 3, m);
        assert_as_sklearn(&X, &init, &want, head, &labels, c);
        mat_clear(&X);
        mat_clear(&labels);
        mat_clear(&init);
        mat_clear(&want);
        point += n;
        center += k;
    }
    ck_assert_uint_eq(point, points.rows);
    ck_assert_uint_eq(center, centers.rows);
    mat_clear(&heads);
    mat_clear(&points);
    mat_clear(&centers);
}
END_TEST

/* The same for many points, which use kmeans_leaves.c; the fixture has a hash of their labels. */
START_TEST(kmeans_of_many_matches_sklearn)
{
    enum { MADE_N_CLUSTERS = MADE_POINTS_SIZE, MADE_INERTIA, MADE_N_ITER, MADE_HASH };
    struct mat cases = fixture_load("kmeans_made.csv");

    for (size_t c = 0; c < cases.rows; c++) {
        const double *const row = mat_row(&cases, c);
        struct mat X = made_points(row);
        struct mat init = part_of(&X, 0, (size_t)row[MADE_N_CLUSTERS], 0, 2);
        struct kmeans_params params;
        kmeans_params_default(&params);
        params.n_clusters = init.rows;
        params.init = &init;
        struct kmeans_result got = fit(&X, &params);
        ck_assert_msg((double)hash_of_labels(got.labels, X.rows) == row[MADE_HASH] &&
                          (double)got.n_iter == row[MADE_N_ITER],
                      "case %zu: other labels, or %zu iterations, not %g", c, got.n_iter,
                      row[MADE_N_ITER]);
        /* Sums in a different order. */
        assert_allclose(&got.inertia, &row[MADE_INERTIA], 1, 1e-11, 1e-20);
        kmeans_result_clear(&got);
        mat_clear(&init);
        mat_clear(&X);
    }
    mat_clear(&cases);
}
END_TEST

/* The default call compared with the best of 50 starts of scikit-learn: at most 1.0005 times its
 * inertia, the margin that separates local optima close to the best from worse ones. */
START_TEST(kmeans_default_is_as_good_as_50_starts)
{
    struct mat best = fixture_load("kmeans_best.csv"); /* n, n_clusters, inertia */
    struct mat points = fixture_load("kmeans_best_points.csv");
    size_t first = 0;

    for (size_t c = 0; c < best.rows; c++) {
        const double *const row = mat_row(&best, c);
        if (c > 0 && row[0] != row[-3])
            first += (size_t)row[-3];
        struct mat X = part_of(&points, first, (size_t)row[0], 0, 2);
        for (uint64_t seed = 0; seed < 3; seed++) {
            struct kmeans_params params;
            kmeans_params_default(&params);
            params.n_clusters = (size_t)row[1];
            params.random_state = seed;
            params.n_threads = 2;
            struct kmeans_result got = fit(&X, &params);
            ck_assert_msg(got.inertia <= 1.0005 * row[2], "%g clusters, seed %d: %.9g, want %.9g",
                          row[1], (int)seed, got.inertia, row[2]);
            kmeans_result_clear(&got);
        }
        mat_clear(&X);
    }
    mat_clear(&best);
    mat_clear(&points);
}
END_TEST

static void assert_same_result(const struct kmeans_result *a, const struct kmeans_result *b,
                               size_t n)
{
    const size_t size = a->cluster_centers.rows * a->cluster_centers.cols;

    ck_assert_mem_eq(a->labels, b->labels, n * sizeof *a->labels);
    ck_assert_mem_eq(a->cluster_centers.data, b->cluster_centers.data, size * sizeof(double));
    ck_assert_mem_eq(&a->inertia, &b->inertia, sizeof a->inertia);
    ck_assert_uint_eq(a->n_iter, b->n_iter);
}

START_TEST(kmeans_does_not_depend_on_threads)
{
    struct mat points = fixture_load("kmeans_points.csv");
    struct mat X = part_of(&points, 0, 2000, 0, 3);
    struct kmeans_params params;

    kmeans_params_default(&params);
    params.n_clusters = 12;
    params.n_init = 9;
    params.random_state = 5;
    struct kmeans_result one = fit(&X, &params);
    for (int n_threads = 2; n_threads < 6; n_threads++) {
        params.n_threads = n_threads;
        struct kmeans_result many = fit(&X, &params);
        assert_same_result(&one, &many, X.rows);
        kmeans_result_clear(&many);
    }
    params.random_state = 6; /* a different seed gives a different result, so the seed is used */
    params.n_init = 1;
    struct kmeans_result other = fit(&X, &params);
    ck_assert(other.inertia != one.inertia);
    kmeans_result_clear(&other);
    kmeans_result_clear(&one);
    mat_clear(&points);
    mat_clear(&X);
}
END_TEST

/* Invariants of any result: each point has the label of its nearest centre, each centre (converged
 * with tol 0) is the mean of its points, and the inertia is correct. */
START_TEST(kmeans_is_a_fixed_point)
{
    struct mat points = fixture_load("kmeans_best_points.csv");
    struct kmeans_params params;
    double inertia = 0.0;

    kmeans_params_default(&params);
    params.n_clusters = 7;
    params.n_init = 2;
    params.tol = 0.0;
    struct kmeans_result got = fit(&points, &params);
    struct mat sums = { 0 };
    ck_assert_int_eq(mat_init(&sums, 7, 3, "sums", NULL), CT_OK);
    for (size_t i = 0; i < points.rows; i++) {
        const double *const x = mat_row(&points, i);
        double nearest = INFINITY;
        size_t label = 0;
        for (size_t c = 0; c < 7; c++) {
            const double *const center = mat_row(&got.cluster_centers, c);
            const double d2 = pow(x[0] - center[0], 2) + pow(x[1] - center[1], 2);
            label = d2 < nearest ? c : label;
            nearest = fmin(d2, nearest);
        }
        ck_assert_int_eq(got.labels[i], (int)label);
        inertia += nearest;
        mat_row(&sums, label)[0] += x[0];
        mat_row(&sums, label)[1] += x[1];
        mat_row(&sums, label)[2] += 1.0;
    }
    for (size_t c = 0; c < 7; c++) {
        const double *const sum = mat_row(&sums, c);
        const double mean[] = { sum[0] / sum[2], sum[1] / sum[2] };
        assert_allclose(mat_row(&got.cluster_centers, c), mean, 2, 1e-11, 1e-11);
    }
    assert_allclose(&got.inertia, &inertia, 1, 1e-11, 0.0); /* a different order of summation */
    kmeans_result_clear(&got);
    mat_clear(&sums);
    mat_clear(&points);
}
END_TEST

/* Blocks of points too far from a new centre are skipped, which does not change the result. */
START_TEST(starts_skip_distant_blocks)
{
    enum { CLUSTERS = 40 };
    static const double recipe[MADE_POINTS_SIZE] = { 5000, 5000, 60, 0, 0, 1 };
    static const double mean[2] = { 30, 30 };
    struct mat X = made_points(recipe);
    struct kmeans_data data = { 0 };
    struct kmeans_start quick = { 0 };
    struct kmeans_start slow = { 0 };

    ck_assert_int_eq(kmeans_data_init(&data, &X, mean, NULL), CT_OK);
    struct kmeans_data without_boxes = data;
    without_boxes.box = NULL;
    ck_assert_ptr_nonnull(data.box);
    ck_assert_int_eq(kmeans_start_init(&quick, &data, CLUSTERS, NULL), CT_OK);
    ck_assert_int_eq(kmeans_start_init(&slow, &data, CLUSTERS, NULL), CT_OK);
    for (size_t number = 0; number < 3; number++) {
        kmeans_start_plusplus(&quick, &data, 0, number);
        kmeans_start_plusplus(&slow, &without_boxes, 0, number);
        ck_assert_mem_eq(quick.centers, slow.centers, 2 * CLUSTERS * sizeof(double));
        ck_assert_mem_eq(quick.distance, slow.distance, X.rows * sizeof(double));
    }
    kmeans_start_clear(&quick);
    kmeans_start_clear(&slow);
    kmeans_data_clear(&data);
    mat_clear(&X);
}
END_TEST

START_TEST(kmeans_separates_clear_clusters)
{
    double data[80];
    const struct mat X = { .rows = 40, .cols = 2, .data = data };
    struct kmeans_params params;

    for (size_t i = 0; i < 80; i++)
        data[i] = (double)(i / 2 % 4) * 100.0 + (double)(i * 7 % 11) / 11.0;
    kmeans_params_default(&params);
    params.n_clusters = 4;
    struct kmeans_result got = fit(&X, &params);
    for (size_t i = 0; i < 40; i++)
        for (size_t j = 0; j < 40; j++)
            ck_assert((got.labels[i] == got.labels[j]) == (i % 4 == j % 4));
    kmeans_result_clear(&got);
}
END_TEST

START_TEST(kmeans_of_few_distinct_points)
{
    double data[] = { 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 2.0, 2.0 };
    const struct mat X = { .rows = 4, .cols = 2, .data = data };
    const struct mat one = { .rows = 1, .cols = 2, .data = data };
    const struct mat column = { .rows = 8, .cols = 1, .data = data };
    struct kmeans_params params;

    kmeans_params_default(&params);
    params.n_threads = 3;
    struct kmeans_result got = fit(&X, &params); /* 3 clusters of 2 distinct points */
    ck_assert_double_eq(got.inertia, 0.0);
    ck_assert_int_ne(got.labels[0], got.labels[3]);
    kmeans_result_clear(&got);

    params.n_clusters = 1;
    got = fit(&one, &params);
    ck_assert_int_eq(got.labels[0], 0);
    ck_assert_double_eq(got.cluster_centers.data[0], 1.0);
    kmeans_result_clear(&got);
    kmeans_result_clear(&got); /* may be called twice */

    params.n_clusters = 2;
    got = fit(&column, &params);
    ck_assert_double_eq(got.inertia, 0.0);
    kmeans_result_clear(&got);
}
END_TEST

/* Of starts with equal inertia the first is kept: more starts do not change the result. A square
 * can be halved in two equally good ways. */
START_TEST(keeps_the_first_of_equal_starts)
{
    double data[] = { 0.0, 0.0, 0.0, 1.0, 1.0, 0.0, 1.0, 1.0 };
    const struct mat X = { .rows = 4, .cols = 2, .data = data };
    size_t n_seen[2] = { 0, 0 };

    for (uint64_t seed = 0; seed < 20; seed++) {
        struct kmeans_result last = { 0 };
        for (size_t n_init = 1; n_init < 40; n_init++) {
            struct kmeans_params params;
            kmeans_params_default(&params);
            params.n_clusters = 2;
            params.n_init = n_init;
            params.random_state = seed;
            struct kmeans_result got = fit(&X, &params);
            ck_assert(n_init == 1 || got.inertia <= last.inertia);
            if (n_init > 1 && got.inertia == last.inertia)
                ck_assert_msg(memcmp(got.labels, last.labels, 4 * sizeof *got.labels) == 0,
                              "seed %llu: another clustering with %zu starts",
                              (unsigned long long)seed, n_init);
            kmeans_result_clear(&last);
            last = got;
        }
        ck_assert_double_eq(last.inertia, 1.0);
        n_seen[last.labels[0] == last.labels[1]]++;
        kmeans_result_clear(&last);
    }
    ck_assert(n_seen[0] > 0 && n_seen[1] > 0); /* both results occur */
}
END_TEST

static bool stop_at_third(void *context, size_t done, size_t total)
{
    ck_assert_uint_le(done, total);
    return ++*(size_t *)context < 3;
}

START_TEST(kmeans_can_be_cancelled)
{
    double data[] = { 0.0, 1.0, 2.0, 3.0, 4.0, 5.0 };
    const struct mat X = { .rows = 3, .cols = 2, .data = data };
    size_t calls = 0;
    const struct progress progress = { stop_at_third, &calls };
    struct kmeans_params params;
    struct kmeans_result result = { .n_iter = 99 };

    kmeans_params_default(&params);
    params.progress = &progress;
    ck_assert_int_eq(kmeans_fit(&X, &params, &result, NULL), CT_ECANCELED);
    ck_assert_uint_eq(calls, 3); /* no start after the one that was cancelled */
    ck_assert(result.n_iter == 99 && result.labels == NULL);
}
END_TEST

static void assert_refused(const struct mat *X, const struct kmeans_params *params,
                           const char *text)
{
    struct kmeans_result result = { .n_iter = 99 };
    struct ct_error err;

    ck_assert_int_eq(kmeans_fit(X, params, &result, &err), CT_EINVAL);
    ck_assert_str_eq(err.text, text);
    ck_assert_uint_eq(result.n_iter, 99); /* untouched */
    ck_assert_ptr_null(result.labels);
    ck_assert_int_eq(kmeans_fit(X, params, &result, NULL), CT_EINVAL);
}

START_TEST(kmeans_rejects_bad_input)
{
    double data[] = { 0.0, 1.0, 2.0, 3.0, 4.0, 5.0 };
    double bad[] = { 0.0, 1.0, NAN, 3.0 };
    const struct mat X = { .rows = 3, .cols = 2, .data = data };
    const struct mat nothing = { 0 };
    const struct mat flat = { .rows = 3, .cols = 0, .data = data };
    const struct mat nan = { .rows = 2, .cols = 2, .data = bad };
    struct kmeans_params usual;
    struct kmeans_params params;

    kmeans_params_default(&usual);
    params = usual;
    params.n_clusters = 4;
    assert_refused(&X, &params,
                   "k-means: 4 clusters of 3 points; expected 1 to the number of points");
    params.n_clusters = 0;
    assert_refused(&X, &params,
                   "k-means: 0 clusters of 3 points; expected 1 to the number of points");
    assert_refused(&nothing, &usual,
                   "k-means: 3 clusters of 0 points; expected 1 to the number of points");
    assert_refused(&flat, &usual, "k-means: the points have no coordinates; give 1 or more");
    params = usual;
    params.n_init = 0;
    assert_refused(&X, &params, "k-means: n_init 0, max_iter 300; expected at least 1");
    params = usual;
    params.max_iter = 0;
    assert_refused(&X, &params, "k-means: n_init 200, max_iter 0; expected at least 1");
    params = usual;
    params.tol = NAN;
    assert_refused(&X, &params, "k-means: tol is nan; expected 0 or more");
    params = usual;
    params.n_clusters = 2;
    assert_refused(&nan, &params,
                   "k-means: row 1 of the points holds a NaN or an infinity; remove it");
    params.init = &nan;
    assert_refused(&X, &params,
                   "k-means: row 1 of the first centres holds a NaN or an infinity; remove it");
    params.n_clusters = 3;
    assert_refused(&X, &params, "k-means: initial centres are [2, 2]; expected [3, 2]");
    data[0] = 1e300;
    assert_refused(&X, &usual, "k-means: squares of the coordinates overflow; scale them");
    data[1] = data[3] = 1.7e308; /* the sum of a column overflows, too */
    assert_refused(&X, &usual, "k-means: squares of the coordinates overflow; scale them");
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        kmeans_from_given_centers_matches_sklearn,
        kmeans_of_many_matches_sklearn,
        kmeans_default_is_as_good_as_50_starts,
        kmeans_does_not_depend_on_threads,
        kmeans_is_a_fixed_point,
        starts_skip_distant_blocks,
        kmeans_separates_clear_clusters,
        kmeans_of_few_distinct_points,
        keeps_the_first_of_equal_starts,
        kmeans_can_be_cancelled,
        kmeans_rejects_bad_input,
    };

    return RUN_TESTS("kmeans", tests);
}
