#include "config.h"
#include "report/manifest.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "io/json_file.h"
#include "io/outfile.h"
#include "pipeline/settings.h"
#include "report/figures.h"
#include "report/layers.h"
#include "report/tables.h"

/* What is wrong with the member `key` of the object `where` (empty: the root). */
static enum ct_status wrong(const char *where, const char *key, const char *want,
                            struct ct_error *err)
{
    return ct_fail(err, CT_EFORMAT, "%s%s%s: expected %s; is it a manifest.json of circuittui?",
                   where, *where != '\0' ? "." : "", key, want);
}

/* ---- parameters ---- */

/* A path that is relative begins where the program was when it was run, if it is there. */
static enum ct_status set_path(const char *directory, const char *path, char **field,
                               struct ct_error *err)
{
    char *joined = NULL;
    enum ct_status status = CT_OK;

    if (directory != NULL && path[0] != '/' && strcmp(path, "-") != 0) {
        joined = outfile_join(directory, path);
        if (joined == NULL)
            return ct_fail_nomem(err, "manifest", 0);
    }
    status = params_set(field, joined != NULL && access(joined, F_OK) == 0 ? joined : path, err);
    free(joined);
    return status;
}

static enum ct_status set_hooks(const struct setting *setting, const json_t *value,
                                struct params *params, struct ct_error *err)
{
    enum ct_status status = CT_OK;
    const json_t *name;
    size_t i;

    json_array_foreach(value, i, name)
    {
        if (!json_is_string(name))
            return wrong("parameters", setting->name, "names", err);
        status = setting_parse(setting, params, json_string_value(name), err);
        if (status != CT_OK)
            break;
    }
    return status;
}

static enum ct_status set_pair(const struct setting *setting, const json_t *value, char **pair,
                               struct ct_error *err)
{
    enum ct_status status = CT_OK;

    for (size_t i = 0; status == CT_OK && i < 2; i++) {
        const char *const name = json_string_value(json_array_get(value, i));
        if (name == NULL || json_array_size(value) != 2)
            return wrong("parameters", setting->name, "two names", err);
        status = params_set(&pair[i], name, err);
    }
    return status;
}

/* As the option would be given. */
static enum ct_status set_number(const struct setting *setting, const json_t *value,
                                 struct params *params, struct ct_error *err)
{
    char text[40];

    if (json_is_string(value))
        return setting_parse(setting, params, json_string_value(value), err);
    if (json_is_integer(value))
        snprintf(text, sizeof text, "%lld", (long long)json_integer_value(value));
    else
        snprintf(text, sizeof text, "%.17g", json_real_value(value));
    return setting_parse(setting, params, text, err);
}

static enum ct_status set_param(const struct setting *setting, const json_t *value,
                                const char *directory, struct params *params, struct ct_error *err)
{
    void *const field = (char *)params + setting->field;

    switch (setting->kind) {
    case SETTING_PATH:
        if (json_is_null(value))
            return CT_OK;
        if (!json_is_string(value) || json_string_length(value) == 0)
            return wrong("parameters", setting->name, "a path or null", err);
        return set_path(directory, json_string_value(value), field, err);
    case SETTING_HOOKS:
        if (!json_is_array(value))
            return wrong("parameters", setting->name, "names", err);
        return set_hooks(setting, value, params, err);
    case SETTING_PAIR:
        return json_is_null(value) ? CT_OK : set_pair(setting, value, field, err);
    case SETTING_NUMBER:
        if (!json_is_number(value))
            return wrong("parameters", setting->name, "a number", err);
        return set_number(setting, value, params, err);
    case SETTING_COUNT:
        if (!json_is_integer(value))
            return wrong("parameters", setting->name, "a whole number", err);
        return set_number(setting, value, params, err);
    case SETTING_SEED:
        if (!json_is_integer(value) && !json_is_string(value))
            return wrong("parameters", setting->name, "a whole number", err);
        return set_number(setting, value, params, err);
    case SETTING_CHOICE:
        if (!json_is_string(value))
            return wrong("parameters", setting->name, "a word", err);
        return setting_parse(setting, params, json_string_value(value), err);
    case SETTING_FLAG:
        if (!json_is_boolean(value))
            return wrong("parameters", setting->name, "true or false", err);
        *(bool *)field = json_is_true(value);
        return CT_OK;
    }
    return CT_OK;
}

static enum ct_status read_params(struct manifest *m, struct ct_error *err)
{
    const json_t *const object = json_object_get(m->root, "parameters");
    const char *const directory = json_string_value(json_object_get(m->root, "directory"));
    enum ct_status status = CT_OK;

    params_init(&m->params);
    if (!json_is_object(object))
        return wrong("", "parameters", "an object", err);
    for (size_t i = 0; status == CT_OK && i < n_settings; i++) {
        const json_t *const value = json_object_get(object, settings[i].name);
        if (value == NULL)
            return wrong("parameters", settings[i].name, "to be there", err);
        status = set_param(&settings[i], value, directory, &m->params, err);
    }
    if (status == CT_OK && m->params.activations == NULL &&
        (m->params.model == NULL || m->params.stimuli == NULL))
        return wrong("parameters", m->params.model == NULL ? "model" : "stimuli", "a path", err);
    return status;
}

/* ---- result files ---- */

static bool is_sha256(const char *text)
{
    return text != NULL && strlen(text) == HASH_HEX_SIZE - 1 &&
           strspn(text, "0123456789abcdef") == HASH_HEX_SIZE - 1;
}

static bool is_table(const char *file)
{
    for (size_t i = 0; i < n_tables; i++)
        if (strcmp(tables[i].file, file) == 0)
            return true;
    return false;
}

