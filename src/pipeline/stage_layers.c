#include "config.h"
#include "pipeline/stage_layers.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/memory_limit.h"
#include "num/draws.h"
#include "num/tests/resampled.h"
#include "num/tests/test.h"
#include "pipeline/inner_run.h"
#include "pipeline/stage_answer.h"
#include "pipeline/stage_cluster.h"
#include "pipeline/stage_contrast.h"
#include "pipeline/stage_effect.h"
#include "pipeline/stage_extract.h"
#include "pipeline/stage_hook.h"
#include "pipeline/stage_load.h"
#include "pipeline/stage_space.h"
#include "pipeline/stage_tsne.h"
#include "pipeline/stage_ttest.h"

/* ---- a layer as an analysis of its own ---- */

/* The hook point of the layer; none when the activations come from a file. */
static enum ct_status hook_of_layer(const struct hook_result *whole, size_t layer,
                                    struct hook_result **out, struct ct_error *err)
{
    struct hook_result *const hook = calloc(1, sizeof *hook);

    if (hook != NULL)
        hook->hooks = ct_calloc_array(1, sizeof *hook->hooks);
    if (hook == NULL || hook->hooks == NULL) {
        free(hook);
        return ct_fail_nomem(err, "hooks", 0);
    }
    if (whole->n_hooks > 0) {
        hook->hooks[0] = whole->hooks[layer];
        hook->n_hooks = 1;
    }
    *out = hook;
    return CT_OK;
}

static enum ct_status accept(struct analysis *a, const struct stage *stage, void *value,
                             struct ct_error *err)
{
    struct result *result = NULL;
    const enum ct_status status = result_new(a, stage, value, &result, err);

    if (status == CT_OK)
        analysis_accept(a, result);
    return status;
}

static enum ct_status take_hook(struct analysis *a, const struct analysis *whole, size_t layer,
                                struct ct_error *err)
{
    struct hook_result *hook = NULL;
    enum ct_status status = hook_of_layer(hook_of(whole), layer, &hook, err);

    if (status == CT_OK && hook->n_hooks > 0) {
        params_clear_hooks(&a->params);
        status = params_add_hook(&a->params, hook->hooks[0].name, err);
    }
    if (status != CT_OK) {
        stage_hook.free(hook);
        return status;
    }
    return accept(a, &stage_hook, hook, err);
}

static enum ct_status take_extract(struct analysis *a, const struct analysis *whole, size_t layer,
                                   struct ct_error *err)
{
    struct extract_result *extract = NULL;
    struct result *result = NULL;
    enum ct_status status =
        extract_layer(extract_of(whole), layer, whole->params.temporary, &extract, err);

    if (status == CT_OK)
        status = result_new(a, &stage_extract, extract, &result, err);
    if (status != CT_OK)
        return status;
    result_keep(result, whole, &stage_extract);
    analysis_accept(a, result);
    return CT_OK;
}

enum ct_status analysis_init_layer(struct analysis *a, const struct analysis *whole, size_t layer,
                                   struct ct_error *err)
{
    enum ct_status status = analysis_fork(whole, a, err);

    if (status != CT_OK)
        return status;
    a->is_part = true;
    status = take_hook(a, whole, layer, err);
    if (status == CT_OK)
        status = take_extract(a, whole, layer, err);
    if (status != CT_OK)
        analysis_clear(a);
    return status;
}

bool layer_has_stage(const struct stage *stage)
{
    return stage_is_needed(stage, &stage_ttest);
}

/* ---- all layers ---- */

/* Stages computed for each layer, at least. */
static const struct stage *const repeated[] = { &stage_ttest, &stage_space, &stage_tsne,
                                                &stage_cluster, NULL };

enum { STEPS_INTERVAL = 1 }; /* of progress, beside the effort of stages */

struct steps { /* stages computed for each layer, in order; ends with NULL */
    const struct stage *stages[MAX_RESULTS + 1];
    size_t n;
};

/* Adds what goal needs, from the t-test on. */
static void add_steps(struct steps *s, const struct stage *goal)
{
    for (size_t i = 0; goal->inputs[i] != NULL; i++)
        add_steps(s, goal->inputs[i]);
    for (size_t i = 0; i < s->n; i++)
        if (s->stages[i] == goal)
            return;
    if (goal->compute != NULL && layer_has_stage(goal)) {
        assert(s->n < MAX_RESULTS);
        s->stages[s->n++] = goal;
    }
}

/* For a row alone, or for the one who is shown each layer. */
static void list_steps(const struct analysis *whole, const struct analysis_watch *watch,
                       struct steps *s)
{
    *s = (struct steps){ .n = 0 };
    add_steps(s, &stage_cluster);
    if (whole->params.answer)
        add_steps(s, &stage_answer);
    if (whole->params.swap)
        add_steps(s, &stage_effect);
    if (watch->layer != NULL && watch->layer_goal != NULL)
        add_steps(s, watch->layer_goal);
}

