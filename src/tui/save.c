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

/* ---- what and where to ---- */

enum { RESULTS, FIGURES }; /* the item of the prompt */

static enum ct_status start(struct app *app, const char *folder, struct ct_error *err)
{
    struct saving *const s = &app->saving;

    if (s->folder != NULL)
        return ct_fail(err, CT_EINVAL, "files are being written to %s; wait for it", s->folder);
    s->folder = strdup(folder);
    if (s->folder == NULL)
        return ct_fail_nomem(err, "results", 0);
    s->step = SAVING_WAITS;
    s->results = (struct results){ .may_replace = true, .formats = app->formats };
    if (app->prompt.item == RESULTS) {
        s->results.out = s->folder;
    } else {
        s->results.figures = s->folder;
        s->results.request.has_neuron = app->has_neuron;
        s->results.request.neuron = app->neuron;
    }
    if (app->news.state != WORKER_IDLE)
        app_say(app, INK_GOOD, "written to %s when %s has ended", s->folder,
                stage_titles[app->news.stage]);
    app_go_on(app);
    return CT_OK;
}

static void write_over(struct app *app)
{
    struct ct_error err;

    if (start(app, app->prompt.text, &err) != CT_OK)
        app_say(app, INK_BAD, "%s", err.text);
}

static enum ct_status accept_folder(struct app *app, const char *folder, struct ct_error *err)
{
    const bool is_results = app->prompt.item == RESULTS;

    if (*folder == '\0')
        return ct_fail(err, CT_EINVAL, "name a folder");
    if (app->force || (is_results ? tables_check_absent(folder, NULL)
                                  : figures_check(folder, false, NULL)) == CT_OK)
        return start(app, folder, err);
    app_confirm(app, write_over, "%s holds %s; write over them?", folder,
                is_results ? "results" : "figures");
    return CT_OK;
}

static void ask(struct app *app, size_t item, const char *folder)
{
    if (app->a.extract == NULL)
        app_say(app, INK_WARN, "nothing to %s yet: %s on a stage computes it",
                item == RESULTS ? "write" : "draw", app_key(app, ACTION_RUN).text);
    else
        app_prompt(app, item == RESULTS ? "write results to" : "write figures to", folder, item,
                   accept_folder);
}

void save_results(struct app *app)
{
    ask(app, RESULTS, app->out != NULL ? app->out : "results");
}

void save_figures(struct app *app)
{
    struct ct_error err;

    if (figures_check("", true, &err) != CT_OK)
        app_say(app, INK_WARN, "%s", err.text);
    else
        ask(app, FIGURES, app->figures != NULL ? app->figures : "figures");
}
