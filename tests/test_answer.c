/* The stage Answer on the demo, against values of an independent implementation in float64, and on
 * analyses that have no answer. */
#include "config.h"
#include "support.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "pipeline/stage_answer.h"
#include "pipeline/stage_cluster.h"
#include "pipeline/stage_halves.h"
#include "pipeline/stage_layers.h"
#include "pipeline/stage_picture.h"
#include "pipeline/stage_contrast.h"
#include "pipeline/stage_ttest.h"

static void begin(struct analysis *a, const char *hook)
{
    analysis_init(a);
    a->params.threads = 2;
    a->params.iterations = 250;
    ck_assert_int_eq(params_set(&a->params.model, fixture_path("demo"), NULL), CT_OK);
    ck_assert_int_eq(params_set(&a->params.stimuli, fixture_path("demo/stimuli.csv"), NULL), CT_OK);
    ck_assert_int_eq(params_add_hook(&a->params, hook, NULL), CT_OK);
}

static void compute(struct analysis *a, const struct stage *stage)
{
    struct ct_error err = { 0 };

    if (analysis_run(a, stage, NULL, &err) != CT_OK)
        ck_abort_msg("%s", err.text);
}

static const struct answer_result *answer(struct analysis *a)
{
    compute(a, &stage_answer);
    return answer_of(a);
}

static bool is_near(double got, double want, double tolerance)
{
    return fabs(got - want) <= tolerance;
}

/* Activations are float32: 1e-8 for the observed clumping, 1e-6 for draws. */
START_TEST(layers_of_the_demo)
{
    static const struct {
        const char *hook;
        double clumping;
        size_t n_axes;
    } want[] = {
        { "h.0.mlp.c_fc", .766920352, 9 },  { "h.1.mlp.c_fc", .837377115, 7 },
        { "h.2.mlp.c_fc", .765924560, 9 },  { "h.3.mlp.c_fc", .709153018, 10 },
        { "h.4.mlp.c_fc", .634671281, 11 }, { "h.5.mlp.c_fc", .632832350, 11 },
    };

    for (size_t l = 0; l < sizeof want / sizeof *want; l++) {
        struct analysis a;

        begin(&a, want[l].hook);
        a.params.draws = 2;
        a.params.resamples = 1;
        const struct answer_result *const r = answer(&a);
        ck_assert_msg(is_near(r->observed.clumping, want[l].clumping, 1e-7), "%s: %.9f",
                      want[l].hook, r->observed.clumping);
        ck_assert_uint_eq(r->observed.n_axes, want[l].n_axes);
        analysis_clear(&a);
    }
}
END_TEST

/* Cloud, context and p of the independent implementation, to its last decimal; Holm's p of six. */
START_TEST(answers_by_layer)
{
    static const double want[6][4] = {
        { .767, .784, .785, 1.0 }, { .837, .832, .835, .28 }, { .766, .761, .772, .82 },
        { .709, .697, .706, .32 }, { .635, .636, .649, .84 }, { .633, .636, .646, .85 },
    };
    struct analysis a;

    if (IS_SANITIZED) {
        SKIP("six layers: they would take a minute under a sanitizer");
        return;
    }
    begin(&a, "h.*.mlp.c_fc");
    a.params.answer = true;
    a.params.resamples = 1;
    compute(&a, &stage_layers);
    ck_assert(layers_of(&a)->n_rows == 6 && layers_of(&a)->has_answers);
    for (size_t l = 0; l < 6; l++) {
        const struct layer_row *const row = &layers_of(&a)->rows[l];
        const struct layer_answer *const r = &row->answer;
        const double share = (double)row->n_significant / (double)row->n_neurons;
        ck_assert_msg(is_near(r->clumping, want[l][0], 5.1e-4) &&
                          is_near(r->cloud.mean, want[l][1], 5.1e-4) &&
                          is_near(r->context.mean, want[l][2], 5.1e-4) &&
                          is_near(r->pvalue, want[l][3], 5.1e-3),
                      "%s: %.6f %.6f %.6f %.3f", row->hook, r->clumping, r->cloud.mean,
                      r->context.mean, r->pvalue);
        ck_assert(r->verdict == VERDICT_NO && r->p_holm == 1.0);
        ck_assert(row->share_low <= share && share <= row->share_high);
        ck_assert(row->share_high - row->share_low > 0.02 &&
                  row->share_high - row->share_low < 0.1);
    }
    a.params.draws++;
    ck_assert(analysis_is_stale(&a, &stage_layers));
    a.params.answer = false;
    compute(&a, &stage_layers);
    ck_assert(!layers_of(&a)->has_answers);
    a.params.draws++; /* of no account now */
    ck_assert(!analysis_is_stale(&a, &stage_layers));
    analysis_clear(&a);
}
END_TEST

