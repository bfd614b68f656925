#include "config.h"
#include "support.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "num/mt19937.h"
#include "num/near/neighbors.h"
#include "num/tsne/affinity.h"

enum { N = 60, K = 31 }; /* of tsne_x60.csv at perplexity 10 */

static struct mat matrix(size_t rows, size_t cols)
{
    struct mat m = { 0 };

    ck_assert_int_eq(mat_init(&m, rows, cols, "test", NULL), CT_OK);
    return m;
}

/* The fixture's neighbours, so that each routine is tested on the reference's input. */
static struct neighbors fixture_neighbors(void)
{
    struct mat m = fixture_load("tsne_neighbors.csv");
    struct neighbors nn = { .n_samples = N, .n_neighbors = K };

    nn.indices = malloc(sizeof(uint32_t[N * K]));
    nn.sqdistances = malloc(sizeof(double[N * K]));
    ck_assert(nn.indices != NULL && nn.sqdistances != NULL);
    for (size_t i = 0; i < N; i++)
        for (size_t j = 0; j < K; j++) {
            nn.indices[i * K + j] = (uint32_t)mat_row(&m, i)[j];
            nn.sqdistances[i * K + j] = mat_row(&m, i)[K + j];
        }
    mat_clear(&m);
    return nn;
}

START_TEST(neighbors_match_sklearn)
{
    struct mat x = fixture_load("tsne_x60.csv");
    struct neighbors got = { 0 }, want = fixture_neighbors();

    ck_assert_uint_eq(tsne_n_neighbors(N, 10.0), K);
    ck_assert_int_eq(neighbors_find(&x, K, NULL, NULL, &got, NULL), CT_OK);
    ck_assert_mem_eq(got.indices, want.indices, sizeof(uint32_t[N * K]));
    /* 1e-12: the reference expands the square, which costs precision. */
    assert_allclose(got.sqdistances, want.sqdistances, (size_t)N * K, 1e-12, 0.0);
    neighbors_clear(&got);
    neighbors_clear(&want);
    mat_clear(&x);
}
END_TEST

static double sqdistance(const struct mat *x, size_t a, size_t b)
{
    double sum = 0.0;

    for (size_t c = 0; c < x->cols; c++)
        sum += (mat_row(x, a)[c] - mat_row(x, b)[c]) * (mat_row(x, a)[c] - mat_row(x, b)[c]);
    return sum;
}

/* Compares row i's neighbours with all distances; these are whole numbers, so exactly. */
static void expect_nearest(const struct neighbors *got, const struct mat *x, size_t i)
{
    const size_t k = got->n_neighbors;

    for (size_t e = 0; e < k; e++) {
        const size_t j = got->indices[i * k + e];
        const double d = sqdistance(x, i, j);
        size_t nearer = 0;
        ck_assert_uint_ne(j, i);
        ck_assert(e == 0 || j > got->indices[i * k + e - 1]);
        ck_assert(d == got->sqdistances[i * k + e]);
        for (size_t other = 0; other < x->rows; other++) {
            const double between = sqdistance(x, i, other);
            nearer += other != i && (between < d || (between == d && other < j));
        }
        ck_assert_uint_lt(nearer, k);
    }
}

/* Data of small whole numbers, with many ties. */
START_TEST(ties_go_to_the_lower_index)
{
    enum { ROWS = 150, COLS = 3, NEAREST = 9 };
    struct mat x = matrix(ROWS, COLS);
    struct neighbors got = { 0 };

    for (size_t i = 0; i < ROWS * COLS; i++)
        x.data[i] = (double)(i * 7919 % 31 % 4) + 1e6; /* far from the origin */
    ck_assert_int_eq(neighbors_find(&x, NEAREST, NULL, NULL, &got, NULL), CT_OK);
    for (size_t i = 0; i < ROWS; i++)
        expect_nearest(&got, &x, i);
    neighbors_clear(&got);
    mat_clear(&x);
}
END_TEST

