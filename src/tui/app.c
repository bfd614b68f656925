#include "config.h"
#include "tui/app.h"

#include <assert.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "pipeline/stage_cluster.h"
#include "pipeline/stage_extract.h"
#include "pipeline/stage_hook.h"
#include "pipeline/stage_layers.h"
#include "pipeline/stage_load.h"
#include "pipeline/stage_ttest.h"
#include "pipeline/stages.h"
#include "tui/save.h"
#include "tui/views.h"

/* ---- the panel of stages ---- */

size_t panel_row(const struct stage *stage)
{
    size_t row = 0;

    for (size_t i = 0; stages[i] != stage; i++)
        row += stages[i]->title != NULL;
    return row;
}

const struct stage *panel_stage(size_t row)
{
    for (size_t i = 0; i < n_stages; i++)
        if (stages[i]->title != NULL && row-- == 0)
            return stages[i];
    return NULL;
}

size_t panel_count(void)
{
    size_t n = 0;

    for (size_t i = 0; i < n_stages; i++)
        n += stages[i]->title != NULL;
    return n;
}

/* ---- the state ---- */

enum ct_status app_init(struct app *app, struct ct_error *err)
{
    *app = (struct app){ .a = &app->whole, .stage = panel_stage(0) };
    assert(panel_count() <= MAX_PANEL);
    analysis_init(&app->whole);
    keymap_init(&app->keymap);
    views_init();
    return worker_new(&app->worker, err);
}

void app_stop(struct app *app)
{
    app->is_stuck = !worker_free(app->worker); /* it may still read what the analysis holds */
    app->worker = NULL;
}

void app_clear(struct app *app)
{
    if (!app->is_stuck)
        app_stop(app);
    if (app->is_stuck)
        return; /* all of it goes with the program, which is to end now */
    save_end(app);
    free(app->session);
    result_release(app->computing.result);
    analysis_clear(&app->part);
    analysis_clear(&app->whole);
    hub_models_free(app->models, app->n_models);
    free(app->hook_points);
    free(app->order);
    free(app->drivers.order);
    free(app->neighbours.order);
    for (size_t i = 0; i < MAX_VIEWS; i++)
        heatmap_cache_clear(&app->caches[i]);
}

/* Lists that were made from results which are gone are made anew, even at the same address. */
static void forget_orders(struct app *app)
{
    app->version++;
    app->order_of = NULL;
    app->drivers.of = NULL;
    app->neighbours.of = NULL;
}

void app_say(struct app *app, ink color, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vsnprintf(app->message, sizeof app->message, format, args);
    va_end(args);
    app->message_ink = color;
}

struct key_text app_key(const struct app *app, enum action action)
{
    return keymap_key(&app->keymap, action);
}

/* ---- one hook point of several ---- */

bool app_is_in_layer(const struct app *app)
{
    return app->a == &app->part;
}

const struct analysis *app_analysis(const struct app *app, const struct stage *stage)
{
    return stage->repeats != NULL ? &app->whole : app->a;
}

bool app_is_stale(const struct app *app, const struct stage *stage)
{
    return analysis_is_stale(app_analysis(app, stage), stage);
}

/* ---- running stages ---- */

bool app_is_due(const struct app *app, const struct stage *stage)
{
    return app->goal != NULL && stage != NULL && stage_is_needed(app->goal, stage) &&
           app_is_stale(app, stage);
}

/* What a layer shares with the others is not its own to compute. */
static bool leads_out_of_layer(const struct app *app)
{
    for (size_t i = 0; i < n_stages; i++)
        if (!layer_has_stage(stages[i]) && stage_is_needed(app->goal, stages[i]) &&
            analysis_is_stale(&app->whole, stages[i]))
            return true;
    return false;
}

void app_cancel(struct app *app)
{
    app->goal = NULL;
    if (app->news.state != WORKER_RUNNING)
        return;
    if (!app->news.job.can_cancel) {
        app_say(app, INK_WARN, "files are being written; that goes on to its end");
        return;
    }
    worker_cancel(app->worker);
    app_say(app, INK_WARN, "cancelling %s", app->news.job.title);
}

size_t app_n_clusters(const struct app *app, const struct cluster_method *method)
{
    const struct clustering *const c = clustering_of(app->a, method);

    return c != NULL ? c->n_clusters : 0;
}

/* What the user looked at may be gone with a new result. */
static void check_selection(struct app *app)
{
    if (extract_of(app->a) == NULL || app->neuron >= extract_of(app->a)->X.cols)
        app->has_neuron = false;
    if (load_of(app->a) == NULL || app->sentence >= load_of(app->a)->n_sentences)
        app->sentence = 0;
    if ((size_t)app->mark.label >= app_n_clusters(app, app->mark.method))
        app->mark.method = NULL;
}

/* Another model, other sentences: other hook points, and every view begins anew. */
static void meet_input(struct app *app)
{
    for (size_t i = 0; i < MAX_VIEWS; i++)
        app->views[i] = (struct view_state){ 0 };
    free(app->hook_points);
    app->hook_points = NULL;
    app->n_hook_points = 0;
    if (load_of(app->a)->model != NULL)
        hooks_list(model_config(load_of(app->a)->model), &app->hook_points, &app->n_hook_points,
                   NULL);
}

static const char *title_of(const struct stage *stage)
{
    return stage->title != NULL ? stage->title : stage->name;
}

/* Takes over what the job has computed, if anything. */
bool app_take_computed(struct app *app, const struct stage *stage)
{
    struct result *const result = app->computing.result;

    app->computing.result = NULL;
    if (result == NULL)
        return false;
    analysis_accept(stage->repeats != NULL ? &app->whole : app->a, result);
    app->unsaved = app->unsaved || stage_is_needed(stage, &stage_extract);
    forget_orders(app);
    check_selection(app);
    return true;
}

