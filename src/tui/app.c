#include "config.h"
#include "tui/app.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "tui/save.h"
#include "tui/views.h"

const char *const stage_titles[N_STAGES + 1] = { "Load",       "Hook",   "Extract",
                                                 "t-test",     "t-SNE",  "Cluster",
                                                 "Similarity", "Layers", "Writing" };

enum ct_status app_init(struct app *app, struct ct_error *err)
{
    *app = (struct app){ .goal = N_STAGES };
    analysis_init(&app->a);
    keymap_init(&app->keymap);
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
    analysis_clear(&app->a);
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

/* ---- running stages ---- */

static bool is_wanted(const struct app *app, enum stage_id stage)
{
    return app->goal < N_STAGES && stage_is_needed(app->goal, stage) &&
           analysis_is_stale(&app->a, stage);
}

/* What a layer borrows is not its own to compute. */
static bool leads_out_of_layer(const struct app *app)
{
    return is_wanted(app, STAGE_LOAD) || is_wanted(app, STAGE_HOOK) ||
           is_wanted(app, STAGE_EXTRACT) || is_wanted(app, STAGE_LAYERS);
}

static void start_next(struct app *app)
{
    struct ct_error err;

    if (save_next(app))
        return;
    if (leads_out_of_layer(app))
        app_leave_layer(app);
    for (enum stage_id stage = 0; stage < N_STAGES; stage++)
        if (is_wanted(app, stage)) {
            if (worker_start(app->worker, &app->a, stage, &err) != CT_OK) {
                app_say(app, INK_BAD, "%s", err.text);
                break;
            }
            return;
        }
    app->goal = N_STAGES;
}

void app_cancel(struct app *app)
{
    app->goal = N_STAGES;
    if (app->news.state != WORKER_RUNNING)
        return;
    if (app->news.stage == N_STAGES) {
        app_say(app, INK_WARN, "files are being written; that goes on to its end");
        return;
    }
    worker_cancel(app->worker);
    app_say(app, INK_WARN, "cancelling %s", stage_titles[app->news.stage]);
}

size_t app_n_clusters(const struct app *app, enum cluster_method method)
{
    const struct cluster_result *const clusters = app->a.cluster;

    if (clusters == NULL || method == CLUSTER_NONE)
        return 0;
    return method == CLUSTER_KMEANS ? clusters->n_clusters : clusters->n_dbscan;
}

/* What the user looked at may be gone with a new result. */
static void check_selection(struct app *app)
{
    if (app->a.extract == NULL || app->neuron >= app->a.extract->X.cols)
        app->has_neuron = false;
    if (app->a.load == NULL || app->sentence >= app->a.load->n_sentences)
        app->sentence = 0;
    if ((size_t)app->mark.label >= app_n_clusters(app, app->mark.method))
        app->mark.method = CLUSTER_NONE;
}

/* Another model, other sentences: other hook points, and every view begins anew. */
static void meet_input(struct app *app)
{
    for (size_t i = 0; i < MAX_VIEWS; i++)
        app->views[i] = (struct view_state){ 0 };
    free(app->hook_points);
    app->hook_points = NULL;
    app->n_hook_points = 0;
    if (app->a.load->model != NULL)
        hooks_list(model_config(app->a.load->model), &app->hook_points, &app->n_hook_points, NULL);
}

static void take_result(struct app *app)
{
    const enum stage_id stage = app->news.stage;
    struct worker_result result;
    struct ct_error err;

    const enum ct_status status = worker_take(app->worker, &result, &err);
    if (stage == N_STAGES) {
        save_done(app, status, &err);
        return;
    }
    if (status == CT_OK) {
        analysis_accept(&app->a, stage, result.result, result.key, result.seconds);
        app->unsaved = app->unsaved || stage >= STAGE_EXTRACT;
        forget_orders(app);
        check_selection(app);
        if (stage == STAGE_LOAD)
            meet_input(app);
        if (stage == STAGE_TTEST && !app->has_neuron)
            app_select_neuron(app, neuron_to_show(&app->a, false, 0));
        app_say(app, INK_GOOD, "%s done in %.2f s", stage_titles[stage], result.seconds);
        return;
    }
    const bool saves = app->saving.folder != NULL && app->saving.step == SAVING_LAYERS;
    app->goal = N_STAGES;
    if (status == CT_ECANCELED && saves)
        app_say(app, INK_WARN, "cancelled; what is in %s is not complete", app->saving.folder);
    else if (status == CT_ECANCELED)
        app_say(app, INK_WARN, "%s cancelled; what was there before is unchanged",
                stage_titles[stage]);
    else
        app_say(app, INK_BAD, "%s", err.text);
    if (saves)
        save_end(app);
}

void app_hear(struct app *app)
{
    worker_poll(app->worker, &app->news);
    while (app->news.state == WORKER_FINISHED) { /* a short stage may have ended already */
        take_result(app);
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

void app_run(struct app *app, enum stage_id stage)
{
    if (app->goal == N_STAGES || app->goal < stage)
        app->goal = stage;
    app_go_on(app);
}

bool app_is_due(const struct app *app, enum stage_id stage)
{
    return is_wanted(app, stage);
}

bool app_has(const struct app *app, enum stage_id stage)
{
    return stage == N_STAGES || analysis_result(&app->a, stage) != NULL;
}

/* ---- one layer of several ---- */

/* Other neurons: what was selected among the old ones, and where they were looked at. */
static void meet_neurons(struct app *app)
{
    forget_orders(app);
    app->has_neuron = false;
    app->mark.method = CLUSTER_NONE;
    for (size_t i = 0; i < n_views; i++)
        if (views[i].stage >= STAGE_EXTRACT && views[i].stage < STAGE_LAYERS)
            app->views[i] = (struct view_state){ 0 };
}

/* The rows stay in sight; they are as stale as they were. */
static void borrow_layers(struct analysis *a, const struct analysis *whole)
{
    a->layers = whole->layers;
    a->borrowed |= 1U << STAGE_LAYERS;
    a->keys[STAGE_LAYERS] =
        analysis_is_stale(whole, STAGE_LAYERS) ? 0 : analysis_key(&a->params, STAGE_LAYERS);
}

bool app_is_busy(struct app *app)
{
    if (app->news.state == WORKER_IDLE)
        return false;
    if (app->news.stage == N_STAGES)
        app_say(app, INK_WARN, "files are being written to %s; wait for it", app->saving.folder);
    else
        app_say(app, INK_WARN, "%s is being computed; %s cancels it", stage_titles[app->news.stage],
                app_key(app, ACTION_CANCEL).text);
    return true;
}

void app_enter_layer(struct app *app, size_t layer)
{
    struct analysis a;
    struct ct_error err;

    if (app_is_busy(app))
        return;
    app_leave_layer(app);
    if (analysis_init_layer(&a, &app->a, layer, &err) != CT_OK) {
        app_say(app, INK_BAD, "%s", err.text);
        return;
    }
    borrow_layers(&a, &app->a);
    app->whole = app->a;
    app->a = a;
    app->layer = layer;
    app->is_in_layer = true;
    meet_neurons(app);
}

/* Has the user chosen other hook points than the layer's? */
static bool has_other_hooks(const struct app *app)
{
    const struct params *const p = &app->a.params;
    const struct hook_result *const hook = app->whole.hook;

    return hook->n_hooks > 0 &&
           (p->n_hooks != 1 || strcmp(p->hooks[0], hook->hooks[app->layer].name) != 0);
}

void app_leave_layer(struct app *app)
{
    if (!app->is_in_layer)
        return;
    struct params params = app->a.params;
    struct params *const old = &app->whole.params;
    if (!has_other_hooks(app)) {
        const struct params layers = params;
        params.hooks = old->hooks;
        params.n_hooks = old->n_hooks;
        old->hooks = layers.hooks;
        old->n_hooks = layers.n_hooks;
    }
    app->a.params = *old;
    analysis_clear(&app->a);
    app->a = app->whole;
    app->a.params = params; /* handed over */
    app->whole = (struct analysis){ 0 };
    app->is_in_layer = false;
    meet_neurons(app);
}

/* ---- selection ---- */

void app_select_neuron(struct app *app, size_t column)
{
    if (app->a.extract == NULL)
        return;
    app->neuron = column % app->a.extract->X.cols;
    app->has_neuron = true;
}

bool app_significant_index(const struct app *app, size_t column, size_t *index)
{
    const struct ttest_stage *const t = app->a.ttest;
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
