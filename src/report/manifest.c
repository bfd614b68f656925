#include "config.h"
#include "report/manifest.h"

#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/hash.h"
#include "io/hash_ahead.h"
#include "io/json_text.h"
#include "base/path.h"
#include "io/outfile.h"
#include "io/link.h"
#include "model/tokens/tokenizer_files.h"
#include "pipeline/stage_cluster.h"
#include "pipeline/stage_contrast.h"
#include "pipeline/stage_extract.h"
#include "pipeline/stage_layers.h"
#include "pipeline/stage_load.h"
#include "pipeline/stage_similarity.h"
#include "pipeline/stage_tsne.h"
#include "pipeline/stage_ttest.h"
#include "pipeline/stages.h"
#include "plot/figure.h"
#include "report/accounts.h"
#include "report/tables.h"

static json_t *count(size_t n)
{
    return json_integer((json_int_t)n);
}

/* How files are identified. */
struct identifying {
    struct hash_ahead *ahead; /* digests that are known; NULL: none */
    bool by_names;            /* the cache's name of a blob is believed, if it is a digest */
};

/* { path, bytes, sha256 } of a file, `sha256_from` if the digest is the name in the cache, and
 * `link_to` if it is a link out of the folder; nulls if it is not a regular file. folder may be
 * NULL. */
static enum ct_status describe_file(const char *folder, const char *path,
                                    const struct identifying *how, json_t **out,
                                    struct ct_error *err)
{
    char hex[HASH_HEX_SIZE] = "";
    char target[PATH_MAX];
    struct stat info;

    const bool is_there = strcmp(path, "-") != 0;
    if (is_there && stat(path, &info) != 0)
        return ct_fail_errno(err, "%s", path);
    const bool is_file = is_there && S_ISREG(info.st_mode);
    const bool is_cached = is_file && how->by_names && hash_from_blob_name(path, hex);
    if (is_file && !is_cached && !hash_ahead_get(how->ahead, path, hex)) {
        const enum ct_status status = hash_file(path, NULL, hex, err);
        if (status != CT_OK)
            return status;
    }
    *out = json_pack("{s:o, s:o, s:o}", "path", json_text(path), "bytes",
                     is_file ? json_integer((json_int_t)info.st_size) : json_null(), "sha256",
                     json_text(is_file ? hex : NULL));
    if (*out != NULL && is_cached)
        json_object_set_new(*out, "sha256_from", json_string("cache"));
    if (*out != NULL && folder != NULL && link_leads_out(folder, path, target))
        json_object_set_new(*out, "link_to", json_text(target));
    return *out != NULL ? CT_OK : ct_fail_nomem(err, "manifest", 0);
}

/* The same for an input whose digest was computed while reading, if it was. */
static enum ct_status add_input(json_t *object, const char *key, const char *path,
                                const struct input_digest *digest, struct ct_error *err)
{
    json_t *file = NULL;
    enum ct_status status = CT_OK;

    if (digest->sha256[0] == '\0')
        status = describe_file(NULL, path, &(struct identifying){ .by_names = false }, &file, err);
    else
        file = json_pack("{s:o, s:o, s:s}", "path", json_text(path), "bytes", count(digest->bytes),
                         "sha256", digest->sha256);
    if (status == CT_OK && json_object_set_new(object, key, file) != 0)
        return ct_fail_nomem(err, "manifest", 0);
    return status;
}

static enum ct_status describe_model(const struct analysis *a, bool by_names, json_t **out,
                                     struct ct_error *err)
{
    const struct identifying how = { load_of(a)->hashes, by_names };
    struct model_info info;
    char *const config = path_join(a->params.model, "config.json");
    json_t *const files = json_array();
    enum ct_status status =
        config != NULL && files != NULL ? CT_OK : ct_fail_nomem(err, "manifest", 0);

