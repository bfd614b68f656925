/* What the demo says after each block and its neurons directly: reference values and sums. */
#include "config.h"
#include "support.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "pipeline/analysis.h"
#include "pipeline/setting.h"
#include "pipeline/stage_direct.h"
#include "pipeline/stage_effect.h"
#include "pipeline/stage_extract.h"
#include "pipeline/stage_lens.h"
#include "pipeline/stage_load.h"
#include "pipeline/stage_ttest.h"
#include "pipeline/stages.h"

static void set(struct analysis *a, const char *name, const char *text)
{
    struct ct_error err = { 0 };
    const struct setting *const setting = setting_find(name);

    ck_assert_msg(setting->kind->parse(setting, &a->params, text, &err) == CT_OK, "%s", err.text);
}

/* Every neuron that varies is significant. */
static void begin(struct analysis *a, const char *model, const char *hook)
{
    analysis_init(a);
    set(a, "model", fixture_path(model));
    set(a, "stimuli", fixture_path("demo/stimuli.csv"));
    set(a, "hook", hook);
    set(a, "correction", "none");
    set(a, "alpha", "0.9999999");
    set(a, "lens", NULL);
}

static void run(struct analysis *a, const struct stage *goal)
{
    struct ct_error err = { 0 };

    ck_assert_msg(analysis_run(a, goal, NULL, &err) == CT_OK, "%s", err.text);
}

/* Want: the clean pass of fixtures/gen_swaps.py in float64, to the digits given. */
START_TEST(the_last_block_says_what_the_model_says)
{
    struct analysis a;

    begin(&a, "demo", "h.3.mlp.c_fc");
    run(&a, &stage_lens);
    const struct lens_result *const r = lens_of(&a);
    ck_assert_uint_eq(r->n_layers, 6);
    ck_assert_str_eq(r->hooks[5], "h.5");
    ck_assert_double_eq_tol(lens_row(r, 5, 0, LENS_END)->difference, 4.735, 0.0005);
    ck_assert_double_eq_tol(lens_row(r, 5, 1, LENS_END)->difference, -5.657, 0.0005);
    for (size_t l = 0; l < r->n_layers; l++)
        for (size_t g = 0; g < 2; g++)
            for (size_t p = 0; p < N_LENS_PLACES; p++) {
                const struct lens_row *const row = lens_row(r, l, g, (enum lens_place)p);
                ck_assert(row->agreement >= 0.0 && row->agreement <= 1.0);
                ck_assert(l < 5 || row->agreement == 1.0);
                ck_assert(row->share * (double)row->n_likeliest <= (double)row->n_likeliest);
                ck_assert(row->n_likeliest > 0 && (row->n_likeliest == 1) == (row->share == 1.0));
            }
    analysis_clear(&a);
}
END_TEST

/* Sentences' likeliest words, counted again from what the stage Effect has. */
START_TEST(likeliest_words_are_those_of_the_sentences)
{
    struct analysis a;

    begin(&a, "demo", "h.3.mlp.c_fc");
    set(&a, "iterations", "250");
    set(&a, "alpha", "0.01");
    run(&a, &stage_effect);
    run(&a, &stage_lens);
    const struct effect_result *const e = effect_of(&a);
    for (size_t g = 0; g < 2; g++) {
        const struct lens_row *const row = lens_row(lens_of(&a), 5, g, LENS_END);
        size_t last = SIZE_MAX;
        for (size_t k = 0; k < row->n_likeliest; k++) {
            size_t n = 0;
            size_t n_in = 0;
            for (size_t i = 0; i < e->n; i++)
                if (load_of(&a)->sentences[e->sentences[i].row].group == g) {
                    n_in++;
                    n += e->clean[i].likeliest[0] == row->likeliest[k] ? 1 : 0;
                }
            ck_assert(n > 0 && n <= last);
            ck_assert(k > 0 || row->share == (double)n / (double)n_in);
            last = n;
        }
    }
    analysis_clear(&a);
}
END_TEST

/* By hand: all that the last stream, or the last norm, has sums to what the model says. */
START_TEST(contributions_sum_to_the_difference_of_the_words)
{
    static const struct {
        const char *model, *hook;
    } rows[] = { { "demo", "h.5" },
                 { "demo", "ln_f" },
                 { "demo_llama", "layers.*" },
                 { "demo_llama", "norm" } };

    for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
        struct analysis a;
        struct ct_error err = { 0 };
        begin(&a, rows[k].model, rows[k].hook);
        run(&a, &stage_lens);
        const struct lens_result *const lens = lens_of(&a);
        ck_assert_msg(analysis_run(&a, &stage_direct, NULL, &err) == CT_OK, "%s", err.text);
        const struct direct_result *const r = direct_of(&a);
        const struct extract_result *const e = extract_of(&a);
        const size_t first = e->blocks[e->n_blocks - 1].first; /* the last block's */
        double sum = 0.0;
        double largest = 0.0;
        ck_assert_uint_eq(r->n_rows, e->X.cols);
        for (size_t i = first; i < r->n_rows; i++) {
            ck_assert_uint_eq(r->rows[i].column, i);
            sum += r->rows[i].contribution;
            largest = fmax(largest, fabs(r->rows[i].contribution));
        }
        const size_t last = lens->n_layers - 1;
        ck_assert_double_eq_tol(sum,
                                lens_row(lens, last, 0, LENS_NEXT)->difference -
                                    lens_row(lens, last, 1, LENS_NEXT)->difference,
                                1e-5 * largest);
        analysis_clear(&a);
    }
}
END_TEST

