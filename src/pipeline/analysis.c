#include "config.h"
#include "pipeline/analysis.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/fnv.h"
#include "pipeline/memory_plan.h"
#include "pipeline/stages.h"

/* Tells parameters apart, not what is in files. */
struct key {
    uint64_t hash;
};

static void key_bytes(struct key *key, const void *bytes, size_t size)
{
    key->hash = fnv_add(key->hash, bytes, size);
}

static void key_text(struct key *key, const char *text)
{
    const unsigned char is_there = text != NULL;

    key_bytes(key, &is_there, 1);
    if (text != NULL)
        key_bytes(key, text, strlen(text) + 1);
}

#define KEY_VALUE(key, value) key_bytes((key), &(value), sizeof(value))

static void load_key(const struct params *p, struct key *key)
{
    key_text(key, p->activations);
    if (p->activations != NULL) {
        key_text(key, p->groups);
        KEY_VALUE(key, p->ungrouped);
        return;
    }
    key_text(key, p->model);
    key_text(key, p->tokenizer);
    key_text(key, p->stimuli);
    KEY_VALUE(key, p->occurrence);
}

static void hook_key(const struct params *p, struct key *key)
{
    for (size_t i = 0; p->activations == NULL && i < p->n_hooks; i++)
        key_text(key, p->hooks[i]);
}

static void no_key(const struct params *p, struct key *key)
{
    (void)p;
    (void)key;
}

static void ttest_key(const struct params *p, struct key *key)
{
    key_text(key, p->contrast[0]);
    key_text(key, p->contrast[1]);
    KEY_VALUE(key, p->alpha);
    KEY_VALUE(key, p->correction);
    KEY_VALUE(key, p->test);
}

static void tsne_key(const struct params *p, struct key *key)
{
    KEY_VALUE(key, p->perplexity);
    KEY_VALUE(key, p->iterations);
    KEY_VALUE(key, p->seed);
}

static void cluster_key(const struct params *p, struct key *key)
{
    KEY_VALUE(key, p->eps);
    KEY_VALUE(key, p->min_samples);
    KEY_VALUE(key, p->clusters);
    KEY_VALUE(key, p->seed);
}

/* All that a layer hangs on beyond its activations. */
static void layers_key(const struct params *p, struct key *key)
{
    ttest_key(p, key);
    tsne_key(p, key);
    cluster_key(p, key);
}

#define INPUT(stage)        (1U << (stage))
#define SLOT(member)        offsetof(struct analysis, member)
#define STAGE(lower, slots) #lower, slots, stage_##lower##_compute, stage_##lower##_free

static const struct stage {
    const char *name;
    size_t slot; /* of the result in struct analysis */
    enum ct_status (*compute)(const struct analysis *a, const struct stage_run *run, void **result,
                              struct ct_error *err);
    void (*free)(void *result);
    void (*key)(const struct params *params, struct key *key); /* its own parameters */
    unsigned inputs;
} stages[N_STAGES] = {
    [STAGE_LOAD] = { STAGE(load, SLOT(load)), load_key, 0 },
    [STAGE_HOOK] = { STAGE(hook, SLOT(hook)), hook_key, INPUT(STAGE_LOAD) },
    [STAGE_EXTRACT] = { STAGE(extract, SLOT(extract)), no_key,
                        INPUT(STAGE_LOAD) | INPUT(STAGE_HOOK) },
    [STAGE_TTEST] = { STAGE(ttest, SLOT(ttest)), ttest_key,
                      INPUT(STAGE_LOAD) | INPUT(STAGE_EXTRACT) },
    [STAGE_TSNE] = { STAGE(tsne, SLOT(tsne)), tsne_key, INPUT(STAGE_TTEST) },
    [STAGE_CLUSTER] = { STAGE(cluster, SLOT(cluster)), cluster_key,
                        INPUT(STAGE_TTEST) | INPUT(STAGE_TSNE) },
    [STAGE_SIMILARITY] = { STAGE(similarity, SLOT(similarity)), no_key,
                           INPUT(STAGE_TTEST) | INPUT(STAGE_CLUSTER) },
    [STAGE_LAYERS] = { STAGE(layers, SLOT(layers)), layers_key,
                       INPUT(STAGE_LOAD) | INPUT(STAGE_EXTRACT) },
};

static void **result_slot(struct analysis *a, enum stage_id stage)
{
    return (void **)((char *)a + stages[stage].slot);
}

const void *analysis_result(const struct analysis *a, enum stage_id stage)
{
    return *(void *const *)((const char *)a + stages[stage].slot);
}

/* Parameters of the stage and, through the keys of its inputs, of all that it hangs on. */
uint64_t analysis_key(const struct params *params, enum stage_id stage)
{
    struct key key = { FNV_START + stage };

    stages[stage].key(params, &key);
    for (enum stage_id input = 0; input < stage; input++)
        if (stages[stage].inputs & INPUT(input)) {
            const uint64_t below = analysis_key(params, input);
            KEY_VALUE(&key, below);
        }
    return key.hash;
}