    model_describe(load_of(a)->model, &info);
    for (size_t i = 0; status == CT_OK && i < info.n_files; i++) {
        json_t *file = NULL;
        status = describe_file(a->params.model, info.files[i], &how, &file, err);
        if (status == CT_OK)
            json_array_append_new(files, file);
    }
    if (status == CT_OK) {
        json_t *parsed = NULL;
        (void)model_config_keys(config, &parsed, NULL);
        *out = json_pack("{s:o, s:o, s:I, s:s, s:O}", "path", json_text(a->params.model), "config",
                         parsed != NULL ? parsed : json_null(), "parameters",
                         (json_int_t)info.n_parameters, "dtype", info.dtype, "files", files);
        if (*out == NULL)
            status = ct_fail_nomem(err, "manifest", 0);
    }
    json_decref(files);
    free(config);
    return status;
}

static enum ct_status describe_tokenizer(const struct analysis *a, bool by_names, json_t **out,
                                         struct ct_error *err)
{
    const char *const folder = a->params.tokenizer != NULL ? a->params.tokenizer : a->params.model;
    const char *names[TOKENIZER_FILES_MAX];
    const size_t n = tokenizer_files_list(folder, names);
    const struct identifying how = { NULL, by_names };
    json_t *const files = json_array();
    enum ct_status status = CT_OK;

    for (size_t i = 0; status == CT_OK && i < n; i++) {
        json_t *file = NULL;
        char *const path = path_join(folder, names[i]);
        status = path != NULL ? describe_file(folder, path, &how, &file, err)
                              : ct_fail_nomem(err, "manifest", 0);
        if (status == CT_OK)
            json_array_append_new(files, file);
        free(path);
    }
    if (status == CT_OK) {
        *out = json_pack("{s:o, s:O}", "path", json_text(folder), "files", files);
        if (*out == NULL)
            status = ct_fail_nomem(err, "manifest", 0);
    }
    json_decref(files);
    return status;
}

/* What begins every text. */
static json_t *describe_bos(const struct tokenizer *tokenizer)
{
    char bos[TOKENIZER_BOS_SIZE];

    return json_text(tokenizer_bos_text(tokenizer, bos) ? bos : NULL);
}

json_t *manifest_params(const struct params *params)
{
    json_t *const object = json_object();
    const struct setting *setting;

    for (size_t i = 0; (setting = setting_at(i)) != NULL; i++)
        json_object_set_new(object, setting->name, setting->kind->to_json(setting, params));
    json_object_set_new(object, "threads", json_integer(params->threads));
    return object;
}

/* The results of each stage, from its account. */
static void describe_results(const struct analysis *a, json_t *counts, json_t *outcome)
{
    for (size_t i = 0; accounts[i] != NULL; i++)
        if (accounts[i]->describe != NULL && !analysis_is_stale(a, accounts[i]->stage))
            accounts[i]->describe(a, counts, outcome);
}

/* The requested formats, in the syntax of --format. */
static json_t *describe_formats(unsigned formats)
{
    char text[FORMATS_SIZE];

    formats_text(formats, text);
    return json_string(text);
}

static json_t *describe_files(const struct written *written)
{
    json_t *const files = json_array();

    for (size_t i = 0; i < written->n; i++)
        json_array_append_new(files, json_pack("{s:s, s:o, s:s}", "file", written->files[i].name,
                                               "bytes", count(written->files[i].digest.bytes),
                                               "sha256", written->files[i].digest.sha256));
    return files;
}

/* The appearance also depends on cairo and its fonts. */
static json_t *describe_figures(const struct results *r)
{
    const struct plot_request *const request = &r->request;

    if (r->figures == NULL)
        return json_null();
    return json_pack("{s:o, s:o, s:o, s:o}", "folder", json_text(r->figures), "cairo",
                     json_text(figure_library()), "neuron",
                     request->has_neuron ? count(request->neuron) : json_null(), "files",
                     describe_files(&r->plots));
}

static json_t *describe_seconds(const struct analysis *a)
{
    json_t *const seconds = json_object();

    for (size_t i = 0; i < n_stages; i++)
        if (stage_is_told(stages[i]) && analysis_result(a, stages[i]) != NULL)
            json_object_set_new(seconds, stages[i]->name,
                                number_or_null(analysis_seconds(a, stages[i])));
    return seconds;
}