static void stage_done(void *owner, void *context, enum ct_status status,
                       const struct ct_error *err)
{
    struct app *const app = context;
    const struct stage *const stage = app->computing.stage;

    if (owner == NULL) /* everything ends */
        return;
    if (app_take_computed(app, stage)) {
        if (stage == &stage_load)
            meet_input(app);
        if (stage == &stage_ttest && !app->has_neuron)
            app_select_neuron(app, neuron_to_show(app->a, false, 0));
        app_say(app, INK_GOOD, "%s done in %.2f s", title_of(stage),
                analysis_seconds(app_analysis(app, stage), stage));
        return;
    }
    app->goal = NULL;
    if (status == CT_ECANCELED)
        app_say(app, INK_WARN, "%s cancelled; what was there before is unchanged", title_of(stage));
    else
        app_say(app, INK_BAD, "%s", err->text);
}

static enum ct_status compute_stage(void *context, const struct analysis *a,
                                    const struct analysis_watch *watch, struct ct_error *err)
{
    struct app *const app = context;
    struct analysis_watch with_layers = *watch;

    with_layers.layer = app->computing.layer;
    with_layers.layer_context = app;
    return analysis_compute(a, app->computing.stage, &with_layers, &app->computing.result, err);
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
    return worker_start(app->worker, app_analysis(app, stage), &job, err);
}

static void start_next(struct app *app)
{
    const struct stage *next = NULL;
    struct ct_error err;

    if (save_next(app) || app->goal == NULL)
        return;
    if (app_is_in_layer(app) && leads_out_of_layer(app))
        app_leave_layer(app);
    enum ct_status status = analysis_next(app_analysis(app, app->goal), app->goal, &next, &err);
    if (status == CT_OK && next != NULL)
        status = app_compute(app, next, NULL, stage_done, &err);
    if (status != CT_OK)
        app_say(app, INK_BAD, "%s", err.text);
    if (status != CT_OK || next == NULL)
        app->goal = NULL;
}

void app_hear(struct app *app)
{
    worker_poll(app->worker, &app->news);
    while (app->news.state == WORKER_FINISHED) { /* a short stage may have ended already */
        worker_take(app->worker, app);
        start_next(app);
        worker_poll(app->worker, &app->news);
    }
}

void app_go_on(struct app *app)
{
    if (app->news.state == WORKER_IDLE) {
        start_next(app);
        app_hear(app);
    }
}

void app_run(struct app *app, const struct stage *stage)
{
    if (app->goal == NULL || !stage_is_needed(app->goal, stage))
        app->goal = stage;
    app_go_on(app);
}

bool app_has(const struct app *app, const struct stage *stage)
{
    return stage == NULL || analysis_result(app_analysis(app, stage), stage) != NULL;
}

/* ---- from all hook points to one, and back ---- */

/* Other neurons: what was selected among the old ones, and where they were looked at. */
static void meet_neurons(struct app *app)
{
    forget_orders(app);
    app->has_neuron = false;
    app->mark.method = NULL;
    for (size_t i = 0; i < n_views; i++)
        if (views[i].stage->repeats == NULL && stage_is_needed(views[i].stage, &stage_extract))
            app->views[i] = (struct view_state){ 0 };
}

bool app_is_busy(struct app *app)
{
    if (app->news.state == WORKER_IDLE)
        return false;
    if (!app->news.job.can_cancel)
        app_say(app, INK_WARN, "files are being written to %s; wait for it", app->saving.folder);
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
    meet_neurons(app);
}

void app_leave_layer(struct app *app)
{
    if (!app_is_in_layer(app))
        return;
    app->a = &app->whole;
    analysis_clear(&app->part);
    meet_neurons(app);
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

/* ---- selection ---- */

void app_select_neuron(struct app *app, size_t column)
{
    if (extract_of(app->a) == NULL)
        return;
    app->neuron = column % extract_of(app->a)->X.cols;
    app->has_neuron = true;
}

bool app_significant_index(const struct app *app, size_t column, size_t *index)
{
    const struct ttest_stage *const t = ttest_of(app->a);
    size_t low = 0;
    size_t high = t != NULL ? t->n_significant : 0;

    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (t->significant[middle] < column)
            low = middle + 1;
        else
            high = middle;
    }
    if (t == NULL || low == t->n_significant || t->significant[low] != column)
        return false;
    *index = low;
    return true;
}

/* ---- leaving ---- */

static void quit_now(struct app *app)
{
    app->quit = true;
}

void app_quit(struct app *app)
{
    if (app->unsaved)
        app_confirm(app, quit_now, "Leave without writing the results? (%s writes them)",
                    app_key(app, ACTION_EXPORT).text);
    else
        quit_now(app);
}

/* ---- asking ---- */

void app_prompt(struct app *app, const char *label, const char *text, size_t item,
                enum ct_status (*accept)(struct app *app, const char *text, struct ct_error *err))
{
    app->prompt = (struct prompt){ .label = label, .accept = accept, .item = item };
    snprintf(app->prompt.text, sizeof app->prompt.text, "%s", text);
    app->prompt.length = strlen(app->prompt.text);
    app->prompt.cursor = app->prompt.length;
    app->message[0] = '\0';
    app->mode = MODE_PROMPT;
}

void app_confirm(struct app *app, void (*confirmed)(struct app *app), const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vsnprintf(app->question, sizeof app->question, format, args);
    va_end(args);
    app->confirmed = confirmed;
    app->mode = MODE_CONFIRM;
}
