#include "config.h"
#include "support.h"

#include <cblas.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "num/similarity.h"

static const size_t shown[] = { 0, 3, 4, 127, 149 }; /* the rows that the fixtures have */

static struct mat gram_of(const struct mat *X, int n_threads)
{
    struct mat gram = { 0 };

    ck_assert_int_eq(gram_matrix(X, n_threads, NULL, &gram, NULL), CT_OK);
    ck_assert_uint_eq(gram.rows, X->rows);
    ck_assert_uint_eq(gram.cols, X->rows);
    return gram;
}

static void check_symmetric(const struct mat *m)
{
    for (size_t i = 0; i < m->rows; i++)
        for (size_t j = 0; j < i; j++)
            if (memcmp(&mat_row(m, i)[j], &mat_row(m, j)[i], sizeof(double)) != 0)
                ck_abort_msg("[%zu, %zu] is %.17g, mirrored %.17g", i, j, mat_row(m, i)[j],
                             mat_row(m, j)[i]);
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

/* Gram: |g - want| <= 1e-12 |x_i| |x_j|, as sums may cancel. Cosine: the same, divided. */
START_TEST(gram_and_cosine_match_numpy)
{
    struct mat X = fixture_load("similarity_x.csv");
    struct mat want = fixture_load("similarity_gram.csv");
    struct mat got = gram_of(&X, 2);

    check_symmetric(&got);
    for (size_t k = 0; k < 5; k++)
        for (size_t j = 0; j < got.cols; j++) {
            const size_t i = shown[k];
            const double size = sqrt(mat_row(&got, i)[i] * mat_row(&got, j)[j]);
            assert_allclose(&mat_row(&got, i)[j], &mat_row(&want, k)[j], 1, 0, 1e-12 * size);
        }
    mat_clear(&want);
    want = fixture_load("similarity_cosine.csv");
    gram_to_cosine(&got);
    check_symmetric(&got);
    for (size_t k = 0; k < 5; k++)
        assert_allclose(mat_row(&got, shown[k]), mat_row(&want, k), got.cols, 0, 1e-12);
    for (size_t i = 0; i < got.rows; i++)
        ck_assert(mat_row(&got, i)[i] == (i == 3 || i == 149 ? 0.0 : 1.0));
    mat_clear(&want);
    mat_clear(&got);
    mat_clear(&X);
}
END_TEST

/* 300 rows make three blocks, the last one short. The reference is the plain triple loop. */
START_TEST(threads_do_not_change_a_bit)
{
    struct mat X = random_mat(300, 108);
    struct mat one = gram_of(&X, 1);

    for (int n_threads = 2; n_threads <= 5; n_threads += 3) {
        struct mat more = gram_of(&X, n_threads);
        ck_assert_int_eq(memcmp(one.data, more.data, 300 * 300 * sizeof(double)), 0);
        mat_clear(&more);
    }
    check_symmetric(&one);
    for (size_t i = 0; i < X.rows; i++)
        for (size_t j = 0; j < X.rows; j++) {
            double sum = 0.0;
            for (size_t k = 0; k < X.cols; k++)
                sum += mat_row(&X, i)[k] * mat_row(&X, j)[k];
            if (!(fabs(sum - mat_row(&one, i)[j]) < 1e-12 * 108)) /* entries below 1 */
                ck_abort_msg("[%zu, %zu]: %.17g, want %.17g", i, j, mat_row(&one, i)[j], sum);
        }
    mat_clear(&one);
    mat_clear(&X);
}
END_TEST

/* Columns of cosines are done 512 at a time; 600 rows need two turns. */
START_TEST(cosines_of_many_rows)
{
    struct mat X = random_mat(600, 3);

    memset(mat_row(&X, 513), 0, 3 * sizeof(double));
    struct mat gram = gram_of(&X, 2);
    struct mat cosine = gram_of(&X, 2);
    gram_to_cosine(&cosine);
    check_symmetric(&cosine);
    for (size_t i = 0; i < 600; i++)
        for (size_t j = 0; j < 600; j++) {
            const double g = mat_row(&gram, i)[j];
            const double norms = sqrt(mat_row(&gram, i)[i] * mat_row(&gram, j)[j]);
            const double want = i == 513 || j == 513 ? 0.0 : i == j ? 1.0 : g / norms;
            if (!(fabs(mat_row(&cosine, i)[j] - want) <= 1e-15)) /* three roundings */
                ck_abort_msg("[%zu, %zu]: %.17g, want %.17g", i, j, mat_row(&cosine, i)[j], want);
        }
    mat_clear(&X);
    mat_clear(&gram);
    mat_clear(&cosine);
}
END_TEST

START_TEST(odd_matrices)
{
    double data[6] = { NAN, 1, 1e200, 0, 3, 4 };
    const struct mat X = { 3, 2, data };
    const struct mat empty = { 0, 5, data };
    const struct mat flat = { 3, 0, data };
    struct mat g = gram_of(&X, 1);

    gram_to_cosine(&g); /* NaN and too long vectors are NaN, on the diagonal as well */
    ck_assert(isnan(g.data[0]) && isnan(g.data[1]) && isnan(g.data[4]) && isnan(g.data[7]) &&
              g.data[8] == 1.0);
    mat_clear(&g);
    g = gram_of(&empty, 2);
    gram_to_cosine(&g);
    mat_clear(&g);
    g = gram_of(&flat, 2);
    gram_to_cosine(&g);
    for (int i = 0; i < 9; i++)
        ck_assert(g.data[i] == 0.0);
    mat_clear(&g);
}
END_TEST

START_TEST(sizes_beyond_blas_are_refused)
{
    double one = 1;
    const struct mat X = { (size_t)1 << 40, 1, &one };
    struct mat out = { 7, 7, &one };
    struct ct_error err;

    ck_assert_int_eq(gram_matrix(&X, 1, NULL, &out, &err), CT_EINVAL);
    ck_assert_ptr_nonnull(strstr(err.text, "1099511627776"));
    ck_assert(out.rows == 7 && out.data == &one);
}
END_TEST

static bool stop_at_second(void *context, size_t done, size_t total)
{
    size_t *const calls = context;

    ck_assert_uint_le(done, total);
    return ++*calls < 2;
}

START_TEST(a_stop_leaves_nothing)
{
    size_t calls = 0;
    const struct progress progress = { stop_at_second, &calls };
    struct mat X = { 0 };
    struct mat out = { 7, 7, NULL };

    ck_assert_int_eq(mat_init(&X, 600, 3, "X", NULL), CT_OK); /* several blocks of rows */
    ck_assert_int_eq(gram_matrix(&X, 1, &progress, &out, NULL), CT_ECANCELED);
    ck_assert_uint_eq(calls, 2); /* no block after the one that was told to be the last */
    ck_assert(out.rows == 7 && out.data == NULL);
    mat_clear(&X);
}
END_TEST

START_TEST(orders_are_stable)
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

int main(void)
{
    const TTest *const tests[] = {
        gram_and_cosine_match_numpy,
        threads_do_not_change_a_bit,
        cosines_of_many_rows,
        odd_matrices,
        sizes_beyond_blas_are_refused,
        a_stop_leaves_nothing,
        orders_are_stable,
    };
    openblas_set_num_threads(1);
    return RUN_TESTS("similarity", tests);
}
