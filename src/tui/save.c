#include "config.h"
#include "tui/save.h"

#include <stdlib.h>
#include <string.h>

#include "pipeline/stage_extract.h"
#include "pipeline/stage_layers.h"
#include "pipeline/stage_similarity.h"
#include "pipeline/stages.h"
#include "report/figures.h"
#include "report/results.h"
#include "report/tables.h"
#include "tui/edits_file.h"
#include "tui/run.h"

/* Runs in the worker's thread. The manifest describes a whole analysis, so it is only written with
 * all of it. */
static enum ct_status write_files(void *context, const struct analysis *a,
                                  const struct analysis_watch *watch, struct ct_error *err)
{
    static const char *const command[] = { "circuittui" };
    struct saving *const s = context;

    (void)watch;
    s->has_all = true;
    for (size_t i = 0; i < n_stages; i++)
        s->has_all = s->has_all &&
                     (analysis_result(a, stages[i]) == NULL || !analysis_is_stale(a, stages[i]));
    s->is_whole = !analysis_is_stale(a, goal_analysis) || !analysis_is_stale(a, goal_layers);
    return results_end(&s->results, a, s->is_whole ? command : NULL, 1, err);
}

static enum ct_status write_layer(void *context, struct analysis *layer, struct ct_error *err)
{
    struct app *const app = context;

    return results_layer(&app->saving.results, layer, err);
}

static void save_end(struct app *app)
{
    results_clear(&app->saving.results);
    free(app->saving.folder);
    app->saving = (struct saving){ .folder = NULL };
    app->pending = (struct pending){ .start = NULL };
}

static void report(struct app *app, enum ct_status status, const struct ct_error *err)
{
    const struct results *const r = &app->saving.results;
    const bool is_whole = app->saving.is_whole;
    const size_t n = r->tables.n + (is_whole ? 1 : 0);

    if (status != CT_OK) {
        app_say(app, INK_BAD, "%s", err->text);
    } else if (r->out == NULL) {
        app_say(app, INK_GOOD, "%zu figure%s written to %s", r->plots.n, r->plots.n == 1 ? "" : "s",
                r->figures);
    } else {
        if (app->saving.has_all && !app_is_in_layer(app)) /* a layer is a part of the results */
            app->unsaved = false;
        app_say(app, INK_GOOD, "%zu file%s written to %s%s", n, n == 1 ? "" : "s", r->out,
                is_whole ? "" : "; stale stages are omitted");
    }
    save_end(app);
}

/* The edits that people have made are beside the results. */
static void files_done(void *owner, void *context, enum ct_status status,
                       const struct ct_error *err)
{
    struct app *const app = owner;
    struct ct_error why;

    (void)context;
    if (app == NULL)
        return;
    if (status == CT_OK && app->saving.results.out != NULL) {
        status = edits_write(app, app->saving.results.out, &why);
        err = &why;
    }
    report(app, status, err);
}

static void layers_done(void *owner, void *context, enum ct_status status,
                        const struct ct_error *err)
{
    struct app *const app = owner;

    (void)context;
    if (app == NULL || app_take_computed(app, goal_layers))
        return;
    app->goal = NULL;
    if (status == CT_ECANCELED)
        app_say(app, INK_WARN, "cancelled; %s is incomplete", app->saving.folder);
    else
        app_say(app, INK_BAD, "%s", err->text);
    save_end(app);
}

/* The results of hook points were not kept after clustering: the worker computes them again. */
static enum ct_status start_layers(struct app *app, struct ct_error *err)
{
    struct saving *const s = &app->saving;
    const enum ct_status status = results_begin(&s->results, err);

    s->step = SAVING_LAYERS;
    return status == CT_OK ? app_compute(app, goal_layers, write_layer, layers_done, err) : status;
}

static enum ct_status start_files(struct app *app, struct ct_error *err)
{
    const struct job job = {
        .title = "Writing", .run = write_files, .done = files_done, .context = &app->saving
    };

    app->saving.step = SAVING_FILES;
    return worker_start(app->worker, app->a, &job, err);
}

static bool save_next(struct app *app)
{
    struct saving *const s = &app->saving;
    const bool has_layers = !app_is_in_layer(app) && !analysis_is_stale(app->a, goal_layers);
    enum ct_status status;
    struct ct_error err;

    if (s->folder == NULL)
        return false;
    if (s->step == SAVING_LAYERS && !has_layers)
        status = ct_fail(&err, CT_EINVAL, "not written: parameters have changed");
    else if (s->step == SAVING_WAITS && has_layers)
        status = start_layers(app, &err);
    else
        status = start_files(app, &err);
    if (status == CT_OK)
        return true;
    report(app, status, &err);
    return false;
}

/* ---- what to save, and where ---- */

enum { RESULTS, FIGURES }; /* the item of the prompt */

static enum ct_status start(struct app *app, const char *folder, struct ct_error *err)
{
    struct saving *const s = &app->saving;

    if (s->folder != NULL)
        return ct_fail(err, CT_EINVAL, "files are being written to %s; please wait", s->folder);
    s->folder = strdup(folder);
    if (s->folder == NULL)
        return ct_fail_nomem(err, "results", 0);
    app->pending = (struct pending){ save_next, save_end };
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
        app_say(app, INK_GOOD, "will be written to %s after %s", s->folder, app->news.job.title);
    app_start_next(app);
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
    app_confirm(app, write_over, "%s contains %s; overwrite them?", folder,
                is_results ? "results" : "figures");
    return CT_OK;
}

static void ask(struct app *app, size_t item, const char *folder)
{
    if (extract_of(app->a) == NULL)
        app_say(app, INK_WARN, "nothing to %s yet: %s computes a stage",
                item == RESULTS ? "write" : "draw", app_key(app, ACTION_RUN).text);
    else
        app_prompt_path(app, item == RESULTS ? "write results to" : "write figures to", folder,
                        item, accept_folder);
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
