/* Sets of neurons that people choose: their texts, and what they do beside the stage's own sets. */
#include "config.h"
#include "support.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "io_temp.h"
#include "pipeline/effect_chosen.h"
#include "pipeline/setting.h"
#include "pipeline/stage_effect.h"
#include "pipeline/stage_extract.h"
#include "pipeline/stage_layers.h"
#include "pipeline/stage_ttest.h"
#include "pipeline/stages.h"

static void set(struct analysis *a, const char *name, const char *text)
{
    struct ct_error err = { 0 };
    const struct setting *const setting = setting_find(name);

    ck_assert_msg(setting->kind->parse(setting, &a->params, text, &err) == CT_OK, "%s", err.text);
}

/* Few sentences, to be quick; one without a twin. */
static void begin(struct analysis *a, const char *hook)
{
    FILE *const from = fopen(fixture_path("demo/stimuli.csv"), "r");
    FILE *const to = fopen(temp_path("small.csv"), "w");
    char line[400];

    for (int i = 0; fgets(line, sizeof line, from) != NULL; i++)
        if (i <= 12 || (i > 54 && i <= 66))
            fputs(line, to);
    fputs("her, her,Nobody in the village had ever met her before.\n", to);
    fclose(from);
    ck_assert_int_eq(fclose(to), 0);
    analysis_init(a);
    set(a, "iterations", "250");
    set(a, "model", fixture_path("demo"));
    set(a, "stimuli", temp_path("small.csv"));
    set(a, "hook", hook);
    set(a, "correction", "none");
}

static const struct effect_result *run(struct analysis *a)
{
    struct ct_error err = { 0 };

    ck_assert_msg(analysis_run(a, &stage_effect, NULL, &err) == CT_OK, "%s", err.text);
    return effect_of(a);
}

static const struct effect_row *row_of(const struct effect_result *r, size_t edit,
                                       const char *source, size_t group)
{
    for (size_t i = 0; i < r->n_rows; i++)
        if (r->rows[i].edit == edit && r->rows[i].group == group &&
            strcmp(r->rows[i].source, source) == 0)
            return &r->rows[i];
    ck_abort_msg("no row %s %zu", source, group);
    return NULL;
}

static bool are_same(double a, double b)
{
    return a == b || (isnan(a) && isnan(b));
}

/* To the last bit, also sentence by sentence. */
static void assert_same_rows(const struct effect_result *r, const struct effect_row *x,
                             const struct effect_row *y)
{
    const double numbers[][2] = {
        { x->moved_end, y->moved_end },           { x->moved_end_low, y->moved_end_low },
        { x->moved_next, y->moved_next },         { x->without_end, y->without_end },
        { x->divergence_end, y->divergence_end }, { x->loss, y->loss },
        { x->difference, y->difference },         { x->write, y->write },
    };

    ck_assert_uint_eq(x->size, y->size);
    for (size_t k = 0; k < sizeof numbers / sizeof *numbers; k++)
        ck_assert_msg(are_same(numbers[k][0], numbers[k][1]), "number %zu: %g, %g", k,
                      numbers[k][0], numbers[k][1]);
    for (size_t i = 0; i < r->n; i++) {
        const struct effect_reading *const a = &r->readings[(size_t)(x - r->rows) * r->n + i];
        const struct effect_reading *const b = &r->readings[(size_t)(y - r->rows) * r->n + i];
        ck_assert(a->end == b->end && a->next == b->next && a->loss == b->loss);
        ck_assert_mem_eq(a->likeliest, b->likeliest, sizeof a->likeliest);
    }
}

/* The significant neurons as a text, after what stands before them; owned by the caller. */
static char *significant(const struct analysis *a, const char *before)
{
    const struct ttest_stage *const t = ttest_of(a);
    char *const text = ct_malloc_array(t->n_significant + 2, 16);
    size_t used = (size_t)sprintf(text, "%s", before);

    ck_assert_uint_gt(t->n_significant, 3);
    for (size_t i = 0; i < t->n_significant; i++)
        used += (size_t)sprintf(text + used, "%s%zu", i > 0 ? "," : "", t->significant[i]);
    return text;
}

