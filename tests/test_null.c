/* Random numbers by counting, and null models of a layer without clusters, against gen_null.py. */
#include "config.h"
#include "support.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "num/box_muller.h"
#include "num/linear/blas_library.h"
#include "num/null/axes.h"
#include "num/null/cloud.h"
#include "num/null/nulls.h"
#include "num/null/sized_cloud.h"
#include "num/draws.h"
#include "num/philox.h"
#include "num/tests/exchange.h"
#include "num/tests/test.h"

enum { N_A = 13, N_B = 11, SEED = 11 };

/* ---- random numbers ---- */

START_TEST(philox_has_the_published_words)
{
    static const uint64_t want[] = { UINT64_C(0x16554d9eca36314c), UINT64_C(0xdb20fe9d672d0fdc),
                                     UINT64_C(0xd7e772cee186176b), UINT64_C(0x7e68b68aec7ba23b) };
    struct philox rng;

    philox_init(&rng, 0, (enum philox_stream)0, 0);
    for (size_t i = 0; i < 4; i++)
        ck_assert_uint_eq(philox_word(&rng), want[i]);
}
END_TEST

/* Uniforms are exact; normals to the rounding of log, cos and sin. */
START_TEST(numbers_match_the_reference)
{
    struct mat want = fixture_load("philox.csv");
    enum { N = 7 };

    ck_assert_uint_eq(want.rows, (size_t)(3 * N));
    for (size_t first = 0; first < want.rows; first += N) {
        const enum philox_stream stream = (enum philox_stream)mat_row(&want, first)[0];
        const uint64_t replicate = (uint64_t)mat_row(&want, first)[1];
        double normals[N];
        struct philox rng;

        philox_init(&rng, UINT64_C(0xfedc9876543), stream, replicate);
        for (size_t i = 0; i < N; i++)
            ck_assert(philox_uniform(&rng) == mat_row(&want, first + i)[2]);
        philox_init(&rng, UINT64_C(0xfedc9876543), stream, replicate);
        philox_normals(&rng, N, normals);
        for (size_t i = 0; i < N; i++)
            assert_allclose(&normals[i], &mat_row(&want, first + i)[3], 1, 1e-14, 1e-15);
    }
    mat_clear(&want);
}
END_TEST

/* Against long double: within 4e-15, also for words at the ends and at each eighth of a turn; and
 * the same whatever the number that is drawn at a time. */
START_TEST(normals_are_exact)
{
    enum { N = 40000, ENDS = 10 };
    static uint64_t words[2 * N];
    static double got[2 * N], parts[2 * N + 1], whole[2 * N + 1];
    struct philox rng;

    philox_init(&rng, SEED, STREAM_CLOUD, 1);
    philox_words(&rng, 0, (size_t)2 * N, words);
    for (size_t i = 0; i < ENDS * ENDS; i++) { /* an eighth of 2^64, or what is just below */
        words[2 * i] = (uint64_t)(i / ENDS) << 61 | (i / ENDS < 8 ? 0 : UINT64_MAX);
        words[2 * i + 1] = ((uint64_t)(i % ENDS) << 61) - (i % ENDS < 8 ? 0 : 1);
    }
    box_muller(words, N, got);
    for (size_t i = 0; i < N; i++) {
        const long double u = uniform_of(words[2 * i]);
        const long double v = uniform_of(words[2 * i + 1]);
        const long double radius = sqrtl(-2.0L * logl(u));
        const long double angle = 2.0L * 3.14159265358979323846264338327950288L * v;
        ck_assert(fabsl((long double)got[2 * i] - radius * cosl(angle)) < 4e-15L);
        ck_assert(fabsl((long double)got[2 * i + 1] - radius * sinl(angle)) < 4e-15L);
    }
    philox_init(&rng, SEED, STREAM_CLOUD, 2);
    philox_normals(&rng, 2 * N + 1, whole);
    ck_assert_uint_eq(rng.n_drawn, 2 * N + 2);
    philox_init(&rng, SEED, STREAM_CLOUD, 2);
    for (size_t i = 0, n = 2; i < 2 * N; i += n, n = n % 1500 + 2)
        philox_normals(&rng, n = size_min(n, 2 * N - i), parts + i);
    philox_normals(&rng, 1, parts + 2 * N);
    ck_assert_mem_eq(parts, whole, sizeof parts);
    const uint64_t next = philox_word(&rng);
    philox_words(&rng, 2 * N + 2, 1, words);
    ck_assert_uint_eq(next, words[0]);
}
END_TEST

