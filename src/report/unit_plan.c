#include "config.h"
#include "report/unit_plan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/path.h"
#include "io/json_file.h"
#include "io/json_text.h"
#include "io/outfile.h"
#include "pipeline/stage_hook.h"
#include "pipeline/stage_load.h"
#include "pipeline/stages.h"
#include "report/manifest.h"
#include "report/run_command.h"
#include "report/tables.h"

enum { PLAN_LAYOUT = 1 };

/* ---- what is computed ---- */

/* { file, bytes, samples }, by the name alone: tasks may see the model in different places. */
static enum ct_status describe_file(const char *path, json_t *files, struct ct_error *err)
{
    const char *const slash = strrchr(path, '/');
    char hex[HASH_HEX_SIZE];
    const enum ct_status status = hash_samples(path, hex, err);

    if (status == CT_OK &&
        json_array_append_new(files, json_pack("{s:o, s:s}", "file",
                                               json_text(slash != NULL ? slash + 1 : path),
                                               "samples", hex)) != 0)
        return ct_fail_nomem(err, "plan", 0);
    return status;
}

static enum ct_status describe_model(const struct analysis *a, json_t **out, struct ct_error *err)
{
    char *const config = path_join(a->params.model, "config.json");
    json_t *const files = json_array();
    struct model_info info;
    enum ct_status status = config != NULL && files != NULL ? CT_OK : ct_fail_nomem(err, "plan", 0);

    model_describe(load_of(a)->model, &info);
    if (status == CT_OK)
        status = describe_file(config, files, err);
    for (size_t i = 0; status == CT_OK && i < info.n_files; i++)
        status = describe_file(info.files[i], files, err);
    if (status == CT_OK)
        *out = json_pack("{s:I, s:O}", "bytes", (json_int_t)info.file_bytes, "files", files);
    json_decref(files);
    free(config);
    return status;
}

static json_t *describe_hooks(const struct analysis *a)
{
    json_t *const hooks = json_array();

    for (size_t h = 0; h < hook_of(a)->n_hooks; h++)
        json_array_append_new(hooks, json_pack("{s:s, s:I}", "hook", hook_of(a)->hooks[h].name,
                                               "width", (json_int_t)hook_of(a)->hooks[h].width));
    return hooks;
}

static json_t *describe_sentences(const struct units *units)
{
    char hex[HASH_HEX_SIZE];

    units_digest(units, hex);
    return json_pack("{s:I, s:s}", "n", (json_int_t)units->n_sentences, "tokens", hex);
}

/* All that the bits of a unit depend on, except the processor. */
static enum ct_status describe_work(const struct analysis *a, const struct units *units,
                                    json_t **out, struct ct_error *err)
{
    json_t *model = NULL;
    const enum ct_status status = describe_model(a, &model, err);

    if (status != CT_OK)
        return status;
    *out = json_pack("{s:s, s:o, s:o, s:o, s:I}", "version", PACKAGE_STRING, "model", model,
                     "hooks", describe_hooks(a), "sentences", describe_sentences(units), "unit",
                     (json_int_t)units->size);
    return *out != NULL ? CT_OK : ct_fail_nomem(err, "plan", 0);
}

static enum ct_status digest_of(const json_t *work, char hex[HASH_HEX_SIZE], struct ct_error *err)
{
    char *const text = json_dumps(work, JSON_COMPACT | JSON_SORT_KEYS);

    if (text == NULL)
        return ct_fail_nomem(err, "plan", 0);
    hash_memory(text, strlen(text), hex);
    free(text);
    return CT_OK;
}

/* ---- what is asked for ---- */

/* The options that share out a run, each with a value; they are not part of the run. */
static const char *const sharing[] = { "--shard", "--unit" };

/* The arguments without those. */
static json_t *describe_command(const struct run_request *request)
{
    json_t *const list = json_array();

    for (size_t i = 0; i < request->n_command; i++) {
        size_t skipped = 0;
        for (size_t k = 0; skipped == 0 && k < sizeof sharing / sizeof *sharing; k++)
            skipped = run_command_option(request->command, i, sharing[k]);
        if (skipped == 0)
            json_array_append_new(list, json_text(request->command[i]));
        else
            i += skipped - 1;
    }
    return list;
}

