#include "config.h"
#include "num/cluster/dbscan.h"
#include "num/cluster/k_distance.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "made_points.h"
#include "support.h"

/* A view of rows of m; nothing to clear. */
static struct mat rows_of(const struct mat *m, size_t first, size_t n)
{
    return (struct mat){ .rows = n, .cols = m->cols, .data = m->data + first * m->cols };
}

static int32_t *fit(const struct mat *X, double eps, size_t min_samples, size_t *n_clusters)
{
    int32_t *const labels = malloc((X->rows + 1) * sizeof *labels);
    struct ct_error err;

    ck_assert_ptr_nonnull(labels);
    for (size_t i = 0; i <= X->rows; i++)
        labels[i] = -7;
    ck_assert_msg(dbscan_fit(X, eps, min_samples, labels, n_clusters, &err) == CT_OK, "%s",
                  err.text);
    ck_assert_int_eq(labels[X->rows], -7);
    return labels;
}

/* Calls see(points [n, 2], row of dbscan_cases.csv, labels) for each data set. */
static void each_case(void (*see)(const struct mat *X, const double *head, const double *labels,
                                  size_t number))
{
    struct mat heads = fixture_load("dbscan_cases.csv");
    struct mat all = fixture_load("dbscan_points.csv");
    size_t first = 0;

    ck_assert_uint_ge(heads.rows, 20);
    for (size_t c = 0; c < heads.rows; c++) {
        const size_t n = (size_t)mat_row(&heads, c)[0];
        struct mat X = { 0 };
        ck_assert_uint_le(first + n, all.rows);
        ck_assert_int_eq(mat_init(&X, n, 2, "points", NULL), CT_OK);
        double *const labels = malloc(n * sizeof *labels);
        for (size_t i = 0; i < n; i++) {
            memcpy(mat_row(&X, i), mat_row(&all, first + i), 2 * sizeof(double));
            labels[i] = mat_row(&all, first + i)[2];
        }
        see(&X, mat_row(&heads, c), labels, c);
        free(labels);
        mat_clear(&X);
        first += n;
    }
    ck_assert_uint_eq(first, all.rows);
    mat_clear(&heads);
    mat_clear(&all);
}

static void assert_labels(const struct mat *X, const double *head, const double *want,
                          size_t number)
{
    size_t n_clusters = 99;
    int32_t *const got = fit(X, head[1], (size_t)head[2], &n_clusters);

    for (size_t i = 0; i < X->rows; i++)
        ck_assert_msg((double)got[i] == want[i], "case %zu, point %zu: label %d, want %g", number,
                      i, (int)got[i], want[i]);
    ck_assert_uint_eq(n_clusters, (size_t)head[3]);
    free(got);
}

/* Labels are exact: they are integers, and distances are compared as in scikit-learn. */
START_TEST(dbscan_matches_sklearn)
{
    each_case(assert_labels);
}
END_TEST

/* The same for many points, which are generated here; the fixture has a hash of their labels. */
START_TEST(dbscan_of_many_matches_sklearn)
{
    enum { EPS = MADE_POINTS_SIZE, MIN_SAMPLES, N_CLUSTERS, N_NOISE, HASH };
    struct mat cases = fixture_load("dbscan_made.csv");

    for (size_t c = 0; c < cases.rows; c++) {
        const double *const row = mat_row(&cases, c);
        struct mat X = made_points(row);
        size_t n_clusters = 0;
        size_t n_noise = 0;
        int32_t *const labels = fit(&X, row[EPS], (size_t)row[MIN_SAMPLES], &n_clusters);
        for (size_t i = 0; i < X.rows; i++)
            n_noise += labels[i] < 0;
        ck_assert_msg((double)n_clusters == row[N_CLUSTERS] && (double)n_noise == row[N_NOISE] &&
                          (double)hash_of_labels(labels, X.rows) == row[HASH],
                      "case %zu: %zu clusters, %zu noise; want %g, %g", c, n_clusters, n_noise,
                      row[N_CLUSTERS], row[N_NOISE]);
        free(labels);
        mat_clear(&X);
    }
    mat_clear(&cases);
}
END_TEST

