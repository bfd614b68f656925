#include "config.h"
#include "tui/token_values.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/fnv.h"
#include "base/mem.h"
#include "model/extract.h"
#include "pipeline/effect_twins.h"
#include "pipeline/stage_contrast.h"
#include "pipeline/stage_extract.h"
#include "pipeline/stage_hook.h"
#include "tui/aside.h"

/* Of all values of both sentences: a long sentence at the logits is not asked for. */
enum { MOST_BYTES = 256 << 20 };

static const char *hook_name(const struct app *app)
{
    size_t index;

    return neuron_hook(extract_of(app->a), app->neuron, &index);
}

/* The values of all neurons of the hook point are kept: another one of it needs no computing. */
static uint64_t key_of(const struct app *app)
{
    uint64_t key = fnv_add(FNV_START, hook_name(app), strlen(hook_name(app)) + 1);

    key = fnv_add(key, &app->sentence, sizeof app->sentence);
    return fnv_add(key, &app->version, sizeof app->version);
}

static bool can_ask(const struct app *app)
{
    return app->has_neuron && extract_of(app->a) != NULL && load_of(app->a)->model != NULL &&
           !analysis_is_stale(app->a, &stage_extract);
}

static bool is_own(const struct app *app)
{
    const struct token_values *const v = &app->token_values;

    return can_ask(app) && aside_is_of(&v->aside, key_of(app));
}

/* ---- the job ---- */

/* The sentence that differs in the target, if there is one. */
static enum ct_status find_twin(const struct analysis *a, struct token_values *v,
                                struct ct_error *err)
{
    struct twins twins = { .by = TWINS_NONE };
    const enum ct_status st = contrast_of(a) != NULL ? twins_find(a, &twins, err) : CT_OK;

    v->n_rows = 1;
    for (size_t k = 0; st == CT_OK && v->n_rows == 1 && k < twins.n; k++)
        for (size_t g = 0; g < 2; g++)
            if (twins.pairs[k][g] == v->rows[0]) {
                v->rows[1] = twins.pairs[k][1 - g];
                v->n_rows = 2;
            }
    twins_clear(&twins);
    return st;
}

/* The beginnings of the sentences, each ending with another token. */
static enum ct_status list_prefixes(const struct load_result *load, const struct token_values *v,
                                    uint32_t **ids, struct token_seq **seqs, size_t *n,
                                    struct ct_error *err)
{
    *n = 0;
    for (size_t i = 0; i < v->n_rows; i++)
        *n += load->sentences[v->rows[i]].n_tokens;
    *ids = ct_malloc_array(*n + 1, sizeof **ids);
    *seqs = ct_malloc_array(*n + 1, sizeof **seqs);
    if (*ids == NULL || *seqs == NULL)
        return ct_fail_nomem(err, "activations by token", *n * sizeof **seqs);
    for (size_t i = 0, at = 0; i < v->n_rows; i++) {
        const struct sentence *const s = &load->sentences[v->rows[i]];
        const size_t first = at;
        for (size_t t = 0; t < s->n_tokens; t++, at++) {
            (*ids)[at] = s->tokens[t].id;
            (*seqs)[at] = (struct token_seq){ *ids + first, t + 1 };
        }
    }
    return CT_OK;
}

static enum ct_status run(void *context, const struct analysis *a,
                          const struct analysis_watch *watch, struct ct_error *err)
{
    struct token_values *const v = context;
    const struct progress progress = aside_progress(watch);
    const struct hook_point *const hook = &hook_of(a)->hooks[v->hook];
    uint32_t *ids = NULL;
    struct token_seq *seqs = NULL;
    size_t n = 0;
    enum ct_status st = find_twin(a, v, err);

    if (st == CT_OK)
        st = list_prefixes(load_of(a), v, &ids, &seqs, &n, err);
    v->width = hook->width;
    if (st == CT_OK && (double)n * (double)v->width * sizeof *v->values > MOST_BYTES)
        st = ct_fail(err, CT_ENOTSUP, "%s: %zu tokens of %zu values each are too many to show",
                     hook->name, n, v->width);
    if (st == CT_OK) {
        v->values = ct_malloc_array(n, v->width * sizeof *v->values);
        st = v->values != NULL ? CT_OK : ct_fail_nomem(err, "activations by token", 0);
    }
    const struct extract_job job = {
        .model = load_of(a)->model, .seqs = seqs, .n_seqs = n, .hooks = hook, .n_hooks = 1
    };
    if (st == CT_OK)
        st = extract_activations(&job, a->params.threads, &progress, v->values, NULL, err);
    free(seqs);
    free(ids);
    return st == CT_OK ? analysis_check_inputs(a, err) : st;
}

static void done(void *owner, void *context, enum ct_status status, const struct ct_error *err)
{
    struct token_values *const v = context;

    if (owner != NULL) /* the application is not shutting down */
        aside_end(owner, &v->aside, status, err);
}

bool token_values_follow(struct app *app)
{
    struct token_values *const v = &app->token_values;
    const struct job job = { .title = "Tokens",
                             .can_cancel = true,
                             .gives_way = true,
                             .run = run,
                             .done = done,
                             .context = v };
    size_t hook = 0;

    if (app->news.state != WORKER_IDLE || !can_ask(app) || is_own(app))
        return false;
    while (hook < hook_of(app->a)->n_hooks &&
           strcmp(hook_of(app->a)->hooks[hook].name, hook_name(app)) != 0)
        hook++;
    if (hook == hook_of(app->a)->n_hooks)
        return false;
    free(v->values);
    *v = (struct token_values){ .hook = hook };
    v->rows[0] = app->sentence;
    return aside_start(app, &v->aside, key_of(app), &job);
}

/* ---- the values ---- */

size_t token_values_count(const struct app *app)
{
    return is_own(app) && app->token_values.aside.state == ASIDE_DONE ? app->token_values.n_rows
                                                                      : 0;
}

const char *token_values_why(const struct app *app)
{
    if (!app->has_neuron)
        return "a neuron is to be selected";
    if (load_of(app->a)->model == NULL)
        return "activations from a file have no tokens: a model is needed";
    if (!can_ask(app))
        return "the activations are stale";
    return is_own(app) && app->token_values.aside.state == ASIDE_FAILED ? "not computed"
                                                                        : "being computed";
}

const struct sentence *token_values_sentence(const struct app *app, size_t i, size_t *row)
{
    *row = app->token_values.rows[i];
    return &load_of(app->a)->sentences[*row];
}

double token_values_at(const struct app *app, size_t i, size_t token)
{
    const struct token_values *const v = &app->token_values;
    size_t index;

    (void)neuron_hook(extract_of(app->a), app->neuron, &index);
    if (i == 1)
        token += load_of(app->a)->sentences[v->rows[0]].n_tokens;
    return (double)v->values[token * v->width + index];
}
