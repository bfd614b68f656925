/* Features chosen on one half of the samples and described on the other, against gen_null.py. */
#include "config.h"
#include "support.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "num/linear/blas_library.h"
#include "num/null/halves.h"
#include "num/tests/resampled.h"
#include "num/tests/test.h"

enum { N_A = 13, N_B = 11, SEED = 11, HALVES = 20 };

struct layer {
    struct mat X;
    struct matview view;
    size_t rows[2][N_A];
};

static void layer_init(struct layer *l)
{
    ck_assert_int_eq(blas_library_load(1, NULL), CT_OK);
    l->X = fixture_load("null_x.csv");
    l->view = mat_view(&l->X);
    for (size_t i = 0; i < N_A; i++) {
        l->rows[0][i] = i;
        l->rows[1][i] = N_A + i;
    }
}

static void layer_clear(struct layer *l)
{
    mat_clear(&l->X);
}

static struct halves_question question(const struct layer *l, bool has_pairs)
{
    return (struct halves_question){ .X = &l->view,
                                     .rows = { l->rows[0], l->rows[1] },
                                     .n_rows = { has_pairs ? N_B : N_A, N_B },
                                     .has_pairs = has_pairs,
                                     .test = &tests[TTEST_STUDENT],
                                     .correction = has_pairs ? CORRECTION_NONE : CORRECTION_FDR_BH,
                                     .alpha = 0.05,
                                     .most_grouped = 100,
                                     .n_halves = HALVES,
                                     .seed = SEED };
}

START_TEST(resampled_tests_match_the_reference)
{
    struct mat want = fixture_load("resampled.csv");
    struct crew *crew = NULL;
    struct layer l;

    layer_init(&l);
    ck_assert_uint_eq(want.rows, 2 * HALVES);
    ck_assert_int_eq(crew_new(3, &crew, NULL), CT_OK);
    for (size_t k = 0; k < 2; k++) {
        const bool has_pairs = k == 0;
        const struct resampled_question q = { .X = &l.view,
                                              .rows = { l.rows[0], l.rows[1] },
                                              .n_rows = { has_pairs ? N_B : N_A, N_B },
                                              .has_pairs = has_pairs,
                                              .test = &tests[TTEST_STUDENT],
                                              .correction = CORRECTION_BONFERRONI,
                                              .alpha = 0.05,
                                              .n_draws = HALVES,
                                              .seed = SEED };
        double shares[HALVES], again[HALVES];
        ck_assert_int_eq(resampled_shares(&q, NULL, NULL, shares, NULL), CT_OK);
        ck_assert_int_eq(resampled_shares(&q, crew, NULL, again, NULL), CT_OK);
        ck_assert_mem_eq(shares, again, sizeof shares);
        for (size_t b = 0; b < HALVES; b++)
            ck_assert(shares[b] == mat_row(&want, k * HALVES + b)[1] / (double)l.X.cols);
    }
    crew_free(crew);
    mat_clear(&want);
    layer_clear(&l);
}
END_TEST

/* Of two pairs, half of the draws have the same pair twice. */
START_TEST(draws_of_one_sample_have_no_share)
{
    enum { DRAWS = 200 };
    double shares[DRAWS];
    size_t n_none = 0;
    struct layer l;

    layer_init(&l);
    const struct resampled_question q = { .X = &l.view,
                                          .rows = { l.rows[0], l.rows[1] },
                                          .n_rows = { 2, 2 },
                                          .has_pairs = true,
                                          .test = &tests[TTEST_STUDENT],
                                          .correction = CORRECTION_NONE,
                                          .alpha = 0.05,
                                          .n_draws = DRAWS };
    ck_assert_int_eq(resampled_shares(&q, NULL, NULL, shares, NULL), CT_OK);
    for (size_t b = 0; b < DRAWS; b++) {
        n_none += isnan(shares[b]) ? 1 : 0;
        ck_assert(isnan(shares[b]) || shares[b] < 0.5);
    }
    ck_assert_msg(n_none > 70 && n_none < 130, "%zu", n_none);
    layer_clear(&l);
}
END_TEST

/* Sums in another order: 1e-9. */
START_TEST(halves_match_the_reference)
{
    struct mat want = fixture_load("halves.csv");
    struct crew *crew = NULL;
    struct layer l;

    layer_init(&l);
    ck_assert_uint_eq(want.rows, 2 * HALVES);
    ck_assert_int_eq(crew_new(3, &crew, NULL), CT_OK);
    for (size_t k = 0; k < 2; k++) {
        const struct halves_question q = question(&l, k == 0);
        struct halves h = { 0 }, again = { 0 };
        size_t n_left_out = 0;
        ck_assert_int_eq(halves_new(&q, NULL, NULL, &h, NULL), CT_OK);
        ck_assert_int_eq(halves_new(&q, crew, NULL, &again, NULL), CT_OK);
        ck_assert(h.n == HALVES && again.n == HALVES);
        ck_assert_mem_eq(h.each, again.each, HALVES * sizeof *h.each);
        for (size_t b = 0; b < HALVES; b++) {
            const double *const row = mat_row(&want, k * HALVES + b);
            ck_assert(row[0] == (k == 0 ? 1.0 : 0.0));
            assert_allclose(h.each[b].number, row + 1, HALF_NUMBERS, 1e-9, 1e-11);
            n_left_out += row[1] < HALF_LEAST;
        }
        ck_assert_uint_eq(h.n_left_out, n_left_out);
        ck_assert_uint_eq(n_left_out, k == 0 ? 0 : 6);
        halves_clear(&h);
        halves_clear(&again);
    }
    crew_free(crew);
    mat_clear(&want);
    layer_clear(&l);
}
END_TEST

