/*
 * What each setting makes stale: every row of the table of settings is changed in turn, in an
 * analysis from a model, one from a file of activations, and that of one hook point, and exactly
 * the dependent stages must become stale. A setting without a line here fails.
 */
#include "config.h"
#include "support.h"

#include <stdlib.h>
#include <string.h>

#include "io_temp.h"
#include "pipeline/analysis.h"
#include "pipeline/stage_extract.h"
#include "pipeline/stage_hook.h"
#include "pipeline/stage_answer.h"
#include "pipeline/stage_layers.h"
#include "pipeline/stage_load.h"
#include "pipeline/stage_picture.h"
#include "pipeline/stage_effect.h"
#include "pipeline/stage_similarity.h"
#include "pipeline/stage_ttest.h"
#include "pipeline/stages.h"

#define FROM_CLUSTER  "cluster similarity shuffled picture layers effect"
#define FROM_TSNE     "tsne " FROM_CLUSTER
#define FROM_SPACE    "space " FROM_TSNE
#define FROM_TTEST    "ttest answer halves direct " FROM_SPACE
#define FROM_HOOK     "hook extract map " FROM_TTEST
#define FROM_CONTRAST "contrast map lens " FROM_TTEST
#define ALL           "load contrast lens " FROM_HOOK

static const struct {
    const char *setting;
    const char *value; /* different from the value in begin() */
    const char *from_model, *from_file;
} rows[] = {
    { "model", "elsewhere", ALL, "" },
    { "tokenizer", "elsewhere", ALL, "" },
    { "stimuli", "elsewhere", ALL, "" },
    { "activations", "elsewhere", ALL, ALL },
    { "groups", "elsewhere", "", ALL },
    { "header", "yes", "", ALL },
    { "occurrence", "last", ALL, "" },
    { "bos", "yes", ALL, "" },
    { "hook", "h.1.mlp.c_fc", FROM_HOOK, "" },
    { "contrast", "her,him", FROM_CONTRAST, FROM_CONTRAST },
    { "test", "welch", FROM_TTEST, FROM_TTEST },
    { "alpha", "0.01", FROM_TTEST, FROM_TTEST },
    { "correction", "none", FROM_TTEST, FROM_TTEST },
    { "space", "context", FROM_SPACE, FROM_SPACE },
    { "perplexity", "29", FROM_TSNE, FROM_TSNE },
    { "iterations", "251", FROM_TSNE, FROM_TSNE },
    { "seed", "1", FROM_TSNE " answer halves", FROM_TSNE " answer halves" },
    { "eps", "2", FROM_CLUSTER, FROM_CLUSTER },
    { "min-samples", "4", FROM_CLUSTER, FROM_CLUSTER },
    { "clusters", "4", FROM_CLUSTER, FROM_CLUSTER },
    { "ward", "no", FROM_CLUSTER, FROM_CLUSTER },
    { "cluster-name", "dbscan:h.1:2=x", "", "" },
    { "matrices", NULL, "", "" },
    { "answer", NULL, "layers", "layers" },
    { "draws", "6", "answer shuffled", "answer shuffled" },
    { "resamples", "4", "answer", "answer" },
    { "pictures", "2", "picture", "picture" },
    { "halves", "19", "halves", "halves" },
    { "shuffles", "2", "shuffled", "" },
    { "swap", NULL, "layers", "layers" },
    { "edit", "mean", "effect", "" },
    { "words", " he: she", "effect map lens direct", "" },
    { "map", NULL, "map", "" },
    { "lens", NULL, "lens direct", "" },
    { "controls", NULL, "effect", "" },
    { "add", "1", "effect", "" },
    { "chosen", "zero:3", "effect", "" },
};

/* ---- analyses in which nothing is stale ---- */

static void compute(struct analysis *a, const struct stage *last)
{
    struct ct_error err = { 0 };

    if (analysis_run(a, last, NULL, &err) != CT_OK)
        ck_abort_msg("%s", err.text);
}