/* Enough rows for several blocks of products; every third row is the same, which overflows
 * shortlists; one row is so far away that float32 hardly distinguishes the others. */
START_TEST(neighbors_of_many_rows)
{
    enum { ROWS = 5003, COLS = 5, NEAREST = 20 };
    struct mat x = matrix(ROWS, COLS);
    struct neighbors got = { 0 }, again = { 0 };
    struct crew *crew = NULL;

    for (size_t i = 0; i < ROWS; i++)
        for (size_t c = 0; c < COLS; c++)
            mat_row(&x, i)[c] = i % 3 == 0 ? 1.0 : (double)((i * 977 + c * 7919) * i % 1009);
    mat_row(&x, 4001)[2] = 1e7;
    ck_assert_int_eq(crew_new(2, &crew, NULL), CT_OK);
    ck_assert_int_eq(neighbors_find(&x, NEAREST, crew, NULL, &got, NULL), CT_OK);
    for (size_t i = 0; i < ROWS; i += 97)
        expect_nearest(&got, &x, i);
    expect_nearest(&got, &x, 4001);
    ck_assert_int_eq(neighbors_find(&x, NEAREST, NULL, NULL, &again, NULL), CT_OK);
    ck_assert_mem_eq(got.indices, again.indices, sizeof(uint32_t[ROWS * NEAREST]));
    neighbors_clear(&got);
    neighbors_clear(&again);
    crew_free(crew);
    mat_clear(&x);
}
END_TEST

START_TEST(duplicates_are_at_distance_zero)
{
    struct mat x = matrix(100, 5);
    struct neighbors got = { 0 };

    for (size_t i = 0; i < 500; i++)
        x.data[i] = 0.1 + (double)(i % 5);
    ck_assert_int_eq(neighbors_find(&x, 3, NULL, NULL, &got, NULL), CT_OK);
    for (size_t i = 0; i < 100; i++)
        for (size_t e = 0; e < 3; e++) {
            ck_assert(got.sqdistances[3 * i + e] == 0.0);
            ck_assert_uint_eq(got.indices[3 * i + e], e + (i <= e));
        }
    neighbors_clear(&got);
    mat_clear(&x);
}
END_TEST

static bool stop_at_second(void *context, size_t done, size_t total)
{
    int *const calls = context;

    ck_assert_uint_lt(done, total);
    return ++*calls < 2;
}

START_TEST(neighbors_reject_bad_input_and_can_be_cancelled)
{
    struct mat x = matrix(400, 4);
    struct neighbors got = { 0 };
    struct ct_error err;
    int calls = 0;
    const struct progress stop = { stop_at_second, &calls };

    for (size_t i = 0; i < 1600; i++)
        x.data[i] = (double)(i * i % 17);
    ck_assert_int_eq(neighbors_find(&x, 5, NULL, &stop, &got, &err), CT_ECANCELED);
    ck_assert_int_eq(calls, 2);
    ck_assert_int_eq(neighbors_find(&x, 0, NULL, NULL, &got, &err), CT_EINVAL);
    ck_assert_int_eq(neighbors_find(&x, 400, NULL, NULL, &got, &err), CT_EINVAL);
    x.data[3] = 1e200;
    ck_assert_int_eq(neighbors_find(&x, 5, NULL, NULL, &got, &err), CT_EINVAL);
    x.data[3] = NAN;
    ck_assert_int_eq(neighbors_find(&x, 5, NULL, NULL, &got, &err), CT_EINVAL);
    ck_assert_ptr_null(got.indices);
    mat_clear(&x);
}
END_TEST

static size_t count_common(const uint32_t *a, const uint32_t *b, size_t n)
{
    size_t common = 0;

    for (size_t p = 0, q = 0; p < n && q < n;) {
        common += a[p] == b[q];
        const uint32_t at = a[p] < b[q] ? a[p] : b[q];
        p += a[p] == at;
        q += b[q] == at;
    }
    return common;
}

