#include "config.h"
#include "pipeline/stage_effect.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "model/weights.h"
#include "pipeline/effect_answer.h"
#include "pipeline/effect_chosen.h"
#include "pipeline/expect.h"
#include "pipeline/seed.h"
#include "pipeline/stage_cluster.h"
#include "pipeline/stage_contrast.h"
#include "pipeline/stage_extract.h"
#include "pipeline/stage_hook.h"
#include "pipeline/stage_load.h"
#include "pipeline/stage_ttest.h"

static void release(void *result)
{
    struct effect_result *const r = result;

    if (r == NULL)
        return;
    word_pairs_clear(&r->words);
    free(r->sentences);
    free(r->clean);
    free(r->rows);
    free(r->own_edits);
    free(r->readings);
    free(r);
}

static enum ct_status compute(const struct analysis *a, const struct stage_run *run, void **result,
                              struct ct_error *err)
{
    struct effect_result *const r = calloc(1, sizeof *r);
    enum ct_status st = CT_OK;

    if (r == NULL)
        return ct_fail_nomem(err, "effect", 0);
    r->has_model = load_of(a)->model != NULL;
    if (r->has_model)
        st = effect_answer(a, run, r, err);
    if (st == CT_OK)
        *result = r;
    else
        release(r);
    return st;
}

static enum ct_status check_hooks(const struct analysis *a, struct ct_error *err)
{
    const struct hook_result *const hook = hook_of(a);

    for (size_t h = 0; hook != NULL && h < hook->n_hooks; h++)
        if (hook->hooks[h].place == PLACE_LOGITS)
            return ct_fail(err, CT_EINVAL,
                           "effect: %s: nothing follows the logits; choose an earlier hook point",
                           hook->hooks[h].name);
    return CT_OK;
}

static enum ct_status check(const struct analysis *a, struct ct_error *err)
{
    const struct load_result *const load = load_of(a);
    struct word_pairs words;

    if (load == NULL || load->model == NULL)
        return CT_OK;
    enum ct_status st = model_check_output(load->model, err);
    if (st == CT_OK)
        st = effect_words_find(a, &words, err);
    if (st != CT_OK)
        return st;
    word_pairs_clear(&words);
    st = check_hooks(a, err);
    if (st == CT_OK && a->params.chosen != NULL && hook_of(a) != NULL &&
        !analysis_is_stale(a, &stage_hook))
        st = chosen_sets_check(a, a->params.chosen, err);
    return st;
}

static size_t count_sets(const struct analysis *a)
{
    size_t n = 5 + (a->params.chosen != NULL ? chosen_sets_count(a->params.chosen) : 0);

    for (size_t m = 0; m < clusters_of(a)->n; m++)
        n += clusters_of(a)->by[m].n_clusters;
    return n;
}

static double memory(const struct analysis *a)
{
    const struct contrast *const c = contrast_of(a);
    struct effect_edit edits[EFFECT_MOST_EDITS];
    const size_t n_edits =
        effect_edits_read(a->params.edit != NULL ? a->params.edit : DEFAULT_EDIT, edits) + 2;
    const double n_sets = (double)count_sets(a);
    const double n = (double)(c->n_rows[0] + c->n_rows[1]);
    const double n_columns = (double)extract_of(a)->X.cols;

    if (load_of(a)->model == NULL)
        return 0.0;
    /* What gates are multiplied by, of every sentence: see effect_writes(). */
    const double partners = model_config(load_of(a)->model)->is_gated
                                ? (double)load_of(a)->n_sentences * n_columns * sizeof(float)
                                : 0.0;
    return partners + effect_run_memory(a, count_sets(a)) +
           (double)n_edits * n_sets * n * sizeof(struct effect_reading) +
           n_sets * n_columns * 24.0 + n_columns * 48.0;
}

static bool is_partial(const struct analysis *a, const void *value)
{
    (void)a;
    return ((const struct effect_result *)value)->is_partial;
}

static void note(const void *value, char out[NOTE_SIZE])
{
    const struct effect_row *const row = effect_row_find(value, "significant");

    if (row == NULL || isnan(row->moved_end))
        snprintf(out, NOTE_SIZE, "-");
    else
        snprintf(out, NOTE_SIZE, "%.0f %%", 100.0 * row->moved_end);
}