START_TEST(texts_are_checked)
{
    static const char *const good[] = { "",
                                        "3",
                                        "3,5-7",
                                        " 1  2 ",
                                        "zero:1",
                                        "scale=-0.5:1,2,mean:3",
                                        "h.0:1,2",
                                        "swap:h.0:1",
                                        "h.1.mlp.c_fc:1-2,h.2.mlp:3",
                                        "007",
                                        "zero:1 mean:2",
                                        "5-5" };
    static const char *const bad[] = { ",",
                                       "1,",
                                       "-1",
                                       "1-",
                                       "3-2",
                                       "x",
                                       "zero",
                                       "zero:",
                                       ":1",
                                       "1,zero:2",
                                       "h.0:h.1:2",
                                       "h.0:zero:1",
                                       "1;2",
                                       "add=1:x",
                                       "0x1",
                                       "1.5",
                                       "99999999999999999999999",
                                       "zero::1" };

    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        ck_assert_msg(chosen_sets_are(good[i]), "'%s'", good[i]);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        ck_assert_msg(!chosen_sets_are(bad[i]), "'%s'", bad[i]);
    ck_assert_uint_eq(chosen_sets_count(" 1  2-3,4 zero:5 "), 3);
    ck_assert_uint_eq(chosen_sets_count(""), 0);
}
END_TEST

START_TEST(chosen_sets_are_as_good_as_those_of_the_stage)
{
    struct analysis a;
    struct ct_error err = { 0 };

    begin(&a, "h.1.mlp.c_fc");
    ck_assert_int_eq(analysis_run(&a, &stage_ttest, NULL, &err), CT_OK);
    char *const plain = significant(&a, "");
    char *const zero = significant(&a, "zero:");
    char *const swap = significant(&a, "swap:");
    set(&a, "chosen", "0-255");
    set(&a, "chosen", plain);
    set(&a, "chosen", zero);
    set(&a, "chosen", swap);
    set(&a, "edit", "swap,zero");
    const struct effect_result *const r = run(&a);
    for (size_t e = 0; e < 2; e++) {
        assert_same_rows(r, row_of(r, e, "chosen", 1), row_of(r, e, "all", NO_GROUP));
        assert_same_rows(r, row_of(r, e, "chosen", 2), row_of(r, e, "significant", NO_GROUP));
    }
    assert_same_rows(r, row_of(r, OWN_EDITS, "chosen", 3), row_of(r, 1, "significant", NO_GROUP));
    assert_same_rows(r, row_of(r, OWN_EDITS, "chosen", 4), row_of(r, 0, "significant", NO_GROUP));
    ck_assert_uint_eq(effect_n_shown(r), r->n_rows - (r->n_rows - 2) / 2);
    ck_assert_ptr_eq(effect_shown(r, effect_n_shown(r) - 1), &r->rows[r->n_rows - 1]);
    ck_assert(!effect_row_has(r, row_of(r, OWN_EDITS, "chosen", 4), r->n - 1) &&
              effect_row_has(r, row_of(r, OWN_EDITS, "chosen", 3), r->n - 1));
    free(plain);
    free(zero);
    free(swap);
    analysis_clear(&a);
}
END_TEST

/* What is multiplied by 1 is not edited, and of two edits of a neuron the last one counts. */
START_TEST(edits_of_a_set_hold_together)
{
    struct analysis a;

    begin(&a, "h.1.mlp.c_fc");
    set(&a, "chosen", "zero:0-99 zero:0-99,scale=1:100-255 mean:50-120,zero:0-99,scale=1:100-120");
    set(&a, "chosen", "zero:0-99,mean:100-255");
    const struct effect_result *const r = run(&a);
    struct effect_row zero = *row_of(r, OWN_EDITS, "chosen", 1);
    for (size_t g = 2; g <= 3; g++) {
        const struct effect_row *const row = row_of(r, OWN_EDITS, "chosen", g);
        ck_assert(row->divergence_end == zero.divergence_end && row->loss == zero.loss);
        ck_assert(row->difference == zero.difference && isnan(row->without_end));
        ck_assert_uint_eq(row->n_edits, 2);
    }
    ck_assert(row_of(r, OWN_EDITS, "chosen", 4)->divergence_end != zero.divergence_end);
    ck_assert(zero.divergence_end > 0.0 && !isnan(zero.without_end));
    analysis_clear(&a);
}
END_TEST