static int compare_doubles(const void *a, const void *b)
{
    const double x = *(const double *)a;
    const double y = *(const double *)b;

    return x < y ? -1 : x > y;
}

START_TEST(the_answer_of_the_demo)
{
    struct analysis a;

    begin(&a, "h.3.mlp.c_fc");
    a.params.iterations = 1000;
    const struct answer_result *const r = answer(&a);
    ck_assert_int_eq(r->verdict, VERDICT_NO);
    ck_assert(r->n_neurons == 256 && r->n_selected == 109 && r->n_repeated == 0 && r->has_pairs);
    ck_assert_uint_eq(r->n_draws, 199);
    size_t any = 0;
    for (size_t b = 0; b < r->exchange.n_draws; b++)
        any += r->exchange.n_significant[b] > 0 ? 1 : 0;
    ck_assert_msg(r->exchange.n_draws == 999 && any == 6, "%zu", any);
    ck_assert_msg(r->n_maxt == 149 && r->n_stepdown == 211, "%zu %zu", r->n_maxt, r->n_stepdown);
    double correlations[256]; /* of the pairs: 0.93 is their median */
    ck_assert_uint_eq(r->n_columns, 256);
    for (size_t k = 0; k < 256; k++)
        correlations[k] = r->effects[k].correlation;
    qsort(correlations, 256, sizeof *correlations, compare_doubles);
    ck_assert(is_near((correlations[127] + correlations[128]) / 2.0, 0.93, 5e-3));
    ck_assert(is_near(r->pvalue_exchange, 0.001, 1e-15));
    ck_assert(is_near(r->draws[0].clumping_cloud, .699734819840, 1e-6));
    ck_assert(is_near(r->draws[1].clumping_cloud, .690302523774, 1e-6));
    ck_assert(is_near(r->draws[0].clumping_context, .703209870834, 1e-6));
    ck_assert(is_near(r->draws[1].clumping_context, .696813591772, 1e-6));
    ck_assert(r->draws[0].n_significant == 107 && r->draws[1].n_significant == 106);
    ck_assert(is_near(r->cloud.mean, .697, 5e-4) && is_near(r->cloud.sd, .008, 5e-4));
    ck_assert(is_near(r->context.mean, .706, 5e-4) && is_near(r->context.sd, .008, 5e-4));
    ck_assert(is_near(r->pvalue, .32, 5.1e-3) && r->pvalue == r->context.pvalue);
    ck_assert(is_near(r->observed.skewness, .31, 5e-3) && is_near(r->skewness_mean, .32, 5e-3) &&
              is_near(r->skewness_limit, .37, 5e-3));
    ck_assert(r->sensitivity == 0.5 && r->planted == 10);
    analysis_clear(&a);
}
END_TEST

/* Neurons are chosen as well in half of the sentences, their groups are not. */
START_TEST(the_halves_of_the_demo)
{
    static const double want[HALF_NUMBERS] = { 61.95, 5.90, 5.83, 0.94, 1.0, 0.44, 0.31, 0.13 };
    struct analysis a;

    begin(&a, "h.3.mlp.c_fc");
    compute(&a, &stage_halves);
    const struct halves_result *const r = halves_of(&a);
    ck_assert(r->halves.n == 20 && r->halves.n_left_out == 0 && r->has_pairs);
    for (size_t k = 0; k < HALF_NUMBERS; k++)
        ck_assert_msg(is_near(r->halves.mean.number[k], want[k], 5e-3), "%zu: %g", k,
                      r->halves.mean.number[k]);
    a.params.halves = 0;
    compute(&a, &stage_halves);
    ck_assert(halves_of(&a)->halves.n == 0);
    analysis_clear(&a);
}
END_TEST

