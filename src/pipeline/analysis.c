#include "config.h"
#include "pipeline/analysis.h"

#include <assert.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/memory_limit.h"

/* ---- results ---- */

enum { MAX_KEPT = 8 };

struct result {
    const struct stage *stage;
    void *value;
    uint64_t key; /* of the parameters it was computed with */
    double seconds;
    struct result *kept[MAX_KEPT]; /* [n_kept] results that value may borrow from */
    size_t n_kept;
    atomic_uint refs;
};

static struct result *find(const struct analysis *a, const struct stage *stage)
{
    for (size_t i = 0; i < a->n_results; i++)
        if (a->results[i]->stage == stage)
            return a->results[i];
    return NULL;
}

static struct result *retain(struct result *result)
{
    atomic_fetch_add(&result->refs, 1);
    return result;
}

void result_release(struct result *result)
{
    if (result == NULL || atomic_fetch_sub(&result->refs, 1) > 1)
        return;
    result->stage->free(result->value);
    for (size_t i = 0; i < result->n_kept; i++)
        result_release(result->kept[i]);
    free(result);
}

const void *result_value(const struct result *result)
{
    return result->value;
}

uint64_t result_key(const struct result *result)
{
    return result->key;
}

void result_keep(struct result *result, const struct analysis *a, const struct stage *stage)
{
    assert(result->n_kept < MAX_KEPT);
    result->kept[result->n_kept++] = retain(find(a, stage));
}

/* ---- keys ---- */

static void add_setting(const struct setting *setting, const struct params *params, struct key *key)
{
    if (setting_decides(setting, params))
        setting->kind->key(setting, params, key);
}

static void add_settings(const struct stage *stage, const struct params *params, struct key *key)
{
    for (size_t i = 0; i < stage->n_settings; i++)
        add_setting(&stage->settings[i], params, key);
    if (stage->also == NULL || (stage->has_also != NULL && !stage->has_also(params)))
        return;
    for (size_t i = 0; stage->also[i] != NULL; i++)
        add_setting(stage->also[i], params, key);
}

static void add_settings_of(const struct stage *const *list, const struct params *params,
                            struct key *key)
{
    for (size_t i = 0; list != NULL && list[i] != NULL; i++)
        add_settings(list[i], params, key);
}

/* Hash of the stage's parameters and, through the keys of its inputs, of everything it depends
 * on. */
static uint64_t key_of(const struct params *params, const struct stage *stage)
{
    struct key key = key_begin();

    key_text(&key, stage->name);
    add_settings(stage, params, &key);
    add_settings_of(stage->repeats, params, &key);
    add_settings_of(stage->parameters_of, params, &key);
    for (size_t i = 0; stage->inputs[i] != NULL; i++) {
        const uint64_t input = key_of(params, stage->inputs[i]);
        key_bytes(&key, &input, sizeof input);
    }
    return key.hash;
}

uint64_t analysis_key(const struct analysis *a, const struct stage *stage)
{
    return key_of(&a->params, stage);
}

void result_rekey(struct result *result, const struct analysis *a)
{
    result->key = key_of(&a->params, result->stage);
}

enum ct_status result_new(const struct analysis *a, const struct stage *stage, void *value,
                          struct result **out, struct ct_error *err)
{
    struct result *const result = calloc(1, sizeof *result);

    if (result == NULL) {
        stage->free(value);
        return ct_fail_nomem(err, stage->name, 0);
    }
    result->stage = stage;
    result->value = value;
    result->key = key_of(&a->params, stage);
    atomic_init(&result->refs, 1);
    for (size_t i = 0; stage->inputs[i] != NULL; i++)
        if (find(a, stage->inputs[i]) != NULL)
            result_keep(result, a, stage->inputs[i]);
    *out = result;
    return CT_OK;
}

/* ---- the state ---- */

void analysis_init(struct analysis *a)
{
    *a = (struct analysis){ 0 };
    params_init(&a->params);
}