/* The share of significant neurons when the sentences are drawn again. */
static enum ct_status find_interval(const struct analysis *layer, const struct progress *progress,
                                    struct layer_row *row, struct ct_error *err)
{
    const struct contrast *const c = contrast_of(layer);
    const struct resampled_question q = { .X = &extract_of(layer)->X,
                                          .rows = { c->rows[0], c->rows[1] },
                                          .n_rows = { c->n_rows[0], c->n_rows[1] },
                                          .has_pairs = c->n_rows[0] == c->n_rows[1],
                                          .test = &tests[layer->params.test],
                                          .correction = ttest_rule(layer).correction,
                                          .alpha = ttest_rule(layer).alpha,
                                          .n_draws = LAYER_DRAWS,
                                          .seed = layer->params.seed };
    double shares[LAYER_DRAWS];
    size_t n_shares = 0;
    struct crew *crew = NULL;
    enum ct_status status =
        memory_check(STAGE_MEMORY_LEAST + resampled_memory(extract_of(layer)->X.cols,
                                                           c->n_rows[0] + c->n_rows[1],
                                                           (size_t)layer->params.threads),
                     "layers", "use fewer --threads", err);

    if (status == CT_OK)
        status = crew_new(layer->params.threads, &crew, err);
    if (status == CT_OK)
        status = resampled_shares(&q, crew, progress, shares, err);
    crew_free(crew);
    if (status != CT_OK)
        return status;
    for (size_t b = 0; b < LAYER_DRAWS; b++)
        if (!isnan(shares[b]))
            shares[n_shares++] = shares[b];
    row->share_low = row->share_high = NAN;
    if (n_shares == 0)
        return CT_OK;
    draws_sort(shares, n_shares);
    row->share_low = draws_quantile(shares, n_shares, 0.025);
    row->share_high = draws_quantile(shares, n_shares, 0.975);
    return CT_OK;
}

static void take_answer(const struct analysis *layer, struct layer_row *row)
{
    const struct answer_result *const r = answer_of(layer);

    row->answer = (struct layer_answer){ .verdict = r->verdict,
                                         .clumping = r->observed.clumping,
                                         .cloud = r->cloud,
                                         .context = r->context,
                                         .pvalue = r->pvalue,
                                         .p_holm = NAN };
}

static void take_effect(const struct analysis *layer, struct layer_row *row)
{
    const struct effect_row *const some = effect_row_find(effect_of(layer), "significant");

    if (some == NULL)
        return;
    row->moved_end = some->moved_end;
    row->moved_low = some->moved_end_low;
    row->moved_high = some->moved_end_high;
}

/* p of the answers, by Holm over the hook points that have one. */
static enum ct_status adjust_answers(struct layers_result *layers, double alpha,
                                     struct ct_error *err)
{
    const size_t n = layers->n_rows;
    double *const p = ct_malloc_array(n, 2 * sizeof *p); /* and adjusted */
    bool *const significant = ct_malloc_array(n, sizeof *significant);
    size_t m = 0;
    double threshold;
    enum ct_status status =
        p != NULL && significant != NULL ? CT_OK : ct_fail_nomem(err, "layers", 0);

    for (size_t l = 0; status == CT_OK && l < n; l++)
        if (!isnan(layers->rows[l].answer.pvalue))
            p[m++] = layers->rows[l].answer.pvalue;
    if (status == CT_OK)
        status =
            multitest_adjust(p, m, CORRECTION_HOLM, alpha, p + n, significant, &threshold, err);
    for (size_t l = n; status == CT_OK && l-- > 0;)
        if (!isnan(layers->rows[l].answer.pvalue))
            layers->rows[l].answer.p_holm = p[n + --m];
    free(p);
    free(significant);
    return status;
}

static void find_strongest(const struct analysis *layer, struct layer_row *row)
{
    const size_t best = ttest_strongest(ttest_of(layer));

    row->hook = neuron_hook(extract_of(layer), best, &row->strongest);
    row->strongest_t = ttest_of(layer)->neurons[best].statistic;
}

static enum ct_status describe(const struct analysis *layer, struct layer_row *row,
                               struct ct_error *err)
{
    const struct cluster_result *const c = clusters_of(layer);
    const bool is_embedded = tsne_of(layer)->perplexity > 0.0;

    *row = (struct layer_row){
        .n_neurons = ttest_of(layer)->n_neurons,
        .n_significant = ttest_of(layer)->n_significant,
        .perplexity = is_embedded ? tsne_of(layer)->perplexity : NAN,
        .kl_divergence = is_embedded ? tsne_of(layer)->result.kl_divergence : NAN,
        .by = ct_calloc_array(c->n, sizeof *row->by),
    };
    if (row->by == NULL)
        return ct_fail_nomem(err, "layers", 0);
    for (size_t m = 0; m < c->n; m++)
        row->by[m] =
            (struct layer_clusters){ c->by[m].n_clusters, c->by[m].n_noise, c->by[m].silhouette };
    find_strongest(layer, row);
    return CT_OK;
}

