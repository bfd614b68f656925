#include "config.h"
#include "support.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "num/histogram.h"
#include "num/linear/cosines.h"
#include "num/linear/similarity.h"
#include "num/mt19937.h"
#include "pipeline/stage_similarity.h"

static const size_t shown[] = { 0, 3, 4, 127, 149 }; /* the rows in the fixtures */

/* The whole matrix, in stripes of 7 rows. */
static struct mat gram_of(const struct mat *X, const size_t *order)
{
    struct mat gram = { 0 };

    ck_assert_int_eq(mat_init(&gram, X->rows, X->rows, "test", NULL), CT_OK);
    for (size_t i = 0; i < X->rows; i += 7) {
        const size_t n_rows = X->rows - i < 7 ? X->rows - i : 7;
        ck_assert_int_eq(gram_rows(X, order, i, n_rows, mat_row(&gram, i), NULL), CT_OK);
    }
    return gram;
}

static struct mat random_mat(size_t rows, size_t cols)
{
    struct mat m = { 0 };
    uint32_t state = 7;

    ck_assert_int_eq(mat_init(&m, rows, cols, "test", NULL), CT_OK);
    for (size_t i = 0; i < rows * cols; i++) {
        state = state * 1664525u + 1013904223u;
        m.data[i] = (double)(state >> 8) * 0x1p-23 - 1.0;
    }
    return m;
}

/* Gram: |g - want| <= 1e-12 |x_i| |x_j|, since sums may cancel. Cosine: the same, divided by the
 * norms. */
START_TEST(gram_and_cosine_match_numpy)
{
    struct mat X = fixture_load("similarity_x.csv");
    struct mat gram = fixture_load("similarity_gram.csv");
    struct mat cosine = fixture_load("similarity_cosine.csv");
    struct mat got = gram_of(&X, NULL);
    double norms[150];

    row_norms(&X, norms);
    for (size_t k = 0; k < 5; k++)
        for (size_t j = 0; j < got.cols; j++) {
            const size_t i = shown[k];
            const double size = norms[i] * norms[j];
            const double value = row_cosine(&X, norms, i, j);
            assert_allclose(&mat_row(&got, i)[j], &mat_row(&gram, k)[j], 1, 0, 1e-12 * size);
            assert_allclose(&value, &mat_row(&cosine, k)[j], 1, 0, 1e-12);
        }
    for (size_t i = 0; i < got.rows; i++)
        ck_assert(row_cosine(&X, norms, i, i) == (i == 3 || i == 149 ? 0.0 : 1.0));
    mat_clear(&cosine);
    mat_clear(&gram);
    mat_clear(&got);
    mat_clear(&X);
}
END_TEST

/* Scales row i by 2^e, e from -1000 to 1000: cosines stay the same, whatever their products do. */
static void spread(struct mat *X)
{
    static const int exponents[] = { -1000, 0, 700, -600, 1000, -1000, 990, 520 };

    for (size_t i = 0; i < X->rows; i++)
        for (size_t k = 0; k < X->cols; k++)
            mat_row(X, i)[k] = ldexp(mat_row(X, i)[k], exponents[i % 8]);
}

/* Tolerances as for the rows as they are. */
START_TEST(cosines_of_extreme_rows_match_numpy)
{
    struct mat X = fixture_load("similarity_x.csv");
    struct mat cosine = fixture_load("similarity_cosine.csv");
    struct mat means = fixture_load("similarity_means.csv");
    double norms[150], plain[150];
    int32_t labels[150];
    size_t order[150];
    struct cosine_means got;

    row_norms(&X, plain);
    spread(&X);
    row_norms(&X, norms);
    for (size_t k = 0; k < 5; k++)
        for (size_t j = 0; j < 150; j++) {
            const double value = row_cosine(&X, norms, shown[k], j);
            assert_allclose(&value, &mat_row(&cosine, k)[j], 1, 0, 1e-12);
        }
    for (size_t i = 0; i < 150; i++) {
        labels[i] = (int32_t)(i * 7 % 5) - 1;
        ck_assert(row_cosine(&X, norms, i, i) == (plain[i] > 0.0));
    }
    ck_assert_int_eq(order_by_label(labels, 150, order, NULL), CT_OK);
    ck_assert_int_eq(cosine_means(&X, norms, labels, order, &got, NULL), CT_OK);
    assert_allclose((double[]){ got.within, got.between, got.all }, means.data, 3, 0, 1e-12);
    mat_clear(&means);
    mat_clear(&cosine);
    mat_clear(&X);
}
END_TEST