/* Neighbours do not depend on the axes, and clusters are numbered by index, so mirrored and
 * transposed points have the same labels. */
static void assert_labels_of_images(const struct mat *X, const double *head, const double *want,
                                    size_t number)
{
    struct mat image = { 0 };

    if (X->rows < 12)
        return; /* there, ties are decided by an expression that is not symmetric in x and y */
    ck_assert_int_eq(mat_init(&image, X->rows, 2, "points", NULL), CT_OK);
    for (size_t i = 0; i < X->rows; i++) {
        mat_row(&image, i)[0] = mat_row(X, i)[1];
        mat_row(&image, i)[1] = -mat_row(X, i)[0];
    }
    assert_labels(&image, head, want, number);
    mat_clear(&image);
}

START_TEST(dbscan_does_not_depend_on_the_axes)
{
    each_case(assert_labels_of_images);
}
END_TEST

/* The textbook algorithm: all pairs, clusters grown one after another with a queue. */
static size_t fit_by_hand(const struct mat *X, double eps, size_t min_samples, int32_t *labels)
{
    const size_t n = X->rows;
    unsigned char *const near = calloc(n, n);
    size_t *const count = calloc(n, sizeof *count);
    size_t *const queue = calloc(n, sizeof *queue);
    int32_t label = 0;

    for (size_t i = 0; i < n; i++) {
        labels[i] = -1;
        for (size_t j = 0; j < n; j++) {
            /* volatile: each operation rounds separately */
            volatile double dx = mat_row(X, i)[0] - mat_row(X, j)[0];
            volatile double dy = mat_row(X, i)[1] - mat_row(X, j)[1];
            volatile double xx = dx * dx;
            volatile double yy = dy * dy;
            volatile double radius = eps * eps;
            near[i * n + j] = xx + yy <= radius;
            count[i] += near[i * n + j];
        }
    }
    for (size_t i = 0; i < n; i++) {
        if (labels[i] >= 0 || count[i] < min_samples)
            continue;
        size_t tail = 0;
        queue[tail++] = i;
        labels[i] = label;
        for (size_t head = 0; head < tail; head++)
            for (size_t j = 0; j < n && count[queue[head]] >= min_samples; j++)
                if (near[queue[head] * n + j] && labels[j] < 0) {
                    labels[j] = label;
                    queue[tail++] = j;
                }
        label++;
    }
    free(near);
    free(count);
    free(queue);
    return (size_t)label;
}

