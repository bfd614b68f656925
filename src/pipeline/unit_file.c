#include "config.h"
#include "pipeline/unit_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/kernel.h"
#include "base/mem.h"
#include "base/path.h"
#include "io/outfile.h"
#include "io/safetensors_writer.h"

enum { COUNT_SIZE = 24 };

static const char FORMAT[] = "circuittui unit 1";

void unit_name(size_t unit, char out[UNIT_NAME_SIZE])
{
    snprintf(out, UNIT_NAME_SIZE, "unit-%06zu.safetensors", unit);
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
    tensors[job->n_hooks] = (struct safetensors_matrix){ UNIT_ROWS, DTYPE_F64, n, 1, true };
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
    char name[UNIT_NAME_SIZE];
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

bool unit_says(const struct safetensors *file, const char *key, const char *text)
{
    const char *const there = safetensors_metadata(file, key);

    return there != NULL && strcmp(there, text) == 0;
}

enum ct_status unit_check_origin(const struct safetensors *file, const char *kernels,
                                 struct ct_error *err)
{
    const char *const version = safetensors_metadata(file, "version");
    const char *const there = safetensors_metadata(file, "kernels");

    if (!unit_says(file, "version", PACKAGE_STRING))
        return ct_fail(err, CT_EFORMAT,
                       "%s: computed by %.40s, this is %s; use one version for all units",
                       safetensors_path(file), version != NULL ? version : "another version",
                       PACKAGE_STRING);
    if (!unit_says(file, "kernels", kernels))
        return ct_fail(err, CT_EFORMAT,
                       "%s: computed with kernels for %.40s, others with those for %s; keep to one "
                       "kind of processor, and remove the units of the other",
                       safetensors_path(file), there != NULL ? there : "an unknown processor",
                       kernels);
    return CT_OK;
}

enum ct_status unit_open(const struct unit_source *source, size_t unit, struct safetensors **out,
                         enum unit_state *state, struct ct_error *err)
{
    char name[UNIT_NAME_SIZE];
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
    if (status == CT_OK && file != NULL && unit_says(file, "format", FORMAT) &&
        unit_says(file, "plan", source->digest) && unit_says(file, "unit", number)) {
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
    enum ct_status status = unit_open(source, unit, &file, out, err);

    if (status == CT_OK && file != NULL)
        status = unit_check_origin(file, kernel_name(), err);
    safetensors_free(file);
    return status;
}
