#include "config.h"
#include "pipeline/units_folder.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "io/hash.h"
#include "io/number.h"

enum { KERNELS_SIZE = 64 };

/* ---- which there are ---- */

enum ct_status units_count(const struct unit_source *source, size_t *n, struct ct_error *err)
{
    DIR *const folder = opendir(source->folder);
    const struct dirent *entry;
    char name[UNIT_NAME_SIZE];
    size_t unit;

    *n = 0;
    if (folder == NULL)
        return ct_fail_errno(err, "%s", source->folder);
    while ((entry = readdir(folder)) != NULL) {
        if (sscanf(entry->d_name, "unit-%zu", &unit) != 1 || unit >= source->n)
            continue;
        unit_name(unit, name);
        *n += strcmp(entry->d_name, name) == 0;
    }
    closedir(folder);
    return CT_OK;
}

static enum ct_status units_present(const struct unit_source *source, bool *present,
                                    size_t *n_present, struct ct_error *err)
{
    enum ct_status status = CT_OK;

    *n_present = 0;
    for (size_t i = 0; status == CT_OK && i < source->n; i++) {
        struct safetensors *file;
        enum unit_state state;
        status = unit_open(source, i, &file, &state, err);
        safetensors_free(file);
        present[i] = state == UNIT_COMPLETE;
        *n_present += present[i];
    }
    return status;
}

/* `3, 5-7`: those that are not present; ends with `...` where there is no room. */
static void list_missing(const bool *present, size_t n, char *out, size_t size)
{
    size_t used = 0;

    out[0] = '\0';
    for (size_t i = 0; i < n; i++) {
        size_t end = i;
        if (present[i])
            continue;
        while (end + 1 < n && !present[end + 1])
            end++;
        if (used + 50 > size) {
            snprintf(out + used, size - used, ", ...");
            return;
        }
        used += (size_t)snprintf(out + used, size - used, end > i ? "%s%zu-%zu" : "%s%zu",
                                 used > 0 ? ", " : "", i, end);
        i = end;
    }
}

enum ct_status units_check_complete(const struct unit_source *source, struct ct_error *err)
{
    bool *const present = ct_calloc_array(source->n, sizeof *present);
    char list[160];
    size_t n = 0;

    if (present == NULL)
        return ct_fail_nomem(err, "units", 0);
    enum ct_status status = units_present(source, present, &n, err);
    list_missing(present, source->n, list, sizeof list);
    if (status == CT_OK && n < source->n)
        status = ct_fail(err, CT_EFORMAT,
                         "%s: %zu of %zu units are missing: %s; repeat the command of their tasks, "
                         "which goes on",
                         source->folder, source->n - n, source->n, list);
    free(present);
    return status;
}

static bool read_count(const struct safetensors *file, const char *key, size_t *out)
{
    const char *const text = safetensors_metadata(file, key);

    return text != NULL && number_parse_size(text, strlen(text), out);
}

static enum ct_status changed(const struct safetensors *file, struct ct_error *err)
{
    return ct_fail(err, CT_EFORMAT,
                   "%s: is not as it was written; remove it and repeat the command of its task",
                   safetensors_path(file));
}

/* Whether the tensors, back to back in the file, are those that were written. */
static bool is_intact(const struct safetensors *file)
{
    const unsigned char *first = NULL;
    struct hash *const hash = hash_new();
    struct input_digest digest;
    size_t size = 0;

    for (size_t i = 0; i < safetensors_count(file); i++) {
        const struct safetensors_entry *const e = safetensors_at(file, i);
        if (first == NULL || e->data < first)
            first = e->data;
        size += e->n_bytes;
    }
    hash_add(hash, first, size);
    hash_end(hash, &digest);
    return digest.sha256[0] != '\0' && unit_says(file, "sha256", digest.sha256);
}

struct reading {
    const struct hook_point *hooks; /* [n_hooks] */
    size_t n_hooks;
    size_t width; /* of all hooks */
    size_t n_sentences;
    bool *is_read; /* [n_sentences] */
    float *X;      /* [n_sentences, width] */
};

static bool has_shape(const struct safetensors_entry *e, const char *dtype, uint64_t rows,
                      uint64_t cols)
{
    return e != NULL && strcmp(e->dtype, dtype) == 0 && e->n_dims == 2 && e->shape[0] == rows &&
           e->shape[1] == cols;
}