/* Twelve groups in 20 dimensions, equal rows, and noise without structure. */
START_TEST(finds_most_neighbors)
{
    enum { ROWS = 4000, COLS = 20, NEAREST = 30 };
    struct mat x = matrix(ROWS, COLS);
    struct crew *crew = NULL;

    ck_assert_int_eq(crew_new(2, &crew, NULL), CT_OK);
    for (size_t kind = 0; kind < 3; kind++) {
        struct neighbors want = { 0 }, got = { 0 }, again = { 0 };
        struct mt19937 rng;
        size_t common = 0;
        mt19937_init(&rng, kind);
        for (size_t i = 0; i < ROWS; i++)
            for (size_t c = 0; c < COLS; c++)
                mat_row(&x, i)[c] = (kind == 0 ? 2.0 * sin((double)(i % 12 * COLS + c)) : 0.0) +
                                    (kind == 1 && i % 19 == 0 ? 0.0 : mt19937_normal(&rng));
        ck_assert_int_eq(neighbors_find(&x, NEAREST, crew, NULL, &want, NULL), CT_OK);
        ck_assert_int_eq(neighbors_find_most(&x, NEAREST, crew, NULL, &got, NULL), CT_OK);
        ck_assert_int_eq(neighbors_find_most(&x, NEAREST, NULL, NULL, &again, NULL), CT_OK);
        ck_assert_mem_eq(got.indices, again.indices, sizeof(uint32_t[ROWS * NEAREST]));
        for (size_t i = 0; i < ROWS; i++)
            common += count_common(want.indices + i * NEAREST, got.indices + i * NEAREST, NEAREST);
        /* 98 % of the neighbours of 256 rows are in the lists that are searched. */
        ck_assert_uint_ge(common, (size_t)(0.95 * ROWS * NEAREST));
        for (size_t i = 0; i < ROWS; i += 211)
            for (size_t e = 0; e < NEAREST; e++) {
                const size_t j = got.indices[i * NEAREST + e];
                ck_assert(j != i && (e == 0 || j > got.indices[i * NEAREST + e - 1]));
                /* Sums of 20 terms in a different order. */
                assert_allclose(&got.sqdistances[i * NEAREST + e],
                                &(double){ sqdistance(&x, i, j) }, 1, 1e-14, 0.0);
            }
        neighbors_clear(&want);
        neighbors_clear(&got);
        neighbors_clear(&again);
    }
    crew_free(crew);
    mat_clear(&x);
}
END_TEST

/* Fewer rows than a list, and cancelling at every tick. */
START_TEST(approximate_search_of_few_rows)
{
    struct mat x = matrix(150, 4);
    struct neighbors want = { 0 }, got = { 0 };
    int calls = 1;
    const struct progress stop = { stop_at_second, &calls };

    for (size_t i = 0; i < 600; i++)
        x.data[i] = (double)(i * i % 101);
    ck_assert_int_eq(neighbors_find_most(&x, 5, NULL, &stop, &got, NULL), CT_ECANCELED);
    ck_assert_ptr_null(got.indices);
    ck_assert_int_eq(neighbors_find(&x, 5, NULL, NULL, &want, NULL), CT_OK);
    ck_assert_int_eq(neighbors_find_most(&x, 5, NULL, NULL, &got, NULL), CT_OK);
    ck_assert_mem_eq(got.indices, want.indices, sizeof(uint32_t[750]));
    neighbors_clear(&want);
    neighbors_clear(&got);
    mat_clear(&x);
}
END_TEST

START_TEST(conditional_matches_sklearn)
{
    struct neighbors nn = fixture_neighbors();
    struct mat want = fixture_load("tsne_conditional.csv"), got = matrix(N, K);

    memcpy(got.data, nn.sqdistances, sizeof(double[N * K]));
    ck_assert_int_eq(tsne_conditional(got.data, N, K, 10.0, NULL, NULL, NULL), CT_OK);
    /* The bisection takes the same steps, so beta is the same to the bit; only the rounding of exp,
     * with exponents up to about 30, and of the sum remain. */
    assert_mat_allclose(&got, &want, 1e-12, 0.0);
    neighbors_clear(&nn);
    mat_clear(&want);
    mat_clear(&got);
}
END_TEST

