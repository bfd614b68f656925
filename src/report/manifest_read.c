#include "config.h"
#include "report/manifest.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/path.h"
#include "io/folder.h"
#include "io/json_file.h"
#include "pipeline/stages.h"
#include "report/figures.h"
#include "report/layers.h"
#include "report/tables.h"

/* Reports what is wrong with the member `key` of the object `where` (empty: the root). */
static enum ct_status wrong(const char *where, const char *key, const char *want,
                            struct ct_error *err)
{
    return ct_fail(err, CT_EFORMAT, "%s%s%s: expected %s; is it a manifest.json of circuittui?",
                   where, *where != '\0' ? "." : "", key, want);
}

/* ---- parameters ---- */

/* Programs without the parameter used the value in its row. */
static enum ct_status read_missing(struct manifest *m, const struct setting *setting,
                                   struct ct_error *err)
{
    const struct setting **const missing =
        ct_realloc_array(m->missing, m->n_missing + 1, sizeof *missing);

    if (missing == NULL)
        return ct_fail_nomem(err, "manifest", 0);
    m->missing = missing;
    missing[m->n_missing++] = setting;
    return setting->before != NULL ? setting->kind->parse(setting, &m->params, setting->before, err)
                                   : CT_OK;
}

static enum ct_status read_setting(struct manifest *m, const struct setting *setting,
                                   const json_t *value, const char *directory, struct ct_error *err)
{
    if (value == NULL)
        return read_missing(m, setting, err);
    if (!setting->kind->is_json(value))
        return wrong("parameters", setting->name, setting->kind->json_words, err);
    return setting->kind->from_json(setting, &m->params, value, directory, err);
}

enum ct_status manifest_read_params(struct manifest *m, struct ct_error *err)
{
    const json_t *const object = json_object_get(m->root, "parameters");
    const char *const directory = json_string_value(json_object_get(m->root, "directory"));
    const struct setting *setting;
    enum ct_status status = CT_OK;

    params_init(&m->params);
    if (!json_is_object(object))
        return wrong("", "parameters", "an object", err);
    for (size_t i = 0; status == CT_OK && (setting = setting_at(i)) != NULL; i++)
        status = read_setting(m, setting, json_object_get(object, setting->name), directory, err);
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
    return table_find(file) != NULL;
}

/* Whether it is a valid result file name, possibly in a layer's folder: a manifest must not name
 * other files. */
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
    if (written_find(files, NULL, name) != NULL)
        return wrong(where, name, "each file once", err);
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

/* The neuron shown, if the user chose it; older manifests lack this. */
static enum ct_status read_neuron(struct manifest *m, const json_t *neuron, struct ct_error *err)
{
    if (neuron == NULL || json_is_null(neuron))
        return CT_OK;
    if (!json_is_integer(neuron) || json_integer_value(neuron) < 0)
        return wrong("figures", "neuron", "the number of a neuron", err);
    m->has_neuron = true;
    m->neuron = (size_t)json_integer_value(neuron);
    return CT_OK;
}

/* Without result files, the manifest is figures.json, next to the figures. */
static enum ct_status set_figures(struct manifest *m, const char *path, const char *folder,
                                  struct ct_error *err)
{
    const char *const slash = strrchr(path, '/');

    if (m->tables.n > 0)
        return params_set_path(&m->figures,
                               json_string_value(json_object_get(m->root, "directory")), folder,
                               err);
    m->figures = slash == NULL ? ct_strndup(".", 1)
                               : ct_strndup(path, slash == path ? 1 : (size_t)(slash - path));
    return m->figures != NULL ? CT_OK : ct_fail_nomem(err, "manifest", 0);
}

/* Null for a run without figures, missing in older manifests. path: of the manifest. */
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

static enum ct_status check_layout(const json_t *root, struct ct_error *err)
{
    const json_t *const layout = json_object_get(root, "layout");

    if (layout == NULL || json_integer_value(layout) == MANIFEST_LAYOUT)
        return CT_OK;
    if (!json_is_integer(layout))
        return wrong("", "layout", "a whole number", err);
    return ct_fail(err, CT_EFORMAT, "layout %lld is unknown; use the version that wrote it, %.80s",
                   (long long)json_integer_value(layout),
                   json_string_value(json_object_get(root, "version")));
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
        status = check_layout(m.root, err);
    if (status == CT_OK)
        status = manifest_read_params(&m, err);
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

void manifest_list_tables(const char *folder, struct written *out)
{
    struct manifest m = { 0 };
    struct stat s;
    int fd = -1;
    char *const path = path_join(folder, MANIFEST_FILE);

    if (path != NULL && folder_open(AT_FDCWD, folder, false, &fd, NULL) == CT_OK &&
        fstatat(fd, MANIFEST_FILE, &s, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(s.st_mode) &&
        folder_trusts(fd, &s) && json_file_load(path, &m.root, NULL) == CT_OK)
        (void)read_results(&m, NULL);
    if (fd >= 0)
        close(fd);
    free(path);
    *out = m.tables;
    m.tables = (struct written){ 0 };
    manifest_clear(&m);
}

void manifest_clear(struct manifest *m)
{
    json_decref(m->root);
    params_clear(&m->params);
    free(m->missing);
    written_clear(&m->tables);
    written_clear(&m->plots);
    free(m->figures);
    *m = (struct manifest){ 0 };
}