START_TEST(permutations_and_bounded_numbers)
{
    struct keyed keys[50];
    size_t order[50];
    bool seen[50] = { false };
    size_t counts[3] = { 0 };
    struct philox rng;

    philox_init(&rng, 1, STREAM_HALVES, 2);
    philox_permutation(&rng, 50, keys, order);
    for (size_t i = 0; i < 50; i++) {
        ck_assert(order[i] < 50 && !seen[order[i]]);
        seen[order[i]] = true;
        ck_assert(i == 0 || keys[i - 1].key < keys[i].key);
    }
    for (size_t i = 0; i < 3000; i++)
        counts[philox_below(&rng, 3)]++;
    for (size_t i = 0; i < 3; i++) /* standard deviation 26 */
        ck_assert(counts[i] > 900 && counts[i] < 1100);
    ck_assert_uint_eq(philox_below(&rng, 1), 0);
}
END_TEST

/* ---- null models ---- */

struct layer {
    struct mat X;
    struct matview view;
    size_t a[N_A], b[N_B];
    struct profiles p;
    size_t selected[100];
    size_t n_selected;
};

static void layer_init(struct layer *l)
{
    ck_assert_int_eq(blas_library_load(2, NULL), CT_OK);
    *l = (struct layer){ .X = fixture_load("null_x.csv") };
    l->view = mat_view(&l->X);
    for (size_t i = 0; i < N_A; i++)
        l->a[i] = i;
    for (size_t i = 0; i < N_B; i++)
        l->b[i] = N_A + i;
    ck_assert_int_eq(profiles_new(&l->view, (const size_t *const[]){ l->a, l->b },
                                  (const size_t[]){ N_A, N_B }, &l->p, NULL),
                     CT_OK);
    struct ttest_result results[90];
    ck_assert_int_eq(ttest_columns(&l->view, l->a, N_A, l->b, N_B, TTEST_STUDENT, 1, results, NULL,
                                   NULL),
                     CT_OK);
    for (size_t j = 0; j < l->p.n_neurons; j++)
        if (results[l->p.neuron[j]].pvalue < 0.05 / (double)l->p.n_neurons)
            l->selected[l->n_selected++] = j;
}

static void layer_clear(struct layer *l)
{
    profiles_clear(&l->p);
    mat_clear(&l->X);
}

static struct null_question question_of(const struct layer *l)
{
    return (struct null_question){ .profiles = &l->p,
                                   .selected = l->selected,
                                   .n_selected = l->n_selected,
                                   .test = &tests[TTEST_STUDENT],
                                   .correction = CORRECTION_BONFERRONI,
                                   .alpha = 0.05,
                                   .seed = SEED };
}

static struct nulls *nulls_of(const struct layer *l, struct crew *crew)
{
    const struct null_question q = question_of(l);
    struct nulls *nulls = NULL;
    struct ct_error err = { 0 };

    if (nulls_new(&q, crew, NULL, &nulls, &err) != CT_OK)
        ck_abort_msg("%s", err.text);
    return nulls;
}

/* rtol 1e-10: the same formulas in another order. */
START_TEST(profiles_match_the_reference)
{
    struct mat want = fixture_load("null_profiles.csv");
    struct layer l;

    layer_init(&l);
    ck_assert_uint_eq(l.p.n_neurons, 88);
    ck_assert_uint_eq(l.p.neuron[6], 6);
    ck_assert_uint_eq(l.p.neuron[7], 9); /* 7 and 8 do not vary within the groups */
    for (size_t j = 0; j < 88; j++) {
        const double *const w = l.p.w + j * l.p.n_samples;
        const double skewness = absolute_skewness(w, l.p.n_samples);
        double square = 0.0;
        double along = 0.0;
        assert_allclose(&l.p.r[j], &mat_row(&want, j)[0], 1, 1e-10, 1e-12);
        assert_allclose(&skewness, &mat_row(&want, j)[1], 1, 1e-10, 1e-12);
        for (size_t i = 0; i < l.p.n_samples; i++) {
            square += w[i] * w[i];
            along += w[i] * l.p.e[i];
        }
        ck_assert(fabs(square - 1.0) < 1e-12 && fabs(along) < 1e-12);
    }
    mat_clear(&want);
    layer_clear(&l);
}
END_TEST

START_TEST(axes_and_clumping_match_the_reference)
{
    struct mat want = fixture_load("null_axes.csv");
    struct layer l;

    layer_init(&l);
    ck_assert_uint_eq(l.n_selected, (size_t)want.data[4]);
    struct nulls *const nulls = nulls_of(&l, NULL);
    struct axes axes = { 0 };
    ck_assert_int_eq(axes_new(&l.p, SEED, NULL, &axes, NULL), CT_OK);
    ck_assert_uint_eq(axes.n, (size_t)want.data[0]);
    assert_allclose(&axes.bound, &want.data[1], 1, 1e-9, 0.0);
    const struct nulls_observed got = nulls_observed(nulls);
    ck_assert_uint_eq(got.n_axes, axes.n);
    assert_allclose(&got.clumping, &want.data[2], 1, 1e-9, 0.0);
    assert_allclose(&got.skewness, &want.data[3], 1, 1e-9, 0.0);
    axes_clear(&axes);
    nulls_free(nulls);
    mat_clear(&want);
    layer_clear(&l);
}
END_TEST