json_t *manifest_directory(void)
{
    char path[PATH_MAX];

    return json_text(getcwd(path, sizeof path));
}

enum ct_status manifest_add_inputs(const struct analysis *a, bool by_names, json_t *root,
                                   struct ct_error *err)
{
    const struct params *const p = &a->params;
    json_t *model = NULL;
    json_t *tokenizer = NULL;
    enum ct_status status;

    if (p->activations != NULL) {
        status =
            add_input(root, "activations", p->activations, &load_of(a)->activations.digest, err);
        if (status == CT_OK && p->groups != NULL)
            status =
                add_input(root, "groups", p->groups, &load_of(a)->activations.groups.digest, err);
        return status;
    }
    status = describe_model(a, by_names, &model, err);
    if (status == CT_OK && json_object_set_new(root, "model", model) != 0)
        status = ct_fail_nomem(err, "manifest", 0);
    if (status == CT_OK)
        status = describe_tokenizer(a, by_names, &tokenizer, err);
    if (status == CT_OK && (json_object_set_new(root, "tokenizer", tokenizer) != 0 ||
                            json_object_set_new(root, "bos", describe_bos(load_of(a)->tokenizer))))
        status = ct_fail_nomem(err, "manifest", 0);
    if (status == CT_OK)
        status = add_input(root, "stimuli", p->stimuli, &load_of(a)->stimuli.table.digest, err);
    return status;
}

static enum ct_status write_json(const json_t *root, struct outfolder *folder, const char *name,
                                 struct ct_error *err)
{
    char *const text = json_dumps(root, JSON_INDENT(2) | JSON_REAL_PRECISION(17));
    struct outfile *file = NULL;
    enum ct_status status = text != NULL ? CT_OK : ct_fail_nomem(err, "manifest", 0);

    if (status == CT_OK)
        status = outfolder_begin(folder, NULL, name, &file, err);
    if (status == CT_OK) {
        outfile_puts(file, text);
        outfile_puts(file, "\n");
        status = outfolder_keep(folder, file, err);
    }
    free(text);
    return status;
}

enum ct_status manifest_write(const struct analysis *a, const char *const *command,
                              size_t n_command, const struct results *r, struct ct_error *err)
{
    json_t *const arguments = json_array();
    json_t *const counts = json_object();
    json_t *const outcome = json_object();
    json_t *const root = json_pack("{s:s, s:O, s:o}", "version", PACKAGE_STRING, "command",
                                   arguments, "directory", manifest_directory());
    enum ct_status status = root != NULL ? CT_OK : ct_fail_nomem(err, "manifest", 0);

    for (size_t i = 0; i < n_command; i++)
        json_array_append_new(arguments, json_text(command[i]));
    describe_results(a, counts, outcome);
    if (status == CT_OK)
        status = manifest_add_inputs(a, true, root, err);
    if (status == CT_OK &&
        (json_object_set_new(root, "layout", json_integer(MANIFEST_LAYOUT)) != 0 ||
         json_object_set_new(root, "parameters", manifest_params(&a->params)) != 0 ||
         json_object_set(root, "counts", counts) != 0 ||
         json_object_set(root, "outcome", outcome) != 0 ||
         json_object_set_new(root, "format", describe_formats(r->formats)) != 0 ||
         json_object_set_new(root, "results", describe_files(&r->tables)) != 0 ||
         json_object_set_new(root, "figures", describe_figures(r)) != 0 ||
         json_object_set_new(root, "seconds", describe_seconds(a)) != 0))
        status = ct_fail_nomem(err, "manifest", 0);
    if (status == CT_OK)
        status = r->to != NULL ? write_json(root, r->to, MANIFEST_FILE, err)
                               : write_json(root, r->to_plots, FIGURES_FILE, err);
    json_decref(arguments);
    json_decref(counts);
    json_decref(outcome);
    json_decref(root);
    return status;
}
