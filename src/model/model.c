#include "config.h"
#include "model/model.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/path.h"
#include "io/json_file.h"
#include "model/arch.h"
#include "model/bind.h"
#include "model/bind_model.h"
#include "model/checkpoint.h"
#include "model/config_derive.h"
#include "model/config_reader.h"
#include "model/tensor_names.h"
#include "model/weights.h"

struct model {
    struct model_config config;
    struct weights weights;
    struct checkpoint *checkpoint;
    uint64_t n_parameters;
    const char *dtype;
    struct ct_error output_error; /* why there is no output layer; code CT_OK: there is one */
};

const char *model_config_title(const struct model_config *config)
{
    return config->arch->title;
}

static enum ct_status find_arch(const struct config_reader *r, const struct arch **out)
{
    char known[256];
    const json_t *const type = config_find(r, "model_type");
    const char *const name = json_string_value(type);

    *out = type == NULL ? arch_default() : name != NULL ? arch_by_model_type(name) : NULL;
    if (*out != NULL)
        return CT_OK;
    arch_list_model_types(known, sizeof known);
    return ct_fail(r->err, CT_ENOTSUP, "%s: model_type: '%s' is not supported, only %s", r->path,
                   name != NULL ? name : "(not a name)", known);
}

/* Every key has a default, so that any JSON would do: it must say that it is a model's. */
static enum ct_status check_is_model(const struct config_reader *r)
{
    if (*r->n_sizes > 0 || config_find(r, "model_type") != NULL)
        return CT_OK;
    return ct_fail(r->err, CT_ENOTSUP,
                   "%s: has neither model_type nor sizes such as n_embd; expected a model's config",
                   r->path);
}

static enum ct_status read_keys(const struct config_reader *r, struct model_config *c)
{
    const struct arch *const arch = c->arch;
    enum ct_status st = config_refuse(r);

    if (st == CT_OK)
        st = config_read_keys(r, arch->keys, arch->n_keys, c);
    if (st == CT_OK && arch->rotary.base[0] != NULL)
        st = config_read_rotary(r, &arch->rotary, c);
    if (st == CT_OK && arch->read_more != NULL)
        st = arch->read_more(r, c);
    return st == CT_OK ? config_derive(r, c) : st;
}

/* The keys of *c's family, which may all be in an object of the file. */
static enum ct_status read_family(const struct config_reader *r, struct model_config *c)
{
    const struct arch *const arch = c->arch;
    struct config_reader nested = *r;

    *c = *arch->defaults;
    c->arch = arch;
    if (arch->nested == NULL)
        return read_keys(r, c);
    nested.root = json_object_get(r->root, arch->nested);
    if (!json_is_object(nested.root))
        return ct_fail(r->err, CT_EFORMAT, "%s: %s: missing, or not an object", r->path,
                       arch->nested);
    if (r->asked != NULL) {
        nested.asked = json_object();
        json_object_set_new(r->asked, arch->nested, nested.asked);
    }
    const enum ct_status st = config_refuse(r);
    return st == CT_OK ? read_keys(&nested, c) : st;
}

static enum ct_status read_config(const char *path, json_t *asked, struct model_config *out,
                                  struct ct_error *err)
{
    struct model_config c = { 0 };
    json_t *root = NULL;
    size_t n_sizes = 0;
    enum ct_status st = json_file_load_python(path, &root, err);

    if (st != CT_OK)
        return st;
    const struct config_reader r = { path, root, asked, &n_sizes, err };
    st = find_arch(&r, &c.arch);
    if (st == CT_OK)
        st = read_family(&r, &c);
    if (st == CT_OK)
        st = check_is_model(&r);
    json_decref(root);
    if (st == CT_OK)
        *out = c;
    return st;
}

enum ct_status model_config_load(const char *path, struct model_config *out, struct ct_error *err)
{
    return read_config(path, NULL, out, err);
}

enum ct_status model_config_keys(const char *path, json_t **out, struct ct_error *err)
{
    json_t *const asked = json_object();
    struct model_config config;
    const enum ct_status st =
        asked != NULL ? read_config(path, asked, &config, err) : ct_fail_nomem(err, path, 0);

    if (st != CT_OK) {
        json_decref(asked);
        return st;
    }
    *out = asked;
    return CT_OK;
}

static const char *name_dtypes(const bool has[TENSOR_N_DTYPES])
{
    const int kinds = has[TENSOR_F32] + has[TENSOR_F16] + has[TENSOR_BF16];

    return kinds > 1 ? "mixed" : has[TENSOR_F16] ? "F16" : has[TENSOR_BF16] ? "BF16" : "F32";
}

/* Whether the checkpoint has an output layer of its own. */
static bool has_output(const struct model *model)
{
    const char *const *const heads = model->config.arch->heads;

    for (size_t i = 0; i < checkpoint_count(model->checkpoint); i++)
        for (size_t h = 0; heads[h] != NULL; h++)
            if (strcmp(checkpoint_name(model->checkpoint, i), heads[h]) == 0)
                return true;
    return false;
}

/* A tensor that every checkpoint of the family has, to find out what is in front of the names:
 * usually the embedding. */
static void find_anchor(const struct model *model, char *out, size_t size)
{
    const struct model_config *const c = &model->config;
    const struct module_paths *const paths = &c->arch->modules;

    snprintf(out, size, "%s.weight", paths->token_embedding);
    for (size_t i = 0; i < checkpoint_count(model->checkpoint); i++)
        if (strstr(checkpoint_name(model->checkpoint, i), out) != NULL)
            return;
    if (c->is_tied && !c->has_no_final_norm && has_output(model))
        snprintf(out, size, "%s.weight", paths->final_norm);
}

