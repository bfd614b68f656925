#include "config.h"
#include "report/tables.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "io/csv.h"
#include "io/csv_writer.h"
#include "io/outfile.h"
#include "pipeline/stage_cluster.h"
#include "pipeline/stage_extract.h"
#include "pipeline/stage_layers.h"
#include "pipeline/stage_load.h"
#include "pipeline/stage_similarity.h"
#include "pipeline/stage_tsne.h"
#include "pipeline/stage_ttest.h"
#include "report/arrays.h"
#include "report/layers.h"
#include "report/matrix_rows.h"

#define LAYERS_FILE "layers.csv"

#define PUT_HEADER(w, ...)                                                                         \
    csv_put_row((w), sizeof((const char *[]){ __VA_ARGS__ }) / sizeof(char *),                     \
                (const char *[]){ __VA_ARGS__ })

static void put_neuron(struct csv_writer *w, const struct analysis *a, size_t column)
{
    size_t index;

    csv_put_text(w, neuron_hook(extract_of(a), column, &index));
    csv_put_size(w, index);
}

static void put_id(struct csv_writer *w, const struct analysis *a, size_t column)
{
    size_t index;
    const char *const hook = neuron_hook(extract_of(a), column, &index);

    csv_put_id(w, hook, index);
}

static void put_value(struct csv_writer *w, const struct matview *X, size_t i, size_t j)
{
    if (X->dtype == DTYPE_F32)
        csv_put_f32(w, ((const float *)X->data)[i * X->stride + j]);
    else
        csv_put_f64(w, matview_get(X, i, j));
}

static void put_activations(const void *context, size_t i, struct csv_writer *w)
{
    const struct analysis *const a = context;
    const struct matview *const X = &extract_of(a)->X;

    csv_put_size(w, i);
    csv_put_text(w, load_of(a)->group_names[load_of(a)->sentences[i].group]);
    csv_put_size(w, load_of(a)->sentences[i].target);
    for (size_t j = 0; j < X->cols; j++)
        put_value(w, X, i, j);
    csv_end_row(w);
}

static void write_activations(const struct analysis *a, struct csv_writer *w)
{
    const struct matview *const X = &extract_of(a)->X;

    csv_put_text(w, "sentence");
    csv_put_text(w, "group");
    csv_put_text(w, "token");
    for (size_t j = 0; j < X->cols; j++)
        put_id(w, a, j);
    csv_end_row(w);
    csv_put_rows(w, X->rows, 12 * X->cols, a->params.threads, put_activations, a);
}

static void put_test(const void *context, size_t j, struct csv_writer *w)
{
    const struct analysis *const a = context;
    const struct ttest_stage *const t = ttest_of(a);
    const struct ttest_result *const r = &t->neurons[j];

    put_neuron(w, a, j);
    csv_put_f64(w, r->mean_a);
    csv_put_f64(w, r->mean_b);
    csv_put_f64(w, r->statistic);
    csv_put_f64(w, r->df);
    csv_put_f64(w, r->pvalue);
    csv_put_f64(w, t->p_adjusted[j]);
    csv_put_size(w, t->is_significant[j]);
    csv_end_row(w);
}

static void write_ttest(const struct analysis *a, struct csv_writer *w)
{
    PUT_HEADER(w, "hook", "neuron", "mean_a", "mean_b", "t", "df", "p", "p_adjusted",
               "significant");
    csv_put_rows(w, ttest_of(a)->n_neurons, 110, a->params.threads, put_test, a);
}

static void write_tsne(const struct analysis *a, struct csv_writer *w)
{
    PUT_HEADER(w, "hook", "neuron", "x", "y");
    for (size_t i = 0; i < ttest_of(a)->n_significant; i++) {
        const double *const point = mat_row(&tsne_of(a)->result.embedding, i);
        put_neuron(w, a, ttest_of(a)->significant[i]);
        csv_put_f32(w, (float)point[0]); /* the embedding holds float32 values */
        csv_put_f32(w, (float)point[1]);
        csv_end_row(w);
    }
}

static void write_clusters(const struct analysis *a, struct csv_writer *w)
{
    PUT_HEADER(w, "hook", "neuron", "t", "dbscan", "kmeans");
    for (size_t i = 0; i < ttest_of(a)->n_significant; i++) {
        const size_t column = ttest_of(a)->significant[i];
        put_neuron(w, a, column);
        csv_put_f64(w, ttest_of(a)->neurons[column].statistic);
        csv_put_int(w, clusters_of(a)->dbscan[i]);
        csv_put_int(w, clusters_of(a)->kmeans.labels[i]);
        csv_end_row(w);
    }
}