static void set(struct analysis *a, const char *name, const char *text)
{
    struct ct_error err = { 0 };

    const struct setting *const setting = setting_find(name);

    ck_assert_msg(setting->kind->parse(setting, &a->params, text, &err) == CT_OK, "%s", err.text);
}

static void compute_all(struct analysis *a)
{
    compute(a, &stage_similarity);
    compute(a, stage_with_parts(&stage_answer));
    compute(a, &stage_layers);
    compute(a, stage_with_parts(&stage_effect));
}

static void begin_model(struct analysis *a)
{
    analysis_init(a);
    set(a, "iterations", "250");
    set(a, "draws", "5");
    set(a, "resamples", "3");
    set(a, "shuffles", "1");
    set(a, "pictures", "1");
    set(a, "model", fixture_path("demo"));
    set(a, "stimuli", fixture_path("demo/stimuli.csv"));
    compute_all(a);
}

/* Two hook points of five neurons, all of which differ between the groups. */
static const char *put_activations(const char *a, const char *b)
{
    FILE *const file = fopen(temp_path("acts.csv"), "w");

    fprintf(file, "group");
    for (int j = 0; j < 10; j++)
        fprintf(file, ",h.%d:%d", j / 5, j % 5);
    for (int i = 0; i < 12; i++) {
        fprintf(file, "\n%s", i % 2 ? b : a);
        for (int j = 0; j < 10; j++)
            fprintf(file, ",%d", i % 2 * 50 + (7 * i + 3 * j + i * j * j) % 11);
    }
    fprintf(file, "\n");
    ck_assert_int_eq(fclose(file), 0);
    return temp_path("acts.csv");
}

static void begin_file(struct analysis *a)
{
    analysis_init(a);
    set(a, "iterations", "250");
    set(a, "draws", "5");
    set(a, "resamples", "3");
    set(a, "shuffles", "1");
    set(a, "pictures", "1");
    set(a, "activations", put_activations("him", "her"));
    compute_all(a);
}

/* ---- changes ---- */

static bool has_word(const char *words, const char *word)
{
    const size_t n = strlen(word);

    for (const char *at = words; (at = strstr(at, word)) != NULL; at += n)
        if ((at == words || at[-1] == ' ') && (at[n] == ' ' || at[n] == '\0'))
            return true;
    return false;
}

/* Of the stages up to last in the list, exactly those named in want are stale. */
static void check_stale(const struct analysis *a, const struct stage *last, const char *want,
                        const char *what)
{
    for (size_t i = 0; i <= stage_index(last); i++) {
        const struct stage *const s = stages[i];
        ck_assert_msg(analysis_is_stale(a, s) == has_word(want, s->name), "%s: %s is %sstale", what,
                      s->name, analysis_is_stale(a, s) ? "" : "not ");
    }
}

/* The words in rows are names of stages: a stage with another name would be in no line. */
START_TEST(the_table_names_every_stage)
{
    for (size_t s = 0; s < n_stages; s++)
        ck_assert_msg(has_word(ALL, stages[s]->name), "%s", stages[s]->name);
}
END_TEST

/* A setting belongs to the first stage that depends on it, and to at least one that can be
 * computed; --answer and --swap to the stage that they ask for, names to what they name. */
START_TEST(settings_belong_to_their_stages)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct stage *const stage = setting_stage(setting_find(rows[i].setting));
        const char *const words = strcmp(rows[i].setting, "answer") == 0         ? "answer"
                                  : strcmp(rows[i].setting, "swap") == 0         ? "effect"
                                  : strcmp(rows[i].setting, "cluster-name") == 0 ? "cluster"
                                  : rows[i].from_file[0] != '\0'                 ? rows[i].from_file
                                  : rows[i].from_model[0] != '\0' ? rows[i].from_model
                                                                  : "similarity";
        ck_assert_ptr_nonnull(stage);
        ck_assert_msg(strncmp(words, stage->name, strlen(stage->name)) == 0, "%s: %s",
                      rows[i].setting, stage->name);
    }
}
END_TEST