/* A product is the same to the bit, whichever function computes it. */
START_TEST(products_agree_between_functions)
{
    struct mat X = random_mat(101, 37);
    uint32_t pairs[101][2];
    double products[101];
    size_t order[101];

    for (size_t i = 0; i < 101; i++)
        order[i] = i * 29 % 101;
    struct mat plain = gram_of(&X, NULL);
    struct mat sorted = gram_of(&X, order);
    for (uint32_t i = 0; i < 101; i++) {
        for (uint32_t j = 0; j < 101; j++) {
            pairs[j][0] = j % 2 ? i : j;
            pairs[j][1] = j % 2 ? j : i;
        }
        row_products(&X, (const uint32_t(*)[2])pairs, 101, products);
        for (size_t j = 0; j < 101; j++) {
            const double want = row_product(&X, i, j);
            if (want != products[j] || want != mat_row(&plain, i)[j] ||
                want != row_product(&X, j, i) ||
                row_product(&X, order[i], order[j]) != mat_row(&sorted, i)[j])
                ck_abort_msg("[%u, %zu]", i, j);
        }
    }
    mat_clear(&plain);
    mat_clear(&sorted);
    mat_clear(&X);
}
END_TEST

/* atol 1e-12: means of 22350 cosines, from sums of 150 rows. */
START_TEST(means_match_numpy)
{
    struct mat X = fixture_load("similarity_x.csv");
    struct mat want = fixture_load("similarity_means.csv");
    struct cosine_means means;
    double norms[150];
    int32_t labels[150];
    size_t order[150];

    for (size_t i = 0; i < 150; i++)
        labels[i] = (int32_t)(i * 7 % 5) - 1;
    row_norms(&X, norms);
    ck_assert_int_eq(order_by_label(labels, 150, order, NULL), CT_OK);
    ck_assert_int_eq(cosine_means(&X, norms, labels, order, &means, NULL), CT_OK);
    assert_allclose((double[]){ means.within, means.between, means.all }, want.data, 3, 0, 1e-12);
    X.rows = 1;
    ck_assert_int_eq(cosine_means(&X, norms, labels, (size_t[]){ 0 }, &means, NULL), CT_OK);
    ck_assert(isnan(means.within) && isnan(means.between) && isnan(means.all));
    mat_clear(&want);
    mat_clear(&X);
}
END_TEST

START_TEST(order_by_label_is_stable)
{
    const int32_t labels[] = { 2, -1, 0, 2, INT32_MAX, 0, -1, INT32_MIN, 1, 0 };
    const size_t want[] = { 7, 1, 6, 2, 5, 9, 8, 0, 3, 4 };
    size_t order[10];

    ck_assert_int_eq(order_by_label(labels, 10, order, NULL), CT_OK);
    ck_assert_int_eq(memcmp(order, want, sizeof want), 0);
    ck_assert_int_eq(order_by_label(labels, 0, order, NULL), CT_OK);

    enum { MANY = 1000 };
    int32_t many[MANY];
    size_t big[MANY];
    for (size_t i = 0; i < MANY; i++)
        many[i] = (int32_t)(i * 7919 % 5) - 1;
    ck_assert_int_eq(order_by_label(many, MANY, big, NULL), CT_OK);
    for (size_t i = 1; i < MANY; i++) {
        const int32_t before = many[big[i - 1]];
        ck_assert(before < many[big[i]] || (before == many[big[i]] && big[i - 1] < big[i]));
    }
}
END_TEST

enum { BINS = 80 };

struct counted {
    uint64_t counts[BINS];
    double edges[BINS + 1];
};

static struct counted count(const struct mat *X, int n_threads)
{
    double *const norms = malloc((X->rows + 1) * sizeof *norms);
    struct crew *crew = NULL;
    struct counted c;

    row_norms(X, norms);
    ck_assert_int_eq(crew_new(n_threads, &crew, NULL), CT_OK);
    ck_assert_int_eq(cosine_histogram(X, norms, BINS, crew, NULL, c.counts, c.edges, NULL), CT_OK);
    crew_free(crew);
    free(norms);
    return c;
}

/* No cosine is within 1e-9 of an edge, and rounding errors are below 1e-14: counts are exact. */
START_TEST(counts_match_numpy)
{
    struct mat want = fixture_load("cosines_counts.csv");
    struct mat X = { 0 };
    struct mt19937 rng;

    ck_assert_int_eq(mat_init(&X, 900, 40, "test", NULL), CT_OK);
    mt19937_init(&rng, 41);
    for (size_t k = 0; k < 900 * 40; k++)
        X.data[k] = mt19937_uniform(&rng) - 0.45;
    for (int n_threads = 1; n_threads < 4; n_threads++) {
        const struct counted got = count(&X, n_threads);
        for (size_t b = 0; b <= BINS; b++) {
            assert_allclose(&got.edges[b], mat_row(&want, b), 1, 0, 1e-14);
            if (b < BINS)
                ck_assert(got.counts[b] == (uint64_t)mat_row(&want, b)[1]);
        }
    }
    mat_clear(&want);
    mat_clear(&X);
}
END_TEST

