#include "config.h"
#include "report/plots/column_order.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "num/keyed.h"
#include "pipeline/stage_cluster.h"
#include "pipeline/stage_extract.h"
#include "pipeline/stage_ttest.h"

void column_order_clear(struct column_order *o)
{
    free(o->order);
    free(o->place);
    *o = (struct column_order){ .order = NULL };
}

const char *column_order_words(const struct column_order *o)
{
    static const char *const words[2][N_COLUMN_KINDS] = { { ", mean", ", by t", ", by cluster" },
                                                          { ", largest |x|", ", by t, largest |x|",
                                                            ", by cluster, largest |x|" } };

    return words[o->peaks][o->kind];
}

/* From the largest t to the smallest. */
static void key_by_t(const struct analysis *a, struct keyed *keys, size_t n)
{
    for (size_t j = 0; j < n; j++) {
        const double t = ttest_of(a)->neurons[j].statistic;
        keys[j] = (struct keyed){ isnan(t) ? INFINITY : -t, j };
    }
}

static void key_by_cluster(const struct analysis *a, struct keyed *keys, size_t n)
{
    const struct clustering *const c = &clusters_of(a)->by[0];
    const struct ttest_stage *const t = ttest_of(a);

    for (size_t j = 0; j < n; j++)
        keys[j] = (struct keyed){ INFINITY, j };
    for (size_t i = 0; i < t->n_significant; i++)
        keys[t->significant[i]].key =
            c->labels[i] < 0 ? (double)c->n_clusters : (double)c->labels[i];
}

static int by_size(const void *left, const void *right)
{
    const double a = *(const double *)left;
    const double b = *(const double *)right;

    return (a > b) - (a < b);
}

/* The end of a scale on which few of n values are beyond it; values are sorted. */
static double most_of(double *values, size_t n)
{
    static const double share = 0.95;

    qsort(values, n, sizeof *values, by_size);
    return n > 0 ? values[(size_t)(share * (double)(n - 1))] : 0.0;
}

/* Of the largest |x| of each neuron, or the |mean| of each. */
static double fit_scale(const struct extract_result *e, bool peaks, double *values)
{
    const size_t n = e->X.cols;

    for (size_t j = 0; j < n; j++)
        values[j] = peaks ? 0.0 : fabs(e->neuron_means[j]);
    for (size_t i = 0; peaks && i < e->X.rows; i++)
        for (size_t j = 0; j < n; j++)
            values[j] = fmax(values[j], fabs(matview_get(&e->X, i, j)));
    const double scale = most_of(values, n);
    return scale > 0.0 && isfinite(scale) ? scale : 1.0;
}

static bool fill(struct column_order *o, const struct analysis *a)
{
    const size_t n = extract_of(a)->X.cols;
    struct keyed *const keys = ct_malloc_array(n, sizeof *keys);
    double *const values = ct_malloc_array(n, sizeof *values);
    const bool has_memory = keys != NULL && values != NULL && o->order != NULL && o->place != NULL;

    if (has_memory) {
        o->scale = fit_scale(extract_of(a), o->peaks, values);
        if (o->kind == COLUMNS_BY_T)
            key_by_t(a, keys, n);
        else if (o->kind == COLUMNS_BY_CLUSTER)
            key_by_cluster(a, keys, n);
        else
            for (size_t j = 0; j < n; j++)
                keys[j] = (struct keyed){ 0.0, j };
        keyed_sort(keys, n);
        for (size_t k = 0; k < n; k++) {
            o->order[k] = keys[k].index;
            o->place[keys[k].index] = k;
        }
    }
    free(keys);
    free(values);
    return has_memory;
}

bool column_order_make(struct column_order *o, const struct analysis *a, enum column_kind kind,
                       bool peaks, size_t version)
{
    const size_t n = extract_of(a)->X.cols;

    if (o->order != NULL && o->kind == kind && o->peaks == peaks && o->version == version &&
        o->n == n)
        return true;
    column_order_clear(o);
    if ((kind == COLUMNS_BY_T && ttest_of(a) == NULL) ||
        (kind == COLUMNS_BY_CLUSTER && (clusters_of(a) == NULL || ttest_of(a)->n_significant == 0)))
        return false;
    struct column_order made = { .kind = kind,
                                 .peaks = peaks,
                                 .n = n,
                                 .n_shown =
                                     kind == COLUMNS_BY_CLUSTER ? ttest_of(a)->n_significant : n,
                                 .version = version };
    made.order = ct_malloc_array(n, sizeof *made.order);
    made.place = ct_malloc_array(n, sizeof *made.place);
    if (!fill(&made, a)) {
        column_order_clear(&made);
        return false;
    }
    *o = made;
    return true;
}
