#include "config.h"
#include "report/manifest.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "io/outfile.h"
#include "model/json_file.h"
#include "pipeline/settings.h"

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

/* Our own name for the file, so that a manifest leads nowhere else. */
static const char *own_name(const char *file)
{
    for (size_t i = 0; file != NULL && i < n_tables; i++)
        if (strcmp(tables[i].file, file) == 0)
            return tables[i].file;
    return NULL;
}

static enum ct_status read_result(struct tables_written *results, const json_t *value,
                                  struct ct_error *err)
{
    const char *const name = own_name(json_string_value(json_object_get(value, "file")));
    const char *const sha256 = json_string_value(json_object_get(value, "sha256"));
    const json_t *const bytes = json_object_get(value, "bytes");

    if (name == NULL)
        return wrong("results", "file", "the name of a result file", err);
    for (size_t i = 0; i < results->n; i++)
        if (results->files[i].file == name)
            return wrong("results", name, "it once", err);
    if (!is_sha256(sha256))
        return wrong("results", "sha256", "64 digits", err);
    if (!json_is_integer(bytes) || json_integer_value(bytes) < 0)
        return wrong("results", "bytes", "a whole number", err);
    results->files[results->n].file = name;
    results->files[results->n].digest.bytes = (size_t)json_integer_value(bytes);
    memcpy(results->files[results->n].digest.sha256, sha256, HASH_HEX_SIZE);
    results->n++;
    return CT_OK;
}

static enum ct_status read_results(struct manifest *m, struct ct_error *err)
{
    const char *const format = json_string_value(json_object_get(m->root, "format"));
    const json_t *const results = json_object_get(m->root, "results");
    enum ct_status status = CT_OK;

    if (format == NULL || !formats_parse(format, &m->results.formats))
        return wrong("", "format", "csv, npy, safetensors", err);
    if (!json_is_array(results) || json_array_size(results) == 0)
        return wrong("", "results", "a list of files", err);
    for (size_t i = 0; status == CT_OK && i < json_array_size(results); i++)
        status = read_result(&m->results, json_array_get(results, i), err);
    return status;
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
    *m = (struct manifest){ 0 };
}
