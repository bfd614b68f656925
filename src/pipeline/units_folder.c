#include "config.h"
#include "pipeline/units_folder.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "base/mem.h"
#include "io/hash.h"
#include "io/number.h"

/* ---- which there are ---- */

/* The unit that a name in the folder is given to; SIZE_MAX: none. */
static size_t unit_of(const char *name, const struct unit_source *source)
{
    char whole[UNIT_NAME_SIZE];
    size_t unit;

    if (sscanf(name, "unit-%zu", &unit) != 1 || unit >= source->n)
        return SIZE_MAX;
    unit_name(unit, whole);
    return strcmp(name, whole) == 0 ? unit : SIZE_MAX;
}

static void add_time(int folder, const char *name, struct units_pace *pace)
{
    struct stat s;

    if (fstatat(folder, name, &s, 0) != 0)
        return;
    const double at = (double)s.st_mtim.tv_sec + 1e-9 * (double)s.st_mtim.tv_nsec;
    pace->first = pace->n == 1 || at < pace->first ? at : pace->first;
    pace->last = pace->n == 1 || at > pace->last ? at : pace->last;
}

enum ct_status units_look(const struct unit_source *source, bool *present, struct units_pace *out,
                          struct ct_error *err)
{
    DIR *const folder = opendir(source->folder);
    const struct dirent *entry;

    *out = (struct units_pace){ 0 };
    if (present != NULL)
        memset(present, 0, source->n * sizeof *present);
    if (folder == NULL)
        return ct_fail_errno(err, "%s", source->folder);
    while ((entry = readdir(folder)) != NULL) {
        const size_t unit = unit_of(entry->d_name, source);
        if (unit == SIZE_MAX)
            continue;
        if (present != NULL)
            present[unit] = true;
        out->n++;
        add_time(dirfd(folder), entry->d_name, out);
    }
    closedir(folder);
    return CT_OK;
}

enum ct_status units_count(const struct unit_source *source, size_t *n, struct ct_error *err)
{
    struct units_pace pace;
    const enum ct_status status = units_look(source, NULL, &pace, err);

    *n = pace.n;
    return status;
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

static void read_kernels(const struct safetensors *file, char out[KERNELS_SIZE])
{
    const char *const kernels = safetensors_metadata(file, "kernels");

    snprintf(out, KERNELS_SIZE, "%s", kernels != NULL ? kernels : "");
}

enum ct_status units_kernels(const struct unit_source *source, char out[KERNELS_SIZE],
                             struct ct_error *err)
{
    struct safetensors *file;
    enum unit_state state;
    const enum ct_status status = unit_open(source, 0, &file, &state, err);

    out[0] = '\0';
    if (file != NULL)
        read_kernels(file, out);
    safetensors_free(file);
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
    struct extract_stats *stats;
    char kernels[KERNELS_SIZE]; /* of the first that was read */
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

/* Reads a unit that is there. *is_read: it was. */
static enum ct_status try_unit(const struct unit_source *source, size_t unit, struct reading *r,
                               bool *is_read, struct ct_error *err)
{
    struct safetensors *file;
    enum unit_state state;
    enum ct_status status = unit_open(source, unit, &file, &state, err);

    *is_read = false;
    if (status != CT_OK || file == NULL)
        return status;
    if (r->kernels[0] == '\0')
        read_kernels(file, r->kernels);
    status = unit_check_origin(file, r->kernels, err);
    if (status == CT_OK)
        status = read_unit(r, file, err);
    if (status == CT_OK)
        add_stats(file, r->stats);
    safetensors_free(file);
    *is_read = status == CT_OK;
    return status;
}

/* A second, unless it is to stop. */
static bool rest(const struct progress *progress, size_t n_done, size_t n)
{
    const struct timespec pause = { .tv_nsec = 100000000 };
    bool goes_on = true;

    for (int i = 0; goes_on && i < 10; i++) {
        nanosleep(&pause, NULL);
        goes_on = progress_tick(progress, n_done, n);
    }
    return goes_on;
}

static enum ct_status read_units(const struct unit_source *source, struct reading *r,
                                 const struct progress *progress, bool *is_done,
                                 struct ct_error *err)
{
    enum ct_status status = CT_OK;
    size_t n_done = 0;

    while (status == CT_OK && n_done < source->n) {
        for (size_t i = 0; status == CT_OK && i < source->n; i++) {
            if (is_done[i])
                continue;
            status = try_unit(source, i, r, &is_done[i], err);
            if (status == CT_OK && !is_done[i] && !source->may_wait)
                status = units_check_complete(source, err);
            n_done += is_done[i];
            if (status == CT_OK && !progress_tick(progress, n_done, source->n))
                status = ct_fail(err, CT_ECANCELED, "units: stopped");
        }
        if (status == CT_OK && n_done < source->n && !rest(progress, n_done, source->n))
            status = ct_fail(err, CT_ECANCELED, "units: stopped");
    }
    return status;
}

static enum ct_status read_all(const struct unit_source *source, struct reading *r,
                               const struct progress *progress, struct ct_error *err)
{
    bool *const is_done = ct_calloc_array(source->n, sizeof *is_done);
    enum ct_status status = is_done != NULL ? read_units(source, r, progress, is_done, err)
                                            : ct_fail_nomem(err, "units", source->n);

    free(is_done);
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
    struct reading r = {
        .hooks = hooks, .n_hooks = n_hooks, .n_sentences = n_sentences, .X = X, .stats = stats
    };

    for (size_t h = 0; h < n_hooks; h++)
        r.width += hooks[h].width;
    r.is_read = ct_calloc_array(n_sentences, sizeof *r.is_read);
    *stats = (struct extract_stats){ 0 };
    const enum ct_status status = r.is_read != NULL ? read_all(source, &r, progress, err)
                                                    : ct_fail_nomem(err, "units", n_sentences);
    free(r.is_read);
    return status;
}
