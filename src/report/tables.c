#include "config.h"
#include "report/tables.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "io/csv_writer.h"
#include "io/outfile.h"

#define PUT_HEADER(w, ...)                                                                         \
    csv_put_row((w), sizeof((const char *[]){ __VA_ARGS__ }) / sizeof(char *),                     \
                (const char *[]){ __VA_ARGS__ })

static void put_neuron(struct csv_writer *w, const struct analysis *a, size_t column)
{
    size_t index;

    csv_put_text(w, neuron_hook(a->extract, column, &index));
    csv_put_size(w, index);
}

static void put_id(struct csv_writer *w, const struct analysis *a, size_t column)
{
    size_t index;
    const char *const hook = neuron_hook(a->extract, column, &index);

    csv_put_id(w, hook, index);
}

static void put_value(struct csv_writer *w, const struct matview *X, size_t i, size_t j)
{
    if (X->dtype == DTYPE_F32)
        csv_put_f32(w, ((const float *)X->data)[i * X->stride + j]);
    else
        csv_put_f64(w, matview_get(X, i, j));
}

static void write_activations(const struct analysis *a, struct csv_writer *w)
{
    const struct matview *const X = &a->extract->X;

    csv_put_text(w, "sentence");
    csv_put_text(w, "group");
    csv_put_text(w, "token");
    for (size_t j = 0; j < X->cols; j++)
        put_id(w, a, j);
    csv_end_row(w);
    for (size_t i = 0; i < X->rows && !outfile_failed(w->file); i++) {
        csv_put_size(w, i);
        csv_put_text(w, a->load->group_names[a->load->sentences[i].group]);
        csv_put_size(w, a->load->sentences[i].target);
        for (size_t j = 0; j < X->cols; j++)
            put_value(w, X, i, j);
        csv_end_row(w);
    }
}