/* Ten clusters of the picture are no more than clouds have. Which optimum t-SNE finds is decided by
 * rounding, and so by the compiler: with others there are nine, and numbers differ by less than the
 * bounds. */
START_TEST(the_picture_of_the_demo)
{
    struct analysis a;

    begin(&a, "h.3.mlp.c_fc");
    a.params.iterations = 1000;
    compute(&a, &stage_picture);
    const struct picture_result *const r = picture_of(&a);
    const struct pictures *const p = &r->pictures;
    ck_assert(is_near(r->silhouette_context, -.03, 0.03));
    ck_assert(r->share_size > 0.88 && r->share_mean > 0.75 && is_near(r->ari_sign, .36, 0.08));
    ck_assert(r->n_nearest == 10 && r->faithfulness.trustworthiness > 0.8 &&
              r->faithfulness.continuity > r->faithfulness.trustworthiness);
    ck_assert(p->n_clouds == 39 && p->n_resampled == 20);
    ck_assert(is_near(p->clouds[0].n_clusters.mean, 8.4, 0.7) &&
              p->clouds[0].n_clusters.high <= 12.0 && p->clouds[0].n_clusters.low >= 5.0);
    ck_assert(p->agreement[0] > 0.6 && p->agreement[0] < 0.95);
    for (size_t k = 0; k < clusters_of(&a)->by[0].n_clusters; k++)
        ck_assert(p->recovery[0][k] > 0.2 && p->recovery[0][k] <= 1.0);
    analysis_clear(&a);
}
END_TEST

static bool is_same(double a, double b)
{
    return a == b || (isnan(a) && isnan(b));
}

static struct look *pictures_with(int n_threads, size_t n, size_t *n_resampled, double *agreement)
{
    struct analysis a;

    begin(&a, "h.3.mlp.c_fc");
    a.params.threads = n_threads;
    a.params.pictures = n;
    compute(&a, &stage_picture);
    const struct pictures *const p = &picture_of(&a)->pictures;
    ck_assert_uint_eq(p->n_clouds, n);
    struct look *const looks = malloc(n * n_plane_methods * sizeof *looks);
    memcpy(looks, p->looks, n * n_plane_methods * sizeof *looks);
    *n_resampled = p->n_resampled;
    *agreement = p->agreement[1];
    analysis_clear(&a);
    return looks;
}

/* Each picture is that of its number, whatever is drawn besides and on however many threads. */
START_TEST(pictures_can_be_repeated)
{
    size_t n_resampled;
    double agreements[3];
    struct look *const want = pictures_with(1, 4, &n_resampled, &agreements[0]);

    ck_assert_uint_eq(n_resampled, 2);
    for (int n_threads = 2; n_threads <= 4; n_threads += 2) {
        struct look *const got = pictures_with(n_threads, 4, &n_resampled, &agreements[1]);
        for (size_t i = 0; i < 4 * n_plane_methods; i++)
            ck_assert(got[i].n_clusters == want[i].n_clusters &&
                      got[i].n_noise == want[i].n_noise &&
                      is_same(got[i].silhouette, want[i].silhouette));
        ck_assert(agreements[1] == agreements[0]);
        free(got);
    }
    struct look *const fewer = pictures_with(2, 1, &n_resampled, &agreements[2]);
    ck_assert(n_resampled == 1 && is_same(fewer[1].silhouette, want[1].silhouette));
    free(fewer);
    free(want);
}
END_TEST

/* After the activation function, clouds look clumped. */
START_TEST(skewed_activations_have_no_answer)
{
    struct analysis a;

    begin(&a, "h.3.mlp.act");
    a.params.draws = 60;
    a.params.resamples = 2;
    const struct answer_result *const r = answer(&a);
    ck_assert_int_eq(r->verdict, VERDICT_UNANSWERABLE);
    ck_assert_int_eq(r->reason, NO_ANSWER_SKEWED);
    ck_assert(is_near(r->observed.skewness, .42, 5e-3) && r->skewness_limit < 0.36);
    analysis_clear(&a);
}
END_TEST

