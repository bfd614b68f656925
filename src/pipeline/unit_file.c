#include "config.h"
#include "pipeline/unit_file.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/kernel.h"
#include "base/mem.h"
#include "base/path.h"
#include "io/number.h"
#include "io/outfile.h"
#include "io/safetensors.h"
#include "io/safetensors_writer.h"

enum { NAME_SIZE = 40, COUNT_SIZE = 24 };

static const char FORMAT[] = "circuittui unit 1";
static const char ROWS[] = "rows";

static void unit_name(size_t unit, char out[NAME_SIZE])
{
    snprintf(out, NAME_SIZE, "unit-%06zu.safetensors", unit);
}

/* ---- writing ---- */

static size_t n_columns(const struct units *units)
{
    size_t n = 0;

    for (size_t h = 0; h < units->job.job.n_hooks; h++)
        n += units->job.job.hooks[h].width;
    return n;
}

/* Passes the tensors' bytes, in the order of the file, to the hash or, without one, to the file. */
static void put_tensors(const struct units *units, size_t unit, const float *values,
                        struct hash *hash, struct outfile *file)
{
    const size_t width = n_columns(units);
    size_t n;
    const size_t *const rows = unit_rows(units, unit, &n);
    size_t first = 0;

    for (size_t h = 0; h <= units->job.job.n_hooks; h++) {
        const bool is_rows = h == units->job.job.n_hooks;
        const size_t cols = is_rows ? 0 : units->job.job.hooks[h].width;
        for (size_t i = 0; i < n; i++) {
            const int64_t row = (int64_t)rows[i];
            const void *const data = is_rows ? (const void *)&row : values + i * width + first;
            const size_t size = is_rows ? sizeof row : cols * sizeof *values;
            if (hash != NULL)
                hash_add(hash, data, size);
            else
                outfile_write(file, data, size);
        }
        first += cols;
    }
}

static enum ct_status put_head(const struct unit_source *source, const struct units *units,
                               size_t unit, const struct extract_stats *stats, const char *sha256,
                               struct outfile *file, struct ct_error *err)
{
    const struct extract_job *const job = &units->job.job;
    struct safetensors_matrix *const tensors = ct_calloc_array(job->n_hooks + 1, sizeof *tensors);
    const size_t counts[] = { unit, stats->n_tokens, stats->n_positions, stats->n_batches };
    char texts[4][COUNT_SIZE];
    size_t n;

    if (tensors == NULL)
        return ct_fail_nomem(err, "units", 0);
    unit_rows(units, unit, &n);
    for (size_t h = 0; h < job->n_hooks; h++)
        tensors[h] = (struct safetensors_matrix){ job->hooks[h].name, DTYPE_F32, n,
                                                  job->hooks[h].width, false };
    tensors[job->n_hooks] = (struct safetensors_matrix){ ROWS, DTYPE_F64, n, 1, true };
    for (size_t i = 0; i < 4; i++)
        snprintf(texts[i], COUNT_SIZE, "%zu", counts[i]);
    const struct safetensors_note notes[] = {
        { "format", FORMAT },          { "unit", texts[0] },         { "plan", source->digest },
        { "version", PACKAGE_STRING }, { "kernels", kernel_name() }, { "tokens", texts[1] },
        { "positions", texts[2] },     { "batches", texts[3] },      { "sha256", sha256 },
    };
    safetensors_write_head(file, tensors, job->n_hooks + 1, notes, sizeof notes / sizeof *notes);
    free(tensors);
    return CT_OK;
}

enum ct_status unit_write(const struct unit_source *source, int fd, const struct units *units,
                          size_t unit, const float *values, const struct extract_stats *stats,
                          struct ct_error *err)
{
    struct hash *const hash = hash_new();
    struct outfile *file = NULL;
    struct input_digest digest;
    char name[NAME_SIZE];
    char *shown;
    size_t n;

