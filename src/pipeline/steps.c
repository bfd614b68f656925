#include "config.h"
#include "pipeline/steps.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "io/infile.h"
#include "io/neuron_table.h"
#include "pipeline/stage_cluster.h"
#include "pipeline/stage_contrast.h"
#include "pipeline/stage_extract.h"
#include "pipeline/stage_hook.h"
#include "pipeline/stage_load.h"
#include "pipeline/stage_similarity.h"
#include "pipeline/stage_space.h"
#include "pipeline/stage_ttest.h"
#include "pipeline/stages.h"

/* ---- neurons by name ---- */

struct named { /* a column of the activations */
    const char *hook;
    size_t neuron;
    size_t column;
};

static int compare_named(const void *left, const void *right)
{
    const struct named *const a = left;
    const struct named *const b = right;
    const int order = strcmp(a->hook, b->hook);

    return order != 0 ? order : (a->neuron > b->neuron) - (a->neuron < b->neuron);
}

/* Fills columns [table->n] with the neurons that table names; is_taken [n_neurons] is all false. */
static enum ct_status find_all(const struct analysis *a, const struct neuron_table *table,
                               const char *table_name, const struct named *sorted, bool *is_taken,
                               size_t *columns, struct ct_error *err)
{
    for (size_t i = 0; i < table->n; i++) {
        const struct named wanted = { table->hooks[i], table->neurons[i], 0 };
        const struct named *const found =
            bsearch(&wanted, sorted, extract_of(a)->X.cols, sizeof *sorted, compare_named);
        const bool is_twice = found != NULL && is_taken[found->column];

        if (found == NULL || is_twice)
            return csv_fail(err, table_name, table->rows[i], table->table.lines[table->rows[i]],
                            is_twice ? "%.80s:%zu appears twice"
                                     : "%.80s:%zu is not among the neurons of %s",
                            wanted.hook, wanted.neuron, load_of(a)->activations.name);
        is_taken[found->column] = true;
        columns[i] = found->column;
    }
    return CT_OK;
}

static enum ct_status find_neurons(const struct analysis *a, const struct neuron_table *table,
                                   const char *table_name, size_t *columns, struct ct_error *err)
{
    const size_t n = extract_of(a)->X.cols;
    struct named *const sorted = ct_malloc_array(n, sizeof *sorted);
    bool *const is_taken = ct_calloc_array(n, sizeof *is_taken);
    enum ct_status status =
        sorted != NULL && is_taken != NULL ? CT_OK : ct_fail_nomem(err, "neurons", 0);

    for (size_t j = 0; status == CT_OK && j < n; j++) {
        sorted[j].hook = neuron_hook(extract_of(a), j, &sorted[j].neuron);
        sorted[j].column = j;
    }
    if (status == CT_OK) {
        qsort(sorted, n, sizeof *sorted, compare_named);
        status = find_all(a, table, table_name, sorted, is_taken, columns, err);
    }
    free(sorted);
    free(is_taken);
    return status;
}

/* ---- chosen neurons in place of the t-test ---- */

static enum ct_status choose_columns(const struct analysis *a, const struct neuron_table *table,
                                     const char *table_name, struct ttest_stage *t,
                                     struct ct_error *err)
{
    t->n_neurons = extract_of(a)->X.cols;
    t->n_significant = table != NULL ? table->n : t->n_neurons;
    t->significant = ct_malloc_array(t->n_significant, sizeof *t->significant);
    if (t->significant == NULL)
        return ct_fail_nomem(err, "neurons", 0);
    if (table != NULL)
        return find_neurons(a, table, table_name, t->significant, err);
    for (size_t j = 0; j < t->n_neurons; j++)
        t->significant[j] = j;
    return CT_OK;
}

static enum ct_status check_finite(const struct analysis *a, const struct ttest_stage *t,
                                   const size_t *rows, struct ct_error *err)
{
    const struct mat *const points = &t->selected;

    for (size_t k = 0; k < points->rows; k++)
        for (size_t i = 0; i < points->cols; i++) {
            size_t neuron;
            if (isfinite(mat_row(points, k)[i]))
                continue;
            const char *const hook = neuron_hook(extract_of(a), t->significant[k], &neuron);
            return ct_fail(err, CT_EFORMAT,
                           "%s: row %zu: %.80s:%zu is %s; exclude the neuron with --neurons, or "
                           "remove the row",
                           load_of(a)->activations.name, rows[i] + 1, hook, neuron,
                           isnan(mat_row(points, k)[i]) ? "missing (NaN)" : "infinite");
        }
    return CT_OK;
}