/* The output layer is beside the base model: in front of its name is what is in front of the
 * family's own prefix. */
static void find_outer(const char *prefix, const char *const *known, char *out, size_t size)
{
    out[0] = '\0';
    for (; *known != NULL; known++) {
        const size_t n = strlen(prefix);
        const size_t n_known = strlen(*known);
        if (n > n_known && n - n_known < size && strcmp(prefix + n - n_known, *known) == 0)
            snprintf(out, size, "%.*s", (int)(n - n_known), prefix);
    }
}

static enum ct_status bind_weights(struct model *model, const char *dir, struct ct_error *err)
{
    const struct model_config *const c = &model->config;
    struct tensor_names names = { 0 };
    struct binder b = { .checkpoint = model->checkpoint,
                        .names = &names,
                        .dir = dir,
                        .prefixes = c->arch->prefixes,
                        .err = err };

    model->weights.blocks = ct_calloc_array(c->n_layers, sizeof *model->weights.blocks);
    if (model->weights.blocks == NULL)
        return ct_fail_nomem(err, dir, 0);
    char anchor[64];
    find_anchor(model, anchor, sizeof anchor);
    const enum ct_status st =
        tensor_names_read(model->checkpoint, dir, anchor, c->arch->prefixes, &names, err);
    if (st != CT_OK)
        return st;
    char outer[128];
    const char *const wrapper[] = { names.prefix, NULL };
    const char *const wrappers[] = { names.prefix, outer, NULL };
    if (names.prefix != NULL) {
        find_outer(names.prefix, c->arch->prefixes, outer, sizeof outer);
        b.prefixes = wrapper;
    }
    bind_model(&b, c, &model->weights);
    bind_list(&b, &model->weights);
    model->n_parameters = b.n_parameters;
    model->dtype = name_dtypes(b.has_dtype);
    const enum ct_status status = b.status;
    if (status == CT_OK) {
        b.err = &model->output_error;
        if (names.prefix != NULL && outer[0] != '\0')
            b.prefixes = wrappers;
        bind_output(&b, c, &model->weights);
    }
    binder_clear(&b);
    tensor_names_clear(&names);
    return status;
}

/* A folder with only an adapter, whose base model is elsewhere. */
static enum ct_status check_adapter(const char *dir, struct ct_error *err)
{
    char path[PATH_MAX];
    json_t *root = NULL;

    if (!path_put(path, "%s/config.json", dir) || access(path, F_OK) == 0 ||
        !path_put(path, "%s/adapter_config.json", dir) ||
        json_file_load_python(path, &root, NULL) != CT_OK)
        return CT_OK;
    const char *const base = json_string_value(json_object_get(root, "base_model_name_or_path"));
    const enum ct_status st = ct_fail(
        err, CT_ENOTSUP,
        "%s: a PEFT adapter, not a model; merge it into %.100s once, in that folder: python3 -c "
        "\"from peft import AutoPeftModelForCausalLM as M; "
        "M.from_pretrained('.').merge_and_unload().save_pretrained('DIR')\"",
        dir, base != NULL ? base : "its base model");
    json_decref(root);
    return st;
}

static enum ct_status check_folder(const char *dir, char config_path[PATH_MAX],
                                   struct ct_error *err)
{
    DIR *const folder = opendir(dir);

    if (folder == NULL && errno == ENOTDIR && access(dir, F_OK) == 0)
        return ct_fail(err, CT_EIO, "%s: a file, not a model folder; give the folder that it is in",
                       dir);
    if (folder == NULL)
        return ct_fail_errno(err, "%s: not a model folder", dir);
    closedir(folder);
    if ((size_t)snprintf(config_path, PATH_MAX, "%s/config.json", dir) >= PATH_MAX)
        return ct_fail(err, CT_EIO, "%s: the path is too long", dir);
    return check_adapter(dir, err);
}

enum ct_status model_open(const char *dir, struct model **out, struct ct_error *err)
{
    char config_path[PATH_MAX];
    enum ct_status st = check_folder(dir, config_path, err);

    if (st != CT_OK)
        return st;
    struct model *const model = calloc(1, sizeof *model);
    if (model == NULL)
        return ct_fail_nomem(err, dir, 0);
    st = model_config_load(config_path, &model->config, err);
    if (st == CT_OK)
        st = checkpoint_open(dir, &model->checkpoint, err);
    if (st == CT_OK)
        st = bind_weights(model, dir, err);
    if (st == CT_OK)
        *out = model;
    else
        model_free(model);
    return st;
}

void model_free(struct model *model)
{
    if (model == NULL)
        return;
    checkpoint_free(model->checkpoint);
    free(model->weights.blocks);
    free(model->weights.matrices);
    free(model);
}

enum ct_status model_check(const struct model *model, struct ct_error *err)
{
    return checkpoint_check(model->checkpoint, err);
}

const struct model_config *model_config(const struct model *model)
{
    return &model->config;
}

const struct weights *model_weights(const struct model *model)
{
    return &model->weights;
}

enum ct_status model_check_output(const struct model *model, struct ct_error *err)
{
    if (model->weights.output.weight.data != NULL)
        return CT_OK;
    return ct_fail(err, model->output_error.code, "no logits: %.240s", model->output_error.text);
}

void model_describe(const struct model *model, struct model_info *info)
{
    *info = (struct model_info){
        .n_parameters = model->n_parameters,
        .file_bytes = checkpoint_bytes(model->checkpoint),
        .dtype = model->dtype,
        .n_files = checkpoint_n_files(model->checkpoint),
        .files = checkpoint_paths(model->checkpoint),
    };
}