START_TEST(clouds_match_the_reference)
{
    struct mat want = fixture_load("null_cloud.csv");
    struct cloud cloud = { 0 };
    struct layer l;

    layer_init(&l);
    ck_assert_int_eq(cloud_fit(l.p.u, l.p.n_neurons, l.p.n_samples, SEED, 0, NULL, NULL, &cloud,
                               NULL),
                     CT_OK);
    ck_assert_uint_eq(cloud.rank, want.rows);
    for (size_t k = 0; k < cloud.rank; k++) {
        double mean = 0.0;
        for (size_t i = 0; i < cloud.d; i++)
            mean += cloud.vectors[k * cloud.d + i] * cloud.mu[i];
        assert_allclose(&cloud.lambda[k], &mat_row(&want, k)[0], 1, 1e-9, 0.0);
        assert_allclose(&mean, &mat_row(&want, k)[1], 1, 1e-8, 1e-10);
    }
    cloud_clear(&cloud);
    mat_clear(&want);
    layer_clear(&l);
}
END_TEST

/* A draw alone; the same bits with any number of threads. */
START_TEST(sized_clouds_match_the_reference)
{
    enum { DRAW = 3 };
    struct mat want = fixture_load("null_sized.csv");
    struct mat got[2] = { { 0 }, { 0 } };
    struct crew *crews[2] = { NULL, NULL };
    struct layer l;

    layer_init(&l);
    ck_assert_uint_eq(want.rows, l.n_selected);
    ck_assert_int_eq(crew_new(4, &crews[1], NULL), CT_OK);
    const struct null_question q = question_of(&l);
    for (size_t i = 0; i < 2; i++) {
        struct sized_cloud cloud = { .n_axes = 0 };
        ck_assert_int_eq(mat_init(&got[i], want.rows, want.cols, "test", NULL), CT_OK);
        ck_assert_int_eq(sized_cloud_new(&q, crews[i], NULL, &cloud, NULL), CT_OK);
        ck_assert_int_eq(sized_cloud_draw(&cloud, DRAW, got[i].data, NULL), CT_OK);
        sized_cloud_clear(&cloud);
        crew_free(crews[i]);
    }
    assert_allclose(got[0].data, want.data, want.rows * want.cols, 1e-9, 1e-9);
    ck_assert_mem_eq(got[0].data, got[1].data, want.rows * want.cols * sizeof(double));
    mat_clear(&got[0]);
    mat_clear(&got[1]);
    mat_clear(&want);
    layer_clear(&l);
}
END_TEST

/* Draws one by one, in any order; the same bits with any number of threads. */
START_TEST(draws_match_the_reference)
{
    static const size_t replicates[] = { 0, 1, 2, 198 };
    struct mat want = fixture_load("null_draws.csv");
    struct crew *crew = NULL;
    struct layer l;

    layer_init(&l);
    ck_assert_int_eq(crew_new(2, &crew, NULL), CT_OK);
    struct nulls *const nulls = nulls_of(&l, crew);
    struct nulls *const alone = nulls_of(&l, NULL);
    for (size_t k = 4; k-- > 0;) {
        struct null_draw draw, again;
        ck_assert_int_eq(nulls_draw(nulls, replicates[k], &draw, NULL), CT_OK);
        ck_assert_int_eq(nulls_draw(alone, replicates[k], &again, NULL), CT_OK);
        const double got[] = { draw.clumping_cloud, draw.skewness_cloud, (double)draw.n_significant,
                               draw.clumping_context, draw.clumping_random };
        assert_allclose(got, mat_row(&want, k), 5, 1e-9, 0.0);
        ck_assert(draw.clumping_cloud == again.clumping_cloud &&
                  draw.clumping_context == again.clumping_context &&
                  draw.clumping_random == again.clumping_random);
    }
    nulls_free(nulls);
    nulls_free(alone);
    crew_free(crew);
    mat_clear(&want);
    layer_clear(&l);
}
END_TEST

