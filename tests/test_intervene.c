/* The stage Effect on the demo: reference values, words, twins, edits, cancelling. */
#include "config.h"
#include "support.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "io_temp.h"
#include "model/output.h"
#include "pipeline/analysis.h"
#include "pipeline/effect_edits.h"
#include "pipeline/effect_words.h"
#include "pipeline/setting.h"
#include "pipeline/stage_effect.h"
#include "pipeline/stage_extract.h"
#include "pipeline/stage_load.h"
#include "pipeline/stage_map.h"
#include "pipeline/stages.h"

static void set(struct analysis *a, const char *name, const char *text)
{
    struct ct_error err = { 0 };
    const struct setting *const setting = setting_find(name);

    ck_assert_msg(setting->kind->parse(setting, &a->params, text, &err) == CT_OK, "%s", err.text);
}

static void begin(struct analysis *a, const char *hook, const char *stimuli)
{
    analysis_init(a);
    set(a, "iterations", "250");
    set(a, "model", fixture_path("demo"));
    set(a, "stimuli", stimuli != NULL ? stimuli : fixture_path("demo/stimuli.csv"));
    set(a, "hook", hook);
}

/* Few sentences, to be quick. */
static void begin_small(struct analysis *a, const char *hook)
{
    FILE *const from = fopen(fixture_path("demo/stimuli.csv"), "r");
    FILE *const to = fopen(temp_path("small.csv"), "w");
    char line[400];

    for (int i = 0; fgets(line, sizeof line, from) != NULL; i++)
        if (i <= 12 || (i > 54 && i <= 66))
            fputs(line, to);
    fclose(from);
    ck_assert_int_eq(fclose(to), 0);
    begin(a, hook, temp_path("small.csv"));
    set(a, "correction", "none");
}

static const struct effect_result *run(struct analysis *a)
{
    struct ct_error err = { 0 };

    ck_assert_msg(analysis_run(a, &stage_effect, NULL, &err) == CT_OK, "%s", err.text);
    return effect_of(a);
}

/* Want: an independent forward pass in float64 (fixtures/gen_swaps.py), to the digits given. */
START_TEST(the_demo_has_its_reference_values)
{
    static const struct {
        const char *hook;
        double all, significant;
    } want[] = { { "h.0.mlp.c_fc", 1.0164, 1.01 }, { "h.3.mlp.c_fc", -0.0011, -0.005 } };

    for (size_t i = 0; i < sizeof want / sizeof *want; i++) {
        struct analysis a;
        begin(&a, want[i].hook, NULL);
        const struct effect_result *const r = run(&a);
        ck_assert_double_eq_tol(r->difference[0], 4.735, 0.0005);
        ck_assert_double_eq_tol(r->difference[1], -5.657, 0.0005);
        ck_assert_uint_eq(r->words.n, 4);
        ck_assert_uint_eq(r->n_twins, 54);
        ck_assert_uint_eq(r->n_without, 0);
        ck_assert_double_eq_tol(effect_row_find(r, "all")->moved_end, want[i].all, 0.00005);
        ck_assert_double_eq_tol(effect_row_find(r, "significant")->moved_end, want[i].significant,
                                0.002);
        const struct effect_row *const some = effect_row_find(r, "significant");
        const struct effect_row *const others = effect_row_find(r, "others");
        ck_assert_double_eq(some->without_end, others->moved_end); /* complements */
        ck_assert_double_eq(others->without_end, some->moved_end);
        ck_assert_double_eq(effect_row_find(r, "all")->without_end, 0.0);
        ck_assert(some->moved_end_low < some->moved_end && some->moved_end < some->moved_end_high);
        ck_assert_double_ge(some->divergence_end, 0.0);
        analysis_clear(&a);
    }
}
END_TEST

