#include "config.h"
#include "report/tables.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "io/csv_writer.h"
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

const struct table *table_earlier(const struct table *table, size_t i)
{
    for (size_t k = 0; accounts[k] != NULL; k++)
        for (size_t e = 0; e < accounts[k]->n_earlier; e++)
            if (strcmp(accounts[k]->earlier[e].file, table->file) == 0 && i-- == 0)
                return &accounts[k]->earlier[e];
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

/* Ends file, whatever happens. folder: it is in this one, or NULL. */
static enum ct_status write_rows(const struct analysis *a, const struct table *table,
                                 struct outfolder *folder, struct outfile *file,
                                 struct input_digest *digest, struct ct_error *err)
{
    if (digest != NULL)
        outfile_digest(file, digest);
    struct csv_writer writer = { .file = file };
    table->write(a, &writer);
    const enum ct_status cut = analysis_check_inputs(a, err);
    if (cut != CT_OK) {
        outfile_abort(file);
        return cut;
    }
    return folder != NULL ? outfolder_keep(folder, file, err) : outfile_commit(file, err);
}

enum ct_status table_write(const struct analysis *a, const struct table *table, const char *path,
                           struct ct_error *err)
{
    struct outfile *file = NULL;
    const enum ct_status status = outfile_open(path, &file, err);

    return status == CT_OK ? write_rows(a, table, NULL, file, NULL, err) : status;
}

enum ct_status table_digest(const struct analysis *a, const struct table *table,
                            struct input_digest *digest, struct ct_error *err)
{
    struct outfile *file = NULL;
    const enum ct_status status = outfile_open_nowhere(&file, err);

    return status == CT_OK ? write_rows(a, table, NULL, file, digest, err) : status;
}

static enum ct_status write_one(const struct analysis *a, const struct table *table,
                                struct outfolder *folder, const char *layer,
                                struct written *written, struct ct_error *err)
{
    struct outfile *file = NULL;
    struct input_digest digest;
    enum ct_status status = outfolder_begin(folder, layer, table->file, &file, err);

    if (status == CT_OK)
        status = write_rows(a, table, folder, file, &digest, err);
    return status == CT_OK ? written_add(written, layer, table->file, &digest, err) : status;
}

bool table_is_written(const struct analysis *a, const struct table *table, unsigned formats)
{
    if ((formats & (FORMAT_CSV | FORMAT_NPY)) == 0)
        formats |= NEITHER;
    return (table->formats & formats) != 0 && !analysis_is_stale(a, table->stage) &&
           (table->is_wanted == NULL || table->is_wanted(a));
}

/* layer: the subfolder's name if they are those of a layer. */
static enum ct_status write_tables(const struct analysis *a, struct outfolder *folder,
                                   const char *layer, unsigned formats, struct written *written,
                                   struct ct_error *err)
{
    const struct table *table;
    enum ct_status status = CT_OK;

    if ((formats & FORMAT_SAFETENSORS) != 0)
        status = arrays_check_hooks(a, err);
    for (size_t i = 0; status == CT_OK && (table = table_at(i)) != NULL; i++)
        if ((layer == NULL || layer_has_stage(table->stage)) && table_is_written(a, table, formats))
            status = write_one(a, table, folder, layer, written, err);
        else
            status = outfolder_drop(folder, layer, table->file, err);
    return status;
}

enum ct_status tables_write(const struct analysis *a, struct outfolder *folder, unsigned formats,
                            struct written *written, struct ct_error *err)
{
    return write_tables(a, folder, NULL, formats, written, err);
}

enum ct_status tables_write_layer(const struct analysis *a, struct outfolder *folder,
                                  unsigned formats, struct written *written, struct ct_error *err)
{
    char *const name = layer_name(extract_of(a)->blocks[0].hook);
    enum ct_status status = name != NULL ? write_tables(a, folder, name, formats, written, err)
                                         : ct_fail_nomem(err, "layers", 0);

    if (status == CT_OK) /* of a run of its own, whose files are replaced */
        status = outfolder_drop(folder, name, "manifest.json", err);
    free(name);
    return status;
}

/* The names of all tables, and the manifest's. */
static size_t all_names(const char *names[MAX_TABLES + 1])
{
    size_t n = 0;

    for (; table_at(n) != NULL; n++) {
        assert(n < MAX_TABLES);
        names[n] = table_at(n)->file;
    }
    names[n++] = "manifest.json";
    return n;
}

enum ct_status tables_check_absent(const char *folder, struct ct_error *err)
{
    const char *names[MAX_TABLES + 1];
    const size_t n = all_names(names);

    return folder_check_absent(folder, names, n, err);
}

enum ct_status tables_check_plain(const char *folder, struct ct_error *err)
{
    const char *names[MAX_TABLES + 1];
    const size_t n = all_names(names);

    return folder_check_plain(folder, names, n, err);
}
