#include "config.h"
#include "io/activations_tensors.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "io/npy_items.h"
#include "io/safetensors.h"

struct layout { /* of the tensors */
    const struct safetensors *file;
    const struct safetensors_entry **tensors; /* [n] in the order of hook points */
    size_t n;
    size_t rows, cols; /* of all of them side by side */
    bool is_f64;
};

bool activations_are_tensors(const char *path)
{
    static const char end[] = ".safetensors";
    const size_t n = strlen(path);

    return n >= sizeof end - 1 && strcmp(path + n - (sizeof end - 1), end) == 0;
}

static int compare_names(const void *a, const void *b)
{
    const struct safetensors_entry *const *const x = a;
    const struct safetensors_entry *const *const y = b;

    return strverscmp((*x)->name, (*y)->name);
}

/* Bytes of an item; 0: a dtype that is not read. */
static size_t item_size(const char *dtype)
{
    return strcmp(dtype, "F32") == 0                                 ? 4
           : strcmp(dtype, "F64") == 0                               ? 8
           : strcmp(dtype, "F16") == 0 || strcmp(dtype, "BF16") == 0 ? 2
                                                                     : 0;
}

static enum ct_status check_tensor(const char *path, const struct safetensors_entry *t,
                                   struct layout *l, struct ct_error *err)
{
    if (item_size(t->dtype) == 0)
        return ct_fail(err, CT_EFORMAT, "%s: %.80s: %.20s is not read; convert it to F32", path,
                       t->name, t->dtype);
    if (t->n_dims != 2 || t->shape[0] == 0 || t->shape[1] == 0)
        return ct_fail(err, CT_EFORMAT, "%s: %.80s: expected the shape [sentences, width]", path,
                       t->name);
    if (l->cols > 0 && t->shape[0] != l->rows)
        return ct_fail(err, CT_EFORMAT, "%s: %.80s: %" PRIu64 " sentences, but %.80s has %zu", path,
                       t->name, t->shape[0], l->tensors[0]->name, l->rows);
    l->rows = (size_t)t->shape[0];
    l->is_f64 = l->is_f64 || item_size(t->dtype) == 8;
    l->cols += (size_t)t->shape[1]; /* all of them fit into the file */
    return CT_OK;
}

static enum ct_status arrange(const char *path, struct layout *l, struct ct_error *err)
{
    enum ct_status st = CT_OK;

    l->n = safetensors_count(l->file);
    if (l->n == 0 || l->n > ACTIVATIONS_MAX_HOOKS)
        return ct_fail(err, CT_EFORMAT,
                       "%s: %zu tensors; expected one for each hook point, at most %d", path, l->n,
                       ACTIVATIONS_MAX_HOOKS);
    l->tensors = ct_malloc_array(l->n, sizeof *l->tensors);
    if (l->tensors == NULL)
        return ct_fail_nomem(err, path, 0);
    for (size_t i = 0; i < l->n; i++)
        l->tensors[i] = safetensors_at(l->file, i);
    qsort(l->tensors, l->n, sizeof *l->tensors, compare_names);
    for (size_t i = 0; i < l->n && st == CT_OK; i++)
        st = check_tensor(path, l->tensors[i], l, err);
    return st;
}

static double item(const struct safetensors_entry *t, size_t i)
{
    const size_t size = item_size(t->dtype);
    const unsigned char *const at = t->data + i * size;
    uint64_t bits = 0;
    double f64;
    float f32;

    for (size_t k = size; k-- > 0;) /* little-endian */
        bits = bits << 8 | at[k];
    if (size == 8) {
        memcpy(&f64, &bits, sizeof f64);
        return f64;
    }
    if (strcmp(t->dtype, "F16") == 0)
        return (double)npy_half((uint32_t)bits);
    const uint32_t word = size == 2 ? (uint32_t)bits << 16 : (uint32_t)bits;
    memcpy(&f32, &word, sizeof f32);
    return (double)f32;
}

/* The tensors side by side. */
static enum ct_status copy(const struct layout *l, struct activations *a, struct ct_error *err)
{
    const enum dtype dtype = l->is_f64 ? DTYPE_F64 : DTYPE_F32;
    size_t n, first = 0;

    if (!ct_mul_size(l->rows, l->cols, &n))
        return ct_fail_nomem(err, a->name, 0);
    a->numbers = ct_malloc_array(n, dtype_size(dtype));
    if (a->numbers == NULL)
        return ct_fail_nomem(err, a->name, n * dtype_size(dtype));
    for (size_t t = 0; t < l->n; t++) {
        const size_t width = (size_t)l->tensors[t]->shape[1];
        for (size_t i = 0; i < l->rows; i++)
            for (size_t j = 0; j < width; j++) {
                const double value = item(l->tensors[t], i * width + j);
                const size_t at = i * l->cols + first + j;
                if (l->is_f64)
                    ((double *)a->numbers)[at] = value;
                else
                    ((float *)a->numbers)[at] = (float)value;
            }
        first += width;
    }
    a->values = (struct matview){
        .data = a->numbers, .dtype = dtype, .rows = l->rows, .cols = l->cols, .stride = l->cols
    };
    return CT_OK;
}

static enum ct_status name_all(const struct layout *l, struct activations *a, struct ct_error *err)
{
    enum ct_status st = CT_OK;
    size_t first = 0;

    a->neurons = ct_malloc_array(l->cols, sizeof *a->neurons);
    a->sentences = ct_malloc_array(l->rows, sizeof *a->sentences);
    if (a->neurons == NULL || a->sentences == NULL)
        return ct_fail_nomem(err, a->name, 0);
    for (size_t i = 0; i < l->rows; i++)
        a->sentences[i] = i;
    for (size_t t = 0; t < l->n; t++) {
        const size_t width = (size_t)l->tensors[t]->shape[1];
        for (size_t j = 0; j < width && st == CT_OK; j++) {
            st = labels_add(&a->hooks, l->tensors[t]->name, strlen(l->tensors[t]->name), err);
            a->neurons[first + j] = j;
        }
        first += width;
    }
    return st;
}

/* One label per line; the last may end with the text. */
static enum ct_status add_groups(const char *text, struct activations *a, struct ct_error *err)
{
    enum ct_status st = CT_OK;

    while (*text != '\0' && st == CT_OK) {
        const size_t n = strcspn(text, "\n");
        if (n == 0)
            return ct_fail(err, CT_EINVAL, "%s: metadata: groups: label %zu is empty", a->name,
                           a->groups.n + 1);
        st = labels_add(&a->groups, text, n, err);
        text += n + (text[n] == '\n');
    }
    if (st == CT_OK && a->groups.n != a->values.rows)
        return ct_fail(err, CT_EINVAL,
                       "%s: metadata: groups: %zu labels for %zu sentences; one label per line",
                       a->name, a->groups.n, a->values.rows);
    return st;
}

enum ct_status activations_from_tensors(const char *path, struct activations *a,
                                        struct ct_error *err)
{
    struct safetensors *file = NULL;
    struct layout l = { .n = 0 };
    enum ct_status st = safetensors_open(path, &file, err);

    if (st != CT_OK)
        return st;
    l.file = file;
    st = arrange(a->name, &l, err);
    if (st == CT_OK)
        st = copy(&l, a, err);
    if (st == CT_OK)
        st = name_all(&l, a, err);
    const char *const groups = safetensors_metadata(file, "groups");
    if (st == CT_OK && groups != NULL)
        st = add_groups(groups, a, err);
    if (st == CT_OK)
        st = safetensors_check(file, err); /* before its data are gone */
    free(l.tensors);
    safetensors_free(file);
    return st;
}
