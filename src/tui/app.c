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

/* ---- the panel of stages ---- */

size_t panel_row(const struct stage *stage)
{
    const struct stage *const shown = stage_shown(stage);
    size_t row = 0;

    for (size_t i = 0; stages[i] != shown; i++)
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
    *app = (struct app){ .a = &app->whole, .stage = panel_stage(0), .is_bench = true };
    assert(panel_count() <= MAX_PANEL);
    analysis_init(&app->whole);
    keymap_init(&app->keymap);
    return worker_new(&app->worker, err);
}

void app_stop(struct app *app)
{
    app->is_stuck = !worker_free(app->worker); /* it may still read the analysis */
    app->worker = NULL;
}

void app_clear(struct app *app)
{
    if (!app->is_stuck)
        app_stop(app);
    if (app->is_stuck)
        return; /* the program is about to exit, which frees everything */
    if (app->pending.drop != NULL)
        app->pending.drop(app);
    if (app->probing.drop != NULL)
        app->probing.drop(app);
    watch_clear(&app->watch);
    free(app->session);
    free(app->layout_read);
    free(app->copied);
    result_release(app->computing.result);
    analysis_clear(&app->part);
    analysis_clear(&app->whole);
    hub_models_free(app->models, app->n_models);
    free(app->hook_points);
    free(app->neurons.order);
    free(app->changes.order);
    free(app->drivers.order);
    free(app->range.columns);
    free(app->token_values.values);
    free(app->neighbours.order);
    column_order_clear(&app->columns);
    for (size_t i = 0; i < MAX_VIEWS; i++) {
        heatmap_cache_clear(&app->caches[i]);
        free(app->filters[i].rows);
    }
}

/* `--alpha` becomes `alpha`: here parameters are rows of a pane, not options. */
static void name_parameters(char *text)
{
    for (char *at = strstr(text, "--"); at != NULL; at = strstr(at, "--")) {
        const size_t length = strspn(at + 2, "abcdefghijklmnopqrstuvwxyz-");
        bool is_setting = false;
        for (size_t i = 0; !is_setting && setting_at(i) != NULL; i++)
            is_setting = strlen(setting_at(i)->name) == length &&
                         strncmp(setting_at(i)->name, at + 2, length) == 0;
        if (is_setting)
            memmove(at, at + 2, strlen(at + 2) + 1);
        at += length > 0 ? length : 2;
    }
}

void app_say(struct app *app, ink color, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vsnprintf(app->message, sizeof app->message, format, args);
    va_end(args);
    name_parameters(app->message);
    app->message_ink = color;
}

struct key_text app_key(const struct app *app, enum action action)
{
    return keymap_key(&app->keymap, action);
}

/* ---- a single hook point ---- */

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

size_t app_n_clusters(const struct app *app, const struct cluster_method *method)
{
    const struct clustering *const c = clustering_of(app->a, method);

    return c != NULL ? c->n_clusters : 0;
}

bool app_has(const struct app *app, const struct stage *stage)
{
    return stage == NULL || analysis_result(app_analysis(app, stage), stage) != NULL;
}

bool app_runs(const struct app *app, const struct stage *stage)
{
    return app->news.state == WORKER_RUNNING && app->news.job.stage != NULL &&
           (app->news.job.stage == stage || stage_shown(app->news.job.stage) == stage);
}

bool app_is_due(const struct app *app, const struct stage *stage)
{
    return app->goal != NULL && stage != NULL && stage_is_needed(app->goal, stage) &&
           app_is_stale(app, stage);
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

    return t != NULL && ttest_significant_index(t, column, index);
}

/* ---- quitting ---- */

static void quit_now(struct app *app)
{
    app->quit = true;
}

void app_quit(struct app *app)
{
    if (app->unsaved)
        app_confirm(app, quit_now, "Quit without saving the results? (%s saves them)",
                    app_key(app, ACTION_EXPORT).text);
    else
        quit_now(app);
}

/* ---- questions ---- */

void app_prompt_path(struct app *app, const char *label, const char *text, size_t item,
                     enum ct_status (*accept)(struct app *app, const char *text,
                                              struct ct_error *err))
{
    app_prompt(app, label, text, item, accept);
    app->prompt.completes = COMPLETES_PATHS;
}

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