static json_t *describe_request(const struct run_request *request)
{
    char formats[FORMATS_SIZE];

    formats_text(request->formats, formats);
    return json_pack("{s:b, s:s, s:o}", "per_layer", request->per_layer, "format", formats,
                     "figures", json_text(request->figures));
}

static enum ct_status describe(const struct analysis *a, const struct units *units,
                               const struct run_request *request, json_t **out,
                               struct ct_error *err)
{
    json_t *work = NULL;
    const enum ct_status status = describe_work(a, units, &work, err);

    if (status != CT_OK)
        return status;
    *out = json_pack("{s:i, s:o, s:I, s:o, s:o, s:o, s:o}", "plan", PLAN_LAYOUT, "work", work,
                     "units", (json_int_t)units->n, "parameters", manifest_params(&a->params),
                     "request", describe_request(request), "command", describe_command(request),
                     "directory", manifest_directory());
    return *out != NULL ? CT_OK : ct_fail_nomem(err, "plan", 0);
}

/* ---- comparing ---- */

static const struct {
    const char *key;
    const char *what; /* differs, and what to do */
} members[] = {
    { "version", "another version of the program; use one for all tasks" },
    { "model", "another model; name the same --model, or another --out" },
    { "hooks", "other hook points; name the same --hook, or another --out" },
    { "sentences",
      "other sentences, targets or tokens; name the same --stimuli, or another --out" },
    { "unit", "units of another size; omit --unit, or name another --out" },
};

static enum ct_status compare_work(const json_t *there, const json_t *here, const char *folder,
                                   struct ct_error *err)
{
    for (size_t i = 0; i < sizeof members / sizeof *members; i++)
        if (!json_equal(json_object_get(there, members[i].key),
                        json_object_get(here, members[i].key)))
            return ct_fail(err, CT_EINVAL, "%s/%s: is of %s", folder, UNIT_PLAN_FILE,
                           members[i].what);
    return CT_OK;
}

/* Paths may differ: what they lead to is compared. */
static enum ct_status compare_params(const json_t *there, const json_t *here, const char *folder,
                                     struct ct_error *err)
{
    const struct setting *setting;

    for (size_t i = 0; (setting = setting_at(i)) != NULL; i++)
        if (setting->kind != &kind_path && !json_equal(json_object_get(there, setting->name),
                                                       json_object_get(here, setting->name)))
            return ct_fail(err, CT_EINVAL,
                           "%s/%s: has another --%s; give all tasks the same, or another --out",
                           folder, UNIT_PLAN_FILE, setting->name);
    return CT_OK;
}

static enum ct_status compare(const json_t *there, const json_t *here, const char *folder,
                              struct ct_error *err)
{
    enum ct_status status =
        compare_work(json_object_get(there, "work"), json_object_get(here, "work"), folder, err);

    if (status == CT_OK)
        status = compare_params(json_object_get(there, "parameters"),
                                json_object_get(here, "parameters"), folder, err);
    if (status == CT_OK &&
        !json_equal(json_object_get(there, "request"), json_object_get(here, "request")))
        status =
            ct_fail(err, CT_EINVAL,
                    "%s/%s: has another --per-layer, --format or --figures; give all tasks the "
                    "same, or another --out",
                    folder, UNIT_PLAN_FILE);
    return status;
}

/* ---- the file ---- */

static enum ct_status wrong(const char *key, struct ct_error *err)
{
    return ct_fail(err, CT_EFORMAT,
                   "%s: missing or invalid; remove the folder of units and start again", key);
}

static enum ct_status read_command(struct unit_plan *plan, struct ct_error *err)
{
    const json_t *const list = json_object_get(plan->root, "command");
    const size_t n = json_array_size(list);
    const char **const words = ct_calloc_array(n + 1, sizeof *words);

    if (words == NULL)
        return ct_fail_nomem(err, "plan", 0);
    plan->request.command = words;
    plan->request.n_command = n;
    for (size_t i = 0; i < n; i++) {
        words[i] = json_string_value(json_array_get(list, i));
        if (words[i] == NULL)
            return wrong("command", err);
    }
    return CT_OK;
}

static enum ct_status read_request(struct unit_plan *plan, struct ct_error *err)
{
    const json_t *const request = json_object_get(plan->root, "request");
    const char *const format = json_string_value(json_object_get(request, "format"));