static void write_ttest(const struct analysis *a, struct csv_writer *w)
{
    const struct ttest_stage *const t = a->ttest;

    PUT_HEADER(w, "hook", "neuron", "mean_a", "mean_b", "t", "df", "p", "p_adjusted",
               "significant");
    for (size_t j = 0; j < t->n_neurons; j++) {
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
}

static void write_tsne(const struct analysis *a, struct csv_writer *w)
{
    PUT_HEADER(w, "hook", "neuron", "x", "y");
    for (size_t i = 0; i < a->ttest->n_significant; i++) {
        const double *const point = mat_row(&a->tsne->result.embedding, i);
        put_neuron(w, a, a->ttest->significant[i]);
        csv_put_f32(w, (float)point[0]); /* the embedding holds float32 values */
        csv_put_f32(w, (float)point[1]);
        csv_end_row(w);
    }
}

static void write_clusters(const struct analysis *a, struct csv_writer *w)
{
    PUT_HEADER(w, "hook", "neuron", "t", "dbscan", "kmeans");
    for (size_t i = 0; i < a->ttest->n_significant; i++) {
        const size_t column = a->ttest->significant[i];
        put_neuron(w, a, column);
        csv_put_f64(w, a->ttest->neurons[column].statistic);
        csv_put_int(w, a->cluster->dbscan[i]);
        csv_put_int(w, a->cluster->kmeans.labels[i]);
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
    put_cluster_rows(w, "dbscan", a->cluster->dbscan_rows, a->cluster->n_dbscan);
    put_cluster_rows(w, "kmeans", a->cluster->kmeans_rows, a->cluster->n_clusters);
}

static void write_centroids(const struct analysis *a, struct csv_writer *w)
{
    PUT_HEADER(w, "cluster", "x", "y");
    for (size_t c = 0; c < a->cluster->n_clusters; c++) {
        const double *const centre = mat_row(&a->cluster->kmeans.cluster_centers, c);
        csv_put_size(w, c);
        csv_put_f64(w, centre[0]);
        csv_put_f64(w, centre[1]);
        csv_end_row(w);
    }
}

/* Rows and columns sorted by DBSCAN label, names on both. */
static void write_matrix(const struct analysis *a, struct csv_writer *w,
                         double (*at)(const struct similarity_result *s, size_t i, size_t j))
{
    const struct similarity_result *const s = a->similarity;
    const size_t *const column = a->ttest->significant;
    const size_t n = a->ttest->n_significant;

    csv_put_text(w, "id");
    for (size_t j = 0; j < n; j++)
        put_id(w, a, column[s->by_dbscan[j]]);
    csv_end_row(w);
    for (size_t i = 0; i < n && !outfile_failed(w->file); i++) {
        put_id(w, a, column[s->by_dbscan[i]]);
        for (size_t j = 0; j < n; j++)
            csv_put_f64(w, at(s, s->by_dbscan[i], s->by_dbscan[j]));
        csv_end_row(w);
    }
}

static double gram_at(const struct similarity_result *s, size_t i, size_t j)
{
    return mat_row(&s->gram, i)[j];
}

static void write_gram(const struct analysis *a, struct csv_writer *w)
{
    write_matrix(a, w, gram_at);
}

static void write_cosine(const struct analysis *a, struct csv_writer *w)
{
    write_matrix(a, w, similarity_cosine);
}

static bool has_matrices(const struct analysis *a)
{
    return a->similarity->is_whole;
}

const struct table tables[] = {
    { "activations.csv", STAGE_EXTRACT, write_activations, NULL },
    { "ttest.csv", STAGE_TTEST, write_ttest, NULL },
    { "tsne.csv", STAGE_TSNE, write_tsne, NULL },
    { "clusters.csv", STAGE_CLUSTER, write_clusters, NULL },
    { "cluster_summary.csv", STAGE_CLUSTER, write_cluster_summary, NULL },
    { "centroids.csv", STAGE_CLUSTER, write_centroids, NULL },
    { "gram.csv", STAGE_SIMILARITY, write_gram, has_matrices },
    { "cosine.csv", STAGE_SIMILARITY, write_cosine, has_matrices },
};
const size_t n_tables = sizeof tables / sizeof *tables;

const struct table *table_find(const char *file)
{
    const struct table *table = tables;

    while (strcmp(table->file, file) != 0)
        table++;
    return table;
}

enum ct_status table_write(const struct analysis *a, const struct table *table, const char *path,
                           struct ct_error *err)
{
    struct outfile *file = NULL;
    const enum ct_status status = outfile_open(path, &file, err);

    if (status != CT_OK)
        return status;
    struct csv_writer writer = { .file = file };
    table->write(a, &writer);
    return outfile_commit(file, err);
}

static enum ct_status write_one(const struct analysis *a, const struct table *table,
                                const char *folder, struct ct_error *err)
{
    char *const path = outfile_join(folder, table->file);

    if (path == NULL)
        return ct_fail_nomem(err, table->file, 0);
    const enum ct_status status = table_write(a, table, path, err);
    free(path);
    return status;
}

static bool is_written(const struct analysis *a, const struct table *table)
{
    return !analysis_is_stale(a, table->stage) && (table->is_wanted == NULL || table->is_wanted(a));
}

/* What another analysis has left under a name of ours. */
static void remove_old(const char *folder, const char *name)
{
    char *const path = outfile_join(folder, name);

    if (path != NULL)
        (void)unlink(path);
    free(path);
}

enum ct_status tables_write(const struct analysis *a, const char *folder, size_t *n_written,
                            struct ct_error *err)
{
    enum ct_status status = outfile_make_folder(folder, err);
    size_t n = 0;

    if (status == CT_OK)
        remove_old(folder, "manifest.json");
    for (size_t i = 0; status == CT_OK && i < n_tables; i++)
        if (is_written(a, &tables[i])) {
            status = write_one(a, &tables[i], folder, err);
            n++;
        }
    for (size_t i = 0; status == CT_OK && i < n_tables; i++)
        if (!is_written(a, &tables[i]))
            remove_old(folder, tables[i].file);
    if (n_written != NULL)
        *n_written = n;
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
