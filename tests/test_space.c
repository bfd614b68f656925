/* Neurons in the spaces of correlations and context profiles, against numpy and scikit-learn: the
 * points, and what t-SNE and similarity make of them. */
#include "config.h"
#include "support.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "io_temp.h"
#include "num/cluster/ward_groups.h"
#include "num/linear/similarity.h"
#include "num/near/neighbors.h"
#include "num/null/neuron_space.h"
#include "num/null/profiles.h"
#include "num/tsne/affinity.h"
#include "pipeline/stage_cluster.h"
#include "pipeline/stage_similarity.h"
#include "pipeline/stage_space.h"
#include "pipeline/stage_tsne.h"
#include "pipeline/stage_ttest.h"

enum { SAMPLES = 12, NEURONS = 31 };

/* The contrast of samples in any order. */
static void contrast_of_groups(const double *group, size_t n, double *e)
{
    double n_b = 0.0;

    for (size_t i = 0; i < n; i++)
        n_b += group[i];
    const double n_a = (double)n - n_b;
    for (size_t i = 0; i < n; i++)
        e[i] = group[i] == 0.0 ? sqrt(n_b / (n_a * (double)n)) : -sqrt(n_a / (n_b * (double)n));
}

/* atol 1e-11: entries of a vector of length 1; the largest mean is 1e8 times the deviations. */
START_TEST(directions_and_profiles_match_numpy)
{
    struct mat cases = fixture_load("space_cases.csv");
    double e[SAMPLES], got[SAMPLES];

    for (size_t i = 0; i < cases.rows; i++) {
        const double *const row = mat_row(&cases, i);
        contrast_of_groups(row, SAMPLES, e);
        for (size_t s = SPACE_CORRELATION; s <= SPACE_CONTEXT; s++) {
            const double *const want = row + (1 + s) * SAMPLES;
            const double length = vector_dot(want, want, SAMPLES);
            ck_assert_msg(neuron_space_map((enum neuron_space)s, row + SAMPLES, e, SAMPLES, got) ==
                              (length > 0.0),
                          "case %zu, space %zu", i, s);
            assert_allclose(got, want, SAMPLES, 0.0, 1e-11);
            memcpy(got, row + SAMPLES, sizeof got); /* in place */
            neuron_space_map((enum neuron_space)s, got, e, SAMPLES, got);
            assert_allclose(got, want, SAMPLES, 0.0, 1e-11);
        }
    }
    ck_assert(!neuron_space_map(SPACE_CORRELATION, NULL, NULL, 0, NULL));
    mat_clear(&cases);
}
END_TEST

/* Every neuron is significant but those without a p-value. */
static void begin(struct analysis *a, enum neuron_space space, int threads)
{
    struct mat x = fixture_load("space_neurons.csv");
    FILE *const file = fopen(temp_path("groups"), "w");

    for (size_t i = 0; i < x.rows; i++)
        fprintf(file, "%s\n", i % 3 == 1 ? "b" : "a");
    ck_assert_int_eq(fclose(file), 0);
    mat_clear(&x);
    analysis_init(a);
    a->params.threads = threads;
    a->params.correction = CORRECTION_NONE;
    a->params.alpha = 0.999999;
    a->params.perplexity = 10;
    a->params.iterations = 300;
    a->params.space = space;
    ck_assert_int_eq(params_set(&a->params.activations, fixture_path("space_neurons.csv"), NULL),
                     CT_OK);
    ck_assert_int_eq(params_set(&a->params.groups, temp_path("groups"), NULL), CT_OK);
}

static void run(struct analysis *a)
{
    struct ct_error err = { 0 };

    if (analysis_run(a, &stage_similarity, NULL, &err) != CT_OK)
        ck_abort_msg("%s", err.text);
}