    if (format == NULL || !formats_parse(format, &plan->request.formats))
        return wrong("format", err);
    plan->request.per_layer = json_is_true(json_object_get(request, "per_layer"));
    plan->request.figures = json_string_value(json_object_get(request, "figures"));
    return read_command(plan, err);
}

static enum ct_status read_units(struct unit_plan *plan, struct ct_error *err)
{
    const json_t *const work = json_object_get(plan->root, "work");
    const json_int_t size = json_integer_value(json_object_get(work, "unit"));
    const json_int_t n = json_integer_value(json_object_get(plan->root, "units"));
    const json_int_t n_sentences =
        json_integer_value(json_object_get(json_object_get(work, "sentences"), "n"));

    if (size < UNIT_LEAST || size > UNIT_MOST)
        return wrong("unit", err);
    if (n_sentences < 1 || n != n_sentences / size + (n_sentences % size > 0))
        return wrong("units", err);
    plan->size = (size_t)size;
    plan->n = (size_t)n;
    return digest_of(work, plan->digest, err);
}

static enum ct_status read_params(struct unit_plan *plan, struct ct_error *err)
{
    struct manifest m = { .root = json_incref(plan->root) };
    const enum ct_status status = manifest_read_params(&m, err);

    plan->params = m.params; /* handed over */
    m.params = (struct params){ 0 };
    manifest_clear(&m);
    return status;
}

enum ct_status unit_plan_read(const char *folder, struct unit_plan *out, struct ct_error *err)
{
    struct unit_plan plan = { .root = NULL };
    char *const path = path_join(folder, UNIT_PLAN_FILE);
    enum ct_status status =
        path != NULL ? json_file_load(path, &plan.root, err) : ct_fail_nomem(err, "plan", 0);

    if (status != CT_OK) {
        free(path);
        return status;
    }
    if (json_integer_value(json_object_get(plan.root, "plan")) != PLAN_LAYOUT)
        status = wrong("plan", err);
    if (status == CT_OK)
        status = read_units(&plan, err);
    if (status == CT_OK)
        status = read_params(&plan, err);
    if (status == CT_OK)
        status = read_request(&plan, err);
    if (status == CT_OK)
        *out = plan;
    else {
        unit_plan_clear(&plan);
        status = ct_error_where(err, status == CT_EINVAL ? CT_EFORMAT : status, "%s", path);
    }
    free(path);
    return status;
}

void unit_plan_clear(struct unit_plan *plan)
{
    json_decref(plan->root);
    params_clear(&plan->params);
    free((void *)plan->request.command);
    *plan = (struct unit_plan){ 0 };
}

static enum ct_status write_plan(const json_t *root, int fd, const char *folder,
                                 struct ct_error *err)
{
    char *const path = path_join(folder, UNIT_PLAN_FILE);
    char *const text = json_dumps(root, JSON_INDENT(2) | JSON_REAL_PRECISION(17));
    struct outfile *file = NULL;
    bool was_first;
    enum ct_status status = path != NULL && text != NULL ? CT_OK : ct_fail_nomem(err, "plan", 0);

    if (status == CT_OK)
        status = outfile_open_in(fd, UNIT_PLAN_FILE, path, &file, err);
    if (status == CT_OK) {
        outfile_puts(file, text);
        outfile_puts(file, "\n");
        status = outfile_commit_first(file, &was_first, err);
    }
    free(path);
    free(text);
    return status;
}

enum ct_status unit_plan_share(const struct analysis *a, const struct units *units,
                               const struct run_request *request, int fd, const char *folder,
                               struct unit_plan *out, struct ct_error *err)
{
    json_t *here = NULL;
    enum ct_status status = describe(a, units, request, &here, err);

    if (status == CT_OK)
        status = write_plan(here, fd, folder, err);
    if (status == CT_OK)
        status = unit_plan_read(folder, out, err);
    if (status == CT_OK)
        status = compare(out->root, here, folder, err);
    json_decref(here);
    return status;
}

enum ct_status unit_plan_check(const struct unit_plan *plan, const struct analysis *a,
                               const struct units *units, const char *folder, struct ct_error *err)
{
    json_t *work = NULL;
    enum ct_status status = describe_work(a, units, &work, err);

    if (status == CT_OK)
        status = compare_work(json_object_get(plan->root, "work"), work, folder, err);
    json_decref(work);
    return status;
}