/* progress: of the interval. */
static enum ct_status fill_row(struct analysis *layer, const struct steps *steps,
                               const struct analysis_watch *watch, const struct progress *progress,
                               struct layer_row *row, struct ct_error *err)
{
    enum ct_status status = CT_OK;

    for (size_t i = 0; status == CT_OK && i < steps->n; i++)
        status = analysis_run(layer, steps->stages[i], watch, err);
    if (status == CT_OK)
        status = describe(layer, row, err);
    if (status == CT_OK && layer->params.answer)
        take_answer(layer, row);
    row->moved_end = row->moved_low = row->moved_high = NAN;
    if (status == CT_OK && layer->params.swap)
        take_effect(layer, row);
    if (status == CT_OK)
        status = find_interval(layer, progress, row, err);
    if (status == CT_OK && !progress_tick(progress, 1, 1))
        status = ct_fail(err, CT_ECANCELED, "layers: cancelled");
    return status;
}

static enum ct_status run_layer(const struct analysis *whole, const struct stage_run *run,
                                struct layers_result *layers, size_t l, struct ct_error *err)
{
    struct steps steps;
    list_steps(whole, run->watch, &steps);
    const size_t effort = inner_effort(steps.stages, NULL) + STEPS_INTERVAL;
    struct inner_run inner = { .whole = &run->progress,
                               .n_steps = effort * layers->n_rows,
                               .first = effort * l,
                               .stages = steps.stages };
    struct progress_part last = { &run->progress, effort * (l + 1) - STEPS_INTERVAL, STEPS_INTERVAL,
                                  inner.n_steps };
    const struct progress progress = progress_of_part(&last);
    const struct analysis_watch watch = inner_watch(&inner);
    struct analysis layer;
    enum ct_status status = analysis_init_layer(&layer, whole, l, err);

    if (status != CT_OK)
        return status;
    status = fill_row(&layer, &steps, &watch, &progress, &layers->rows[l], err);
    if (status == CT_OK && run->watch->layer != NULL)
        status = run->watch->layer(run->watch->layer_context, &layer, err);
    analysis_clear(&layer);
    return status;
}

static void release(void *result)
{
    struct layers_result *const layers = result;

    if (layers == NULL)
        return;
    for (size_t l = 0; l < layers->n_rows; l++)
        free(layers->rows[l].by);
    free(layers->rows);
    free(layers);
}

static enum ct_status compute(const struct analysis *a, const struct stage_run *run, void **result,
                              struct ct_error *err)
{
    const size_t n = extract_of(a)->n_layers;
    struct layers_result *const layers = calloc(1, sizeof *layers);
    enum ct_status status = CT_OK;

    if (layers != NULL)
        layers->rows = ct_calloc_array(n, sizeof *layers->rows);
    if (layers == NULL || layers->rows == NULL) {
        free(layers);
        return ct_fail_nomem(err, "layers", 0);
    }
    layers->n_rows = n;
    layers->n_methods = clusterings_wanted(&a->params);
    layers->has_answers = a->params.answer;
    layers->has_effects = a->params.swap;
    for (size_t l = 0; status == CT_OK && l < n; l++)
        status = run_layer(a, run, layers, l, err);
    if (status == CT_OK && layers->has_answers)
        status = adjust_answers(layers, a->params.alpha, err);
    if (status != CT_OK) {
        release(layers);
        return status;
    }
    *result = layers;
    return CT_OK;
}

/* Reports why the t-test of a layer would fail. */
static enum ct_status check(const struct analysis *a, struct ct_error *err)
{
    return stage_ttest.check(a, err);
}

static void note(const void *value, char out[NOTE_SIZE])
{
    snprintf(out, NOTE_SIZE, "%zu", ((const struct layers_result *)value)->n_rows);
}

static bool asks_more(const struct params *params)
{
    return params->answer || params->swap;
}

const struct stage stage_layers = {
    .name = "layers",
    .title = "Layers",
    .does = "analyses each hook point separately",
    .inputs = (const struct stage *const[]){ &stage_load, &stage_contrast, &stage_extract, NULL },
    .repeats = repeated,
    .also = (const struct setting *const[]){ &answer_settings[ANSWER_DRAWS],
                                             &answer_settings[ANSWER_RESAMPLES],
                                             &effect_settings[EFFECT_HOW],
                                             &effect_settings[EFFECT_WORD_PAIRS],
                                             &effect_settings[EFFECT_CONTROLS], NULL },
    .has_also = asks_more,
    .effort = 10,
    .check = check,
    .compute = compute,
    .free = release,
    .note = note,
};