size_t effect_n_shown(const struct effect_result *r)
{
    size_t n = 0;

    for (size_t i = 0; i < r->n_rows; i++)
        n += r->rows[i].edit == 0 || r->rows[i].edit == OWN_EDITS ? 1 : 0;
    return n;
}

const struct effect_row *effect_shown(const struct effect_result *r, size_t i)
{
    size_t k = 0;

    while (r->rows[k].edit != 0 && r->rows[k].edit != OWN_EDITS)
        k++;
    for (; i > 0; i--)
        do
            k++;
        while (r->rows[k].edit != 0 && r->rows[k].edit != OWN_EDITS);
    return &r->rows[k];
}

bool effect_row_has(const struct effect_result *r, const struct effect_row *row, size_t i)
{
    return effect_strictest(row->edits, row->n_edits)->kind != EFFECT_SWAP ||
           r->sentences[i].twin != NO_TWIN;
}

const struct effect_row *effect_row_find(const struct effect_result *r, const char *source)
{
    for (size_t i = 0; i < r->n_rows; i++)
        if (r->rows[i].edit == 0 && strcmp(r->rows[i].source, source) == 0)
            return &r->rows[i];
    return NULL;
}

const struct setting effect_settings[] = {
    { .name = "swap",
      .kind = &kind_flag,
      .scope = OF_NONE,
      .field = offsetof(struct params, swap),
      .commands = FOR_RUN,
      .help = "is it used?" },
    { .name = "edit",
      .kind = &kind_text,
      .scope = OF_MODEL,
      .field = offsetof(struct params, edit),
      .commands = FOR_RUN,
      .argument = "HOW",
      .help = "what is done to the neurons",
      .is_rare = true,
      .initial = DEFAULT_EDIT,
      .accepts = effect_edits_are,
      .expected = "swap, mean, zero or scale=X, or several with commas" },
    { .name = "words",
      .kind = &kind_text,
      .scope = OF_MODEL,
      .field = offsetof(struct params, words),
      .commands = FOR_RUN,
      .argument = "A:B,...",
      .help = "whose logits are compared",
      .is_rare = true,
      .initial = DEFAULT_WORDS,
      .accepts = word_pairs_are,
      .expected = "pairs of words such as ' he: she, him: her'" },
    { .name = "controls",
      .kind = &kind_flag,
      .scope = OF_MODEL,
      .field = offsetof(struct params, controls),
      .commands = FOR_RUN,
      .help = "of --swap: other sets of neurons",
      .is_rare = true },
    { .name = "add",
      .kind = &kind_number,
      .scope = OF_MODEL,
      .field = offsetof(struct params, add),
      .commands = FOR_RUN,
      .argument = "X",
      .help = "add X times the difference of the groups",
      .is_rare = true,
      .low = -INFINITY,
      .high = INFINITY },
    { .name = "chosen",
      .kind = &kind_list,
      .scope = OF_MODEL,
      .field = offsetof(struct params, chosen),
      .commands = FOR_RUN,
      .argument = "NEURONS",
      .help = "of --swap: a set of one's own; repeatable",
      .is_rare = true,
      .initial = "",
      .accepts = chosen_sets_are,
      .expected = "neurons such as 12,15,100-110 or zero:12" },
};

const struct stage stage_effect = {
    .name = "effect",
    .title = "Effect",
    .does = "edits the neurons and asks what the model says then",
    .settings = effect_settings,
    .n_settings = sizeof effect_settings / sizeof *effect_settings,
    .also = (const struct setting *const[]){ &setting_seed, NULL },
    .inputs = (const struct stage *const[]){ &stage_load, &stage_hook, &stage_contrast,
                                             &stage_extract, &stage_ttest, &stage_cluster, NULL },
    .effort = 40,
    .check = check,
    .memory = memory,
    .advice = "use fewer sentences or fewer clusters",
    .compute = compute,
    .free = release,
    .is_partial = is_partial,
    .note = note,
};
