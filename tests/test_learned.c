/* The part of the answer about networks with shuffled weights, on the demo; the t are those of an
 * independent float64 pass. */
#include "config.h"
#include "support.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "io_temp.h"
#include "pipeline/stage_shuffled.h"
#include "pipeline/stage_tsne.h"

enum { N = 5 };

static void begin(struct analysis *a, int n_threads)
{
    analysis_init(a);
    a->params.threads = n_threads;
    a->params.iterations = 250;
    a->params.draws = 19;
    ck_assert_int_eq(params_set(&a->params.model, fixture_path("demo"), NULL), CT_OK);
    ck_assert_int_eq(params_set(&a->params.stimuli, fixture_path("demo/stimuli.csv"), NULL), CT_OK);
}

static const struct shuffled_result *run(struct analysis *a)
{
    struct ct_error err = { 0 };

    if (analysis_run(a, &stage_shuffled, NULL, &err) != CT_OK)
        ck_abort_msg("%s", err.text);
    return shuffled_of(a);
}

static bool is_same(double x, double y)
{
    return x == y || (isnan(x) && isnan(y));
}

static void assert_same(const struct shuffled_network *a, const struct shuffled_network *b)
{
    ck_assert(a->n_significant == b->n_significant && a->n_draws == b->n_draws &&
              a->verdict == b->verdict);
    ck_assert(is_same(a->largest_t, b->largest_t) && is_same(a->n_clusters, b->n_clusters) &&
              is_same(a->n_noise, b->n_noise) && is_same(a->silhouette, b->silhouette) &&
              is_same(a->silhouette_kmeans, b->silhouette_kmeans) &&
              is_same(a->clumping, b->clumping) && is_same(a->pvalue, b->pvalue));
}

/* Activations are float32: 1e-6 of t. */
START_TEST(networks_are_those_of_the_reference)
{
    static const size_t significant[N] = { 155, 181, 153, 161, 170 };
    static const double t[N] = { -27.127267, -22.810453, 24.425870, -25.972025, -27.584429 };
    struct analysis a;

    begin(&a, 2);
    a.params.iterations = 1000;
    a.params.draws = 199;
    const struct shuffled_result *const r = run(&a);
    size_t n_separate = 0;
    ck_assert(r->has_model && r->n == N);
    for (size_t b = 0; b < N; b++) {
        const struct shuffled_network *const n = &r->networks[b];
        ck_assert_uint_eq(n->n_significant, significant[b]);
        ck_assert_msg(fabs(n->largest_t - t[b]) < 1e-6 * fabs(t[b]), "%zu: %.9g", b, n->largest_t);
        ck_assert(n->n_clusters >= 2.0 && n->n_clusters <= 20.0 && n->n_noise < 60.0);
        ck_assert(n->silhouette > -1.0 && n->silhouette_kmeans > 0.3);
        n_separate += n->silhouette > 0.08 ? 1 : 0; /* rounding decides, see t-SNE in the manual */
        ck_assert_int_eq(n->verdict, VERDICT_NO);
        ck_assert(n->clumping > 0.7 && n->clumping < 0.8 && n->pvalue > 0.05);
        ck_assert(n->n_draws >= 10 && n->n_draws < 199);
    }
    ck_assert_msg(n_separate >= 3, "%zu", n_separate);
    /* The picture of the analysis itself is not needed. */
    ck_assert(analysis_result(&a, &stage_tsne) == NULL);
    analysis_clear(&a);
}
END_TEST

START_TEST(threads_change_no_bit)
{
    struct analysis want, a;

    begin(&want, 1);
    want.params.shuffles = 2;
    for (int n_threads = 2; n_threads <= 4; n_threads += 2) {
        begin(&a, n_threads);
        a.params.shuffles = 3;
        ck_assert_uint_eq(run(&a)->n, 3);
        for (size_t b = 0; b < 2; b++)
            assert_same(&run(&want)->networks[b], &shuffled_of(&a)->networks[b]);
        analysis_clear(&a);
    }
    analysis_clear(&want);
}
END_TEST

/* Draws end early only when p cannot be alpha or less any more: at alpha 0.99 all are made. */
START_TEST(p_is_that_of_all_draws_if_it_is_small)
{
    struct analysis few, all;

    begin(&few, 2);
    begin(&all, 2);
    few.params.shuffles = all.params.shuffles = 2;
    all.params.alpha = few.params.alpha = 0.95;
    few.params.draws = 9;
    all.params.draws = 59;
    for (size_t b = 0; b < 2; b++) {
        const struct shuffled_network *const n = &run(&few)->networks[b];
        const struct shuffled_network *const m = &run(&all)->networks[b];
        ck_assert(n->clumping == m->clumping);
        ck_assert(n->verdict == (n->pvalue <= 0.95 ? VERDICT_CLUMPED : VERDICT_NO) ||
                  n->verdict == VERDICT_UNANSWERABLE);
        ck_assert(n->pvalue > 0.95 || n->n_draws == 9);
        ck_assert(m->pvalue > 0.95 || m->n_draws == 59);
    }
    analysis_clear(&few);
    analysis_clear(&all);
}
END_TEST