START_TEST(few_neurons_have_no_answer)
{
    static const double alphas[] = { 1e-15, 1e-300 };

    for (size_t i = 0; i < 2; i++) {
        struct analysis a;

        begin(&a, "h.3.mlp.c_fc");
        a.params.alpha = alphas[i];
        const struct answer_result *const r = answer(&a);
        ck_assert_uint_eq(r->n_selected, ttest_of(&a)->n_significant);
        ck_assert_uint_lt(r->n_selected, 12);
        ck_assert_int_eq(r->verdict, VERDICT_UNANSWERABLE);
        ck_assert_int_eq(r->reason, NO_ANSWER_FEW);
        ck_assert(r->n_draws == 0 && isnan(r->pvalue) && r->recovery.n_groups == 0);
        analysis_clear(&a);
    }
}
END_TEST

/* Sentences that are equal up to the target count once. */
START_TEST(repeated_sentences_are_left_out)
{
    struct analysis a, twice;
    char path[600];
    FILE *const from = fopen(fixture_path("demo/stimuli.csv"), "r");
    char line[400];

    snprintf(path, sizeof path, "%s/twice.csv", getenv("TMPDIR"));
    FILE *const to = fopen(path, "w");
    ck_assert(from != NULL && to != NULL);
    for (int n = 0; fgets(line, sizeof line, from) != NULL; n++) {
        fputs(line, to);
        for (int k = 0; n > 0 && n <= 4 && k < 2; k++)
            fputs(line, to);
    }
    fclose(from);
    ck_assert_int_eq(fclose(to), 0);
    begin(&a, "h.3.mlp.c_fc");
    begin(&twice, "h.3.mlp.c_fc");
    a.params.draws = twice.params.draws = 3;
    a.params.resamples = twice.params.resamples = 2;
    ck_assert_int_eq(params_set(&twice.params.stimuli, path, NULL), CT_OK);
    const struct answer_result *const r = answer(&twice);
    ck_assert_uint_eq(r->n_repeated, 8);
    ck_assert(r->n_samples[0] == 54 && r->n_samples[1] == 54);
    ck_assert(answer(&a)->observed.n_axes == r->observed.n_axes);
    analysis_clear(&a);
    analysis_clear(&twice);
    remove(path);
}
END_TEST

/* Without pairs, all sentences are dealt to the groups. */
START_TEST(groups_of_different_size)
{
    struct analysis a;
    char path[600];
    FILE *const from = fopen(fixture_path("demo/stimuli.csv"), "r");
    char line[400];

    snprintf(path, sizeof path, "%s/fewer.csv", getenv("TMPDIR"));
    FILE *const to = fopen(path, "w");
    ck_assert(from != NULL && to != NULL);
    for (int n = 0; fgets(line, sizeof line, from) != NULL; n++)
        if (n != 1)
            fputs(line, to);
    fclose(from);
    ck_assert_int_eq(fclose(to), 0);
    begin(&a, "h.3.mlp.c_fc");
    a.params.draws = 3;
    a.params.resamples = 2;
    ck_assert_int_eq(params_set(&a.params.stimuli, path, NULL), CT_OK);
    const struct answer_result *const r = answer(&a);
    ck_assert(!r->has_pairs && r->n_samples[0] + r->n_samples[1] == 107);
    ck_assert_uint_eq(r->exchange.n_draws, 999);
    double largest[999];
    for (size_t b = 0; b < 999; b++)
        largest[b] = r->exchange.largest[b];
    qsort(largest, 999, sizeof *largest, compare_doubles);
    ck_assert_msg(is_near(largest[949], 3.70, 0.15), "%g", largest[949]); /* 3.70 of 108 */
    ck_assert_msg(r->n_maxt > 80 && r->n_maxt < 149, "%zu", r->n_maxt);
    analysis_clear(&a);
    remove(path);
}
END_TEST

