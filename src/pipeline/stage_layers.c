#include "config.h"
#include "pipeline/stages.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"

/* ---- a layer as an analysis of its own ---- */

/* The hook points of the layer alone; none where the activations come from a file. */
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

static enum ct_status params_of_layer(const struct analysis *whole, size_t layer,
                                      struct params *params, struct ct_error *err)
{
    enum ct_status status = params_copy(params, &whole->params, err);

    if (status != CT_OK || whole->hook->n_hooks == 0)
        return status;
    params_clear_hooks(params);
    status = params_add_hook(params, whole->hook->hooks[layer].name, err);
    if (status != CT_OK)
        params_clear(params);
    return status;
}

enum ct_status analysis_init_layer(struct analysis *a, const struct analysis *whole, size_t layer,
                                   struct ct_error *err)
{
    struct hook_result *hook = NULL;
    struct extract_result *extract = NULL;
    struct params params;
    enum ct_status status = params_of_layer(whole, layer, &params, err);

    if (status != CT_OK)
        return status;
    status = hook_of_layer(whole->hook, layer, &hook, err);
    if (status == CT_OK)
        status = extract_layer(whole->extract, layer, whole->params.temporary, &extract, err);
    if (status != CT_OK) {
        stage_hook_free(hook);
        params_clear(&params);
        return status;
    }
    *a = (struct analysis){ .params = params, .load = whole->load, .borrowed = 1U << STAGE_LOAD };
    a->hook = hook;
    a->extract = extract;
    for (enum stage_id stage = STAGE_LOAD; stage <= STAGE_EXTRACT; stage++)
        a->keys[stage] = analysis_key(&params, stage);
    return CT_OK;
}

/* ---- all of them ---- */

/* The steps of a layer, as t-SNE takes most of its time. */
enum { TTEST_STEPS = 1, TSNE_STEPS = 8, CLUSTER_STEPS = 1, LAYER_STEPS = 10 };

struct layer_run {
    const struct stage_run *run;
    struct progress_part part; /* of the stage that runs */
    size_t first;              /* step of this layer */
};

static bool layer_tick(void *context, enum stage_id stage, size_t done, size_t total)
{
    struct layer_run *const r = context;

    switch (stage) {
    case STAGE_TTEST:
        r->part.first = r->first;
        r->part.n = TTEST_STEPS;
        break;
    case STAGE_TSNE:
        r->part.first = r->first + TTEST_STEPS;
        r->part.n = TSNE_STEPS;
        break;
    default:
        r->part.first = r->first + TTEST_STEPS + TSNE_STEPS;
        r->part.n = CLUSTER_STEPS;
        break;
    }
    const struct progress progress = progress_of_part(&r->part);
    return progress_tick(&progress, done, total);
}

static enum tsne_answer layer_tsne_tick(void *context, size_t n_iter, size_t max_iter)
{
    return layer_tick(context, STAGE_TSNE, n_iter, max_iter) ? TSNE_GO_ON : TSNE_STOP;
}

static void find_strongest(const struct analysis *layer, struct layer_row *row)
{
    const struct ttest_stage *const t = layer->ttest;
    size_t best = 0;

    for (size_t j = 1; j < t->n_neurons; j++) {
        const double largest = fabs(t->neurons[best].statistic);
        if (fabs(t->neurons[j].statistic) > largest || isnan(largest))
            best = j;
    }
    row->hook = neuron_hook(layer->extract, best, &row->strongest);
    row->strongest_t = t->neurons[best].statistic;
}

static void describe(const struct analysis *layer, struct layer_row *row)
{
    const struct cluster_result *const c = layer->cluster;
    const bool is_embedded = layer->tsne->perplexity > 0.0;

    *row = (struct layer_row){
        .n_neurons = layer->ttest->n_neurons,
        .n_significant = layer->ttest->n_significant,
        .perplexity = is_embedded ? layer->tsne->perplexity : NAN,
        .kl_divergence = is_embedded ? layer->tsne->result.kl_divergence : NAN,
        .n_dbscan = c->n_dbscan,
        .n_noise = c->n_noise,
        .n_kmeans = c->n_clusters,
        .dbscan_silhouette = c->dbscan_silhouette,
        .kmeans_silhouette = c->kmeans_silhouette,
    };
    find_strongest(layer, row);
}

static enum ct_status run_layer(const struct analysis *whole, const struct stage_run *run,
                                struct layers_result *layers, size_t l, struct ct_error *err)
{
    struct layer_run context = { .run = run,
                                 .part = { .whole = &run->progress,
                                           .n_steps = LAYER_STEPS * layers->n_rows },
                                 .first = LAYER_STEPS * l };
    const struct analysis_watch watch = { .progress = layer_tick,
                                          .tsne_tick = layer_tsne_tick,
                                          .context = &context };
    struct analysis layer;
    enum ct_status status = analysis_init_layer(&layer, whole, l, err);

    if (status != CT_OK)
        return status;
    status = analysis_run(&layer, STAGE_CLUSTER, &watch, err);
    if (status == CT_OK) {
        describe(&layer, &layers->rows[l]);
        layers->contrast = layer.ttest->contrast;
    }
    if (status == CT_OK && run->watch->layer != NULL)
        status = run->watch->layer(run->watch->context, &layer, err);
    analysis_clear(&layer);
    return status;
}

enum ct_status stage_layers_compute(const struct analysis *a, const struct stage_run *run,
                                    void **result, struct ct_error *err)
{
    const size_t n = a->extract->n_layers;
    struct layers_result *const layers = calloc(1, sizeof *layers);
    enum ct_status status = CT_OK;

    if (layers != NULL)
        layers->rows = ct_calloc_array(n, sizeof *layers->rows);
    if (layers == NULL || layers->rows == NULL) {
        free(layers);
        return ct_fail_nomem(err, "layers", 0);
    }
    layers->n_rows = n;
    for (size_t l = 0; status == CT_OK && l < n; l++)
        status = run_layer(a, run, layers, l, err);
    if (status != CT_OK) {
        stage_layers_free(layers);
        return status;
    }
    *result = layers;
    return CT_OK;
}

void stage_layers_free(void *result)
{
    struct layers_result *const layers = result;

    if (layers == NULL)
        return;
    free(layers->rows);
    free(layers);
}
