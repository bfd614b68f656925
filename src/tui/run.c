#include "config.h"
#include "tui/run.h"

#include <stdlib.h>
#include <string.h>

#include "pipeline/stage_answer.h"
#include "pipeline/stage_cluster.h"
#include "pipeline/stage_extract.h"
#include "pipeline/stage_layers.h"
#include "pipeline/stage_load.h"
#include "pipeline/stage_tsne.h"
#include "pipeline/stage_ttest.h"
#include "pipeline/stages.h"
#include "tui/neuron_words.h"
#include "tui/row_filter.h"
#include "tui/view.h"

/* Invalidates cached orders of dropped results, even if a new result has the same address. */
static void forget_orders(struct app *app)
{
    app->version++;
    app->neurons.of = NULL;
    app->changes.of = NULL;
    app->drivers.of = NULL;
    app->neighbours.of = NULL;
    app->range.n = 0;
}

/* A new result may have invalidated the selection. */
static void check_selection(struct app *app)
{
    if (extract_of(app->a) == NULL || app->neuron >= extract_of(app->a)->X.cols)
        app->has_neuron = false;
    if (load_of(app->a) == NULL || app->sentence >= load_of(app->a)->n_sentences)
        app->sentence = 0;
    const struct clustering *const marked = clustering_of(app->a, app->mark.method);
    if (marked == NULL || (app->mark.label < 0 ? marked->n_noise == 0
                                               : (size_t)app->mark.label >= marked->n_clusters))
        app->mark.method = NULL;
}

/* Without results, but in the order and arrangement that people chose. */
static void reset_view(struct view_state *state)
{
    *state = (struct view_state){ .sort = state->sort,
                                  .columns = state->columns,
                                  .peaks = state->peaks };
}

/* For a new model or new sentences: updates the hook points and resets every view. */
static void reset_for_input(struct app *app)
{
    for (size_t i = 0; i < MAX_VIEWS; i++)
        reset_view(&app->views[i]);
    row_filters_clear(app);
    memset(app->had, 0, sizeof app->had);
    free(app->hook_points);
    app->hook_points = NULL;
    app->n_hook_points = 0;
    if (load_of(app->a)->model != NULL)
        hooks_list(model_config(load_of(app->a)->model), &app->hook_points, &app->n_hook_points,
                   NULL);
}

/* People ask for a stage, and for its parts only with it. */
static const char *title_of(const struct stage *stage)
{
    const struct stage *const shown = stage_shown(stage);

    return shown->title != NULL ? shown->title : shown->name;
}

/* What a stage took, with its parts. */
static double seconds_of(const struct analysis *a, const struct stage *stage)
{
    double seconds = 0.0;

    for (size_t i = 0; i < n_stages; i++)
        if (stage_shown(stages[i]) == stage_shown(stage))
            seconds += analysis_seconds(a, stages[i]);
    return seconds;
}

/* Counts an answer that differs from the earlier ones of the session. */
static void count_answer(struct app *app, const struct result *result)
{
    const uint64_t key = result_key(result);
    size_t i = 0;

    while (i < app->answers.n && i < MANY_ANSWERS && app->answers.keys[i] != key)
        i++;
    if (i < app->answers.n && i < MANY_ANSWERS)
        return;
    if (i < MANY_ANSWERS)
        app->answers.keys[i] = key;
    app->answers.n++;
}

/* Accepts a result; notes which stages lose theirs, or get one. */
static void accept_result(struct app *app, const struct stage *stage, struct result *result)
{
    for (size_t i = 0; i < panel_count(); i++)
        app->had[i] = app->had[i] || app_has(app, panel_stage(i));
    analysis_accept(stage->repeats != NULL ? &app->whole : app->a, result);
    for (size_t i = 0; i < panel_count(); i++)
        app->had[i] = app->had[i] && !app_has(app, panel_stage(i));
}

/* Accepts the result that the job has computed, if any. */
bool app_take_computed(struct app *app, const struct stage *stage)
{
    struct result *const result = app->computing.result;

    app->computing.result = NULL;
    if (result == NULL)
        return false;
    if (stage == &stage_answer)
        count_answer(app, result);
    accept_result(app, stage, result);
    app->unsaved = app->unsaved || stage_is_needed(stage, &stage_extract);
    forget_orders(app);
    check_selection(app);
    return true;
}

/* Where t-SNE was ended, its parameters are those that give the same. */
static bool follow_end(struct app *app)
{
    const size_t max_iter = tsne_of(app->a)->max_iter;

    if (max_iter == 0 || max_iter >= app->computing.iterations)
        return false;
    app->whole.params.iterations = max_iter;
    app_follow_params(app);
    return true;
}