/* p [NEURONS, NEURONS] from the points that t-SNE embeds. */
static void find_joint(const struct mat *points, double *p)
{
    struct neighbors nn = { 0 };
    struct tsne_joint joint = { 0 };
    const size_t k = tsne_n_neighbors(NEURONS, 10.0);

    memset(p, 0, sizeof(double[NEURONS * NEURONS]));
    ck_assert_int_eq(neighbors_find(points, k, NULL, NULL, &nn, NULL), CT_OK);
    ck_assert_int_eq(tsne_conditional(nn.sqdistances, NEURONS, k, 10.0, NULL, NULL, NULL), CT_OK);
    ck_assert_int_eq(tsne_joint_init(&nn, nn.sqdistances, NULL, NULL, &joint, NULL), CT_OK);
    for (size_t i = 0; i < NEURONS; i++)
        for (size_t at = joint.indptr[i]; at < joint.indptr[i + 1]; at++)
            p[i * NEURONS + joint.indices[at]] += (double)joint.data[at];
    tsne_joint_clear(&joint);
    neighbors_clear(&nn);
}

static const struct {
    enum neuron_space space;
    const char *fixture;
    size_t n_without;
} spaces[] = {
    { SPACE_CORRELATION, "space_correlation.csv", 0 },
    { SPACE_CONTEXT, "space_context.csv", 1 },
};

START_TEST(points_of_an_analysis_match_scikit_learn)
{
    struct mat want = fixture_load(spaces[_i].fixture);
    struct analysis a;
    double p[NEURONS * NEURONS];

    begin(&a, spaces[_i].space, 2);
    run(&a);
    const struct space_stage *const s = space_of(&a);
    ck_assert_uint_eq(s->points.rows, NEURONS);
    ck_assert_uint_eq(s->n_without, spaces[_i].n_without);
    find_joint(&s->points, p);
    for (size_t k = 0; k < want.rows; k++) {
        const size_t i = (size_t)mat_row(&want, k)[0];
        const size_t j = (size_t)mat_row(&want, k)[1];
        const double got[] = { row_product(&s->points, i, j),
                               row_cosine(&s->points, s->norms, i, j) };
        assert_allclose(got, mat_row(&want, k) + 2, 2, 1e-9, 1e-13);
        /* Bisection of float32 distances ends within 1e-5 of the entropy. */
        assert_allclose(&p[i * NEURONS + j], mat_row(&want, k) + 4, 1, 2e-5, 1e-9);
    }
    analysis_clear(&a);
    mat_clear(&want);
}
END_TEST

/* In every space the same, from context profiles; -1: a neuron without one. */
START_TEST(clusters_of_ward_match_scipy)
{
    struct mat want = fixture_load("space_ward.csv");

    for (size_t s = 0; s <= SPACE_CONTEXT; s++) {
        struct analysis a;
        begin(&a, (enum neuron_space)s, 2);
        run(&a);
        const struct clustering *const c = clustering_of(&a, &method_ward);
        for (size_t i = 0; i < NEURONS; i++)
            ck_assert_msg(c->labels[i] == (int32_t)mat_row(&want, i)[0], "space %zu, neuron %zu", s,
                          i);
        ck_assert_uint_eq(c->n_noise, 1);
        ck_assert(c->silhouette > 0.0 && c->rows[0].size > 0);
        analysis_clear(&a);
    }
    mat_clear(&want);
}
END_TEST

START_TEST(ward_can_be_left_out)
{
    struct analysis a;

    begin(&a, SPACE_RAW, 1);
    run(&a);
    a.params.ward = WARD_NO;
    ck_assert(!analysis_is_stale(&a, &stage_tsne) && analysis_is_stale(&a, &stage_cluster));
    run(&a);
    ck_assert_ptr_null(clustering_of(&a, &method_ward));
    ck_assert_uint_eq(clusters_of(&a)->n, 2);
    analysis_clear(&a);
}
END_TEST

static struct clustering fit_ward(const double *values, size_t n, size_t d)
{
    const struct mat points = { .rows = n, .cols = d, .data = (double *)values };
    struct clustering c = { 0 };
    struct params params;

    params_init(&params);
    params.threads = 1;
    ck_assert_int_eq(clustering_fit(&method_ward, &points, &params, NULL, &c, NULL), CT_OK);
    return c;
}