/* What an MLP adds is what all of its neurons add; its bias is the same in both groups. */
static double sum_of(const char *model, const char *hook)
{
    struct analysis a;
    double sum = 0.0;

    begin(&a, model, hook);
    run(&a, &stage_direct);
    const struct direct_result *const r = direct_of(&a);
    ck_assert_uint_eq(r->n_unknown, 0);
    for (size_t i = 0; i < r->n_rows; i++)
        sum += r->rows[i].contribution;
    analysis_clear(&a);
    return sum;
}

/* Those before, after and beside the activation function, and of what they add together: but for
 * the bias, which the divisors of sentences multiply. */
START_TEST(neurons_of_an_mlp_contribute_as_much_as_it_does)
{
    const double gates = sum_of("demo_llama", "layers.2.mlp.gate_proj");

    ck_assert_double_eq_tol(gates, sum_of("demo_llama", "layers.2.mlp.up_proj"), 1e-6);
    ck_assert_double_eq_tol(gates, sum_of("demo_llama", "layers.2.mlp.act_fn"), 1e-6);
    ck_assert_double_eq_tol(gates, sum_of("demo_llama", "layers.2.mlp.down_proj.input"), 1e-6);
    ck_assert_double_eq_tol(gates, sum_of("demo_llama", "layers.2.mlp"), 1e-6); /* no bias */
    ck_assert_double_eq_tol(sum_of("demo_llama", "layers.1.self_attn.o_proj.input"),
                            sum_of("demo_llama", "layers.1.self_attn"), 1e-6);
    ck_assert_double_eq_tol(sum_of("demo", "h.3.mlp.c_fc"), sum_of("demo", "h.3.mlp.act"), 1e-6);
}
END_TEST

START_TEST(neurons_that_add_nothing_are_counted)
{
    struct analysis a;

    begin(&a, "demo", "h.2.attn.c_attn");
    run(&a, &stage_direct);
    ck_assert_uint_eq(direct_of(&a)->n_rows, 0);
    ck_assert_uint_eq(direct_of(&a)->n_unknown, ttest_of(&a)->n_significant);
    analysis_clear(&a);
}
END_TEST

START_TEST(results_do_not_depend_on_threads)
{
    struct analysis a, b;

    begin(&a, "demo_llama", "layers.1.mlp.gate_proj");
    begin(&b, "demo_llama", "layers.1.mlp.gate_proj");
    a.params.threads = 1;
    b.params.threads = 2;
    run(&a, &stage_lens);
    run(&a, &stage_direct);
    run(&b, &stage_lens);
    run(&b, &stage_direct);
    const struct direct_result *const x = direct_of(&a);
    const struct direct_result *const y = direct_of(&b);
    ck_assert_uint_eq(x->n_rows, y->n_rows);
    for (size_t k = 0; k < x->n_rows; k++) {
        ck_assert_double_eq(x->rows[k].contribution, y->rows[k].contribution);
        ck_assert_mem_eq(&x->rows[k].says.words.high, &y->rows[k].says.words.high,
                         sizeof x->rows[k].says.words.high);
    }
    for (size_t l = 0; l < lens_of(&a)->n_layers; l++)
        ck_assert_double_eq(lens_row(lens_of(&a), l, 1, LENS_END)->difference,
                            lens_row(lens_of(&b), l, 1, LENS_END)->difference);
    analysis_clear(&a);
    analysis_clear(&b);
}
END_TEST

static bool stop(void *context, const struct stage *stage, size_t done, size_t total)
{
    return stage != context || done < total / 2;
}

START_TEST(both_can_be_cancelled)
{
    const struct stage *const goals[] = { &stage_lens, &stage_direct };

    for (size_t k = 0; k < 2; k++) {
        struct analysis a;
        struct ct_error err = { 0 };
        const struct analysis_watch watch = { .progress = stop,
                                              .context = (void *)(uintptr_t)goals[k] };
        begin(&a, "demo", "h.3.mlp.c_fc");
        ck_assert_int_eq(analysis_run(&a, goals[k], &watch, &err), CT_ECANCELED);
        ck_assert_ptr_null(analysis_result(&a, goals[k]));
        analysis_clear(&a);
    }
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        the_last_block_says_what_the_model_says,
        likeliest_words_are_those_of_the_sentences,
        contributions_sum_to_the_difference_of_the_words,
        neurons_of_an_mlp_contribute_as_much_as_it_does,
        neurons_that_add_nothing_are_counted,
        results_do_not_depend_on_threads,
        both_can_be_cancelled,
    };

    return RUN_TESTS("direct", tests);
}