/* What a model says without edits, from the hook point of its logits. */
START_TEST(predictions_match_the_logits)
{
    struct analysis a;
    struct ct_error err = { 0 };

    begin(&a, "h.3.mlp.c_fc", NULL);
    const struct effect_result *const r = run(&a);
    const struct load_result *const load = load_of(&a);
    const struct sentence *const s = &load->sentences[r->sentences[5].row];
    uint32_t ids[64];
    struct hook_point *hooks = NULL;
    size_t n_hooks = 0;
    ck_assert_uint_le(s->n_tokens, 64);
    for (size_t t = 0; t < s->n_tokens; t++)
        ids[t] = s->tokens[t].id;
    ck_assert_int_eq(hooks_resolve(model_config(load->model), (const char *[]){ "lm_head" }, 1,
                                   &hooks, &n_hooks, &err),
                     CT_OK);
    const size_t n_words = hooks[0].width;
    float *const logits = ct_malloc_array(n_words, sizeof *logits);
    double loss = 0.0;
    for (size_t t = s->target; t < s->n_tokens; t++) {
        const struct token_seq seq = { ids, t + 1 };
        const struct extract_job job = {
            .model = load->model, .seqs = &seq, .n_seqs = 1, .hooks = hooks, .n_hooks = 1
        };
        double total = 0.0;
        ck_assert_int_eq(extract_activations(&job, 1, NULL, logits, NULL, &err), CT_OK);
        for (size_t w = 0; w < n_words; w++)
            total += exp((double)logits[w]);
        if (t + 1 < s->n_tokens)
            loss += log(total) - (double)logits[ids[t + 1]];
    }
    double difference = 0.0; /* of the last position's */
    for (size_t i = 0; i < r->words.n; i++)
        difference += (double)logits[r->words.ids[2 * i]] - (double)logits[r->words.ids[2 * i + 1]];
    ck_assert_double_eq(r->clean[5].end, difference / (double)r->words.n); /* the same bits */
    /* Sums of 2,560 float32 terms in another order. */
    ck_assert_double_eq_tol(r->clean[5].loss, loss, 1e-5 * loss);
    for (size_t k = 0; k < OUTPUT_TOP; k++) {
        size_t n_larger = 0;
        for (size_t w = 0; w < n_words; w++)
            n_larger += logits[w] > logits[r->clean[5].likeliest[k]];
        ck_assert_uint_eq(n_larger, k);
    }
    ck_assert_double_eq(r->clean[5].divergence_end, 0.0);
    free(logits);
    free(hooks);
    analysis_clear(&a);
}
END_TEST

/* Values times 1 are the same, whatever the set; and an edit that adds nothing. */
START_TEST(an_edit_without_a_change_changes_no_bit)
{
    struct analysis a;

    begin_small(&a, "h.2.mlp.c_fc");
    set(&a, "edit", "scale=1");
    const struct effect_result *const r = run(&a);
    ck_assert_uint_gt(r->n_rows, 3);
    for (size_t k = 0; k < r->n_rows; k++)
        for (size_t i = 0; i < r->n; i++) {
            ck_assert_double_eq(r->readings[k * r->n + i].end, r->clean[i].end);
            ck_assert_double_eq(r->readings[k * r->n + i].next, r->clean[i].next);
            ck_assert_double_eq(r->readings[k * r->n + i].loss, r->clean[i].loss);
            ck_assert_double_eq(r->readings[k * r->n + i].divergence_end, 0.0);
        }
    analysis_clear(&a);
}
END_TEST

/* The sum of everything at the last residual stream from the target on is the twin's; here the
 * sentence ends with its target, so that one position is all. */
START_TEST(the_last_stream_of_the_twin_gives_its_words)
{
    static const char text[] = "group,target,text\nhim, him,They warned him\nher, her,They warned "
                               "her\nhim, him,We met him\nher, her,We met her\nhim, him,I saw "
                               "him\nher, her,I saw her\n";
    struct analysis a;

    temp_text("end.csv", text);
    begin(&a, "h.5", temp_path("end.csv"));
    const struct effect_result *const r = run(&a);
    ck_assert_uint_eq(r->n_twins, 3);
    for (size_t i = 0; i < r->n; i++)
        ck_assert_double_eq_tol(r->readings[i].end, r->clean[r->sentences[i].twin].end, 1e-6);
    ck_assert_double_eq_tol(effect_row_find(r, "all")->moved_end, 1.0, 1e-6);
    ck_assert(isnan(effect_row_find(r, "all")->loss)); /* no token follows */
    analysis_clear(&a);
}
END_TEST