/* Too few and too many points have no clusters, in words. */
START_TEST(ward_of_few_and_many)
{
    static const double few[] = { 1, 0, 0, 0, 0, 1 }; /* one of three has no profile */
    static double many[(GROUPS_MOST + 1) * 2];
    char words[120];
    struct clustering c = { 0 };

    for (size_t n = 0; n <= 3; n++) {
        c = fit_ward(few, n, 2);
        ck_assert(c.n_clusters == 0 && isnan(c.silhouette) && c.n_noise == n);
        method_ward.describe(&c, NULL, words, sizeof words);
        ck_assert_str_eq(words, "no clusters: fewer than 3 neurons that vary within the groups");
        clustering_clear(&c);
    }
    for (size_t i = 0; i < sizeof many / sizeof *many; i++)
        many[i] = (double)i;
    c = fit_ward(many, GROUPS_MOST + 1, 2);
    ck_assert(c.n_clusters == 0 && c.labels[0] == -1);
    method_ward.describe(&c, NULL, words, sizeof words);
    ck_assert_str_eq(words, "no clusters: more than 5000 neurons");
    clustering_clear(&c);
}
END_TEST

/* A neuron that is constant within both groups has t = inf and no profile: no NaN comes of it. */
START_TEST(neurons_without_a_profile_are_finite_everywhere)
{
    struct analysis a;

    begin(&a, SPACE_CONTEXT, 1);
    run(&a);
    ck_assert(isinf(ttest_of(&a)->neurons[4].statistic));
    ck_assert(space_of(&a)->norms[4] == 0.0);
    for (size_t i = 0; i < NEURONS; i++) {
        ck_assert(row_cosine(&space_of(&a)->points, space_of(&a)->norms, 4, i) == 0.0);
        ck_assert(isfinite(mat_row(&tsne_of(&a)->result.embedding, i)[0]));
    }
    ck_assert(isfinite(tsne_of(&a)->result.kl_divergence));
    ck_assert(isfinite(similarity_of(&a)->means.all));
    analysis_clear(&a);
}
END_TEST

START_TEST(raw_is_the_selection_itself)
{
    struct analysis a;

    begin(&a, SPACE_RAW, 1);
    run(&a);
    ck_assert_ptr_eq(space_of(&a)->points.data, ttest_of(&a)->selected.data);
    ck_assert_ptr_eq(space_of(&a)->norms, ttest_of(&a)->norms);
    analysis_clear(&a);
}
END_TEST

START_TEST(another_space_leaves_the_test_alone)
{
    struct analysis a;

    begin(&a, SPACE_RAW, 1);
    run(&a);
    a.params.space = SPACE_CONTEXT;
    ck_assert(!analysis_is_stale(&a, &stage_ttest));
    ck_assert(analysis_is_stale(&a, &stage_space) && analysis_is_stale(&a, &stage_tsne));
    ck_assert(analysis_is_stale(&a, &stage_cluster) && analysis_is_stale(&a, &stage_similarity));
    run(&a);
    ck_assert(space_of(&a)->space == SPACE_CONTEXT);
    analysis_clear(&a);
}
END_TEST

START_TEST(points_do_not_depend_on_threads)
{
    struct analysis a, b;

    begin(&a, SPACE_CONTEXT, 1);
    begin(&b, SPACE_CONTEXT, 4);
    run(&a);
    run(&b);
    ck_assert_mem_eq(space_of(&a)->points.data, space_of(&b)->points.data,
                     sizeof(double) * NEURONS * space_of(&a)->points.cols);
    ck_assert_mem_eq(tsne_of(&a)->result.embedding.data, tsne_of(&b)->result.embedding.data,
                     sizeof(double) * NEURONS * 2);
    analysis_clear(&a);
    analysis_clear(&b);
}
END_TEST

int main(void)
{
    TCase *const tcase = tcase_create("space");

    tcase_add_checked_fixture(tcase, temp_begin, temp_end);
    tcase_add_test(tcase, directions_and_profiles_match_numpy);
    tcase_add_loop_test(tcase, points_of_an_analysis_match_scikit_learn, 0,
                        sizeof spaces / sizeof *spaces);
    tcase_add_test(tcase, clusters_of_ward_match_scipy);
    tcase_add_test(tcase, ward_can_be_left_out);
    tcase_add_test(tcase, ward_of_few_and_many);
    tcase_add_test(tcase, neurons_without_a_profile_are_finite_everywhere);
    tcase_add_test(tcase, raw_is_the_selection_itself);
    tcase_add_test(tcase, another_space_leaves_the_test_alone);
    tcase_add_test(tcase, points_do_not_depend_on_threads);
    return run_tcase("space", tcase);
}