/* A row's entropy is log(perplexity) within the search's tolerance, whatever the scale. */
START_TEST(conditional_reaches_the_perplexity)
{
    static const double scales[] = { 1e-12, 1e-3, 1.0, 1e4, 1e9 };
    struct neighbors nn = fixture_neighbors();

    for (size_t s = 0; s < sizeof scales / sizeof *scales; s++) {
        double got[K];
        for (size_t j = 0; j < K; j++)
            got[j] = scales[s] * nn.sqdistances[j];
        ck_assert_int_eq(tsne_conditional(got, 1, K, 10.0, NULL, NULL, NULL), CT_OK);
        double entropy = 0.0, sum = 0.0;
        for (size_t j = 0; j < K; j++) {
            entropy -= got[j] > 0.0 ? got[j] * log(got[j]) : 0.0;
            sum += got[j];
        }
        assert_allclose(&sum, &(double){ 1.0 }, 1, 1e-14, 0.0); /* rounding of 31 terms */
        assert_allclose(&entropy, &(double){ log(10.0) }, 1, 0.0, 1.1e-5); /* its tolerance */
    }
    neighbors_clear(&nn);
}
END_TEST

START_TEST(equal_distances_give_equal_shares)
{
    double got[4] = { 0 };

    ck_assert_int_eq(tsne_conditional(got, 1, 4, 2.0, NULL, NULL, NULL), CT_OK);
    assert_allclose(got, (double[]){ 0.25, 0.25, 0.25, 0.25 }, 4, 0.0, 0.0);
}
END_TEST

static struct mat dense(const struct tsne_joint *joint)
{
    struct mat m = matrix(joint->n_samples, joint->n_samples);

    for (size_t i = 0; i < joint->n_samples; i++)
        for (size_t e = joint->indptr[i]; e < joint->indptr[i + 1]; e++) {
            if (joint->indices[e] == i) {
                ck_assert(joint->data[e] == 0.0F && joint->indptr[i + 1] - e < TSNE_LANES);
                continue;
            }
            ck_assert(e == joint->indptr[i] || joint->indices[e] > joint->indices[e - 1]);
            mat_row(&m, i)[joint->indices[e]] = (double)joint->data[e];
        }
    return m;
}

START_TEST(joint_matches_sklearn)
{
    struct neighbors nn = fixture_neighbors();
    struct mat conditional = fixture_load("tsne_conditional.csv");
    struct mat want = fixture_load("tsne_joint.csv");
    struct tsne_joint joint = { 0 };

    ck_assert_int_eq(tsne_joint_init(&nn, conditional.data, NULL, NULL, &joint, NULL), CT_OK);
    struct mat got = dense(&joint);
    /* Stored as float32: half a unit in the last place. */
    assert_mat_allclose(&got, &want, 0.5 * (double)FLT_EPSILON, 0.0);
    for (size_t i = 0; i < N; i++)
        for (size_t j = 0; j < N; j++)
            ck_assert(mat_row(&got, i)[j] == mat_row(&got, j)[i]);
    tsne_joint_clear(&joint);
    neighbors_clear(&nn);
    mat_clear(&conditional);
    mat_clear(&want);
    mat_clear(&got);
}
END_TEST

START_TEST(number_of_neighbors)
{
    ck_assert_uint_eq(tsne_n_neighbors(2000, 30.0), 91);
    ck_assert_uint_eq(tsne_n_neighbors(60, 30.0), 59);
    ck_assert_uint_eq(tsne_n_neighbors(2000, 2.5), 8);
    ck_assert_uint_eq(tsne_n_neighbors(4, 0.1), 1);
    ck_assert_uint_eq(tsne_n_neighbors(2, 1.9), 1);
}
END_TEST