/* With maxT, draws and halves are selected by the bound of the observed |t|. */
START_TEST(the_answer_by_maxt)
{
    struct analysis a;

    begin(&a, "h.3.mlp.c_fc");
    a.params.correction = CORRECTION_MAXT;
    a.params.draws = 5;
    a.params.resamples = 2;
    const struct answer_result *const r = answer(&a);
    ck_assert(r->n_selected == 149 && r->n_maxt == 149);
    for (size_t b = 0; b < r->n_draws; b++)
        ck_assert_msg(r->draws[b].n_significant > 120 && r->draws[b].n_significant < 170, "%zu",
                      r->draws[b].n_significant);
    size_t any = 0;
    for (size_t b = 0; b < r->exchange.n_draws; b++)
        any += r->exchange.n_significant[b] > 0;
    ck_assert_msg(any == 49, "%zu", any); /* those above the bound, which is the 50th largest */
    compute(&a, &stage_halves);
    ck_assert(halves_of(&a)->halves.n_left_out == 0);
    ck_assert(halves_of(&a)->halves.mean.number[HALF_CHOSEN] > 80);
    analysis_clear(&a);
}
END_TEST

static bool stop_late(void *context, const struct stage *stage, size_t done, size_t total)
{
    size_t *const n = context;

    (void)done, (void)total;
    return stage != &stage_answer || (*n)++ < 600;
}

/* Cancelled draws are kept; they are those of a whole run, with any number of threads. */
START_TEST(what_is_done_is_kept)
{
    size_t n = 0;
    const struct analysis_watch watch = { .progress = stop_late, .context = &n };
    struct analysis a, b;

    begin(&a, "h.3.mlp.c_fc");
    begin(&b, "h.3.mlp.c_fc");
    ck_assert_int_eq(analysis_run(&a, &stage_answer, &watch, NULL), CT_OK);
    const struct answer_result *const part = answer_of(&a);
    ck_assert(part->n_draws > 0 && part->n_draws < 199);
    ck_assert(part->recovery.n_groups == 0 && isnan(part->sensitivity));
    ck_assert(!part->has_sensitivity); /* it is not that no groups would have been seen */
    b.params.threads = 3;
    b.params.draws = part->n_draws;
    b.params.resamples = 5;
    const struct answer_result *const r = answer(&b);
    ck_assert_mem_eq(part->draws, r->draws, r->n_draws * sizeof *r->draws);
    ck_assert(part->pvalue == r->pvalue && r->has_sensitivity);
    analysis_clear(&a);
    analysis_clear(&b);
}
END_TEST

/* ---- cancelled and continued ---- */

struct stopper { /* ends the stage at its at-th tick */
    const struct stage *stage;
    size_t ticks, at;
};

static bool stop_at(void *context, const struct stage *stage, size_t done, size_t total)
{
    struct stopper *const s = context;

    (void)done, (void)total;
    return stage != s->stage || s->ticks++ < s->at;
}

/* Of the results of two runs, each with its numbers that draws decide. */
static void assert_same_answers(const struct analysis *a, const struct analysis *b)
{
    const struct answer_result *const x = answer_of(a), *const y = answer_of(b);

    ck_assert_uint_eq(x->n_draws, y->n_draws);
    ck_assert_mem_eq(x->draws, y->draws, x->n_draws * sizeof *x->draws);
    ck_assert_mem_eq(x->exchange.largest, y->exchange.largest,
                     x->exchange.n_draws * sizeof *x->exchange.largest);
    ck_assert_mem_eq(x->recovery.consensus, y->recovery.consensus,
                     x->n_selected * x->n_selected * sizeof *x->recovery.consensus);
    ck_assert(x->pvalue == y->pvalue && x->verdict == y->verdict);
    ck_assert(x->has_sensitivity && x->sensitivity == y->sensitivity);
}

static void assert_same_halves(const struct analysis *a, const struct analysis *b)
{
    const struct halves *const x = &halves_of(a)->halves, *const y = &halves_of(b)->halves;

    ck_assert_uint_eq(x->n, y->n);
    ck_assert_mem_eq(x->each, y->each, x->n * sizeof *x->each);
}

