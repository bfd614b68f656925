#include "config.h"
#include "model/bind.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum { NAME_SIZE = 128 };

struct named_matrix {
    char name[NAME_SIZE + 8];
    struct tensor tensor;
};

static void fail_missing(struct binder *b, const char *name, const char *in_file)
{
    b->status = in_file != NULL ? checkpoint_explain(b->checkpoint, in_file, b->err) : CT_OK;
    if (b->status == CT_OK)
        b->status =
            ct_fail(b->err, CT_EFORMAT,
                    "%s: %s: missing from the weights; does config.json belong to another model?",
                    b->dir, name);
}

bool bind_has(const struct binder *b, const char *name)
{
    bool found = tensor_names_find(b->names, "", name) != NULL;

    for (const char *const *prefix = b->prefixes; *prefix != NULL; prefix++)
        found = found || tensor_names_find(b->names, *prefix, name) != NULL;
    return found;
}

/* Finds an entry by its name with or without a prefix; if both exist, that is ambiguous. */
static const struct safetensors_entry *find_entry(struct binder *b, const char *name,
                                                  const char **path)
{
    const char *found = tensor_names_find(b->names, "", name);

    for (const char *const *prefix = b->prefixes; *prefix != NULL; prefix++) {
        const char *const other = tensor_names_find(b->names, *prefix, name);
        if (other != NULL && found != NULL) {
            b->status =
                ct_fail(b->err, CT_EFORMAT, "%s: there are both %s and %s", b->dir, found, other);
            return NULL;
        }
        if (other != NULL)
            found = other;
    }
    const struct safetensors_entry *const entry =
        found != NULL ? checkpoint_find(b->checkpoint, found, path) : NULL;
    if (entry == NULL)
        fail_missing(b, name, found);
    return entry;
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
    static const char *const names[TENSOR_N_DTYPES] = {
        [TENSOR_F32] = "F32", [TENSOR_F16] = "F16", [TENSOR_BF16] = "BF16"
    };

    for (int i = 0; i < TENSOR_N_DTYPES; i++)
        if (strcmp(name, names[i]) == 0) {
            *out = (enum tensor_dtype)i;
            return true;
        }
    return false;
}

static void keep_matrix(struct binder *b, const struct tensor *tensor, const char *name)
{
    struct named_matrix *const matrices =
        ct_realloc_array(b->matrices, b->n_matrices + 1, sizeof *matrices);

    if (matrices == NULL) {
        b->status = ct_fail_nomem(b->err, b->dir, 0);
        return;
    }
    b->matrices = matrices;
    snprintf(matrices[b->n_matrices].name, sizeof matrices->name, "%s", name);
    matrices[b->n_matrices++].tensor = *tensor;
}

/* rows 0: a vector of cols. */
static void bind(struct binder *b, struct tensor *out, size_t rows, size_t cols, const char *name)
{
    const uint64_t shape[2] = { rows > 0 ? rows : cols, cols };
    const size_t n_dims = rows > 0 ? 2 : 1;
    const char *path = b->dir;

    if (b->status != CT_OK)
        return;
    const struct safetensors_entry *const entry = find_entry(b, name, &path);
    if (b->status != CT_OK)
        return;
    if (entry->n_dims != n_dims || memcmp(entry->shape, shape, n_dims * sizeof *shape) != 0) {
        char want[64];
        char got[128];
        format_shape(want, sizeof want, n_dims, shape);
        format_shape(got, sizeof got, entry->n_dims, entry->shape);
        b->status = ct_fail(b->err, CT_EFORMAT, "%s: %s: expected %s by config.json, file has %s",
                            path, name, want, got);
    } else if (!tensor_dtype_of(entry->dtype, &out->dtype)) {
        b->status = ct_fail(b->err, CT_ENOTSUP,
                            "%s: %s: dtype %s is not supported; save the model as F32, F16 or BF16",
                            path, name, entry->dtype);
    } else {
        out->data = entry->data;
        out->rows = rows > 0 ? rows : 1;
        out->cols = cols;
        b->has_dtype[out->dtype] = true;
        b->n_parameters += (uint64_t)out->rows * cols;
        if (rows > 0)
            keep_matrix(b, out, name);
    }
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(((const struct named_matrix *)a)->name, ((const struct named_matrix *)b)->name);
}

static bool is_listed(const struct weights *w, const void *data)
{
    for (size_t i = 0; i < w->n_matrices; i++)
        if (w->matrices[i].data == data)
            return true;
    return false;
}

void bind_list(struct binder *b, struct weights *out)
{
    uint64_t first = 0;

    if (b->status != CT_OK)
        return;
    out->matrices = ct_malloc_array(b->n_matrices, sizeof *out->matrices);
    if (out->matrices == NULL) {
        b->status = ct_fail_nomem(b->err, b->dir, 0);
        return;
    }
    if (b->n_matrices > 0)
        qsort(b->matrices, b->n_matrices, sizeof *b->matrices, compare_names);
    for (size_t i = 0; i < b->n_matrices; i++) {
        const struct tensor *const t = &b->matrices[i].tensor;
        if (is_listed(out, t->data))
            continue;
        out->matrices[out->n_matrices++] = (struct matrix){
            .data = t->data, .dtype = t->dtype, .n = t->rows * t->cols, .first = first
        };
        first += (uint64_t)t->rows * t->cols;
    }
}

void binder_clear(struct binder *b)
{
    free(b->matrices);
    b->matrices = NULL;
    b->n_matrices = 0;
}

/* Binds a part of a module, `weight` or `bias`. */
static void bind_part(struct binder *b, struct tensor *out, size_t rows, size_t cols,
                      const char *module, const char *part)
{
    char name[NAME_SIZE + 8];

    snprintf(name, sizeof name, "%s.%s", module, part);
    bind(b, out, rows, cols, name);
}

void bind_matrix(struct binder *b, struct tensor *out, size_t rows, size_t cols, const char *format,
                 ...)
{
    char name[NAME_SIZE];
    va_list args;

    va_start(args, format);
    vsnprintf(name, sizeof name, format, args);
    va_end(args);
    bind(b, out, rows, cols, name);
}

void bind_norm(struct binder *b, struct norm *out, size_t n, bool has_bias, const char *format, ...)
{
    char module[NAME_SIZE];
    va_list args;

    va_start(args, format);
    vsnprintf(module, sizeof module, format, args);
    va_end(args);
    bind_part(b, &out->weight, 0, n, module, "weight");
    if (has_bias)
        bind_part(b, &out->bias, 0, n, module, "bias");
}

void bind_linear(struct binder *b, struct linear *out, const struct linear_shape *shape,
                 const char *format, ...)
{
    const bool in_out = shape->layout == LINEAR_IN_OUT;
    char module[NAME_SIZE];
    va_list args;

    va_start(args, format);
    vsnprintf(module, sizeof module, format, args);
    va_end(args);
    *out = (struct linear){
        .layout = shape->layout,
        .n_in = shape->n_in,
        .n_out = shape->n_out,
    };
    bind_part(b, &out->weight, in_out ? shape->n_in : shape->n_out,
              in_out ? shape->n_out : shape->n_in, module, "weight");
    if (shape->has_bias)
        bind_part(b, &out->bias, 0, shape->n_out, module, "bias");
}
