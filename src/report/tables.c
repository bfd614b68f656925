#include "config.h"
#include "report/tables.h"

#include <assert.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "io/csv_table.h"
#include "io/csv_writer.h"
#include "base/path.h"
#include "io/outfile.h"
#include "pipeline/stage_cluster.h"
#include "pipeline/stage_extract.h"
#include "pipeline/stage_layers.h"
#include "pipeline/stage_load.h"
#include "pipeline/stage_similarity.h"
#include "pipeline/stage_tsne.h"
#include "pipeline/stage_ttest.h"
#include "report/accounts.h"
#include "report/arrays.h"
#include "report/layers.h"

const struct table *table_at(size_t i)
{
    for (size_t k = 0; accounts[k] != NULL; k++) {
        if (i < accounts[k]->n_tables)
            return &accounts[k]->tables[i];
        i -= accounts[k]->n_tables;
    }
    return NULL;
}

const struct table *table_earlier(const struct table *table)
{
    for (size_t k = 0; accounts[k] != NULL; k++)
        for (size_t i = 0; i < accounts[k]->n_earlier; i++)
            if (strcmp(accounts[k]->earlier[i].file, table->file) == 0)
                return &accounts[k]->earlier[i];
    return NULL;
}

static const struct {
    const char *name;
    unsigned formats;
} format_names[] = {
    { "csv", FORMAT_CSV },
    { "npy", FORMAT_NPY },
    { "safetensors", FORMAT_SAFETENSORS },
    { "both", FORMAT_CSV | FORMAT_NPY },
};
enum { N_FORMAT_NAMES = sizeof format_names / sizeof *format_names, N_FORMATS = 3 };

bool formats_parse(const char *text, unsigned *formats)
{
    unsigned all = 0;

    for (;; text++) {
        const size_t size = strcspn(text, ",");
        size_t i = 0;
        while (i < N_FORMAT_NAMES && (strlen(format_names[i].name) != size ||
                                      memcmp(format_names[i].name, text, size) != 0))
            i++;
        if (i == N_FORMAT_NAMES)
            return false;
        all |= format_names[i].formats;
        text += size;
        if (*text == '\0')
            break;
    }
    *formats = all;
    return true;
}

void formats_text(unsigned formats, char out[FORMATS_SIZE])
{
    size_t used = 0;

    out[0] = '\0';
    for (size_t i = 0; i < N_FORMATS; i++)
        if ((formats & format_names[i].formats) != 0)
            used += (size_t)snprintf(out + used, FORMATS_SIZE - used, "%s%s", used > 0 ? "," : "",
                                     format_names[i].name);
}

const struct table *table_find(const char *file)
{
    const struct table *table;

    for (size_t i = 0; (table = table_at(i)) != NULL; i++)
        if (strcmp(table->file, file) == 0)
            return table;
    return NULL;
}

static enum ct_status write_to(const struct analysis *a, const struct table *table,
                               const char *path, struct input_digest *digest, struct ct_error *err)
{
    struct outfile *file = NULL;
    const enum ct_status status = outfile_open(path, &file, err);

    if (status != CT_OK)
        return status;
    if (digest != NULL)
        outfile_digest(file, digest);
    struct csv_writer writer = { .file = file };
    table->write(a, &writer);
    const enum ct_status cut = analysis_check_inputs(a, err);
    if (cut != CT_OK) {
        outfile_abort(file);
        return cut;
    }
    return outfile_commit(file, err);
}

enum ct_status table_write(const struct analysis *a, const struct table *table, const char *path,
                           struct ct_error *err)
{
    return write_to(a, table, path, NULL, err);
}

enum ct_status table_digest(const struct analysis *a, const struct table *table,
                            struct input_digest *digest, struct ct_error *err)
{
    return write_to(a, table, "/dev/null", digest, err);
}

static enum ct_status write_one(const struct analysis *a, const struct table *table,
                                const char *folder, const char *layer, struct written *written,
                                struct ct_error *err)
{
    char *const path = path_join(folder, table->file);
    struct input_digest digest;

    if (path == NULL)
        return ct_fail_nomem(err, table->file, 0);
    enum ct_status status = write_to(a, table, path, &digest, err);
    if (status == CT_OK)
        status = written_add(written, layer, table->file, &digest, err);
    free(path);
    return status;
}

bool table_is_written(const struct analysis *a, const struct table *table, unsigned formats)
{
    if ((formats & (FORMAT_CSV | FORMAT_NPY)) == 0)
        formats |= NEITHER;
    return (table->formats & formats) != 0 && !analysis_is_stale(a, table->stage) &&
           (table->is_wanted == NULL || table->is_wanted(a));
}