void analysis_clear(struct analysis *a)
{
    for (size_t i = 0; i < a->n_results; i++)
        result_release(a->results[i]);
    params_clear(&a->params);
    *a = (struct analysis){ 0 };
}

enum ct_status analysis_fork(const struct analysis *from, struct analysis *to, struct ct_error *err)
{
    struct params params;
    const enum ct_status status = params_copy(&params, &from->params, err);

    if (status != CT_OK)
        return status;
    *to = *from;
    to->params = params;
    for (size_t i = 0; i < to->n_results; i++)
        retain(to->results[i]);
    return CT_OK;
}

const void *analysis_result(const struct analysis *a, const struct stage *stage)
{
    const struct result *const result = find(a, stage);

    return result != NULL ? result->value : NULL;
}

double analysis_seconds(const struct analysis *a, const struct stage *stage)
{
    const struct result *const result = find(a, stage);

    return result != NULL ? result->seconds : 0.0;
}

static enum ct_status verify(const struct result *result, struct ct_error *err)
{
    return result->stage->verify != NULL ? result->stage->verify(result->value, err) : CT_OK;
}

enum ct_status analysis_check_inputs(const struct analysis *a, struct ct_error *err)
{
    enum ct_status status = CT_OK;

    for (size_t i = 0; status == CT_OK && i < a->n_results; i++)
        status = verify(a->results[i], err);
    return status;
}

/* The first of goal's inputs, of theirs and so on that is stale, else goal itself if it is. */
static const struct stage *find_stale(const struct analysis *a, const struct stage *goal)
{
    for (size_t i = 0; goal->inputs[i] != NULL; i++) {
        const struct stage *const stale = find_stale(a, goal->inputs[i]);
        if (stale != NULL)
            return stale;
    }
    return goal->compute != NULL && analysis_is_stale(a, goal) ? goal : NULL;
}

bool analysis_is_stale(const struct analysis *a, const struct stage *stage)
{
    const struct result *const result = find(a, stage);

    if (stage->compute == NULL)
        return find_stale(a, stage) != NULL;
    return result == NULL || result->key != key_of(&a->params, stage) ||
           verify(result, NULL) != CT_OK;
}

static bool is_partial(const struct analysis *a, const struct stage *stage)
{
    return stage->is_partial != NULL && !analysis_is_stale(a, stage) &&
           stage->is_partial(a, analysis_result(a, stage));
}

const struct stage *analysis_partial(const struct analysis *a, const struct stage *goal)
{
    for (size_t i = 0; goal->inputs[i] != NULL; i++) {
        const struct stage *const partial = analysis_partial(a, goal->inputs[i]);
        if (partial != NULL)
            return partial;
    }
    return is_partial(a, goal) ? goal : NULL;
}

static bool has_inputs(const struct analysis *a, const struct stage *stage)
{
    for (size_t i = 0; stage->inputs[i] != NULL; i++)
        if (analysis_is_stale(a, stage->inputs[i]))
            return false;
    return true;
}

double analysis_expect(const struct analysis *a, const struct stage *goal)
{
    double seconds = 0.0;

    if (goal->compute != NULL)
        return goal->expect != NULL && analysis_is_stale(a, goal) && has_inputs(a, goal)
                   ? goal->expect(a)
                   : 0.0;
    for (size_t i = 0; goal->inputs[i] != NULL; i++)
        seconds += analysis_expect(a, goal->inputs[i]);
    return seconds;
}

bool analysis_remark(const struct analysis *a, const struct stage *stage, char *out, size_t size)
{
    return stage->remark != NULL && analysis_is_stale(a, stage) && has_inputs(a, stage) &&
           stage->remark(a, out, size);
}

bool stage_is_needed(const struct stage *goal, const struct stage *stage)
{
    bool is_needed = goal == stage;

    for (size_t i = 0; !is_needed && goal->inputs[i] != NULL; i++)
        is_needed = stage_is_needed(goal->inputs[i], stage);
    return is_needed;
}

static void drop(struct analysis *a, size_t i)
{
    result_release(a->results[i]);
    a->results[i] = a->results[--a->n_results];
}