static void change_each(struct analysis *a, const struct stage *last, bool is_from_model)
{
    struct params original;

    check_stale(a, last, "", "before");
    ck_assert_int_eq(params_copy(&original, &a->params, NULL), CT_OK);
    for (size_t i = 0; setting_at(i) != NULL; i++) {
        size_t r = 0;
        while (r < sizeof rows / sizeof *rows && strcmp(rows[r].setting, setting_at(i)->name) != 0)
            r++;
        ck_assert_msg(r < sizeof rows / sizeof *rows, "%s: what does it make stale?",
                      setting_at(i)->name);
        set(a, rows[r].setting, rows[r].value);
        check_stale(a, last, is_from_model ? rows[r].from_model : rows[r].from_file,
                    rows[r].setting);
        params_clear(&a->params);
        ck_assert_int_eq(params_copy(&a->params, &original, NULL), CT_OK);
        check_stale(a, last, "", "set back");
    }
    params_clear(&original);
}

/* The separate analysis of the second hook point, or of the only one. */
static void change_each_in_layer(const struct analysis *whole, bool is_from_model)
{
    struct analysis layer;

    ck_assert_int_eq(analysis_init_layer(&layer, whole, extract_of(whole)->n_layers > 1 ? 1 : 0,
                                         NULL),
                     CT_OK);
    compute(&layer, stage_with_parts(&stage_answer));
    compute(&layer, &stage_similarity);
    change_each(&layer, &stage_picture, is_from_model);
    analysis_clear(&layer);
}

START_TEST(from_a_model)
{
    struct analysis a;

    begin_model(&a);
    change_each(&a, &stage_layers, true);
    change_each_in_layer(&a, true);
    analysis_clear(&a);
}
END_TEST

START_TEST(from_a_file)
{
    struct analysis a;

    begin_file(&a);
    change_each(&a, &stage_layers, false);
    change_each_in_layer(&a, false);
    analysis_clear(&a);
}
END_TEST

/* Parameters that are not settings: number of threads, temporary folder. */
START_TEST(other_parameters)
{
    struct analysis a;

    begin_file(&a);
    a.params.threads++;
    ck_assert_int_eq(params_set(&a.params.temporary, "/elsewhere", NULL), CT_OK);
    check_stale(&a, &stage_layers, "", "threads and temporary folder");
    analysis_clear(&a);
}
END_TEST

/* ---- adjacent texts ---- */

static void choose(struct analysis *a, const char *first, const char *second)
{
    ck_assert_int_eq(params_set(&a->params.contrast[0], first, NULL), CT_OK);
    ck_assert_int_eq(params_set(&a->params.contrast[1], second, NULL), CT_OK);
}

/* The boundary between adjacent texts matters, whatever bytes are next to it. */
START_TEST(boundaries_between_texts_matter)
{
    struct analysis a;

    analysis_init(&a);
    set(&a, "activations", put_activations("a\1b", "c"));
    set(&a, "alpha", "0.9");
    choose(&a, "a\1b", "c");
    compute(&a, &stage_ttest);
    choose(&a, "a", "b\1c");
    check_stale(&a, &stage_ttest, "contrast ttest", "the ends of groups");
    choose(&a, "a\1b", "c");
    check_stale(&a, &stage_ttest, "", "set back");
    choose(&a, "a\1bc", NULL);
    check_stale(&a, &stage_ttest, "contrast ttest", "one group");
    choose(&a, "c", "a\1b");
    check_stale(&a, &stage_ttest, "contrast ttest", "the order of groups");
    choose(&a, "a\1b", NULL);
    check_stale(&a, &stage_ttest, "contrast ttest", "the second group");
    choose(&a, "a\1b", "");
    check_stale(&a, &stage_ttest, "contrast ttest", "the second group empty");
    analysis_clear(&a);
}
END_TEST