static void put_cluster_rows(struct csv_writer *w, const char *method,
                             const struct cluster_row *rows, size_t n)
{
    for (size_t c = 0; c < n; c++) {
        csv_put_text(w, method);
        csv_put_size(w, c);
        csv_put_size(w, rows[c].size);
        csv_put_f64(w, rows[c].mean_t);
        csv_put_f64(w, rows[c].mean_abs_t);
        csv_end_row(w);
    }
}

static void write_cluster_summary(const struct analysis *a, struct csv_writer *w)
{
    PUT_HEADER(w, "method", "cluster", "size", "mean_t", "mean_abs_t");
    put_cluster_rows(w, "dbscan", clusters_of(a)->dbscan_rows, clusters_of(a)->n_dbscan);
    put_cluster_rows(w, "kmeans", clusters_of(a)->kmeans_rows, clusters_of(a)->n_clusters);
}

static void write_centroids(const struct analysis *a, struct csv_writer *w)
{
    PUT_HEADER(w, "cluster", "x", "y");
    for (size_t c = 0; c < clusters_of(a)->n_clusters; c++) {
        const double *const centre = mat_row(&clusters_of(a)->kmeans.cluster_centers, c);
        csv_put_size(w, c);
        csv_put_f64(w, centre[0]);
        csv_put_f64(w, centre[1]);
        csv_end_row(w);
    }
}

static void put_matrix_row(const struct analysis *a, size_t i, const double *values,
                           struct csv_writer *w)
{
    put_id(w, a, ttest_of(a)->significant[i]);
    for (size_t j = 0; j < ttest_of(a)->n_significant; j++)
        csv_put_f64(w, values[j]);
    csv_end_row(w);
}

/* Names on rows and columns. */
static void write_matrix(const struct analysis *a, struct csv_writer *w, bool is_cosine)
{
    csv_put_text(w, "id");
    for (size_t j = 0; j < ttest_of(a)->n_significant; j++)
        put_id(w, a, ttest_of(a)->significant[similarity_of(a)->by_dbscan[j]]);
    csv_end_row(w);
    matrix_rows_write(a, is_cosine, w, put_matrix_row);
}

static void write_gram(const struct analysis *a, struct csv_writer *w)
{
    write_matrix(a, w, false);
}

static void write_cosine(const struct analysis *a, struct csv_writer *w)
{
    write_matrix(a, w, true);
}

/* An empty field where there is no number. */
static void put_if_any(struct csv_writer *w, double x)
{
    if (isnan(x))
        csv_put_text(w, "");
    else
        csv_put_f64(w, x);
}

static void write_layers(const struct analysis *a, struct csv_writer *w)
{
    PUT_HEADER(w, "hook", "n_neurons", "n_significant", "strongest", "strongest_t", "perplexity",
               "kl_divergence", "dbscan_clusters", "dbscan_noise", "dbscan_silhouette",
               "kmeans_clusters", "kmeans_silhouette");
    for (size_t l = 0; l < layers_of(a)->n_rows; l++) {
        const struct layer_row *const row = &layers_of(a)->rows[l];
        csv_put_text(w, row->hook);
        csv_put_size(w, row->n_neurons);
        csv_put_size(w, row->n_significant);
        csv_put_size(w, row->strongest);
        put_if_any(w, row->strongest_t);
        put_if_any(w, row->perplexity);
        put_if_any(w, row->kl_divergence);
        csv_put_size(w, row->n_dbscan);
        csv_put_size(w, row->n_noise);
        put_if_any(w, row->dbscan_silhouette);
        csv_put_size(w, row->n_kmeans);
        put_if_any(w, row->kmeans_silhouette);
        csv_end_row(w);
    }
}

static bool has_matrices(const struct analysis *a)
{
    return a->params.matrices || ttest_of(a)->n_significant <= MATRICES_UNASKED;
}

/* Where neither CSV nor .npy is asked for, the picture and the matrices are CSV. */
enum { NEITHER = 8, PICTURE_CSV = FORMAT_CSV | NEITHER, ALWAYS = PICTURE_CSV | FORMAT_NPY };