static void assert_same_pictures(const struct analysis *a, const struct analysis *b)
{
    const struct pictures *const x = &picture_of(a)->pictures, *const y = &picture_of(b)->pictures;

    ck_assert(x->n_clouds == y->n_clouds && x->n_resampled == y->n_resampled);
    ck_assert_mem_eq(x->looks, y->looks, x->n_clouds * n_plane_methods * sizeof *x->looks);
    ck_assert_mem_eq(x->agreement, y->agreement, n_plane_methods * sizeof *x->agreement);
}

/* Few draws, so that the ticks of a stage are those of every part of it. */
static void begin_short(struct analysis *a)
{
    begin(a, "h.3.mlp.c_fc");
    a->params.draws = 60;
    a->params.resamples = 30;
    a->params.halves = 12;
    a->params.pictures = 6;
}

/* Wherever a stage is cancelled, computing it again gives the bits of a whole run, and what was
 * done is not done again. */
START_TEST(what_was_cancelled_continues)
{
    static const struct {
        const struct stage *stage;
        void (*assert_same)(const struct analysis *a, const struct analysis *b);
    } cases[] = { { &stage_answer, assert_same_answers },
                  { &stage_halves, assert_same_halves },
                  { &stage_picture, assert_same_pictures } };
    const struct stage *const stage = cases[_i].stage;
    struct stopper s = { stage, 0, SIZE_MAX };
    const struct analysis_watch watch = { .progress = stop_at, .context = &s };
    struct analysis whole;
    static const size_t before_end[] = { 1, 3, 5, 18, 40, 60 };
    size_t n_partial = 0, n_shorter = 0;

    begin_short(&whole);
    ck_assert_int_eq(analysis_run(&whole, stage, &watch, NULL), CT_OK);
    ck_assert(analysis_partial(&whole, stage) == NULL);
    const size_t n_ticks = s.ticks;
    for (size_t k = 0; k < sizeof before_end / sizeof *before_end; k++) {
        struct analysis a;

        begin_short(&a);
        s = (struct stopper){ stage, 0, n_ticks - size_min(n_ticks, before_end[k]) };
        const enum ct_status status = analysis_run(&a, stage, &watch, NULL);
        ck_assert(status == CT_OK || status == CT_ECANCELED);
        if (status == CT_OK) {
            struct result *result = NULL;
            n_partial++;
            ck_assert(!analysis_is_stale(&a, stage) && analysis_partial(&a, stage) == stage);
            s = (struct stopper){ stage, 0, SIZE_MAX };
            ck_assert_int_eq(analysis_compute(&a, stage, &watch, &result, NULL), CT_OK);
            analysis_accept(&a, result);
            n_shorter += s.ticks < n_ticks;
        } else {
            compute(&a, stage);
        }
        ck_assert(analysis_partial(&a, stage) == NULL);
        cases[_i].assert_same(&a, &whole);
        analysis_clear(&a);
    }
    ck_assert_uint_ge(n_partial, 2);
    ck_assert(stage == &stage_halves || n_shorter >= 2);
    analysis_clear(&whole);
}
END_TEST

int main(void)
{
    TCase *const tcase = tcase_create("answer");

    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, layers_of_the_demo);
    tcase_add_test(tcase, answers_by_layer);
    tcase_add_test(tcase, the_answer_of_the_demo);
    tcase_add_test(tcase, the_halves_of_the_demo);
    tcase_add_test(tcase, the_picture_of_the_demo);
    tcase_add_test(tcase, pictures_can_be_repeated);
    tcase_add_test(tcase, skewed_activations_have_no_answer);
    tcase_add_test(tcase, few_neurons_have_no_answer);
    tcase_add_test(tcase, repeated_sentences_are_left_out);
    tcase_add_test(tcase, groups_of_different_size);
    tcase_add_test(tcase, the_answer_by_maxt);
    tcase_add_test(tcase, what_is_done_is_kept);
    tcase_add_loop_test(tcase, what_was_cancelled_continues, 0, 3);
    return run_tcase("answer", tcase);
}