/* One of our own names, in the folder of a layer perhaps: a manifest leads nowhere else. */
static bool is_own(const char *name, bool (*is_file)(const char *file))
{
    const char *const slash = name != NULL ? strchr(name, '/') : NULL;

    if (slash != NULL && !layer_is_name(name, (size_t)(slash - name)))
        return false;
    return name != NULL && is_file(slash != NULL ? slash + 1 : name);
}

static enum ct_status read_file(struct written *files, const char *where, const json_t *value,
                                bool (*is_file)(const char *file), struct ct_error *err)
{
    const char *const name = json_string_value(json_object_get(value, "file"));
    const char *const sha256 = json_string_value(json_object_get(value, "sha256"));
    const json_t *const bytes = json_object_get(value, "bytes");
    struct input_digest digest;

    if (!is_own(name, is_file))
        return wrong(where, "file", "the name of such a file", err);
    for (size_t i = 0; i < files->n; i++)
        if (strcmp(files->files[i].name, name) == 0)
            return wrong(where, name, "it once", err);
    if (!is_sha256(sha256))
        return wrong(where, "sha256", "64 digits", err);
    if (!json_is_integer(bytes) || json_integer_value(bytes) < 0)
        return wrong(where, "bytes", "a whole number", err);
    digest.bytes = (size_t)json_integer_value(bytes);
    memcpy(digest.sha256, sha256, HASH_HEX_SIZE);
    return written_add(files, NULL, name, &digest, err);
}

static enum ct_status read_files(struct written *files, const char *where, const json_t *list,
                                 bool (*is_file)(const char *file), struct ct_error *err)
{
    enum { MOST = 50000 };
    enum ct_status status = CT_OK;

    if (json_array_size(list) > MOST)
        return wrong("", where, "fewer files", err);
    for (size_t i = 0; status == CT_OK && i < json_array_size(list); i++)
        status = read_file(files, where, json_array_get(list, i), is_file, err);
    return status;
}

static enum ct_status read_results(struct manifest *m, struct ct_error *err)
{
    const char *const format = json_string_value(json_object_get(m->root, "format"));
    const json_t *const results = json_object_get(m->root, "results");

    if (format == NULL || !formats_parse(format, &m->formats))
        return wrong("", "format", "csv, npy, safetensors", err);
    if (!json_is_array(results))
        return wrong("", "results", "a list of files", err);
    return read_files(&m->tables, "results", results, is_table, err);
}

/* The one that was shown, when somebody chose it; older manifests do not tell. */
static enum ct_status read_neuron(struct manifest *m, const json_t *neuron, struct ct_error *err)
{
    if (neuron == NULL || json_is_null(neuron))
        return CT_OK;
    if (!json_is_integer(neuron) || json_integer_value(neuron) < 0)
        return wrong("figures", "neuron", "a number of a neuron", err);
    m->has_neuron = true;
    m->neuron = (size_t)json_integer_value(neuron);
    return CT_OK;
}

/* Without result files, the manifest is figures.json and lies beside the figures. */
static enum ct_status set_figures(struct manifest *m, const char *path, const char *folder,
                                  struct ct_error *err)
{
    const char *const slash = strrchr(path, '/');

    if (m->tables.n > 0)
        return set_path(json_string_value(json_object_get(m->root, "directory")), folder,
                        &m->figures, err);
    m->figures = slash == NULL ? ct_strndup(".", 1)
                               : ct_strndup(path, slash == path ? 1 : (size_t)(slash - path));
    return m->figures != NULL ? CT_OK : ct_fail_nomem(err, "manifest", 0);
}

/* Manifests of a run without figures have null, older ones nothing. path: where it was read. */
static enum ct_status read_figures(struct manifest *m, const char *path, struct ct_error *err)
{
    const json_t *const figures = json_object_get(m->root, "figures");
    const char *const folder = json_string_value(json_object_get(figures, "folder"));
    const json_t *const files = json_object_get(figures, "files");

    if (figures == NULL || json_is_null(figures))
        return m->tables.n > 0 ? CT_OK : wrong("", "results", "a list of files", err);
    if (folder == NULL || *folder == '\0')
        return wrong("figures", "folder", "a path", err);
    if (!json_is_array(files))
        return wrong("figures", "files", "a list of files", err);
    m->cairo = json_string_value(json_object_get(figures, "cairo"));
    enum ct_status status = read_neuron(m, json_object_get(figures, "neuron"), err);
    if (status == CT_OK)
        status = set_figures(m, path, folder, err);
    return status == CT_OK ? read_files(&m->plots, "figures", files, figures_is_name, err) : status;
}

enum ct_status manifest_read(const char *path, struct manifest *out, struct ct_error *err)
{
    struct manifest m = { 0 };
    enum ct_status status = json_file_load(path, &m.root, err);

    if (status != CT_OK)
        return status;
    m.version = json_string_value(json_object_get(m.root, "version"));
    if (m.version == NULL)
        status = wrong("", "version", "a text", err);
    if (status == CT_OK)
        status = read_params(&m, err);
    if (status == CT_OK)
        status = read_results(&m, err);
    if (status == CT_OK)
        status = read_figures(&m, path, err);
    if (status != CT_OK) {
        manifest_clear(&m);
        return ct_error_where(err, status == CT_EINVAL ? CT_EFORMAT : status, "%s", path);
    }
    *out = m;
    return CT_OK;
}

void manifest_clear(struct manifest *m)
{
    json_decref(m->root);
    params_clear(&m->params);
    written_clear(&m->tables);
    written_clear(&m->plots);
    free(m->figures);
    *m = (struct manifest){ 0 };
}