    unit_name(unit, name);
    shown = path_join(source->folder, name);
    put_tensors(units, unit, values, hash, NULL);
    hash_end(hash, &digest);
    enum ct_status status =
        shown != NULL ? outfile_open_in(fd, name, shown, &file, err) : ct_fail_nomem(err, name, 0);
    free(shown);
    if (status != CT_OK)
        return status;
    unit_rows(units, unit, &n);
    outfile_reserve(file, n * (n_columns(units) * sizeof *values + sizeof(int64_t)));
    status = put_head(source, units, unit, stats, digest.sha256, file, err);
    if (status != CT_OK) {
        outfile_abort(file);
        return status;
    }
    put_tensors(units, unit, values, NULL, file);
    return outfile_commit(file, err);
}

/* ---- reading ---- */

static bool says(const struct safetensors *file, const char *key, const char *text)
{
    const char *const there = safetensors_metadata(file, key);

    return there != NULL && strcmp(there, text) == 0;
}

/* The unit must have been computed by this version, and, as far as this task adds units to it, on
 * this kind of processor. */
static enum ct_status check_origin(const struct safetensors *file, const char *kernels,
                                   struct ct_error *err)
{
    const char *const version = safetensors_metadata(file, "version");
    const char *const there = safetensors_metadata(file, "kernels");

    if (!says(file, "version", PACKAGE_STRING))
        return ct_fail(err, CT_EFORMAT,
                       "%s: computed by %.40s, this is %s; use one version for all units",
                       safetensors_path(file), version != NULL ? version : "another version",
                       PACKAGE_STRING);
    if (!says(file, "kernels", kernels))
        return ct_fail(err, CT_EFORMAT,
                       "%s: computed with kernels for %.40s, others with those for %s; keep to one "
                       "kind of processor, and remove the units of the other",
                       safetensors_path(file), there != NULL ? there : "an unknown processor",
                       kernels);
    return CT_OK;
}

static enum ct_status open_unit(const struct unit_source *source, size_t unit,
                                struct safetensors **out, enum unit_state *state,
                                struct ct_error *err)
{
    char name[NAME_SIZE];
    char number[COUNT_SIZE];
    struct safetensors *file = NULL;
    enum ct_status status = CT_OK;

    unit_name(unit, name);
    snprintf(number, sizeof number, "%zu", unit);
    char *const path = path_join(source->folder, name);
    *state = UNIT_MISSING;
    *out = NULL;
    if (path == NULL)
        return ct_fail_nomem(err, name, 0);
    if (access(path, F_OK) == 0) {
        status = safetensors_open(path, &file, err);
        *state = UNIT_BROKEN;
    }
    free(path);
    if (status == CT_EFORMAT)
        return CT_OK;
    if (status == CT_OK && file != NULL && says(file, "format", FORMAT) &&
        says(file, "plan", source->digest) && says(file, "unit", number)) {
        *state = UNIT_COMPLETE;
        *out = file;
        return CT_OK;
    }
    safetensors_free(file);
    return status;
}

enum ct_status unit_check(const struct unit_source *source, size_t unit, enum unit_state *out,
                          struct ct_error *err)
{
    struct safetensors *file;
    enum ct_status status = open_unit(source, unit, &file, out, err);

    if (status == CT_OK && file != NULL)
        status = check_origin(file, kernel_name(), err);
    safetensors_free(file);
    return status;
}

enum ct_status units_present(const struct unit_source *source, bool *present, size_t *n_present,
                             struct ct_error *err)
{
    enum ct_status status = CT_OK;

    *n_present = 0;
    for (size_t i = 0; status == CT_OK && i < source->n; i++) {
        struct safetensors *file;
        enum unit_state state;
        status = open_unit(source, i, &file, &state, err);
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
    return digest.sha256[0] != '\0' && says(file, "sha256", digest.sha256);
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
    const struct safetensors_entry *const rows = safetensors_find(file, ROWS);
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
    char kernels[COUNT_SIZE] = "";
    enum ct_status status = CT_OK;

    for (size_t i = 0; status == CT_OK && i < source->n; i++) {
        struct safetensors *file;
        enum unit_state state;
        status = open_unit(source, i, &file, &state, err);
        if (status == CT_OK && file == NULL)
            status = units_check_complete(source, err);
        if (status == CT_OK && i == 0 && safetensors_metadata(file, "kernels") != NULL)
            snprintf(kernels, sizeof kernels, "%s", safetensors_metadata(file, "kernels"));
        if (status == CT_OK)
            status = check_origin(file, kernels, err);
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