static uint64_t random_bits(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

static double uniform(uint64_t *state)
{
    return (double)(random_bits(state) >> 11) * 0x1p-53;
}

/* Coordinates on a coarse or fine grid, of one or two scales, possibly on a line. */
static void random_points(struct mat *X, uint64_t *state)
{
    static const double steps[] = { 0.1, 0.25, 0.3, 1.0, 1e-7, 1e-160, 1e-163, 1e153 };
    const double step = steps[random_bits(state) % 8];
    const double wide = 2.0 + floor(uniform(state) * 25.0);
    const double offset = random_bits(state) % 4 == 0 ? -1000.0 * step : 0.0;
    const double flat = random_bits(state) % 5 == 0 ? 0.0 : 1.0;
    const int real = random_bits(state) % 3 == 0;

    for (size_t i = 0; i < X->rows; i++)
        for (size_t j = 0; j < 2; j++) {
            const double v = uniform(state) * wide;
            mat_row(X, i)[j] = offset + (real ? v : floor(v)) * step * (j == 1 ? flat : 1.0);
        }
}

static double random_eps(const struct mat *X, uint64_t *state)
{
    const size_t i = random_bits(state) % X->rows;
    const size_t j = random_bits(state) % X->rows;
    const double d =
        hypot(mat_row(X, i)[0] - mat_row(X, j)[0], mat_row(X, i)[1] - mat_row(X, j)[1]);

    /* The distance of a pair gives a tie; half of it or less keeps the clusters small. */
    const double share = random_bits(state) % 2 == 0 ? 1.0 : 0.5 * uniform(state);
    return d * share > 0.0 ? d * share : 1e-300;
}

START_TEST(dbscan_matches_all_pairs)
{
    uint64_t state = 20260001;
    size_t clusters = 0;

    for (size_t round = 0; round < 600; round++) {
        struct mat X = { 0 };
        size_t n_clusters = 99;
        const size_t n = 12 + random_bits(&state) % (round % 20 == 0 ? 400 : 90);
        ck_assert_int_eq(mat_init(&X, n, 2, "points", NULL), CT_OK);
        random_points(&X, &state);
        const double eps = random_eps(&X, &state);
        const size_t min_samples = 1 + random_bits(&state) % 6;
        int32_t *const want = malloc(n * sizeof *want);
        const size_t want_clusters = fit_by_hand(&X, eps, min_samples, want);
        int32_t *const got = fit(&X, eps, min_samples, &n_clusters);
        for (size_t i = 0; i < n; i++)
            ck_assert_msg(got[i] == want[i],
                          "round %zu (n %zu, eps %g, min_samples %zu), point %zu: %d, want %d",
                          round, n, eps, min_samples, i, (int)got[i], (int)want[i]);
        ck_assert_uint_eq(n_clusters, want_clusters);
        clusters += n_clusters;
        free(want);
        free(got);
        mat_clear(&X);
    }
    ck_assert_uint_gt(clusters, 600); /* the cases are not trivial */
}
END_TEST

/* Two dense clouds in adjacent cells, too far apart to join until one point bridges them: tests how
 * large cells are compared. */
START_TEST(dbscan_joins_large_cells)
{
    struct mat X = { 0 };
    uint64_t state = 7;
    const size_t n = 6001;
    size_t n_clusters = 0;

    ck_assert_int_eq(mat_init(&X, n, 2, "points", NULL), CT_OK);
    for (size_t i = 0; i < n; i++) {
        const int right = i % 2 == 0;
        mat_row(&X, i)[0] = (right ? 1.5 : 0.0) + 0.4 * uniform(&state);
        mat_row(&X, i)[1] = 0.4 * uniform(&state);
    }
    mat_row(&X, 6000)[0] = 1.7;
    int32_t *labels = fit(&X, 1.0, 5, &n_clusters);
    ck_assert_uint_eq(n_clusters, 2);
    ck_assert_int_eq(labels[0], 0);
    ck_assert_int_eq(labels[1], 1);
    free(labels);

    mat_row(&X, 6000)[0] = 0.75; /* within 1 of both clouds */
    mat_row(&X, 6000)[1] = 0.2;
    labels = fit(&X, 1.0, 5, &n_clusters);
    ck_assert_uint_eq(n_clusters, 1);
    free(labels);

    labels = fit(&X, 1.0, 3003, &n_clusters); /* only the bridge has that many neighbours */
    ck_assert_uint_eq(n_clusters, 1);
    ck_assert_int_eq(labels[6000], 0);
    free(labels);
    mat_clear(&X);
}
END_TEST

START_TEST(dbscan_of_extreme_scales)
{
    double far[26];
    struct mat X = { .rows = 13, .cols = 2, .data = far };
    size_t n_clusters = 0;

    for (size_t i = 0; i < 26; i++)
        far[i] = (i % 4 < 2 ? 1.0 : -1.0) * (i % 2 == 0 ? 1.7e308 : 1e300);
    int32_t *labels = fit(&X, 1e-300, 2, &n_clusters); /* 7 and 6 equal points, at distance inf */
    ck_assert_uint_eq(n_clusters, 2);
    ck_assert_int_eq(labels[0], 0);
    ck_assert_int_eq(labels[1], 1);
    free(labels);
    labels = fit(&X, 1e200, 13, &n_clusters); /* eps * eps overflows: everything is near */
    ck_assert_uint_eq(n_clusters, 1);
    free(labels);
    labels = fit(&X, INFINITY, 14, &n_clusters);
    ck_assert_uint_eq(n_clusters, 0);
    ck_assert_int_eq(labels[12], -1);
    free(labels);

    for (size_t i = 0; i < 26; i++)
        far[i] = (double)i * 0x1p-1074; /* squares underflow, and so does eps * eps */
    labels = fit(&X, 0x1p-1074, 13, &n_clusters);
    ck_assert_uint_eq(n_clusters, 1);
    free(labels);
}
END_TEST

START_TEST(dbscan_of_nothing)
{
    struct mat X = { 0 };
    size_t n_clusters = 99;
    int32_t none = -7;

    ck_assert_int_eq(dbscan_fit(&X, 1.0, 3, &none, &n_clusters, NULL), CT_OK);
    ck_assert_uint_eq(n_clusters, 0);
    ck_assert_int_eq(none, -7);
}
END_TEST

START_TEST(dbscan_rejects_bad_input)
{
    double data[] = { 0.0, 1.0, 2.0, 3.0, 4.0, 5.0 };
    const struct mat X = { .rows = 3, .cols = 2, .data = data };
    const struct mat wide = { .rows = 2, .cols = 3, .data = data };
    int32_t labels[3] = { -7, -7, -7 };
    size_t n_clusters = 99;
    struct ct_error err;

    ck_assert_int_eq(dbscan_fit(&X, 0.0, 3, labels, &n_clusters, &err), CT_EINVAL);
    ck_assert_str_eq(err.text, "DBSCAN: eps is 0; expected a distance greater than 0");
    ck_assert_int_eq(dbscan_fit(&X, -1.0, 3, labels, &n_clusters, NULL), CT_EINVAL);
    ck_assert_int_eq(dbscan_fit(&X, NAN, 3, labels, &n_clusters, NULL), CT_EINVAL);
    ck_assert_int_eq(dbscan_fit(&X, 1.0, 0, labels, &n_clusters, &err), CT_EINVAL);
    ck_assert_str_eq(err.text, "DBSCAN: min_samples is 0; expected at least 1");
    ck_assert_int_eq(dbscan_fit(&wide, 1.0, 3, labels, &n_clusters, &err), CT_EINVAL);
    ck_assert_str_eq(err.text, "DBSCAN: points have 3 coordinates; give 2 columns, x and y");
    data[3] = NAN;
    ck_assert_int_eq(dbscan_fit(&X, 1.0, 3, labels, &n_clusters, &err), CT_EINVAL);
    ck_assert_str_eq(err.text, "DBSCAN: row 1 holds a NaN or an infinity; remove that point");
    data[3] = -INFINITY;
    ck_assert_int_eq(dbscan_fit(&X, 1.0, 3, labels, &n_clusters, NULL), CT_EINVAL);
    ck_assert_int_eq(labels[0], -7); /* untouched */
    ck_assert_uint_eq(n_clusters, 99);
}
END_TEST

static struct mat k_distance_rows; /* of dbscan_k_distance.csv: case, k, distance */
static size_t k_distance_at;

static void assert_k_distances(const struct mat *X, const double *head, const double *labels,
                               size_t number)
{
    (void)head;
    (void)labels;
    double *const got = malloc(X->rows * sizeof *got);
    double *const want = malloc(X->rows * sizeof *want);
    while (k_distance_at < k_distance_rows.rows &&
           (size_t)mat_row(&k_distance_rows, k_distance_at)[0] == number) {
        const struct mat rows = rows_of(&k_distance_rows, k_distance_at, X->rows);
        for (size_t i = 0; i < X->rows; i++)
            want[i] = mat_row(&rows, i)[2];
        ck_assert_int_eq(dbscan_k_distance(X, (size_t)mat_row(&rows, 0)[1], got, NULL), CT_OK);
        /* Exact: the square root of the same sum of two squares. */
        assert_allclose(got, want, X->rows, 0.0, 0.0);
        k_distance_at += X->rows;
    }
    free(got);
    free(want);
}

START_TEST(k_distance_matches_sklearn)
{
    k_distance_rows = fixture_load("dbscan_k_distance.csv");
    k_distance_at = 0;
    each_case(assert_k_distances);
    ck_assert_uint_eq(k_distance_at, k_distance_rows.rows); /* every row was checked */
    mat_clear(&k_distance_rows);
}
END_TEST

START_TEST(k_distance_by_hand)
{
    double data[] = { 0.0, 0.0, 3.0, 4.0, 0.0, 0.0, 30.0, 40.0 };
    const struct mat X = { .rows = 4, .cols = 2, .data = data };
    const struct mat one = { .rows = 1, .cols = 2, .data = data };
    const double first[] = { 0.0, 0.0, 5.0, 45.0 };
    const double last[] = { 45.0, 50.0, 50.0, 50.0 };
    double got[4];
    struct ct_error err;

    ck_assert_int_eq(dbscan_k_distance(&X, 1, got, NULL), CT_OK);
    assert_allclose(got, first, 4, 0.0, 0.0); /* Pythagorean triples: no rounding */
    ck_assert_int_eq(dbscan_k_distance(&X, 3, got, NULL), CT_OK);
    assert_allclose(got, last, 4, 0.0, 0.0);
    ck_assert_int_eq(dbscan_k_distance(&X, 4, got, &err), CT_EINVAL);
    ck_assert_str_eq(err.text,
                     "k-distance: k is 4 with 4 points; expected 1 to the number of points "
                     "minus 1");
    ck_assert_int_eq(dbscan_k_distance(&X, 0, got, NULL), CT_EINVAL);
    ck_assert_int_eq(dbscan_k_distance(&one, 1, got, NULL), CT_EINVAL);
    data[0] = NAN;
    ck_assert_int_eq(dbscan_k_distance(&X, 1, got, NULL), CT_EINVAL);
}
END_TEST

/* |a|^2 - 2 ab + |b|^2 <= eps^2, as by a matrix product with fused additions. */
static bool near_by_product(const double *a, const double *b, double eps)
{
    const double aa = a[0] * a[0] + a[1] * a[1], bb = b[0] * b[0] + b[1] * b[1];

    return aa - 2.0 * fma(a[1], b[1], a[0] * b[0]) + bb <= eps * eps;
}

static bool near_by_difference(const double *a, const double *b, double eps)
{
    const double x = a[0] - b[0], y = a[1] - b[1];

    return x * x + y * y <= eps * eps;
}

static bool is_one_cluster(const double *a, const double *b, double eps)
{
    double data[] = { a[0], a[1], b[0], b[1] };
    const struct mat X = { .rows = 2, .cols = 2, .data = data };
    int32_t labels[2];
    size_t n;

    ck_assert_int_eq(dbscan_fit(&X, eps, 2, labels, &n, NULL), CT_OK);
    ck_assert_int_eq(labels[0], labels[1]);
    ck_assert(n == (labels[0] == 0 ? 1 : 0));
    return n == 1;
}

/* Two points at distance eps up to rounding: both possible outcomes. Far from the origin the
 * product loses its precision, and the difference decides. */
START_TEST(few_points_tie_as_in_sklearn)
{
    size_t n_ties[2] = { 0, 0 };

    for (int i = 1; i < 4000; i++) {
        const double a[] = { sin(i) * 2.0, cos(3.0 * i) * 2.0 };
        const double b[] = { a[0] + 0.3 * sin(7.0 * i), a[1] + 0.3 * cos(7.0 * i) };
        const double eps = hypot(a[0] - b[0], a[1] - b[1]);
        /* Both directions, since the sums differ; a core point includes its neighbours. */
        const bool want = near_by_product(a, b, eps) || near_by_product(b, a, eps);
        ck_assert_msg(is_one_cluster(a, b, eps) == want, "point %d", i);
        n_ties[want] += want != near_by_difference(a, b, eps);
        ck_assert(is_one_cluster(a, b, eps * (1.0 + 1e-7)));
        ck_assert(!is_one_cluster(a, b, eps * (1.0 - 1e-7)));
    }
    ck_assert(n_ties[0] > 10 && n_ties[1] > 10); /* cases in which the two disagree */
    const double far[] = { 1e9, 1e9 }, beside[] = { 1e9 + 1.0, 1e9 };
    ck_assert(is_one_cluster(far, beside, 1.5) && !is_one_cluster(far, beside, 0.9));
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        few_points_tie_as_in_sklearn,
        dbscan_matches_sklearn,
        dbscan_of_many_matches_sklearn,
        dbscan_does_not_depend_on_the_axes,
        dbscan_matches_all_pairs,
        dbscan_joins_large_cells,
        dbscan_of_nothing,
        dbscan_of_extreme_scales,
        dbscan_rejects_bad_input,
        k_distance_matches_sklearn,
        k_distance_by_hand,
    };

    return RUN_TESTS("dbscan", tests);
}