const struct table tables[] = {
    { "activations.csv", FORMAT_CSV, &stage_extract, write_activations, NULL },
    { "activations.npy", FORMAT_NPY, &stage_extract, arrays_activations, NULL },
    { "activations.safetensors", FORMAT_SAFETENSORS, &stage_extract, arrays_safetensors, NULL },
    { "groups.txt", FORMAT_NPY, &stage_extract, arrays_groups, arrays_has_groups },
    { "ttest.csv", ALWAYS, &stage_ttest, write_ttest, NULL },
    { "tsne.csv", PICTURE_CSV, &stage_tsne, write_tsne, NULL },
    { "tsne.npy", FORMAT_NPY, &stage_tsne, arrays_tsne, NULL },
    { "clusters.csv", ALWAYS, &stage_cluster, write_clusters, NULL },
    { "cluster_summary.csv", ALWAYS, &stage_cluster, write_cluster_summary, NULL },
    { "centroids.csv", ALWAYS, &stage_cluster, write_centroids, NULL },
    { "gram.csv", PICTURE_CSV, &stage_similarity, write_gram, has_matrices },
    { "gram.npy", FORMAT_NPY, &stage_similarity, arrays_gram, has_matrices },
    { "cosine.csv", PICTURE_CSV, &stage_similarity, write_cosine, has_matrices },
    { "cosine.npy", FORMAT_NPY, &stage_similarity, arrays_cosine, has_matrices },
    { LAYERS_FILE, ALWAYS, &stage_layers, write_layers, NULL },
};
const size_t n_tables = sizeof tables / sizeof *tables;

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
    const struct table *table = tables;

    while (strcmp(table->file, file) != 0)
        table++;
    return table;
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
    char *const path = outfile_join(folder, table->file);
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

/* All that tables_write() may have put into the folder of a layer, and the folder when nothing else
 * is in it. */
static enum ct_status remove_layer(const char *folder, const char *hook, struct ct_error *err)
{
    char *const path = layer_folder(folder, hook);
    enum ct_status status = path != NULL ? CT_OK : ct_fail_nomem(err, hook, 0);

    for (size_t i = 0; status == CT_OK && i < n_tables; i++)
        status = outfile_remove_old(path, tables[i].file, err);
    if (status == CT_OK)
        (void)rmdir(path);
    free(path);
    return status;
}

static bool has_layer(const struct layers_result *layers, const char *hook)
{
    for (size_t l = 0; layers != NULL && l < layers->n_rows; l++)
        if (strcmp(layers->rows[l].hook, hook) == 0)
            return true;
    return false;
}

/* The hook points of a layers.csv that is there, but for those of layers (NULL: none). */
static enum ct_status remove_old_layers(const char *folder, const struct layers_result *layers,
                                        struct ct_error *err)
{
    char *const path = outfile_join(folder, LAYERS_FILE);
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

/* layer: the name of folder when it is that of a layer. */
static enum ct_status write_tables(const struct analysis *a, const char *folder, const char *layer,
                                   unsigned formats, struct written *written, struct ct_error *err)
{
    bool is_there[sizeof tables / sizeof *tables];
    enum ct_status status = CT_OK;

    if ((formats & FORMAT_SAFETENSORS) != 0)
        status = arrays_check_hooks(a, err);
    if (status == CT_OK)
        status = tables_begin(folder, err);
    if (status == CT_OK)
        status = remove_old_layers(folder,
                                   analysis_is_stale(a, &stage_layers) ? NULL : layers_of(a), err);
    for (size_t i = 0; status == CT_OK && i < n_tables; i++) {
        is_there[i] = (layer == NULL || layer_has_stage(tables[i].stage)) &&
                      table_is_written(a, &tables[i], formats);
        if (is_there[i])
            status = write_one(a, &tables[i], folder, layer, written, err);
    }
    for (size_t i = 0; status == CT_OK && i < n_tables; i++)
        if (!is_there[i])
            status = outfile_remove_old(folder, tables[i].file, err);
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
    char *const path = name != NULL ? outfile_join(folder, name) : NULL;
    const enum ct_status status = path != NULL ? write_tables(a, path, name, formats, written, err)
                                               : ct_fail_nomem(err, "layers", 0);

    free(path);
    free(name);
    return status;
}

enum ct_status tables_check_absent(const char *folder, struct ct_error *err)
{
    const char *names[sizeof tables / sizeof *tables + 1];

    for (size_t i = 0; i < n_tables; i++)
        names[i] = tables[i].file;
    names[n_tables] = "manifest.json";
    return outfile_check_absent(folder, names, n_tables + 1, err);
}