static void say_done(struct app *app, const struct stage *stage)
{
    const struct analysis *const a = app_analysis(app, stage);

    if (stage == &stage_tsne && follow_end(app))
        app_say(app, INK_WARN, "t-SNE ended after %zu iterations, which are its parameter now",
                tsne_of(app->a)->max_iter);
    else if (analysis_partial(a, stage) == stage)
        app_say(app, INK_WARN,
                "%s cancelled; what is done is kept, and computing it again continues",
                title_of(stage));
    else
        app_say(app, INK_GOOD, "%s done in %.2f s", title_of(stage), seconds_of(a, stage));
}

static void stage_done(void *owner, void *context, enum ct_status status,
                       const struct ct_error *err)
{
    struct app *const app = context;
    const struct stage *const stage = app->computing.stage;

    if (owner == NULL) /* the application is shutting down */
        return;
    if (app_take_computed(app, stage)) {
        if (stage == &stage_load)
            reset_for_input(app);
        if (stage == &stage_ttest && !app->has_neuron)
            app_select_neuron(app, neuron_to_show(app->a, false, 0));
        say_done(app, stage);
        return;
    }
    app->goal = NULL;
    app->is_updating = false;
    if (status == CT_ECANCELED)
        app_say(app, INK_WARN, "%s cancelled; its previous result is unchanged", title_of(stage));
    else
        app_say(app, INK_BAD, "%s", err->text);
}

/* The result of a t-SNE that was ended is that of fewer iterations. */
static enum ct_status key_of_end(const struct analysis *a, struct result *result,
                                 struct ct_error *err)
{
    const struct tsne_stage *const t = result_value(result);
    struct analysis shorter;

    if (t->max_iter == 0 || t->max_iter >= a->params.iterations)
        return CT_OK;
    const enum ct_status status = analysis_fork(a, &shorter, err);
    if (status == CT_OK) {
        shorter.params.iterations = t->max_iter;
        result_rekey(result, &shorter);
        analysis_clear(&shorter);
    }
    return status;
}

static enum ct_status compute_stage(void *context, const struct analysis *a,
                                    const struct analysis_watch *watch, struct ct_error *err)
{
    struct app *const app = context;
    struct analysis_watch with_layers = *watch;

    with_layers.layer = app->computing.layer;
    with_layers.layer_goal = goal_of(&a->params);
    with_layers.layer_context = app;
    enum ct_status status =
        analysis_compute(a, app->computing.stage, &with_layers, &app->computing.result, err);
    if (status == CT_OK && app->computing.stage == &stage_tsne)
        status = key_of_end(a, app->computing.result, err);
    if (status != CT_OK) {
        result_release(app->computing.result);
        app->computing.result = NULL;
    }
    return status;
}

enum ct_status app_compute(struct app *app, const struct stage *stage, layer_function *layer,
                           job_done *done, struct ct_error *err)
{
    const struct job job = { .title = title_of(stage),
                             .stage = stage,
                             .can_cancel = true,
                             .may_wait = stage->inputs[0] == NULL,
                             .run = compute_stage,
                             .done = done,
                             .context = app };

    app->computing.stage = stage;
    app->computing.layer = layer;
    app->computing.iterations = app->whole.params.iterations;
    return worker_start(app->worker, app_analysis(app, stage), &job, err);
}

/* Whether the goal needs a stale stage that the layer shares with the whole and cannot compute. */
static bool needs_whole(const struct app *app)
{
    for (size_t i = 0; i < n_stages; i++)
        if (!layer_has_stage(stages[i]) && stage_is_needed(app->goal, stages[i]) &&
            analysis_is_stale(&app->whole, stages[i]))
            return true;
    return false;
}

/* What was cancelled comes first: people wait for it. */
static enum ct_status find_next(const struct app *app, const struct stage **next,
                                struct ct_error *err)
{
    const struct analysis *const a = app_analysis(app, app->goal);

    *next = analysis_partial(a, app->goal);
    return *next != NULL ? CT_OK : analysis_next(a, app->goal, next, err);
}

/* The first stage in the panel that is stale, with its parts; those that take long only if they are
 * in front of the user. NULL: none. */
static const struct stage *find_stale(const struct app *app)
{
    const double is_long = app->is_following ? QUICK_SECONDS : 5.0;

    for (size_t i = 0; i < panel_count(); i++) {
        const struct stage *const stage = panel_stage(i);
        if ((app->had[i] || app_has(app, stage)) && app_is_stale(app, stage_with_parts(stage)) &&
            ((stage == app->stage && !app->is_following) ||
             analysis_seconds(app_analysis(app, stage), stage) < is_long))
            return stage_with_parts(stage);
    }
    return NULL;
}

