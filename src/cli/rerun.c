#include "config.h"
#include "cli/commands.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/path.h"
#include "cli/confined.h"
#include "cli/meter.h"
#include "cli/paths.h"
#include "cli/prepare.h"
#include "cli/print.h"
#include "pipeline/stage_layers.h"
#include "pipeline/stage_similarity.h"
#include "pipeline/stage_ttest.h"
#include "pipeline/stages.h"
#include "report/figures.h"
#include "report/rerun.h"
#include "report/results.h"
#include "report/tables.h"

/* The folder of path, owned by the caller; NULL: out of memory. */
static char *folder_of(const char *path)
{
    const char *const slash = strrchr(path, '/');

    if (slash == NULL)
        return ct_strndup(".", 1);
    return ct_strndup(path, slash == path ? 1 : (size_t)(slash - path));
}

/* The manifest in a folder of results, or figures.json in one with only figures. Owned by the
 * caller; NULL: out of memory. */
static char *manifest_of(const char *path)
{
    if (!path_is_folder(path))
        return ct_strndup(path, strlen(path));
    char *const figures = path_join(path, FIGURES_FILE);
    char *const manifest = path_join(path, MANIFEST_FILE);
    const bool is_figures = figures != NULL && manifest != NULL && access(manifest, F_OK) != 0 &&
                            access(figures, F_OK) == 0;
    free(is_figures ? manifest : figures);
    return is_figures ? figures : manifest;
}

/* Overrides the path of an input with the user's. */
static enum ct_status take_path(const char *option, const char *given, char **path,
                                const char *manifest, struct ct_error *err)
{
    if (given == NULL && *path != NULL && strcmp(*path, "-") == 0)
        return ct_fail(err, CT_EINVAL, "%s: the run read standard input; name a file with %s",
                       manifest, option);
    if (given == NULL && *path != NULL && access(*path, F_OK) != 0)
        return ct_fail(err, CT_EIO, "%s: %s does not exist; give its new path with %s", manifest,
                       *path, option);
    if (given == NULL)
        return CT_OK;
    if (*path == NULL && strcmp(option, "--tokenizer") != 0)
        return ct_fail(err, CT_EINVAL, "%s: the run of %s had none; omit it", option, manifest);
    return params_set(path, given, err);
}

/* Moves the manifest's parameters, with overridden paths, into options. */
static enum ct_status take_params(struct options *options, const char *name, struct manifest *m,
                                  struct ct_error *err)
{
    struct params *const given = &options->params;
    struct params *const p = &m->params;
    enum ct_status status;

    status = take_path("--model", given->model, &p->model, name, err);
    if (status == CT_OK)
        status = take_path("--tokenizer", given->tokenizer, &p->tokenizer, name, err);
    if (status == CT_OK)
        status = take_path("--stimuli", given->stimuli, &p->stimuli, name, err);
    if (status == CT_OK)
        status = take_path("--activations", given->activations, &p->activations, name, err);
    if (status == CT_OK)
        status = take_path("--groups", given->groups, &p->groups, name, err);
    if (status != CT_OK)
        return status;
    p->threads = given->threads;
    params_clear(given);
    *given = *p; /* handed over */
    *p = (struct params){ 0 };
    options->formats = m->formats;
    return commands_defaults(options, err);
}

/* Whether the stage has files among the result files, or among the figures if there are only these.
 * Files of layers do not count. */
static bool has_results(const struct manifest *m, const struct stage *stage)
{
    const struct table *table;
    const struct plot *plot;

    for (size_t i = 0; (table = table_at(i)) != NULL; i++)
        if (table->stage == stage && written_find(&m->tables, NULL, table->file) != NULL)
            return true;
    for (size_t i = 0; m->tables.n == 0 && (plot = plot_at(i)) != NULL; i++)
        if (plot->stage == stage && figures_has(&m->plots, plot))
            return true;
    return false;
}

struct repeat { /* a repeated run */
    struct analysis a;
    struct manifest m;
    struct rerun *rerun;
    struct results results; /* of this run */
};

static enum ct_status take_layer(void *context, struct analysis *layer, struct ct_error *err)
{
    struct repeat *const r = context;
    const enum ct_status status =
        rerun_has_layers(r->rerun) ? rerun_layer(r->rerun, layer, err) : CT_OK;

    return status == CT_OK && (r->results.out != NULL || r->results.figures != NULL)
               ? results_layer(&r->results, layer, err)
               : status;
}

/* Computes the whole analysis, each hook point, or both, depending on the result files. */
static enum ct_status compute(struct repeat *r, struct ct_error *err)
{
    const bool has_layers = has_results(&r->m, goal_layers);
    enum ct_status status = CT_OK;

    if (status == CT_OK && has_layers)
        status = meter_run(&r->a, goal_layers, take_layer, r, err);
    for (size_t i = 0; status == CT_OK && i < n_stages; i++)
        if (has_results(&r->m, stages[i]) && !stage_is_needed(goal_layers, stages[i]))
            status = meter_run(&r->a, stages[i], NULL, NULL, err);
    return status == CT_OK && !has_layers ? meter_run(&r->a, goal_analysis, NULL, NULL, err)
                                          : status;
}

static enum ct_status compare(struct repeat *r, bool *same, struct ct_error *err)
{
    char *text = NULL;
    const enum ct_status status = rerun_end(r->rerun, &r->a, &text, same, err);

    if (status == CT_OK) {
        print_text(stdout, text);
        fflush(stdout); /* before the message that something differs */
    }
    free(text);
    return status;
}

/* path: of the manifest in folder. */
static enum ct_status repeat(struct repeat *r, struct options *options, const char *path,
                             const char *folder, struct ct_error *err)
{
    bool same = false;
    enum ct_status status = manifest_read(path, &r->m, err);

    if (status == CT_OK)
        status = take_params(options, path, &r->m, err);
    r->results = (struct results){ .out = options->out,
                                   .figures = options->figures,
                                   .may_replace = options->force,
                                   .formats = r->m.formats };
    if (status == CT_OK)
        status = results_check(&r->results, err);
    if (status == CT_OK)
        status = results_begin(&r->results, err);
    if (status == CT_OK)
        confined_to((const char *const[]){ options->out, options->figures }, 2);
    if (status == CT_OK)
        status = rerun_new(&r->m, folder, paths_temporary(), &r->rerun, err);
    if (status == CT_OK) {
        take_over_params(&r->a, options);
        r->a.hash_ahead = true;
        status = compute(r, err);
    }
    if (status == CT_OK)
        status = compare(r, &same, err);
    if (status == CT_OK)
        status = results_end(&r->results, &r->a, (const char *const *)options->argv,
                             options->n_argv, err);
    if (status == CT_OK && !same)
        status = ct_fail(err, CT_EFORMAT, "%s: not everything is the same", path);
    return status;
}

enum ct_status command_rerun(struct options *options, struct ct_error *err)
{
    struct repeat r = { .rerun = NULL };
    char *const path = manifest_of(options->texts[0]);
    char *const folder = path != NULL ? folder_of(path) : NULL;

    analysis_init(&r.a);
    const enum ct_status status =
        folder != NULL ? repeat(&r, options, path, folder, err) : ct_fail_nomem(err, "rerun", 0);
    rerun_free(r.rerun);
    results_clear(&r.results);
    manifest_clear(&r.m);
    analysis_clear(&r.a);
    free(path);
    free(folder);
    return status;
}