START_TEST(few_neurons_leave_numbers_out)
{
    static const double alphas[] = { 1e-300, 1e-30 };

    for (size_t i = 0; i < 2; i++) {
        struct analysis a;

        begin(&a, 2);
        a.params.alpha = alphas[i];
        const struct shuffled_result *const r = run(&a);
        ck_assert_uint_eq(r->n, N);
        for (size_t b = 0; b < N; b++) {
            const struct shuffled_network *const n = &r->networks[b];
            ck_assert(n->n_significant < 40 && fabs(n->largest_t) > 20.0);
            ck_assert(n->n_significant < 2 ? isnan(n->n_clusters) && isnan(n->n_noise)
                                           : n->n_clusters >= 0.0);
            ck_assert(n->n_significant >= 12 ||
                      (isnan(n->clumping) && isnan(n->pvalue) && n->n_draws == 0 &&
                       n->verdict == VERDICT_UNANSWERABLE));
        }
        analysis_clear(&a);
    }
}
END_TEST

struct stopper {
    size_t ticks, at;
};

static bool stop(void *context, const struct stage *stage, size_t done, size_t total)
{
    struct stopper *const s = context;

    ck_assert_uint_le(done, total);
    return stage != &stage_shuffled || s->ticks++ < s->at;
}

/* Networks that are done are kept when the stage is cancelled, those begun are not. */
START_TEST(what_is_done_is_kept)
{
    struct stopper all = { 0, SIZE_MAX };
    struct analysis_watch watch = { .progress = stop, .context = &all };
    struct analysis want;

    begin(&want, 1);
    want.params.shuffles = 3;
    ck_assert_int_eq(analysis_run(&want, &stage_shuffled, &watch, NULL), CT_OK);
    for (size_t part = 1; part < 8; part++) {
        struct stopper s = { 0, all.ticks * part / 8 };
        struct analysis a;

        begin(&a, 1);
        a.params.shuffles = 3;
        watch.context = &s;
        const enum ct_status status = analysis_run(&a, &stage_shuffled, &watch, NULL);
        if (part < 2)
            ck_assert_int_eq(status, CT_ECANCELED);
        const struct shuffled_result *const r = shuffled_of(&a);
        ck_assert(status == CT_OK ? r->n > 0 && r->n < 3 : r == NULL);
        for (size_t b = 0; status == CT_OK && b < r->n; b++)
            assert_same(&r->networks[b], &shuffled_of(&want)->networks[b]);
        if (part > 5)
            ck_assert(status == CT_OK);
        if (status == CT_OK) { /* the others are made when it is computed again */
            struct result *result = NULL;
            const size_t n_done = r->n;
            ck_assert(analysis_partial(&a, &stage_shuffled) == &stage_shuffled);
            s = (struct stopper){ 0, SIZE_MAX };
            ck_assert_int_eq(analysis_compute(&a, &stage_shuffled, &watch, &result, NULL), CT_OK);
            analysis_accept(&a, result);
            ck_assert_uint_eq(shuffled_of(&a)->n, 3);
            for (size_t b = 0; b < 3; b++)
                assert_same(&shuffled_of(&a)->networks[b], &shuffled_of(&want)->networks[b]);
            ck_assert_uint_le(s.ticks, all.ticks * (3 - n_done) / 3 + 8);
        }
        analysis_clear(&a);
    }
    analysis_clear(&want);
}
END_TEST

/* A file of activations cannot be shuffled, and none may be wanted. */
START_TEST(there_may_be_no_networks)
{
    struct analysis a;
    FILE *const file = fopen(temp_path("acts.csv"), "w");

    begin(&a, 1);
    a.params.shuffles = 0;
    ck_assert(run(&a)->n == 0 && run(&a)->has_model);
    analysis_clear(&a);
    fputs("group,h:0,h:1\na,1,2\na,2,1\na,3,1\nb,5,2\nb,6,1\nb,8,2\n", file);
    ck_assert_int_eq(fclose(file), 0);
    analysis_init(&a);
    ck_assert_int_eq(params_set(&a.params.activations, temp_path("acts.csv"), NULL), CT_OK);
    ck_assert(run(&a)->n == 0 && !run(&a)->has_model);
    analysis_clear(&a);
}
END_TEST

int main(void)
{
    TCase *const tcase = tcase_create("learned");

    temp_begin();
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, networks_are_those_of_the_reference);
    tcase_add_test(tcase, threads_change_no_bit);
    tcase_add_test(tcase, p_is_that_of_all_draws_if_it_is_small);
    tcase_add_test(tcase, few_neurons_leave_numbers_out);
    tcase_add_test(tcase, what_is_done_is_kept);
    tcase_add_test(tcase, there_may_be_no_networks);
    const int status = run_tcase("learned", tcase);
    temp_end();
    return status;
}
