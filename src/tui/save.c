#include "config.h"
#include "tui/save.h"

#include <stdlib.h>
#include <string.h>

#include "report/figures.h"
#include "report/results.h"
#include "report/tables.h"

/* What is to be written: of one hook point alone, where it is looked at, without the others. */
static struct analysis analysis_to_save(const struct app *app)
{
    struct analysis a = app->a;

    if (app->is_in_layer)
        a.layers = NULL;
    return a;
}

/* The whole is written, with what the worker has written of single hook points before. The manifest
 * describes a whole analysis, so it is written with all of it or not at all. */
static enum ct_status save(struct app *app, struct results *results, struct ct_error *err)
{
    static const char *const command[] = { "circuittui" };
    const struct analysis a = analysis_to_save(app);
    const bool is_whole =
        !analysis_is_stale(&a, STAGE_SIMILARITY) || !analysis_is_stale(&a, STAGE_LAYERS);
    const enum ct_status status = results_end(results, &a, is_whole ? command : NULL, 1, err);

    if (status != CT_OK)
        return status;
    if (results->out == NULL) {
        app_say(app, INK_GOOD, "%zu figures written to %s", results->plots.n, results->figures);
        return CT_OK;
    }
    app->unsaved = false;
    app_say(app, INK_GOOD, "%zu files written to %s%s", results->tables.n + (is_whole ? 1 : 0),
            results->out, is_whole ? "" : "; stages that are stale or not computed are left out");
    return CT_OK;
}

static enum ct_status save_layer(void *context, struct analysis *layer, struct ct_error *err)
{
    return results_layer(context, layer, err);
}

void save_end(struct app *app)
{
    results_clear(&app->saving.results);
    free(app->saving.folder);
    app->saving = (struct saving){ .folder = NULL };
}

/* Hook points were left behind when they had been clustered: the worker computes them again. */
static enum ct_status save_layers(struct app *app, const struct results *results,
                                  struct ct_error *err)
{
    struct saving *const s = &app->saving;
    const bool is_figures = results->out == NULL;

    if (app->news.state != WORKER_IDLE)
        return ct_fail(err, CT_EINVAL, "%s is being computed; wait for it, or cancel it",
                       stage_titles[app->news.stage]);
    s->folder = strdup(is_figures ? results->figures : results->out);
    if (s->folder == NULL)
        return ct_fail_nomem(err, "results", 0);
    s->results = *results;
    if (is_figures)
        s->results.figures = s->folder;
    else
        s->results.out = s->folder;
    enum ct_status status = results_begin(&s->results, err);
    if (status == CT_OK)
        status = worker_start_layers(app->worker, &app->a, save_layer, &s->results, err);
    if (status != CT_OK) {
        save_end(app);
        return status;
    }
    app_hear(app);
    return CT_OK;
}

static enum ct_status save_to(struct app *app, struct results *results, struct ct_error *err)
{
    if (!app->is_in_layer && !analysis_is_stale(&app->a, STAGE_LAYERS))
        return save_layers(app, results, err);
    const enum ct_status status = save(app, results, err);
    results_clear(results);
    return status;
}

/* The worker has written the hook points: the rest follows, if they are still what is wanted. */
void save_rest(struct app *app)
{
    struct ct_error err;
    enum ct_status status;

    if (analysis_is_stale(&app->a, STAGE_LAYERS))
        status = ct_fail(&err, CT_EINVAL, "not written: parameters were changed meanwhile");
    else
        status = save(app, &app->saving.results, &err);
    if (status != CT_OK)
        app_say(app, INK_BAD, "%s", err.text);
    save_end(app);
}

/* ---- result files ---- */

static enum ct_status export_to(struct app *app, const char *folder, struct ct_error *err)
{
    /* Whether files may be replaced has been asked. */
    struct results results = { .out = folder, .may_replace = true, .formats = app->formats };

    return save_to(app, &results, err);
}

static void export_over(struct app *app)
{
    struct ct_error err;

    if (export_to(app, app->prompt.text, &err) != CT_OK)
        app_say(app, INK_BAD, "%s", err.text);
}

static enum ct_status accept_folder(struct app *app, const char *folder, struct ct_error *err)
{
    if (*folder == '\0')
        return ct_fail(err, CT_EINVAL, "name a folder");
    if (!app->force && tables_check_absent(folder, NULL) != CT_OK) {
        app_confirm(app, export_over, "%s holds results; write over them?", folder);
        return CT_OK;
    }
    return export_to(app, folder, err);
}

void save_results(struct app *app)
{
    if (app->a.extract == NULL) {
        app_say(app, INK_WARN, "nothing to write yet: %s on a stage computes it",
                app_key(app, ACTION_RUN).text);
        return;
    }
    app_prompt(app, "write results to", app->out != NULL ? app->out : "results", 0, accept_folder);
}

/* ---- figures ---- */

static enum ct_status figures_to(struct app *app, const char *folder, struct ct_error *err)
{
    struct results results = { .figures = folder, .may_replace = true };

    results.request.has_neuron = app->has_neuron;
    results.request.neuron = app->neuron;
    return save_to(app, &results, err);
}

static void figures_over(struct app *app)
{
    struct ct_error err;

    if (figures_to(app, app->prompt.text, &err) != CT_OK)
        app_say(app, INK_BAD, "%s", err.text);
}

static enum ct_status accept_figures(struct app *app, const char *folder, struct ct_error *err)
{
    if (*folder == '\0')
        return ct_fail(err, CT_EINVAL, "name a folder");
    if (figures_check(folder, app->force, NULL) != CT_OK) {
        app_confirm(app, figures_over, "%s holds figures; write over them?", folder);
        return CT_OK;
    }
    return figures_to(app, folder, err);
}

void save_figures(struct app *app)
{
    const char *const folder = app->figures != NULL ? app->figures : "figures";
    struct ct_error err;

    if (figures_check(folder, true, &err) != CT_OK)
        app_say(app, INK_WARN, "%s", err.text);
    else if (app->a.extract == NULL)
        app_say(app, INK_WARN, "nothing to draw yet: %s on a stage computes it",
                app_key(app, ACTION_RUN).text);
    else
        app_prompt(app, "write figures to", folder, 0, accept_figures);
}