START_TEST(controls_are_those_of_the_same_set)
{
    struct analysis a;
    struct ct_error err = { 0 };
    char text[80];

    begin(&a, "h.4.mlp.c_fc");
    ck_assert_int_eq(analysis_run(&a, &stage_ttest, NULL, &err), CT_OK);
    const size_t *const s = ttest_of(&a)->significant;
    snprintf(text, sizeof text, "swap:%zu,%zu,%zu zero:%zu", s[0], s[1], s[2], s[0]);
    set(&a, "chosen", text);
    set(&a, "controls", NULL);
    const struct effect_result *const r = run(&a);
    const struct effect_row *const row = row_of(r, OWN_EDITS, "chosen", 1);
    ck_assert_uint_eq(row->by[CONTROL_RANDOM].n_draws, EFFECT_DRAWS);
    ck_assert(row->by[CONTROL_RANDOM].pvalue > 0.0 && row->by[CONTROL_RANDOM].pvalue <= 1.0);
    ck_assert_uint_eq(row_of(r, OWN_EDITS, "chosen", 2)->by[CONTROL_RANDOM].n_draws, 0);
    analysis_clear(&a);
}
END_TEST

START_TEST(hook_points_are_named_where_there_are_several)
{
    struct analysis a, layer;
    struct ct_error err = { 0 };
    struct chosen_sets sets;
    char *text = NULL;

    begin(&a, "h.[12].mlp.c_fc");
    set(&a, "chosen", "swap:h.1.mlp.c_fc:0-255,h.2.mlp.c_fc:0-255");
    set(&a, "chosen", "zero:blocks.2.mlp.hook_pre:7,9,11-14,mean:3");
    const struct effect_result *const r = run(&a);
    assert_same_rows(r, row_of(r, OWN_EDITS, "chosen", 1), row_of(r, 0, "all", NO_GROUP));
    ck_assert_int_eq(chosen_sets_find(&a, a.params.chosen, &sets, &err), CT_OK);
    ck_assert_uint_eq(sets.n, 2);
    ck_assert_uint_eq(sets.sets[1].parts[0].set.columns[1], 256 + 9);
    ck_assert_int_eq(chosen_set_text(&a, &sets.sets[1], true, &text, &err), CT_OK);
    ck_assert_str_eq(text, "zero:h.2.mlp.c_fc:7,9,11-14,mean:h.2.mlp.c_fc:3");
    free(text);
    chosen_sets_clear(&sets);

    /* Alone, a hook point has what is its own. */
    ck_assert_int_eq(analysis_init_layer(&layer, &a, 0, &err), CT_OK);
    const struct effect_result *const alone = run(&layer);
    assert_same_rows(alone, row_of(alone, OWN_EDITS, "chosen", 1),
                     row_of(alone, 0, "all", NO_GROUP));
    ck_assert_int_eq(chosen_sets_find(&layer, a.params.chosen, &sets, &err), CT_OK);
    ck_assert_uint_eq(sets.sets[1].n_parts, 0);
    chosen_sets_clear(&sets);
    analysis_clear(&layer);
    analysis_clear(&a);
}
END_TEST

START_TEST(neurons_that_there_are_not_are_named_at_once)
{
    static const char *const wrong[][2] = {
        { "256", "--chosen: no neuron 256: h.1.mlp.c_fc has 256; expected 0 .. 255" },
        { "3 zero:5-999", "--chosen: no neuron 999: h.1.mlp.c_fc has 256" },
        { "h.2.mlp.c_fc:1", "h.2.mlp.c_fc is not one of the hook points; add --hook h.2" },
        { "h.9.mlp.c_fc:1", "--chosen: h.9.mlp.c_fc: the model has 6 layers" },
        { "h.*.mlp.c_fc:1", "--chosen: h.*.mlp.c_fc names 6 hook points; name one" },
    };

    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct analysis a;
        struct ct_error err = { 0 };
        begin(&a, "h.1.mlp.c_fc");
        set(&a, "chosen", wrong[i][0]);
        ck_assert_int_eq(analysis_run(&a, &stage_effect, NULL, &err), CT_EINVAL);
        ck_assert_msg(strstr(err.text, wrong[i][1]) != NULL, "%s", err.text);
        ck_assert_ptr_null(extract_of(&a)); /* before anything takes long */
        analysis_clear(&a);
    }
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        texts_are_checked,
        chosen_sets_are_as_good_as_those_of_the_stage,
        edits_of_a_set_hold_together,
        controls_are_those_of_the_same_set,
        hook_points_are_named_where_there_are_several,
        neurons_that_there_are_not_are_named_at_once,
    };

    temp_begin();
    const int status = RUN_TESTS("chosen", tests);
    temp_end();
    return status;
}