void analysis_init(struct analysis *a)
{
    *a = (struct analysis){ 0 };
    params_init(&a->params);
}

static void drop_result(struct analysis *a, enum stage_id stage)
{
    void **const slot = result_slot(a, stage);

    if (!(a->borrowed & INPUT(stage)))
        analysis_discard(stage, *slot);
    a->borrowed &= ~INPUT(stage);
    *slot = NULL;
}

void analysis_clear(struct analysis *a)
{
    for (size_t i = N_STAGES; i-- > 0;) /* later stages borrow from earlier ones */
        drop_result(a, (enum stage_id)i);
    params_clear(&a->params);
    *a = (struct analysis){ 0 };
}

const char *stage_name(enum stage_id stage)
{
    return stages[stage].name;
}

static enum ct_status check_load(const struct load_result *load, struct ct_error *err)
{
    if (load == NULL)
        return CT_OK;
    return load->model != NULL ? model_check(load->model, err)
                               : activations_check(&load->activations, err);
}

enum ct_status analysis_check_inputs(const struct analysis *a, struct ct_error *err)
{
    return check_load(a->load, err);
}

bool analysis_is_stale(const struct analysis *a, enum stage_id stage)
{
    return analysis_result(a, stage) == NULL || a->keys[stage] != analysis_key(&a->params, stage) ||
           (stage == STAGE_LOAD && check_load(a->load, NULL) != CT_OK);
}

struct progress_of_stage {
    const struct analysis_watch *watch;
    enum stage_id stage;
};

static bool stage_tick(void *context, size_t done, size_t total)
{
    const struct progress_of_stage *const p = context;

    return p->watch->progress == NULL ||
           p->watch->progress(p->watch->context, p->stage, done, total);
}

enum ct_status analysis_compute(const struct analysis *a, enum stage_id stage,
                                const struct analysis_watch *watch, void **result,
                                struct ct_error *err)
{
    static const struct analysis_watch nobody = { 0 };
    struct progress_of_stage context = { watch != NULL ? watch : &nobody, stage };
    const struct stage_run run = { { stage_tick, &context }, context.watch };

    enum ct_status status = stage_check_memory(a, stage, err);

    if (status == CT_OK)
        status = stages[stage].compute(a, &run, result, err);
    const struct load_result *const own = stage == STAGE_LOAD && status == CT_OK ? *result : NULL;
    const enum ct_status cut = check_load(stage == STAGE_LOAD ? own : a->load, err);
    if (cut != CT_OK && status == CT_OK) {
        analysis_discard(stage, *result);
        *result = NULL;
    }
    return cut != CT_OK ? cut : status;
}

void analysis_accept(struct analysis *a, enum stage_id stage, void *result, uint64_t key,
                     double seconds)
{
    unsigned dropped = INPUT(stage);

    for (enum stage_id later = stage + 1; later < N_STAGES; later++)
        if (stages[later].inputs & dropped)
            dropped |= INPUT(later);
    for (size_t i = N_STAGES; i-- > 0;) /* later stages borrow from earlier ones */
        if (dropped & INPUT(i))
            drop_result(a, (enum stage_id)i);
    *result_slot(a, stage) = result;
    a->keys[stage] = key;
    a->seconds[stage] = seconds;
}

void analysis_discard(enum stage_id stage, void *result)
{
    if (result != NULL)
        stages[stage].free(result);
}

bool stage_is_needed(enum stage_id goal, enum stage_id stage)
{
    assert(goal < N_STAGES);
    unsigned needed = INPUT(goal);

    for (size_t i = goal + 1; i-- > 0;)
        if (needed & INPUT(i))
            needed |= stages[i].inputs;
    return needed & INPUT(stage);
}

const struct contrast *analysis_contrast(const struct analysis *a)
{
    if (a->layers != NULL && (a->ttest == NULL || analysis_is_stale(a, STAGE_TTEST)))
        return &a->layers->contrast;
    return a->ttest != NULL ? &a->ttest->contrast : NULL;
}

enum ct_status analysis_run(struct analysis *a, enum stage_id last,
                            const struct analysis_watch *watch, struct ct_error *err)
{
    for (enum stage_id stage = 0; stage <= last; stage++) {
        void *result = NULL;

        if (!stage_is_needed(last, stage) || !analysis_is_stale(a, stage))
            continue;
        const double start = clock_seconds();
        enum ct_status status = CT_OK;
        if (stage == STAGE_EXTRACT && last >= STAGE_TTEST) /* not after hours, when it is tested */
            status = ttest_choose_groups(a->load, &a->params, &(struct contrast){ 0 }, err);
        if (status == CT_OK)
            status = analysis_compute(a, stage, watch, &result, err);
        if (status != CT_OK)
            return status;
        analysis_accept(a, stage, result, analysis_key(&a->params, stage), clock_seconds() - start);
    }
    return CT_OK;
}