START_TEST(each_hook_matters)
{
    static const char *const others[][2] = { { "h.0.mlp\1h.1.mlp", NULL },
                                             { "h.0.mlp", NULL },
                                             { "h.0.mlph.1.mlp", NULL },
                                             { "h.1.mlp", "h.0.mlp" },
                                             { "h.0.mlp", "h.1.mlp*" } };
    struct analysis a;

    analysis_init(&a);
    set(&a, "model", fixture_path("demo"));
    set(&a, "stimuli", fixture_path("demo/stimuli.csv"));
    set(&a, "hook", "h.0.mlp");
    set(&a, "hook", "h.1.mlp");
    compute(&a, &stage_hook);
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        params_clear_hooks(&a.params);
        for (size_t j = 0; j < 2 && others[i][j] != NULL; j++)
            set(&a, "hook", others[i][j]);
        check_stale(&a, &stage_hook, "hook", others[i][0]);
    }
    analysis_clear(&a);
}
END_TEST

START_TEST(paths_are_hashed_separately)
{
    struct analysis a;
    char model[4096];

    analysis_init(&a);
    set(&a, "model", fixture_path("demo"));
    set(&a, "tokenizer", fixture_path("demo"));
    set(&a, "stimuli", fixture_path("demo/stimuli.csv"));
    compute(&a, &stage_load);
    check_stale(&a, &stage_load, "", "before");
    snprintf(model, sizeof model, "%s\1%s", fixture_path("demo"), fixture_path("demo"));
    set(&a, "model", model);
    ck_assert_int_eq(params_set(&a.params.tokenizer, a.params.stimuli, NULL), CT_OK);
    ck_assert_int_eq(params_set(&a.params.stimuli, NULL, NULL), CT_OK);
    check_stale(&a, &stage_load, "load", "the ends of paths");
    analysis_clear(&a);
}
END_TEST

/* ---- values as text ---- */

/* A file of that name in the folder does not matter. */
START_TEST(a_dash_stays_standard_input)
{
    struct params params;

    temp_text("-", "");
    temp_text("there", "");
    params_init(&params);
    ck_assert_int_eq(params_set_path(&params.stimuli, temp_folder(), "-", NULL), CT_OK);
    ck_assert_str_eq(params.stimuli, "-");
    ck_assert_int_eq(params_set_path(&params.stimuli, temp_folder(), "there", NULL), CT_OK);
    ck_assert_str_eq(params.stimuli, temp_path("there"));
    ck_assert_int_eq(params_set_path(&params.stimuli, temp_folder(), "absent", NULL), CT_OK);
    ck_assert_str_eq(params.stimuli, "absent");
    ck_assert_int_eq(params_set_path(&params.stimuli, temp_folder(), "/there", NULL), CT_OK);
    ck_assert_str_eq(params.stimuli, "/there");
    ck_assert_int_eq(params_set_path(&params.stimuli, NULL, "there", NULL), CT_OK);
    ck_assert_str_eq(params.stimuli, "there");
    params_clear(&params);
}
END_TEST

/* Values are truncated exactly to the size given, and are complete if it suffices. */
START_TEST(values_are_truncated_to_their_size)
{
    enum { ROOM = 200 };
    struct analysis a;

    analysis_init(&a);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        set(&a, rows[i].setting, rows[i].value);
    set(&a, "hook", "h.2.mlp.c_fc");
    set(&a, "contrast", "\"a,\"\"b\",\"\"\"c\"");
    for (size_t i = 0; setting_at(i) != NULL; i++) {
        const struct setting *const row = setting_at(i);
        char whole[ROOM];
        row->kind->format(row, &a.params, whole, sizeof whole);
        ck_assert_uint_gt(strlen(whole), 0);
        for (size_t size = 1; size < 40; size++) {
            char cut[ROOM];
            memset(cut, '#', sizeof cut);
            row->kind->format(row, &a.params, cut, size);
            ck_assert_msg(memchr(cut, '\0', size) != NULL && cut[size] == '#',
                          "%s: more than %zu bytes", row->name, size);
            ck_assert_msg(strncmp(cut, whole, strlen(cut)) == 0, "%s: %s", row->name, cut);
            if (strlen(whole) < size)
                ck_assert_str_eq(cut, whole);
        }
    }
    analysis_clear(&a);
}
END_TEST