/* Copies the rows of one hook to their sentences. */
static void scatter(const struct reading *r, const struct safetensors_entry *rows,
                    const struct safetensors_entry *values, size_t first, size_t width)
{
    for (size_t i = 0; i < rows->shape[0]; i++) {
        int64_t row;
        memcpy(&row, rows->data + i * sizeof row, sizeof row);
        memcpy(r->X + (size_t)row * r->width + first, values->data + i * width * sizeof *r->X,
               width * sizeof *r->X);
    }
}

static bool take_rows(struct reading *r, const struct safetensors_entry *rows)
{
    for (size_t i = 0; i < rows->shape[0]; i++) {
        int64_t row;
        memcpy(&row, rows->data + i * sizeof row, sizeof row);
        if (row < 0 || (uint64_t)row >= r->n_sentences || r->is_read[row])
            return false;
        r->is_read[row] = true;
    }
    return true;
}

static enum ct_status read_unit(struct reading *r, const struct safetensors *file,
                                struct ct_error *err)
{
    const struct safetensors_entry *const rows = safetensors_find(file, UNIT_ROWS);
    size_t first = 0;

    if (rows == NULL || rows->n_dims != 2 || safetensors_count(file) != r->n_hooks + 1 ||
        !has_shape(rows, "I64", rows->shape[0], 1) || !is_intact(file) || !take_rows(r, rows))
        return changed(file, err);
    for (size_t h = 0; h < r->n_hooks; h++) {
        const struct safetensors_entry *const values = safetensors_find(file, r->hooks[h].name);
        if (!has_shape(values, "F32", rows->shape[0], r->hooks[h].width))
            return changed(file, err);
        scatter(r, rows, values, first, r->hooks[h].width);
        first += r->hooks[h].width;
    }
    return safetensors_check(file, err);
}

static void add_stats(const struct safetensors *file, struct extract_stats *stats)
{
    size_t n;

    if (read_count(file, "tokens", &n))
        stats->n_tokens += n;
    if (read_count(file, "positions", &n))
        stats->n_positions += n;
    if (read_count(file, "batches", &n))
        stats->n_batches += n;
}

static enum ct_status read_all(const struct unit_source *source, struct reading *r,
                               const struct progress *progress, struct extract_stats *stats,
                               struct ct_error *err)
{
    char kernels[KERNELS_SIZE] = "";
    enum ct_status status = CT_OK;

    for (size_t i = 0; status == CT_OK && i < source->n; i++) {
        struct safetensors *file;
        enum unit_state state;
        status = unit_open(source, i, &file, &state, err);
        if (status == CT_OK && file == NULL)
            status = units_check_complete(source, err);
        if (status == CT_OK && i == 0 && safetensors_metadata(file, "kernels") != NULL)
            snprintf(kernels, sizeof kernels, "%s", safetensors_metadata(file, "kernels"));
        if (status == CT_OK)
            status = unit_check_origin(file, kernels, err);
        if (status == CT_OK)
            status = read_unit(r, file, err);
        if (status == CT_OK)
            add_stats(file, stats);
        safetensors_free(file);
        if (status == CT_OK && !progress_tick(progress, i + 1, source->n))
            status = ct_fail(err, CT_ECANCELED, "units: stopped");
    }
    for (size_t i = 0; status == CT_OK && i < r->n_sentences; i++)
        if (!r->is_read[i])
            status = ct_fail(err, CT_EFORMAT, "%s: no unit has sentence %zu; remove the folder",
                             source->folder, i);
    return status;
}

enum ct_status units_read(const struct unit_source *source, const struct hook_point *hooks,
                          size_t n_hooks, size_t n_sentences, const struct progress *progress,
                          float *X, struct extract_stats *stats, struct ct_error *err)
{
    struct reading r = { .hooks = hooks, .n_hooks = n_hooks, .n_sentences = n_sentences, .X = X };

    for (size_t h = 0; h < n_hooks; h++)
        r.width += hooks[h].width;
    r.is_read = ct_calloc_array(n_sentences, sizeof *r.is_read);
    *stats = (struct extract_stats){ 0 };
    const enum ct_status status = r.is_read != NULL ? read_all(source, &r, progress, stats, err)
                                                    : ct_fail_nomem(err, "units", n_sentences);
    free(r.is_read);
    return status;
}
