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

/* In the worker's thread. The manifest describes a whole analysis, so it is written with all of it
 * or not at all. */
static enum ct_status write_files(void *context, const struct analysis *a, struct ct_error *err)
{
    static const char *const command[] = { "circuittui" };
    struct saving *const s = context;

    s->is_whole = !analysis_is_stale(a, STAGE_SIMILARITY) || !analysis_is_stale(a, STAGE_LAYERS);
    return results_end(&s->results, a, s->is_whole ? command : NULL, 1, err);
}

static enum ct_status write_layer(void *context, struct analysis *layer, struct ct_error *err)
{
    struct saving *const s = context;

    return results_layer(&s->results, layer, err);
}

void save_end(struct app *app)
{
    results_clear(&app->saving.results);
    free(app->saving.folder);
    app->saving = (struct saving){ .folder = NULL };
}

void save_done(struct app *app, enum ct_status status, const struct ct_error *err)
{
    const struct results *const r = &app->saving.results;
    const bool is_whole = app->saving.is_whole;

    if (status != CT_OK) {
        app_say(app, INK_BAD, "%s", err->text);
    } else if (r->out == NULL) {
        app_say(app, INK_GOOD, "%zu figures written to %s", r->plots.n, r->figures);
    } else {
        app->unsaved = false;
        app_say(app, INK_GOOD, "%zu files written to %s%s", r->tables.n + (is_whole ? 1 : 0),
                r->out, is_whole ? "" : "; stages that are stale or not computed are left out");
    }
    save_end(app);
}

/* Hook points were left behind when they had been clustered: the worker computes them again. */
static enum ct_status start_layers(struct app *app, struct ct_error *err)
{
    struct saving *const s = &app->saving;
    const enum ct_status status = results_begin(&s->results, err);

    s->step = SAVING_LAYERS;
    return status == CT_OK ? worker_start_layers(app->worker, &app->a, write_layer, s, err)
                           : status;
}

static enum ct_status start_files(struct app *app, struct ct_error *err)
{
    struct saving *const s = &app->saving;
    const struct analysis a = analysis_to_save(app);

    s->step = SAVING_FILES;
    return worker_start_writing(app->worker, &a, write_files, s, err);
}

bool save_next(struct app *app)
{
    struct saving *const s = &app->saving;
    const bool has_layers = !app->is_in_layer && !analysis_is_stale(&app->a, STAGE_LAYERS);
    enum ct_status status;
    struct ct_error err;

    if (s->folder == NULL)
        return false;
    if (s->step == SAVING_LAYERS && !has_layers)
        status = ct_fail(&err, CT_EINVAL, "not written: parameters were changed meanwhile");
    else if (s->step == SAVING_WAITS && has_layers)
        status = start_layers(app, &err);
    else
        status = start_files(app, &err);
    if (status == CT_OK)
        return true;
    save_done(app, status, &err);
    return false;
}

/* *results is handed over, but for the name of the folder. */
static enum ct_status save_to(struct app *app, const char *folder, struct results *results,
                              struct ct_error *err)
{
    struct saving *const s = &app->saving;

    if (s->folder != NULL)
        return ct_fail(err, CT_EINVAL, "files are being written to %s; wait for it", s->folder);
    s->folder = strdup(folder);
    if (s->folder == NULL)
        return ct_fail_nomem(err, "results", 0);
    s->step = SAVING_WAITS;
    s->results = *results;
    if (results->out != NULL)
        s->results.out = s->folder;
    else
        s->results.figures = s->folder;
    if (app->news.state != WORKER_IDLE)
        app_say(app, INK_GOOD, "written to %s when %s has ended", s->folder,
                stage_titles[app->news.stage]);
    app_go_on(app);
    return CT_OK;
}

/* ---- result files ---- */

static enum ct_status export_to(struct app *app, const char *folder, struct ct_error *err)
{
    /* Whether files may be replaced has been asked. */
    struct results results = { .out = folder, .may_replace = true, .formats = app->formats };

    return save_to(app, folder, &results, err);
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
    struct results results = { .figures = folder, .may_replace = true, .formats = app->formats };

    results.request.has_neuron = app->has_neuron;
    results.request.neuron = app->neuron;
    return save_to(app, folder, &results, err);
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