/* A permutation of points permutes rows and columns, and keeps the order within each row. */
START_TEST(joint_can_be_reordered)
{
    struct mat x = fixture_load("tsne_x200.csv");
    struct neighbors nn = { 0 };
    struct tsne_joint P = { 0 }, got = { 0 };
    uint32_t order[200], rank[200];
    struct crew *crew = NULL;

    ck_assert_int_eq(neighbors_find(&x, 91, NULL, NULL, &nn, NULL), CT_OK);
    ck_assert_int_eq(tsne_conditional(nn.sqdistances, 200, 91, 30.0, NULL, NULL, NULL), CT_OK);
    ck_assert_int_eq(tsne_joint_init(&nn, nn.sqdistances, NULL, NULL, &P, NULL), CT_OK);
    for (uint32_t i = 0; i < 200; i++) {
        order[i] = i * 77 % 200;
        rank[order[i]] = i;
    }
    ck_assert_int_eq(crew_new(2, &crew, NULL), CT_OK);
    ck_assert_int_eq(tsne_joint_like(&P, &got, NULL), CT_OK);
    tsne_joint_arrange(&P, order, rank, crew, &got);
    for (size_t i = 0; i < 200; i++) {
        const size_t from = P.indptr[order[i]], count = P.indptr[order[i] + 1] - from;
        ck_assert_uint_eq(got.indptr[i + 1] - got.indptr[i], count);
        for (size_t e = 0; e < count; e++) {
            ck_assert_uint_eq(order[got.indices[got.indptr[i] + e]], P.indices[from + e]);
            ck_assert(got.data[got.indptr[i] + e] == P.data[from + e]);
        }
    }
    crew_free(crew);
    tsne_joint_clear(&P);
    tsne_joint_clear(&got);
    neighbors_clear(&nn);
    mat_clear(&x);
}
END_TEST

/* 200 points in blocks of 64 and 16: the same bits with 1, 2 and 3 threads. */
START_TEST(results_do_not_depend_on_threads)
{
    struct mat x = fixture_load("tsne_x200.csv");
    struct neighbors want = { 0 };
    struct mat want_p = matrix(200, 91);

    ck_assert_int_eq(neighbors_find(&x, 91, NULL, NULL, &want, NULL), CT_OK);
    memcpy(want_p.data, want.sqdistances, sizeof(double[200 * 91]));
    ck_assert_int_eq(tsne_conditional(want_p.data, 200, 91, 30.0, NULL, NULL, NULL), CT_OK);
    for (int threads = 2; threads <= 3; threads++) {
        struct crew *crew = NULL;
        struct neighbors got = { 0 };
        struct mat got_p = matrix(200, 91);
        ck_assert_int_eq(crew_new(threads, &crew, NULL), CT_OK);
        ck_assert_int_eq(neighbors_find(&x, 91, crew, NULL, &got, NULL), CT_OK);
        memcpy(got_p.data, got.sqdistances, sizeof(double[200 * 91]));
        ck_assert_int_eq(tsne_conditional(got_p.data, 200, 91, 30.0, crew, NULL, NULL), CT_OK);
        ck_assert_mem_eq(got.indices, want.indices, sizeof(uint32_t[200 * 91]));
        ck_assert_mem_eq(got.sqdistances, want.sqdistances, sizeof(double[200 * 91]));
        ck_assert_mem_eq(got_p.data, want_p.data, sizeof(double[200 * 91]));
        neighbors_clear(&got);
        mat_clear(&got_p);
        crew_free(crew);
    }
    neighbors_clear(&want);
    mat_clear(&want_p);
    mat_clear(&x);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        neighbors_match_sklearn,
        ties_go_to_the_lower_index,
        neighbors_of_many_rows,
        duplicates_are_at_distance_zero,
        neighbors_reject_bad_input_and_can_be_cancelled,
        finds_most_neighbors,
        approximate_search_of_few_rows,
        conditional_matches_sklearn,
        conditional_reaches_the_perplexity,
        equal_distances_give_equal_shares,
        joint_matches_sklearn,
        joint_can_be_reordered,
        number_of_neighbors,
        results_do_not_depend_on_threads,
    };
    return RUN_TESTS("tsne_affinity", tests);
}