void analysis_accept(struct analysis *a, struct result *result)
{
    for (size_t i = a->n_results; i-- > 0;)
        if (stage_is_needed(a->results[i]->stage, result->stage))
            drop(a, i);
    assert(a->n_results < MAX_RESULTS);
    a->results[a->n_results++] = result;
}

/* ---- computing ---- */

/* Checks every stage that is to be computed; a shared input is checked more than once. */
static enum ct_status check(const struct analysis *a, const struct stage *goal,
                            struct ct_error *err)
{
    enum ct_status status = CT_OK;

    for (size_t i = 0; status == CT_OK && goal->inputs[i] != NULL; i++)
        status = check(a, goal->inputs[i], err);
    if (status == CT_OK && goal->check != NULL && analysis_is_stale(a, goal))
        status = goal->check(a, err);
    return status;
}

enum ct_status analysis_next(const struct analysis *a, const struct stage *goal,
                             const struct stage **next, struct ct_error *err)
{
    *next = find_stale(a, goal);
    return *next != NULL ? check(a, goal, err) : CT_OK;
}

struct progress_of_stage {
    const struct analysis_watch *watch;
    const struct stage *stage;
};

static bool stage_tick(void *context, size_t done, size_t total)
{
    const struct progress_of_stage *const p = context;

    return p->watch->progress == NULL ||
           p->watch->progress(p->watch->context, p->stage, done, total);
}

static enum ct_status check_memory(const struct analysis *a, const struct stage *stage,
                                   struct ct_error *err)
{
    if (stage->memory == NULL)
        return CT_OK;
    return memory_check(STAGE_MEMORY_LEAST + stage->memory(a), stage->name, stage->advice, err);
}

enum ct_status analysis_compute(const struct analysis *a, const struct stage *stage,
                                const struct analysis_watch *watch, struct result **out,
                                struct ct_error *err)
{
    static const struct analysis_watch nobody = { 0 };
    struct progress_of_stage context = { watch != NULL ? watch : &nobody, stage };
    const struct stage_run run = { .progress = { stage_tick, &context },
                                   .watch = context.watch,
                                   .earlier =
                                       is_partial(a, stage) ? analysis_result(a, stage) : NULL };
    const double start = clock_seconds();
    struct result *result = NULL;
    void *value = NULL;
    char remark[REMARK_SIZE];
    enum ct_status status = check_memory(a, stage, err);

    if (status == CT_OK && context.watch->remark != NULL && stage->remark != NULL &&
        stage->remark(a, remark, sizeof remark))
        context.watch->remark(context.watch->context, stage, remark);
    if (status == CT_OK && stage->expect != NULL && context.watch->begin != NULL)
        context.watch->begin(context.watch->context, stage, stage->expect(a));
    if (status == CT_OK)
        status = stage->compute(a, &run, &value, err);
    if (status == CT_OK)
        status = result_new(a, stage, value, &result, err);
    /* If a file was cut, report that instead of the error the stage derived from it. */
    enum ct_status cut = CT_OK;
    for (size_t i = 0; cut == CT_OK && stage->inputs[i] != NULL; i++)
        cut = verify(find(a, stage->inputs[i]), err);
    if (cut == CT_OK && status == CT_OK)
        cut = verify(result, err);
    if (cut != CT_OK || status != CT_OK) {
        result_release(result);
        return cut != CT_OK ? cut : status;
    }
    result->seconds = clock_seconds() - start;
    *out = result;
    return CT_OK;
}

enum ct_status analysis_run(struct analysis *a, const struct stage *goal,
                            const struct analysis_watch *watch, struct ct_error *err)
{
    for (;;) {
        const struct stage *next = NULL;
        struct result *result = NULL;
        enum ct_status status = analysis_next(a, goal, &next, err);

        if (status == CT_OK && next != NULL)
            status = analysis_compute(a, next, watch, &result, err);
        if (status != CT_OK || next == NULL)
            return status;
        analysis_accept(a, result);
    }
}
