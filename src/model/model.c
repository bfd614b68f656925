#include "config.h"
#include "model/model.h"

#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "model/checkpoint.h"
#include "model/model_config.h"
#include "model/weights.h"

struct model {
    struct model_config config;
    struct weights weights;
    struct checkpoint *checkpoint;
    uint64_t n_parameters;
    bool has_dtype[3]; /* by enum tensor_dtype */
};

struct binder { /* looks up tensors one after the other; the first failure stays */
    struct model *model;
    const char *dir;
    enum ct_status st;
    struct ct_error *err;
};

/* An entry by its name with or without `transformer.`; both at once would be ambiguous. */
static const struct safetensors_entry *find_entry(struct binder *b, const char *name,
                                                  const char **path)
{
    char prefixed[96];

    snprintf(prefixed, sizeof prefixed, "transformer.%s", name);
    const struct safetensors_entry *const with =
        checkpoint_find(b->model->checkpoint, prefixed, path);
    const struct safetensors_entry *const without =
        checkpoint_find(b->model->checkpoint, name, with == NULL ? path : NULL);
    if (with != NULL && without != NULL) {
        b->st = ct_fail(b->err, CT_EFORMAT, "%s: %s: is there with and without 'transformer.'",
                        b->dir, name);
        return NULL;
    }
    if (with == NULL && without == NULL)
        b->st = ct_fail(b->err, CT_EFORMAT,
                        "%s: %s: no such tensor in the weights; is config.json of another model?",
                        b->dir, name);
    return with != NULL ? with : without;
}

static void format_shape(char *out, size_t size, size_t n_dims, const uint64_t *shape)
{
    size_t used = (size_t)snprintf(out, size, "[");

    for (size_t i = 0; i < n_dims && i < SAFETENSORS_DIMS && used < size; i++)
        used += (size_t)snprintf(out + used, size - used, "%s%llu", i > 0 ? ", " : "",
                                 (unsigned long long)shape[i]);
    if (used < size)
        snprintf(out + used, size - used, n_dims > SAFETENSORS_DIMS ? ", ...]" : "]");
}

static bool tensor_dtype_of(const char *name, enum tensor_dtype *out)
{
    static const char *const names[] = {
        [TENSOR_F32] = "F32", [TENSOR_F16] = "F16", [TENSOR_BF16] = "BF16"
    };

    for (int i = 0; i < 3; i++)
        if (strcmp(name, names[i]) == 0) {
            *out = (enum tensor_dtype)i;
            return true;
        }
    return false;
}

/* rows 0: a vector of cols. */
static void bind(struct binder *b, struct tensor *t, size_t rows, size_t cols, const char *name)
{
    const uint64_t shape[2] = { rows > 0 ? rows : cols, cols };
    const size_t n_dims = rows > 0 ? 2 : 1;
    const char *path = b->dir;

    if (b->st != CT_OK)
        return;
    const struct safetensors_entry *const entry = find_entry(b, name, &path);
    if (b->st != CT_OK)
        return;
    if (entry->n_dims != n_dims || memcmp(entry->shape, shape, n_dims * sizeof *shape) != 0) {
        char want[64];
        char got[128];
        format_shape(want, sizeof want, n_dims, shape);
        format_shape(got, sizeof got, entry->n_dims, entry->shape);
        b->st = ct_fail(b->err, CT_EFORMAT, "%s: %s: expected %s by config.json, file has %s", path,
                        name, want, got);
    } else if (!tensor_dtype_of(entry->dtype, &t->dtype)) {
        b->st = ct_fail(b->err, CT_ENOTSUP,
                        "%s: %s: dtype %s is not supported; save the model as F32, F16 or BF16",
                        path, name, entry->dtype);
    } else {
        t->data = entry->data;
        t->rows = rows > 0 ? rows : 1;
        t->cols = cols;
        b->model->has_dtype[t->dtype] = true;
        b->model->n_parameters += (uint64_t)t->rows * cols;
    }
}

