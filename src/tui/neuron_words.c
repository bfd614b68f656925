#include "config.h"
#include "tui/neuron_words.h"

#include <math.h>
#include <string.h>

#include "base/fnv.h"
#include "pipeline/stage_direct.h"
#include "pipeline/stage_extract.h"
#include "pipeline/stage_hook.h"
#include "pipeline/stage_load.h"
#include "pipeline/stage_ttest.h"
#include "tui/aside.h"
#include "tui/view.h"

/* What words depend on: the model, the neuron, and the words that are compared. */
static uint64_t key_of(const struct app *app)
{
    const struct params *const p = &app->a->params;
    const char *const texts[] = { p->model, p->words };
    size_t index;
    const char *const hook = neuron_hook(extract_of(app->a), app->neuron, &index);
    uint64_t key = fnv_add(FNV_START, &index, sizeof index);

    key = fnv_add(key, hook, strlen(hook) + 1);
    for (size_t i = 0; i < 2; i++)
        if (texts[i] != NULL)
            key = fnv_add(key, texts[i], strlen(texts[i]) + 1);
    return key;
}

static bool can_ask(const struct app *app)
{
    return app->has_neuron && ttest_of(app->a) != NULL && load_of(app->a)->model != NULL &&
           !analysis_is_stale(app->a, &stage_extract);
}

/* The row of the selected neuron, if the stage has one for the present parameters. */
static const struct direct_row *find_row(const struct app *app)
{
    const struct direct_result *const r = direct_of(app->a);

    for (size_t k = 0; r != NULL && k < r->n_rows; k++)
        if (r->rows[k].column == app->neuron && !analysis_is_stale(app->a, &stage_direct))
            return &r->rows[k];
    return NULL;
}

/* ---- the job ---- */

static enum ct_status find_words(const struct analysis *a, const struct direct_path *path,
                                 size_t column, const struct progress *progress,
                                 struct direct_neuron *out, struct ct_error *err)
{
    struct word_pairs words = { .ids = NULL };
    struct output *output = NULL;
    size_t index;

    (void)neuron_hook(extract_of(a), column, &index);
    const uint32_t neuron = (uint32_t)index;
    enum ct_status st = effect_words_find(a, &words, err);
    if (st == CT_OK)
        st = output_new(load_of(a)->model, a->params.threads, &output, err);
    if (st == CT_OK)
        st = direct_neurons_find(output, path, &words, &neuron, 1, progress, out, err);
    output_free(output);
    word_pairs_clear(&words);
    return st == CT_OK ? analysis_check_inputs(a, err) : st;
}

static enum ct_status run(void *context, const struct analysis *a,
                          const struct analysis_watch *watch, struct ct_error *err)
{
    struct neuron_words *const w = context;
    const struct progress progress = aside_progress(watch);
    const size_t block = neuron_block(extract_of(a), w->neuron);
    struct direct_path path;
    enum ct_status st =
        direct_path_find(load_of(a)->model, &hook_of(a)->hooks[block], &path, &w->is_known, err);

    if (st == CT_OK && w->is_known)
        st = find_words(a, &path, w->neuron, &progress, &w->says, err);
    direct_path_clear(&path);
    return st;
}

static void done(void *owner, void *context, enum ct_status status, const struct ct_error *err)
{
    struct neuron_words *const w = context;

    if (owner != NULL) /* the application is not shutting down */
        aside_end(owner, &w->aside, status, err);
}

bool neuron_words_follow(struct app *app)
{
    struct neuron_words *const w = &app->words;
    struct view_state *state;
    const struct job job = {
        .title = "Words", .can_cancel = true, .run = run, .done = done, .context = w
    };

    if (app->news.state != WORKER_IDLE || strcmp(view_current(app, &state)->name, CARD_VIEW) != 0 ||
        !can_ask(app) || find_row(app) != NULL || aside_is_of(&w->aside, key_of(app)))
        return false;
    *w = (struct neuron_words){ .neuron = app->neuron };
    return aside_start(app, &w->aside, key_of(app), &job);
}

/* ---- the section ---- */

/* As a cell of a table. */
static void write_word(const struct app *app, FILE *out, uint32_t id, float by)
{
    char word[60];
    const size_t size = tokenizer_show(load_of(app->a)->tokenizer, id, word, sizeof word);

    fprintf(out, "`%.*s` | %+.3g |", (int)size, word, (double)by);
}

static void write_table(const struct app *app, FILE *out, const struct word_extremes *words)
{
    fprintf(out, "| raises | by | lowers | by |\n| --- | --- | --- | --- |\n");
    for (size_t k = 0; k < words->n; k++) {
        fprintf(out, "| ");
        write_word(app, out, words->highest[k], words->high[k]);
        fprintf(out, " ");
        write_word(app, out, words->lowest[k], words->low[k]);
        fprintf(out, "\n");
    }
}

void neuron_words_write(const struct app *app, FILE *out)
{
    const struct neuron_words *const w = &app->words;
    const struct direct_row *const row = can_ask(app) ? find_row(app) : NULL;
    const bool is_own = can_ask(app) && aside_is_of(&w->aside, key_of(app));

    if (row == NULL && !is_own)
        return;
    fprintf(out, "\n## Words, directly, by a unit that it adds\n\n");
    if (row == NULL && w->aside.state != ASIDE_DONE) {
        fprintf(out, "%s\n", w->aside.state == ASIDE_RUNS ? "being computed" : "not computed");
        return;
    }
    if (row == NULL && !w->is_known) {
        fprintf(out, "it adds nothing to the residual stream by itself\n");
        return;
    }
    const struct direct_neuron *const says = row != NULL ? &row->says : &w->says;
    write_table(app, out, &says->words);
    fprintf(out, "\n");
    fprintf(out, "- words compared: %+.3g\n", says->effect);
    if (row != NULL && !isnan(row->contribution))
        fprintf(out, "- of their difference between the groups, right after the target: %+.3g\n",
                row->contribution);
}