/* Removes all files that tables_write() may have written into a layer's folder, and the folder if
 * it is empty then. layers.csv may be somebody else's: a link is not followed, and a folder with a
 * manifest is that of a run of its own. */
static enum ct_status remove_layer(const char *folder, const char *hook, struct ct_error *err)
{
    char *const path = layer_folder(folder, hook);
    struct stat info;

    if (path == NULL)
        return ct_fail_nomem(err, hook, 0);
    const int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd >= 0 && fstatat(fd, "manifest.json", &info, AT_SYMLINK_NOFOLLOW) != 0) {
        for (size_t i = 0; table_at(i) != NULL; i++)
            (void)unlinkat(fd, table_at(i)->file, 0);
        (void)rmdir(path);
    }
    if (fd >= 0)
        close(fd);
    free(path);
    return CT_OK;
}

static bool has_layer(const struct layers_result *layers, const char *hook)
{
    for (size_t l = 0; layers != NULL && l < layers->n_rows; l++)
        if (strcmp(layers->rows[l].hook, hook) == 0)
            return true;
    return false;
}

/* Removes the hook points of an existing layers.csv, except those of layers (NULL: none). */
static enum ct_status remove_old_layers(const char *folder, const struct layers_result *layers,
                                        struct ct_error *err)
{
    char *const path = path_join(folder, LAYERS_FILE);
    struct csv_table old = { 0 };
    enum ct_status status = path != NULL ? CT_OK : ct_fail_nomem(err, LAYERS_FILE, 0);

    if (status == CT_OK && csv_table_read(path, &old, NULL) == CT_OK) {
        const size_t col = csv_table_find(&old, "hook");
        for (size_t i = 1; status == CT_OK && col < old.n_cols && i <= old.n_rows; i++) {
            const char *const hook = csv_table_field(&old, i, col).text;
            if (!has_layer(layers, hook))
                status = remove_layer(folder, hook, err);
        }
    }
    csv_table_clear(&old);
    free(path);
    return status;
}

enum ct_status tables_begin(const char *folder, struct ct_error *err)
{
    const enum ct_status status = outfile_make_folder(folder, err);

    return status == CT_OK ? outfile_remove_old(folder, "manifest.json", err) : status;
}

/* layer: the folder's name if it is that of a layer. */
static enum ct_status write_tables(const struct analysis *a, const char *folder, const char *layer,
                                   unsigned formats, struct written *written, struct ct_error *err)
{
    bool is_there[MAX_TABLES] = { false };
    const struct table *table;
    enum ct_status status = CT_OK;

    if ((formats & FORMAT_SAFETENSORS) != 0)
        status = arrays_check_hooks(a, err);
    if (status == CT_OK)
        status = tables_begin(folder, err);
    if (status == CT_OK)
        status = remove_old_layers(folder,
                                   analysis_is_stale(a, &stage_layers) ? NULL : layers_of(a), err);
    for (size_t i = 0; status == CT_OK && (table = table_at(i)) != NULL; i++) {
        assert(i < MAX_TABLES);
        is_there[i] =
            (layer == NULL || layer_has_stage(table->stage)) && table_is_written(a, table, formats);
        if (is_there[i])
            status = write_one(a, table, folder, layer, written, err);
    }
    for (size_t i = 0; status == CT_OK && (table = table_at(i)) != NULL; i++)
        if (!is_there[i])
            status = outfile_remove_old(folder, table->file, err);
    return status;
}

enum ct_status tables_write(const struct analysis *a, const char *folder, unsigned formats,
                            struct written *written, struct ct_error *err)
{
    return write_tables(a, folder, NULL, formats, written, err);
}

enum ct_status tables_write_layer(const struct analysis *a, const char *folder, unsigned formats,
                                  struct written *written, struct ct_error *err)
{
    char *const name = layer_name(extract_of(a)->blocks[0].hook);
    char *const path = name != NULL ? path_join(folder, name) : NULL;
    const enum ct_status status = path != NULL ? write_tables(a, path, name, formats, written, err)
                                               : ct_fail_nomem(err, "layers", 0);

    free(path);
    free(name);
    return status;
}

enum ct_status tables_check_absent(const char *folder, struct ct_error *err)
{
    const char *names[MAX_TABLES + 1];
    size_t n = 0;

    for (; table_at(n) != NULL; n++)
        names[n] = table_at(n)->file;
    names[n++] = "manifest.json";
    return outfile_check_absent(folder, names, n, err);
}