static void start_next(struct app *app)
{
    const struct stage *next = NULL;
    struct ct_error err;

    if (app->pending.start != NULL && app->pending.start(app))
        return;
    if (app->probing.start != NULL && app->probing.start(app))
        return;
    if (app->goal == NULL && app->is_updating)
        app->goal = find_stale(app);
    app->is_updating = app->is_updating && app->goal != NULL;
    if (app->goal == NULL) {
        (void)neuron_words_follow(app);
        return;
    }
    if (app_is_in_layer(app) && needs_whole(app))
        app_leave_layer(app);
    enum ct_status status = find_next(app, &next, &err);
    if (status == CT_OK && next != NULL)
        status = app_compute(app, next, NULL, stage_done, &err);
    if (status != CT_OK) {
        app_say(app, INK_BAD, "%s", err.text);
        app->is_updating = false;
    }
    if (status != CT_OK || next == NULL)
        app->goal = NULL;
    if (app->is_updating && app->goal == NULL)
        start_next(app);
}

void app_take_news(struct app *app)
{
    worker_poll(app->worker, &app->news);
    while (app->news.state == WORKER_FINISHED) { /* a short stage may have finished already */
        worker_take(app->worker, app);
        start_next(app);
        worker_poll(app->worker, &app->news);
    }
}

void app_start_next(struct app *app)
{
    if (app->news.state == WORKER_RUNNING && app->news.job.gives_way)
        worker_cancel(app->worker); /* what is next starts when it has ended */
    if (app->news.state == WORKER_IDLE) {
        start_next(app);
        app_take_news(app);
    }
}

void app_run(struct app *app, const struct stage *stage)
{
    const struct stage *const goal = stage_with_parts(stage);

    if (app->goal == NULL || !stage_is_needed(app->goal, goal))
        app->goal = goal;
    app_start_next(app);
}

void app_follow(struct app *app)
{
    app->is_following = true;
    app->is_updating = true;
    app_start_next(app);
}

void app_update(struct app *app)
{
    app->is_following = false;
    app->is_updating = true;
    if (app->goal == NULL && find_stale(app) == NULL)
        app_say(app, INK_DEFAULT, "nothing is stale");
    else
        app_start_next(app);
}

void app_keep(struct app *app)
{
    if (!app_runs(app, &stage_tsne))
        app_say(app, INK_DEFAULT, "t-SNE is not running");
    else
        worker_keep(app->worker);
}

void app_cancel(struct app *app)
{
    app->goal = NULL;
    app->is_updating = false;
    if (app->news.state != WORKER_RUNNING)
        return;
    if (!app->news.job.can_cancel) {
        app_say(app, INK_WARN, "files are being written; this cannot be cancelled");
        return;
    }
    worker_cancel(app->worker);
    app_say(app, INK_WARN, "cancelling %s", app->news.job.title);
}

/* ---- switching between all hook points and one ---- */

/* After the set of neurons changed: resets selections and views of the old ones. */
static void reset_for_neurons(struct app *app)
{
    forget_orders(app);
    memset(app->had, 0, sizeof app->had);
    app->has_neuron = false;
    app->mark.method = NULL;
    for (size_t i = 0; i < n_views; i++)
        if (views[i].stage->repeats == NULL && stage_is_needed(views[i].stage, &stage_extract))
            reset_view(&app->views[i]);
}

bool app_is_busy(struct app *app)
{
    if (app->news.state == WORKER_IDLE)
        return false;
    if (!app->news.job.can_cancel)
        app_say(app, INK_WARN, "files are being written to %s; please wait", app->saving.folder);
    else
        app_say(app, INK_WARN, "%s is being computed; %s cancels it", app->news.job.title,
                app_key(app, ACTION_CANCEL).text);
    return true;
}

void app_enter_layer(struct app *app, size_t layer)
{
    struct analysis part;
    struct ct_error err;

    if (app_is_busy(app))
        return;
    if (analysis_init_layer(&part, &app->whole, layer, &err) != CT_OK) {
        app_say(app, INK_BAD, "%s", err.text);
        return;
    }
    analysis_clear(&app->part);
    app->part = part; /* handed over */
    app->a = &app->part;
    app->layer = layer;
    reset_for_neurons(app);
}

void app_leave_layer(struct app *app)
{
    if (!app_is_in_layer(app))
        return;
    app->a = &app->whole;
    analysis_clear(&app->part);
    reset_for_neurons(app);
}

void app_follow_params(struct app *app)
{
    struct params params;
    struct ct_error err;

    if (!app_is_in_layer(app))
        return;
    enum ct_status status = params_copy(&params, &app->whole.params, &err);
    if (status == CT_OK) {
        params_clear_hooks(&params);
        params.hooks = app->part.params.hooks; /* handed over: its own hook point */
        params.n_hooks = app->part.params.n_hooks;
        app->part.params.hooks = NULL;
        app->part.params.n_hooks = 0;
        params_clear(&app->part.params);
        app->part.params = params;
    } else {
        app_say(app, INK_BAD, "%s", err.text);
        app_leave_layer(app);
    }
}