/* Columns 7 and 8 of the fixture, which do not vary within the groups, are left out there. */
static void check_exchanges(const char *pvalues, const char *draws_of, size_t n_a, bool has_pairs)
{
    enum { DRAWS = 25, N = 88 };
    struct mat want = fixture_load(pvalues);
    struct mat draws = fixture_load(draws_of);
    struct mat some = { 0 };
    struct ttest_result results[N];
    double statistic[N];
    struct crew *crew = NULL;
    struct layer l;

    layer_init(&l);
    ck_assert_int_eq(mat_init(&some, N_A + N_B, N, "test", NULL), CT_OK);
    for (size_t i = 0; i < N_A + N_B; i++)
        for (size_t j = 0; j < N; j++)
            mat_row(&some, i)[j] = mat_row(&l.X, i)[l.p.neuron[j]];
    const struct matview X = mat_view(&some);
    ck_assert_int_eq(ttest_columns(&X, l.a, n_a, l.b, N_B, TTEST_STUDENT, 1, results, NULL, NULL),
                     CT_OK);
    for (size_t j = 0; j < N; j++)
        statistic[j] = results[j].statistic;
    const struct exchange_question q = { .X = &X,
                                         .rows = { l.a, l.b },
                                         .n_rows = { n_a, N_B },
                                         .has_pairs = has_pairs,
                                         .test = &tests[TTEST_STUDENT],
                                         .correction = CORRECTION_BONFERRONI,
                                         .alpha = 0.05,
                                         .statistic = statistic,
                                         .n_draws = DRAWS,
                                         .seed = SEED };
    ck_assert_int_eq(crew_new(2, &crew, NULL), CT_OK);
    for (int k = 0; k < 2; k++) {
        struct exchange e = { 0 };
        ck_assert_int_eq(exchange_new(&q, k == 0 ? NULL : crew, NULL, &e, NULL), CT_OK);
        ck_assert_uint_eq(e.n_draws, DRAWS);
        for (size_t b = 0; b < DRAWS; b++) {
            ck_assert_uint_eq(e.n_significant[b], (size_t)mat_row(&draws, b)[0]);
            assert_allclose(&e.largest[b], &mat_row(&draws, b)[1], 1, 1e-10, 0.0);
        }
        for (size_t j = 0; j < N; j++) {
            assert_allclose(&e.p_maxt[j], &mat_row(&want, j)[0], 1, 1e-14, 0.0);
            assert_allclose(&e.p_stepdown[j], &mat_row(&want, j)[1], 1, 1e-14, 0.0);
        }
        exchange_clear(&e);
    }
    crew_free(crew);
    mat_clear(&some);
    mat_clear(&draws);
    mat_clear(&want);
    layer_clear(&l);
}

START_TEST(exchanges_match_the_reference)
{
    check_exchanges("exchange.csv", "exchange_draws.csv", N_B, true);
    check_exchanges("exchange_all.csv", "exchange_all_draws.csv", N_A, false);
}
END_TEST

START_TEST(degenerate_layers_are_refused)
{
    struct layer l;
    struct ct_error err = { 0 };
    struct nulls *nulls = NULL;
    struct profiles p = { 0 };
    double x[11 * 2];
    double c = 0.0;

    layer_init(&l);
    const struct null_question few = {
        .profiles = &l.p, .selected = l.selected, .n_selected = 11, .test = &tests[TTEST_STUDENT]
    };
    ck_assert_int_eq(nulls_new(&few, NULL, NULL, &nulls, &err), CT_EINVAL);
    ck_assert_ptr_null(nulls);
    ck_assert_ptr_nonnull(strstr(err.text, "11 selected neurons are too few"));
    ck_assert_int_eq(profiles_new(&l.view, (const size_t *const[]){ l.a, l.b },
                                  (const size_t[]){ 0, 5 }, &p, &err),
                     CT_EINVAL);
    for (size_t i = 0; i < 22; i++)
        x[i] = sqrt(0.5);
    ck_assert_int_eq(clumping(x, 11, 2, &c, NULL), CT_OK);
    ck_assert(isnan(c));
    layer_clear(&l);
}
END_TEST

START_TEST(pvalues_count_draws)
{
    static const double draws[] = { 0.1, 0.3, 0.2, 0.4, NAN };

    assert_allclose(&(double){ draws_pvalue(0.3, draws, 4) }, &(double){ 3.0 / 5 }, 1, 0, 0);
    assert_allclose(&(double){ draws_pvalue(0.5, draws, 4) }, &(double){ 1.0 / 5 }, 1, 0, 0);
    assert_allclose(&(double){ draws_pvalue(0.5, draws, 5) }, &(double){ 2.0 / 6 }, 1, 0, 0);
    assert_allclose(&(double){ draws_pvalue(0.4 * (1.0 + 1e-13), draws, 4) }, &(double){ 2.0 / 5 },
                    1, 0, 0);
}
END_TEST

int main(void)
{
    const TTest *const all[] = {
        philox_has_the_published_words,
        numbers_match_the_reference,
        normals_are_exact,
        permutations_and_bounded_numbers,
        profiles_match_the_reference,
        axes_and_clumping_match_the_reference,
        clouds_match_the_reference,
        sized_clouds_match_the_reference,
        draws_match_the_reference,
        exchanges_match_the_reference,
        degenerate_layers_are_refused,
        pvalues_count_draws,
    };

    return RUN_TESTS("null", all);
}