/* Means and ranges leave out halves with few features; without groups, their numbers are missing.
 */
START_TEST(halves_are_summarized)
{
    struct halves h = { 0 };
    double sum = 0.0, low = INFINITY, high = -INFINITY;
    size_t count = 0;
    struct layer l;

    layer_init(&l);
    struct halves_question q = question(&l, false);
    q.most_grouped = 15;
    ck_assert_int_eq(halves_new(&q, NULL, NULL, &h, NULL), CT_OK);
    for (size_t b = 0; b < h.n; b++) {
        const double *const x = h.each[b].number;
        ck_assert(isnan(x[HALF_ABS_T]) == (x[HALF_CHOSEN] < HALF_LEAST));
        ck_assert(isnan(x[HALF_ARI]) == (x[HALF_CHOSEN] < HALF_LEAST || x[HALF_CHOSEN] > 15));
        if (x[HALF_CHOSEN] < HALF_LEAST)
            continue;
        sum += x[HALF_CHOSEN];
        low = fmin(low, x[HALF_CHOSEN]);
        high = fmax(high, x[HALF_CHOSEN]);
        count++;
    }
    ck_assert_uint_eq(count, h.n - h.n_left_out);
    ck_assert(h.mean.number[HALF_CHOSEN] == sum / (double)count);
    ck_assert(h.low.number[HALF_CHOSEN] == low && h.high.number[HALF_CHOSEN] == high);
    ck_assert(h.low.number[HALF_ARI] <= h.mean.number[HALF_ARI] &&
              h.mean.number[HALF_ARI] <= h.high.number[HALF_ARI]);
    halves_clear(&h);
    q.alpha = 1e-12;
    ck_assert_int_eq(halves_new(&q, NULL, NULL, &h, NULL), CT_OK);
    ck_assert(h.n_left_out == HALVES && isnan(h.mean.number[HALF_ABS_T]));
    halves_clear(&h);
    layer_clear(&l);
}
END_TEST

static bool stop_after(void *context, size_t done, size_t total)
{
    (void)total;
    return done < *(const size_t *)context;
}

START_TEST(cancelled_halves_are_kept)
{
    size_t limit = 7;
    const struct progress progress = { .tick = stop_after, .context = &limit };
    struct halves whole = { 0 }, part = { 0 };
    struct layer l;

    layer_init(&l);
    const struct halves_question q = question(&l, true);
    ck_assert_int_eq(halves_new(&q, NULL, NULL, &whole, NULL), CT_OK);
    ck_assert_int_eq(halves_new(&q, NULL, &progress, &part, NULL), CT_OK);
    ck_assert_uint_eq(part.n, 7);
    ck_assert_mem_eq(part.each, whole.each, 7 * sizeof *part.each);
    halves_clear(&part);
    limit = 0;
    ck_assert_int_eq(halves_new(&q, NULL, &progress, &part, NULL), CT_ECANCELED);
    ck_assert_ptr_null(part.each);
    halves_clear(&whole);
    layer_clear(&l);
}
END_TEST

/* Features that are equal, or constant in the other half, are no trouble; few samples are refused.
 */
START_TEST(degenerate_halves)
{
    enum { N = 8, FEATURES = 20 };
    static const size_t rows[2][N] = { { 0, 1, 2, 3, 4, 5, 6, 7 },
                                       { 8, 9, 10, 11, 12, 13, 14, 15 } };
    struct mat X = { 0 };
    struct halves h = { 0 };
    struct ct_error err = { 0 };

    ck_assert_int_eq(blas_library_load(1, NULL), CT_OK);
    ck_assert_int_eq(mat_init(&X, 2 * N, FEATURES, "test", NULL), CT_OK);
    for (size_t i = 0; i < 2 * N; i++)
        for (size_t j = 0; j < FEATURES; j++)
            mat_row(&X, i)[j] = (i < N ? 5.0 : 0.0) + (i % N == 3 ? 1.0 : 0.0);
    const struct matview view = mat_view(&X);
    struct halves_question q = { .X = &view,
                                 .rows = { rows[0], rows[1] },
                                 .n_rows = { N, N },
                                 .has_pairs = true,
                                 .test = &tests[TTEST_STUDENT],
                                 .alpha = 0.05,
                                 .most_grouped = 100,
                                 .n_halves = HALVES };
    ck_assert_int_eq(halves_new(&q, NULL, NULL, &h, NULL), CT_OK);
    for (size_t b = 0; b < h.n; b++) {
        const double *const x = h.each[b].number; /* sample 3 is in one half alone */
        ck_assert(x[HALF_CHOSEN] == 0.0 || x[HALF_CHOSEN] == FEATURES);
        if (x[HALF_CHOSEN] == 0.0)
            continue;
        ck_assert(isnan(x[HALF_ABS_T_OTHER]) && x[HALF_REPLICATED] == 1.0);
        ck_assert(x[HALF_SAME_SIGN] == 1.0 && x[HALF_SIMILARITY_OTHER] == 0.0);
    }
    ck_assert(h.n_left_out > 0 && h.n_left_out < h.n);
    halves_clear(&h);
    q.n_rows[1] = 3;
    ck_assert_int_eq(halves_new(&q, NULL, NULL, &h, &err), CT_EINVAL);
    ck_assert_ptr_nonnull(strstr(err.text, "8 and 3 samples are too few"));
    mat_clear(&X);
}
END_TEST

int main(void)
{
    const TTest *const all[] = {
        resampled_tests_match_the_reference, draws_of_one_sample_have_no_share,
        halves_match_the_reference,          halves_are_summarized,
        cancelled_halves_are_kept,           degenerate_halves,
    };

    return RUN_TESTS("halves", all);
}