static void bind_pair(struct binder *b, struct tensor *weight, struct tensor *bias, size_t rows,
                      size_t cols, const char *module)
{
    char name[64];

    snprintf(name, sizeof name, "%s.weight", module);
    bind(b, weight, rows, cols, name);
    snprintf(name, sizeof name, "%s.bias", module);
    bind(b, bias, 0, cols, name);
}

static void bind_layer_norm(struct binder *b, struct layer_norm *ln, const char *module)
{
    bind_pair(b, &ln->weight, &ln->bias, 0, b->model->config.hidden_size, module);
}

static void bind_conv1d(struct binder *b, struct linear *conv, size_t in, size_t out, size_t layer,
                        const char *part)
{
    char module[48];

    *conv = (struct linear){ .layout = LINEAR_IN_OUT, .n_in = in, .n_out = out };
    snprintf(module, sizeof module, "h.%zu.%s", layer, part);
    bind_pair(b, &conv->weight, &conv->bias, in, out, module);
}

static void bind_block(struct binder *b, struct block_weights *block, size_t layer)
{
    const size_t d = b->model->config.hidden_size;
    const size_t n_inner = b->model->config.intermediate_size;
    char module[48];

    snprintf(module, sizeof module, "h.%zu.ln_1", layer);
    bind_layer_norm(b, &block->ln_1, module);
    bind_conv1d(b, &block->attn_c_attn, d, 3 * d, layer, "attn.c_attn");
    bind_conv1d(b, &block->attn_c_proj, d, d, layer, "attn.c_proj");
    snprintf(module, sizeof module, "h.%zu.ln_2", layer);
    bind_layer_norm(b, &block->ln_2, module);
    bind_conv1d(b, &block->mlp_c_fc, d, n_inner, layer, "mlp.c_fc");
    bind_conv1d(b, &block->mlp_c_proj, n_inner, d, layer, "mlp.c_proj");
}

static enum ct_status bind_weights(struct model *model, const char *dir, struct ct_error *err)
{
    const struct model_config *const c = &model->config;
    struct weights *const w = &model->weights;
    struct binder b = { model, dir, CT_OK, err };

    w->blocks = ct_calloc_array(c->n_layers, sizeof *w->blocks);
    if (w->blocks == NULL)
        return ct_fail_nomem(err, dir, 0);
    bind(&b, &w->wte, c->vocab_size, c->hidden_size, "wte.weight");
    bind(&b, &w->wpe, c->n_positions, c->hidden_size, "wpe.weight");
    for (size_t l = 0; l < c->n_layers && b.st == CT_OK; l++)
        bind_block(&b, &w->blocks[l], l);
    bind_layer_norm(&b, &w->ln_f, "ln_f");
    return b.st;
}

static enum ct_status check_folder(const char *dir, char config_path[PATH_MAX],
                                   struct ct_error *err)
{
    DIR *const folder = opendir(dir);

    if (folder == NULL)
        return ct_fail_errno(err, "%s: not a model folder", dir);
    closedir(folder);
    if ((size_t)snprintf(config_path, PATH_MAX, "%s/config.json", dir) >= PATH_MAX)
        return ct_fail(err, CT_EIO, "%s: the path is too long", dir);
    return CT_OK;
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

void model_describe(const struct model *model, struct model_info *info)
{
    const bool *const has = model->has_dtype;
    const int kinds = has[TENSOR_F32] + has[TENSOR_F16] + has[TENSOR_BF16];

    *info = (struct model_info){
        .n_parameters = model->n_parameters,
        .file_bytes = checkpoint_bytes(model->checkpoint),
        .dtype = kinds > 1          ? "mixed"
                 : has[TENSOR_F16]  ? "F16"
                 : has[TENSOR_BF16] ? "BF16"
                                    : "F32",
        .n_files = checkpoint_n_files(model->checkpoint),
        .files = checkpoint_paths(model->checkpoint),
    };
}