/* The reference: every cosine in float64, and numpy's histogram of them. */
static void check_counts(const struct mat *X)
{
    const size_t n = X->rows;
    const struct counted got = count(X, 2);
    double *const norms = malloc((n + 1) * sizeof *norms);
    double *const all = malloc((n * n + 1) * sizeof *all);
    struct counted want;

    row_norms(X, norms);
    for (size_t k = 0; k < n * n; k++)
        all[k] = fmin(fmax(row_cosine(X, norms, k / n, k % n), -1.0), 1.0);
    ck_assert_int_eq(histogram(all, n * n, BINS, want.counts, want.edges, NULL), CT_OK);
    ck_assert_mem_eq(got.edges, want.edges, sizeof want.edges);
    ck_assert_mem_eq(got.counts, want.counts, sizeof want.counts);
    free(all);
    free(norms);
}

START_TEST(counts_match_float64)
{
    static const size_t sizes[][2] = { { 0, 5 },   { 1, 3 },    { 2, 2 },     { 31, 4 },
                                       { 33, 1 },  { 128, 6 },  { 130, 300 }, { 500, 2 },
                                       { 260, 0 }, { 300, 700 } };

    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
        struct mat X = random_mat(sizes[s][0], sizes[s][1]);
        check_counts(&X);
        for (size_t i = 0; i < X.rows; i += 17) /* zero, or collinear with the previous row */
            for (size_t k = 0; k < X.cols; k++)
                mat_row(&X, i)[k] = i % 2 ? 0.0 : i > 0 ? -3.0 * mat_row(&X, i - 1)[k] : 1.0;
        check_counts(&X);
        for (size_t k = 0; k < X.rows * X.cols; k++) /* angles too small for float32 */
            X.data[k] = 1.0 + 1e-5 * X.data[k];
        check_counts(&X);
        spread(&X);
        check_counts(&X);
        mat_clear(&X);
    }
}
END_TEST

static bool stop_at_second(void *context, size_t done, size_t total)
{
    size_t *const calls = context;

    ck_assert_uint_le(done, total);
    return ++*calls < 2;
}

/* Millions of cosines, hundreds of them too close to an edge for float32 to decide. */
START_TEST(counts_cosines_near_an_edge_exactly)
{
    static const size_t sizes[][2] = { { 2200, 3 }, { 1800, 24 }, { 1200, 150 } };

    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
        struct mat X = random_mat(sizes[s][0], sizes[s][1]);
        check_counts(&X);
        mat_clear(&X);
    }
}
END_TEST

START_TEST(cancelling_leaves_the_output_untouched)
{
    size_t calls = 0;
    const struct progress progress = { stop_at_second, &calls };
    struct mat X = random_mat(600, 3); /* five blocks of rows */
    double norms[600], edges[BINS + 1] = { 7.0 };
    uint64_t counts[BINS] = { 7 };

    row_norms(&X, norms);
    ck_assert_int_eq(cosine_histogram(&X, norms, BINS, NULL, &progress, counts, edges, NULL),
                     CT_ECANCELED);
    ck_assert_uint_eq(calls, 2); /* no block after the one that was cancelled */
    ck_assert(counts[0] == 7 && edges[0] == 7.0);
    mat_clear(&X);
}
END_TEST

START_TEST(rejects_what_cannot_be_counted)
{
    double data[6] = { 1.7e308, 1.7e308, 3, 4, NAN, 1 };
    const struct mat X = { 3, 2, data };
    double norms[3], edges[BINS + 1];
    uint64_t counts[BINS];
    struct ct_error err;

    row_norms(&X, norms);
    ck_assert(isinf(norms[0]) && norms[1] == 5.0 && isnan(norms[2]));
    ck_assert_int_eq(cosine_histogram(&X, norms, BINS, NULL, NULL, counts, edges, &err), CT_EINVAL);
    ck_assert_ptr_nonnull(strstr(err.text, "row 0"));
    ck_assert_int_eq(cosine_histogram(&X, norms, 0, NULL, NULL, counts, edges, &err), CT_EINVAL);
    ck_assert_int_eq(cosine_histogram(&X, norms, COSINE_BINS_MAX + 1, NULL, NULL, counts, edges,
                                      &err),
                     CT_EINVAL);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        gram_and_cosine_match_numpy,
        cosines_of_extreme_rows_match_numpy,
        products_agree_between_functions,
        means_match_numpy,
        order_by_label_is_stable,
        counts_match_numpy,
        counts_match_float64,
        counts_cosines_near_an_edge_exactly,
        cancelling_leaves_the_output_untouched,
        rejects_what_cannot_be_counted,
    };
    return RUN_TESTS("similarity", tests);
}