START_TEST(twins_are_found_by_their_texts)
{
    static const char text[] =
        "group,target,text\nhim, him,They warned him about it.\nhim, him,We met him near it.\n"
        "her, her,We met her near it.\nher, her,They warned her about it.\n"
        "her, her,The others saw her there.\n";
    struct analysis a;

    temp_text("shuffled.csv", text);
    begin(&a, "h.0.mlp.c_fc", temp_path("shuffled.csv"));
    const struct effect_result *const r = run(&a);
    ck_assert_int_eq(r->twins, TWINS_BY_TEXT);
    ck_assert_uint_eq(r->n_twins, 2);
    ck_assert_uint_eq(r->n_without, 1);
    ck_assert_uint_eq(r->sentences[0].twin, 3);
    ck_assert_uint_eq(r->sentences[1].twin, 2);
    ck_assert_uint_eq(r->sentences[4].twin, NO_TWIN);
    analysis_clear(&a);
}
END_TEST

START_TEST(without_twins_means_and_zeros_remain)
{
    static const char text[] =
        "group,target,text\nhim, him,They warned him about it.\nhim, him,We met him near it.\n"
        "her, her,Yesterday we saw her there.\nher, her,The others never met her.\n"
        "her, her,The others saw her there.\n";
    struct analysis a;

    temp_text("single.csv", text);
    begin(&a, "h.0.mlp.c_fc", temp_path("single.csv"));
    const struct effect_result *const r = run(&a);
    ck_assert_int_eq(r->twins, TWINS_NONE);
    ck_assert_uint_eq(r->n_edits, 2);
    ck_assert_int_eq(r->edits[0].kind, EFFECT_MEAN);
    ck_assert(isnan(effect_row_find(r, "all")->moved_end));
    ck_assert_double_gt(effect_row_find(r, "all")->divergence_end, 0.0);
    analysis_clear(&a);
}
END_TEST

START_TEST(results_do_not_depend_on_threads)
{
    struct analysis a, b;

    begin_small(&a, "h.1.mlp.c_fc");
    begin_small(&b, "h.1.mlp.c_fc");
    a.params.threads = 1;
    b.params.threads = 2;
    const struct effect_result *const x = run(&a);
    const struct effect_result *const y = run(&b);
    ck_assert_uint_eq(x->n_rows, y->n_rows);
    for (size_t k = 0; k < x->n_rows * x->n; k++) {
        ck_assert_double_eq(x->readings[k].end, y->readings[k].end);
        ck_assert_double_eq(x->readings[k].divergence_next, y->readings[k].divergence_next);
        ck_assert_double_eq(x->readings[k].loss, y->readings[k].loss);
    }
    analysis_clear(&a);
    analysis_clear(&b);
}
END_TEST

struct stopper {
    size_t n, stop_at;
};

static bool stop(void *context, const struct stage *stage, size_t done, size_t total)
{
    struct stopper *const s = context;

    (void)done;
    (void)total;
    return stage != &stage_effect || s->n++ < s->stop_at;
}

static bool are_same(double a, double b)
{
    return a == b || (isnan(a) && isnan(b));
}

START_TEST(cancelled_controls_are_continued)
{
    struct analysis a, b;
    struct ct_error err = { 0 };
    struct stopper count = { 0, SIZE_MAX };
    const struct analysis_watch counting = { .progress = stop, .context = &count };

    begin_small(&a, "h.4.mlp.c_fc");
    set(&a, "controls", NULL);
    ck_assert_int_eq(analysis_run(&a, &stage_effect, &counting, &err), CT_OK);
    const struct effect_result *const whole = effect_of(&a);
    size_t n_compared = 0;
    for (size_t k = 0; k < whole->n_rows; k++)
        n_compared += whole->rows[k].by[CONTROL_RANDOM].n_draws;
    ck_assert_uint_ge(n_compared, 2 * EFFECT_DRAWS);

    begin_small(&b, "h.4.mlp.c_fc");
    set(&b, "controls", NULL);
    struct stopper s = { 0, count.n * 9 / 10 };
    const struct analysis_watch stopping = { .progress = stop, .context = &s };
    ck_assert_int_eq(analysis_run(&b, &stage_effect, &stopping, &err), CT_OK);
    ck_assert(effect_of(&b)->is_partial);
    ck_assert_ptr_eq(analysis_partial(&b, &stage_effect), &stage_effect);
    ck_assert_int_eq(analysis_run(&b, &stage_effect, NULL, &err), CT_OK);
    struct result *result = NULL;
    ck_assert_int_eq(analysis_compute(&b, &stage_effect, NULL, &result, &err), CT_OK);
    analysis_accept(&b, result);
    const struct effect_result *const again = effect_of(&b);
    ck_assert(!again->is_partial);
    for (size_t k = 0; k < whole->n_rows; k++)
        for (size_t c = 0; c < N_CONTROLS; c++) {
            ck_assert(are_same(whole->rows[k].by[c].mean, again->rows[k].by[c].mean));
            ck_assert(are_same(whole->rows[k].by[c].pvalue, again->rows[k].by[c].pvalue));
        }
    analysis_clear(&a);
    analysis_clear(&b);
}
END_TEST