static enum ct_status choose_rows(const struct analysis *a, struct ttest_stage *t,
                                  struct ct_error *err)
{
    const bool all = a->params.contrast[0] == NULL;
    const struct contrast *const c = all ? NULL : contrast_of(a);
    const size_t n_all = load_of(a)->n_sentences;
    size_t *const rows = ct_malloc_array(n_all, sizeof *rows);
    enum ct_status status = rows != NULL ? CT_OK : ct_fail_nomem(err, "neurons", 0);

    if (status == CT_OK && !all)
        contrast_merge_rows(c, rows);
    for (size_t i = 0; status == CT_OK && all && i < n_all; i++)
        rows[i] = i;
    if (status == CT_OK)
        status = ttest_select(a, rows, all ? n_all : c->n_rows[0] + c->n_rows[1], t, err);
    if (status == CT_OK)
        status = check_finite(a, t, rows, err);
    free(rows);
    return status;
}

static enum ct_status accept(struct analysis *a, const struct stage *stage, void *value,
                             struct ct_error *err)
{
    struct result *result = NULL;
    const enum ct_status status = result_new(a, stage, value, &result, err);

    if (status == CT_OK)
        analysis_accept(a, result);
    return status;
}

/* Without a contrast: all sentences are features. */
static enum ct_status compare_nothing(struct analysis *a, struct ct_error *err)
{
    struct contrast *const none = calloc(1, sizeof *none);

    return none != NULL ? accept(a, &stage_contrast, none, err) : ct_fail_nomem(err, "neurons", 0);
}

static enum ct_status choose(struct analysis *a, const struct neuron_table *table,
                             const char *table_name, struct ct_error *err)
{
    struct ttest_stage *const t = calloc(1, sizeof *t);
    enum ct_status status = t != NULL ? CT_OK : ct_fail_nomem(err, "neurons", 0);

    if (status == CT_OK)
        status = choose_columns(a, table, table_name, t, err);
    if (status == CT_OK)
        status = a->params.contrast[0] != NULL ? analysis_run(a, &stage_contrast, NULL, err)
                                               : compare_nothing(a, err);
    if (status == CT_OK)
        status = choose_rows(a, t, err);
    if (status != CT_OK) {
        stage_ttest.free(t);
        return status;
    }
    return accept(a, &stage_ttest, t, err);
}

enum ct_status analysis_choose(struct analysis *a, const char *path, int32_t **labels,
                               struct ct_error *err)
{
    struct neuron_table table = { 0 };

    if (path == NULL)
        return choose(a, NULL, NULL, err);
    enum ct_status status = neuron_table_read(path, &table, err);
    if (status == CT_OK)
        status = choose(a, &table, infile_name(path), err);
    if (status == CT_OK && labels != NULL) {
        *labels = table.labels; /* handed over */
        table.labels = NULL;
    }
    neuron_table_clear(&table);
    return status;
}

/* ---- similarity ---- */

/* Clusters computed elsewhere. */
static const struct cluster_method given_labels = { .name = "labels", .title = "labels" };

static enum ct_status accept_labels(struct analysis *a, const int32_t *labels, struct ct_error *err)
{
    const size_t n = ttest_of(a)->n_significant;
    struct cluster_result *const c = calloc(1, sizeof *c);

    if (c != NULL)
        c->by = ct_calloc_array(1, sizeof *c->by);
    if (c == NULL || c->by == NULL) {
        free(c);
        return ct_fail_nomem(err, "labels", 0);
    }
    c->n = 1;
    c->by[0] = (struct clustering){ .method = &given_labels, .n = n };
    c->by[0].labels = ct_calloc_array(n, sizeof *labels);
    if (c->by[0].labels == NULL) {
        stage_cluster.free(c);
        return ct_fail_nomem(err, "labels", 0);
    }
    for (size_t i = 0; labels != NULL && i < n; i++)
        c->by[0].labels[i] = labels[i];
    return accept(a, &stage_cluster, c, err);
}

enum ct_status analysis_compare(struct analysis *a, const int32_t *labels, struct ct_error *err)
{
    struct result *result = NULL;
    enum ct_status status = analysis_run(a, &stage_space, NULL, err);

    a->params.matrices = true; /* a request for cosines is a request for the matrices */
    if (status == CT_OK)
        status = accept_labels(a, labels, err);
    if (status == CT_OK)
        status = analysis_compute(a, &stage_similarity, NULL, &result, err);
    if (status == CT_OK)
        analysis_accept(a, result);
    return status;
}
