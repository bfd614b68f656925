#include "config.h"
#include "cli/commands.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "cli/meter.h"
#include "cli/paths.h"
#include "io/outfile.h"
#include "report/rerun.h"

/* The folder that path lies in, owned by the caller; NULL: out of memory. */
static char *folder_of(const char *path)
{
    const char *const slash = strrchr(path, '/');

    if (slash == NULL)
        return ct_strndup(".", 1);
    return ct_strndup(path, slash == path ? 1 : (size_t)(slash - path));
}

/* A folder of results stands for the manifest in it. Owned by the caller; NULL: out of memory. */
static char *manifest_of(const char *path)
{
    struct stat info;

    if (stat(path, &info) == 0 && S_ISDIR(info.st_mode))
        return outfile_join(path, "manifest.json");
    return ct_strndup(path, strlen(path));
}

/* Where an input lies now, when the user says so. */
static enum ct_status take_path(const char *option, const char *given, char **path,
                                const char *manifest, struct ct_error *err)
{
    if (given == NULL && *path != NULL && strcmp(*path, "-") == 0)
        return ct_fail(err, CT_EINVAL, "%s: the run read standard input; name a file with %s",
                       manifest, option);
    if (given == NULL && *path != NULL && access(*path, F_OK) != 0)
        return ct_fail(err, CT_EIO, "%s: %s is not there; say with %s where it lies now", manifest,
                       *path, option);
    if (given == NULL)
        return CT_OK;
    if (*path == NULL && strcmp(option, "--tokenizer") != 0)
        return ct_fail(err, CT_EINVAL, "%s: the run of %s had none; leave it out", option,
                       manifest);
    return params_set(path, given, err);
}

/* The manifest's parameters, with what options say about places, into options. */
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
    options->formats = m->results.formats;
    return commands_defaults(options, err);
}

static enum ct_status write_again(const struct analysis *a, const struct options *options,
                                  struct ct_error *err)
{
    struct tables_written written = { .formats = options->formats };
    const enum ct_status status = tables_write(a, options->out, &written, err);

    if (status != CT_OK)
        return status;
    return manifest_write(a, (const char *const *)options->argv, options->n_argv, &written,
                          options->out, err);
}

static enum ct_status compare(const struct analysis *a, const char *path, const struct manifest *m,
                              bool *same, struct ct_error *err)
{
    char *const folder = folder_of(path);
    char *text = NULL;
    enum ct_status status = folder != NULL ? CT_OK : ct_fail_nomem(err, "rerun", 0);

    if (status == CT_OK)
        status = rerun_compare(a, m, folder, paths_temporary(), &text, same, err);
    if (status == CT_OK) {
        fputs(text, stdout);
        fflush(stdout); /* before the line that says that something differs */
    }
    free(text);
    free(folder);
    return status;
}

/* Is one of the result files of the stages from first to last? */
static bool has_results(const struct manifest *m, enum stage_id first, enum stage_id last)
{
    for (size_t i = 0; i < m->results.n; i++) {
        const enum stage_id stage = table_find(m->results.files[i].file)->stage;
        if (stage >= first && stage <= last)
            return true;
    }
    return false;
}

/* One analysis, one of each hook point, or both: what the result files are of. */
static enum ct_status compute(struct analysis *a, struct options *options, const struct manifest *m,
                              struct ct_error *err)
{
    options->per_layer = has_results(m, STAGE_LAYERS, STAGE_LAYERS);
    a->hash_ahead = true;
    const enum ct_status status = commands_compute(a, options, err);

    if (status == CT_OK && options->per_layer && has_results(m, STAGE_TTEST, STAGE_SIMILARITY))
        return meter_run(a, STAGE_SIMILARITY, NULL, NULL, err);
    return status;
}

enum ct_status command_rerun(struct options *options, struct ct_error *err)
{
    struct analysis a;
    struct manifest m = { 0 };
    char *const path = manifest_of(options->texts[0]);
    bool same = false;
    enum ct_status status = path != NULL ? CT_OK : ct_fail_nomem(err, "rerun", 0);

    analysis_init(&a);
    if (status == CT_OK)
        status = manifest_read(path, &m, err);
    if (status == CT_OK)
        status = take_params(options, path, &m, err);
    if (status == CT_OK && options->out != NULL && !options->force)
        status = tables_check_absent(options->out, err);
    if (status == CT_OK) {
        params_clear(&a.params);
        a.params = options->params; /* handed over */
        options->params = (struct params){ 0 };
        status = compute(&a, options, &m, err);
    }
    if (status == CT_OK)
        status = compare(&a, path, &m, &same, err);
    if (status == CT_OK && options->out != NULL)
        status = write_again(&a, options, err);
    if (status == CT_OK && !same)
        status = ct_fail(err, CT_EFORMAT, "%s: not everything is the same", path);
    free(path);
    manifest_clear(&m);
    analysis_clear(&a);
    return status;
}