START_TEST(values_have_next_and_previous_values)
{
    static const struct {
        const char *setting, *value, *up, *down; /* NULL: none */
    } cases[] = {
        { "eps", "1", "1.1", "0.9" },
        { "eps", "0.31", "0.32", "0.3" },
        { "eps", "0.1", "0.11", "0.09" },
        { "eps", "250", "260", "240" },
        { "perplexity", "30", "31", "29" },
        { "perplexity", "10", "11", "9" },
        { "perplexity", "9.5", "9.6", "9.4" },
        { "alpha", "0.001", "0.0011", "0.0009" },
        { "clusters", "3", "4", "2" },
        { "min-samples", "99", "100", "98" },
        { "iterations", "1000", "1001", "999" },
        { "test", "student", "welch", "paired" },
        { "test", "paired", "student", "welch" },
        { "correction", "fdr", "by", "holm" },
        { "matrices", "no", "yes", "yes" },
        { "matrices", "yes", "no", "no" },
        { "model", NULL, NULL, NULL },
        { "hook", NULL, NULL, NULL },
        { "contrast", NULL, NULL, NULL },
    };
    char next[40];

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct setting *const row = setting_find(cases[i].setting);
        ck_assert_msg((row->kind->step != NULL) == (cases[i].value != NULL), "%s", row->name);
        if (cases[i].value == NULL)
            continue;
        row->kind->step(row, cases[i].value, 1, next, sizeof next);
        ck_assert_msg(strcmp(next, cases[i].up) == 0, "%s %s: up %s", row->name, cases[i].value,
                      next);
        row->kind->step(row, cases[i].value, -1, next, sizeof next);
        ck_assert_msg(strcmp(next, cases[i].down) == 0, "%s %s: down %s", row->name, cases[i].value,
                      next);
    }
}
END_TEST

/* The JSON of a value in a manifest restores it. */
START_TEST(values_round_trip_through_json)
{
    struct analysis a;
    struct params back;

    analysis_init(&a);
    for (int changed = 0; changed < 2; changed++) {
        params_init(&back);
        for (size_t i = 0; setting_at(i) != NULL; i++) {
            const struct setting *const row = setting_at(i);
            char want[200], got[200];
            json_t *const json = row->kind->to_json(row, &a.params);
            ck_assert_msg(json_is_null(json) || row->kind->is_json(json), "%s", row->name);
            if (!json_is_null(json))
                ck_assert_int_eq(row->kind->from_json(row, &back, json, NULL, NULL), CT_OK);
            row->kind->format(row, &a.params, want, sizeof want);
            row->kind->format(row, &back, got, sizeof got);
            ck_assert_msg(strcmp(got, want) == 0, "%s: %s, not %s", row->name, got, want);
            json_decref(json);
        }
        params_clear(&back);
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
            set(&a, rows[i].setting, rows[i].value);
        set(&a, "hook", "h.2.mlp.c_fc");
        set(&a, "seed", "18446744073709551615");
        set(&a, "eps", "0.30000000000000004");
        set(&a, "contrast", "\"a,\"\"b\",\"\"\"c\"");
    }
    analysis_clear(&a);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        the_table_names_every_stage,
        settings_belong_to_their_stages,
        from_a_model,
        from_a_file,
        other_parameters,
        boundaries_between_texts_matter,
        each_hook_matters,
        paths_are_hashed_separately,
        a_dash_stays_standard_input,
        values_are_truncated_to_their_size,
        values_have_next_and_previous_values,
        values_round_trip_through_json,
    };

    temp_begin();
    const int status = RUN_TESTS("staleness", tests);
    temp_end();
    return status;
}