/* After the last block, the last token's stream is all that counts; before the next tokens attend
 * to the target, its own is. */
START_TEST(the_map_ends_at_the_last_token)
{
    struct analysis a;
    struct ct_error err = { 0 };

    begin(&a, "h.3.mlp.c_fc", NULL);
    set(&a, "map", NULL);
    ck_assert_msg(analysis_run(&a, &stage_map, NULL, &err) == CT_OK, "%s", err.text);
    const struct map_result *const m = map_of(&a);
    const double *const last = m->moved + 5 * m->n_positions;
    ck_assert_uint_eq(m->n_layers, 6);
    ck_assert_uint_eq(m->n_sentences[0], 108);
    ck_assert_uint_eq(m->n_sentences[m->n_positions - 1], 108);
    ck_assert_double_eq_tol(last[m->n_positions - 1], 1.0, 1e-6);
    ck_assert_double_eq(last[0], 0.0); /* the target is not the last token */
    ck_assert_double_gt(m->moved[0], 0.99);
    for (size_t p = 1; p < m->n_positions; p++)
        ck_assert(fabs(m->moved[p]) < 0.01);
    analysis_clear(&a);
}
END_TEST

START_TEST(texts_of_edits_and_words_are_checked)
{
    static const char *const good[] = { "swap", "mean", "zero", "scale=2", "scale=-0.5,swap" };
    static const char *const bad[] = { "",        "swp",       "scale", "scale=",
                                       "scale=x", "scale=inf", "swap,", "add=1" };
    static const char *const bad_words[] = { "", "he", "he:she,", "he:", ":she", "a:b:c" };
    struct effect_edit edits[EFFECT_MOST_EDITS];
    char name[EFFECT_EDIT_NAME];

    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        ck_assert_msg(effect_edits_are(good[i]), "%s", good[i]);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        ck_assert_msg(!effect_edits_are(bad[i]), "%s", bad[i]);
    ck_assert_uint_eq(effect_edits_read("scale=-0.5,swap", edits), 2);
    effect_edit_name(&edits[0], name);
    ck_assert_str_eq(name, "scale=-0.5");
    ck_assert(word_pairs_are(DEFAULT_WORDS));
    for (size_t i = 0; i < sizeof bad_words / sizeof *bad_words; i++)
        ck_assert_msg(!word_pairs_are(bad_words[i]), "%s", bad_words[i]);
}
END_TEST

START_TEST(words_of_several_tokens_are_left_out)
{
    struct tokenizer *tokenizer = NULL;
    struct word_pairs words;
    struct ct_error err = { 0 };

    ck_assert_int_eq(tokenizer_open(fixture_path("demo"), &tokenizer, NULL), CT_OK);
    ck_assert_int_eq(word_pairs_find(tokenizer, " he: she, unbelievably: she, he: he", &words,
                                     &err),
                     CT_OK);
    ck_assert_uint_eq(words.n, 1);
    ck_assert_uint_eq(words.n_dropped, 2);
    ck_assert_str_eq(words.dropped, " unbelievably: she");
    word_pairs_clear(&words);
    ck_assert_int_eq(word_pairs_find(tokenizer, "qqqq: zzzz", &words, &err), CT_EINVAL);
    ck_assert_ptr_nonnull(strstr(err.text, "--words: 'qqqq: zzzz': none of the pairs"));
    tokenizer_free(tokenizer);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        the_demo_has_its_reference_values,       predictions_match_the_logits,
        an_edit_without_a_change_changes_no_bit, the_last_stream_of_the_twin_gives_its_words,
        twins_are_found_by_their_texts,          without_twins_means_and_zeros_remain,
        results_do_not_depend_on_threads,        cancelled_controls_are_continued,
        the_map_ends_at_the_last_token,          texts_of_edits_and_words_are_checked,
        words_of_several_tokens_are_left_out,
    };

    temp_begin();
    const int status = RUN_TESTS("intervene", tests);
    temp_end();
    return status;
}
