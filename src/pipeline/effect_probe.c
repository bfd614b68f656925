#include "config.h"
#include "pipeline/effect_probe.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/memory_limit.h"
#include "pipeline/effect_chosen.h"
#include "pipeline/effect_summary.h"
#include "pipeline/stage_contrast.h"
#include "pipeline/stage_extract.h"
#include "pipeline/stage_hook.h"
#include "pipeline/stage_load.h"

struct effect_probe {
    struct analysis a; /* a fork */
    struct twins twins;
    struct word_pairs words;
    struct effect_run *r; /* NULL: not made yet */
};

/* What a probe takes from an analysis. */
static const struct stage *const taken[] = { &stage_load, &stage_hook, &stage_extract };
enum { N_TAKEN = sizeof taken / sizeof *taken };

void effect_probed_clear(struct effect_probed *p)
{
    free(p->sentences);
    free(p->clean);
    free(p->edited);
    free(p->is_edited);
    *p = (struct effect_probed){ 0 };
}

enum ct_status effect_probe_check(const struct analysis *a, struct ct_error *err)
{
    const struct hook_result *const hook = hook_of(a);

    if (a->params.activations != NULL)
        return ct_fail(err, CT_EINVAL, "edits need a model, not a file of activations");
    for (size_t i = 0; i < N_TAKEN; i++)
        if (analysis_result(a, taken[i]) == NULL || analysis_is_stale(a, taken[i]))
            return ct_fail(err, CT_EINVAL, "edits need activations; compute the stage Extract");
    for (size_t h = 0; h < hook->n_hooks; h++)
        if (hook->hooks[h].place == PLACE_LOGITS)
            return ct_fail(err, CT_EINVAL,
                           "edits: %s: nothing follows the logits; choose an earlier hook point",
                           hook->hooks[h].name);
    return model_check_output(load_of(a)->model, err);
}

void effect_probe_free(struct effect_probe *p)
{
    if (p == NULL)
        return;
    effect_run_free(p->r);
    word_pairs_clear(&p->words);
    twins_clear(&p->twins);
    analysis_clear(&p->a);
    free(p);
}

enum ct_status effect_probe_new(const struct analysis *a, struct effect_probe **out,
                                struct ct_error *err)
{
    struct effect_probe *const p = calloc(1, sizeof *p);

    if (p == NULL)
        return ct_fail_nomem(err, "edits", 0);
    enum ct_status st = analysis_fork(a, &p->a, err);
    if (st != CT_OK) {
        free(p);
        return st;
    }
    st = analysis_run(&p->a, &stage_contrast, NULL, err); /* it takes no time */
    if (st == CT_OK)
        *out = p;
    else
        effect_probe_free(p);
    return st;
}

static bool are_same(const char *a, const char *b)
{
    return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

bool effect_probe_is_of(const struct effect_probe *p, const struct analysis *a)
{
    for (size_t i = 0; i < N_TAKEN; i++)
        if (analysis_result(a, taken[i]) != analysis_result(&p->a, taken[i]))
            return false;
    return are_same(p->a.params.words, a->params.words) &&
           are_same(p->a.params.contrast[0], a->params.contrast[0]) &&
           are_same(p->a.params.contrast[1], a->params.contrast[1]);
}

static double memory_of(const struct analysis *a)
{
    const struct load_result *const load = load_of(a);
    size_t n_tokens = 0;

    for (size_t i = 0; i < load->n_sentences; i++)
        n_tokens += load->sentences[i].n_tokens;
    return effect_run_memory(a, 1) + extract_memo_memory(load->model, n_tokens);
}

static enum ct_status make_run(struct effect_probe *p, const struct progress *progress,
                               struct ct_error *err)
{
    enum ct_status st = memory_check(memory_of(&p->a), "edits", "use fewer sentences", err);

    if (st == CT_OK && p->twins.pairs == NULL)
        st = twins_find(&p->a, &p->twins, err);
    if (st == CT_OK && p->words.ids == NULL)
        st = effect_words_find(&p->a, &p->words, err);
    if (st == CT_OK)
        st = effect_run_new(&p->a, &p->twins, &p->words, EFFECT_SAID, progress, &p->r, err);
    return st;
}

/* Everything but the edited readings; the set has no part if there are no edits. */
static enum ct_status make_room(const struct effect_run *r, struct effect_probed *out,
                                struct ct_error *err)
{
    const struct effect_sentence *const sentences = effect_sentences(r, &out->n);

    out->sentences = ct_malloc_array(out->n, sizeof *out->sentences);
    out->clean = ct_malloc_array(out->n, sizeof *out->clean);
    out->edited = ct_malloc_array(out->n, sizeof *out->edited);
    out->is_edited = ct_calloc_array(out->n, sizeof *out->is_edited);
    if (out->sentences == NULL || out->clean == NULL || out->edited == NULL ||
        out->is_edited == NULL)
        return ct_fail_nomem(err, "edits", out->n * sizeof *out->clean);
    memcpy(out->sentences, sentences, out->n * sizeof *sentences);
    memcpy(out->clean, effect_clean(r), out->n * sizeof *out->clean);
    memcpy(out->edited, out->clean, out->n * sizeof *out->clean);
    return CT_OK;
}

static void describe(const struct effect_run *r, const struct chosen_set *set,
                     struct effect_probed *out)
{
    const struct effect_edit *edit = &set->parts[0].edit;

    for (size_t k = 0; k < set->n_parts; k++) {
        out->n_neurons += set->parts[k].set.n;
        if (set->parts[k].edit.kind == EFFECT_SWAP)
            edit = &set->parts[k].edit;
    }
    for (size_t i = 0; i < out->n; i++)
        out->is_edited[i] = effect_applies(r, edit, i);
    out->divergence_end = effect_divergence_end(r, edit, out->edited);
}

static enum ct_status make_edits(struct effect_probe *p, const struct chosen_sets *sets,
                                 const struct progress *progress, struct effect_probed *out,
                                 struct ct_error *err)
{
    const struct chosen_set *const set = sets->n > 0 ? &sets->sets[0] : NULL;
    enum ct_status st = make_room(p->r, out, err);

    if (st == CT_OK && set != NULL && set->n_parts > 0) {
        st = effect_run_parts(p->r, set->parts, set->n_parts, EFFECT_SAID, progress, out->edited,
                              err);
        if (st == CT_OK)
            describe(p->r, set, out);
    }
    out->moved_end = effect_moved_end(p->r, out->edited);
    return st;
}

enum ct_status effect_probe_run(struct effect_probe *p, const char *set,
                                const struct progress *progress, struct effect_probed *out,
                                struct ct_error *err)
{
    struct progress_part parts[2] = { { progress, 0, 1, 2 }, { progress, 1, 1, 2 } };
    const struct progress first = progress_of_part(&parts[0]);
    const struct progress second = progress_of_part(&parts[1]);
    struct chosen_sets sets = { 0 };
    struct effect_probed probed = { 0 };
    enum ct_status st = chosen_sets_find(&p->a, set, &sets, err);

    if (st == CT_OK && p->r == NULL)
        st = make_run(p, &first, err);
    if (st == CT_OK)
        st = make_edits(p, &sets, &second, &probed, err);
    if (st == CT_OK) {
        effect_probed_clear(out);
        *out = probed; /* handed over */
        probed = (struct effect_probed){ 0 };
    }
    effect_probed_clear(&probed);
    chosen_sets_clear(&sets);
    return st;
}
