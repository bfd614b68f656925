#include "config.h"
#include "num/null/selection.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/mem.h"
#include "num/keyed.h"
#include "num/tests/test.h"

struct trial {                    /* scratch */
    double *columns;              /* [n_samples, n_features] */
    size_t *rows;                 /* [n_samples] 0, 1, ... */
    struct ttest_result *results; /* [n_features] */
    double *p, *p_adjusted;       /* [n_features] */
    bool *significant;            /* [n_features] */
    struct keyed *keys;           /* [n_features] p with its index */
};

static void trial_clear(struct trial *t)
{
    free(t->columns);
    free(t->rows);
    free(t->results);
    free(t->p);
    free(t->p_adjusted);
    free(t->significant);
    free(t->keys);
}

static enum ct_status trial_init(struct trial *t, size_t n, size_t d, struct ct_error *err)
{
    *t = (struct trial){
        .columns = ct_aligned_array(n * d, sizeof *t->columns),
        .rows = ct_malloc_array(d, sizeof *t->rows),
        .results = ct_malloc_array(n, sizeof *t->results),
        .p = ct_malloc_array(n, sizeof *t->p),
        .p_adjusted = ct_malloc_array(n, sizeof *t->p_adjusted),
        .significant = ct_malloc_array(n, sizeof *t->significant),
        .keys = ct_malloc_array(n, sizeof *t->keys),
    };
    return t->columns != NULL && t->rows != NULL && t->results != NULL && t->p != NULL &&
                   t->p_adjusted != NULL && t->significant != NULL && t->keys != NULL
               ? CT_OK
               : ct_fail_nomem(err, "draws", 0);
}

static void transpose(const double *from, size_t rows, size_t cols, double *to)
{
    enum { TILE = 16 };

    for (size_t i = 0; i < rows; i += TILE)
        for (size_t j = 0; j < cols; j += TILE)
            for (size_t k = i; k < size_min(i + TILE, rows); k++)
                for (size_t l = j; l < size_min(j + TILE, cols); l++)
                    to[l * rows + k] = from[k * cols + l];
}

static int compare_indices(const void *a, const void *b)
{
    const size_t x = *(const size_t *)a;
    const size_t y = *(const size_t *)b;

    return x < y ? -1 : x > y;
}

static enum ct_status run_test(const struct null_question *q, const double *z, struct trial *t,
                               struct ct_error *err)
{
    const struct profiles *const p = q->profiles;
    const size_t n = p->n_neurons;
    const struct matview X = { t->columns, DTYPE_F64, p->n_samples, n, n };
    const struct test_job job = { .X = &X,
                                  .rows = { t->rows, t->rows + p->n_group },
                                  .n_rows = { p->n_group, p->n_samples - p->n_group },
                                  .n_threads = 1,
                                  .out = t->results };
    double threshold;

    for (size_t i = 0; i < p->n_samples; i++)
        t->rows[i] = i;
    transpose(z, n, p->n_samples, t->columns);
    enum ct_status status = q->test->columns(&job, err);
    for (size_t j = 0; status == CT_OK && j < n; j++) {
        t->p[j] = t->results[j].pvalue;
        t->keys[j] = (struct keyed){ isnan(t->p[j]) ? 2.0 : t->p[j], j };
    }
    return status == CT_OK ? multitest_adjust(t->p, n, q->correction, q->alpha, t->p_adjusted,
                                              t->significant, &threshold, err)
                           : status;
}

enum ct_status select_features(const struct null_question *q, const double *z,
                               struct selection *out, struct ct_error *err)
{
    const size_t n = q->profiles->n_neurons;
    struct selection s = { .statistic = ct_malloc_array(n, sizeof *s.statistic),
                           .which = ct_malloc_array(q->n_selected, sizeof *s.which) };
    struct trial t;
    enum ct_status status = trial_init(&t, n, q->profiles->n_samples, err);

    if (status == CT_OK && (s.statistic == NULL || s.which == NULL))
        status = ct_fail_nomem(err, "draws", 0);
    if (status == CT_OK)
        status = run_test(q, z, &t, err);
    if (status == CT_OK) {
        for (size_t j = 0; j < n; j++) {
            s.statistic[j] = t.results[j].statistic;
            s.n_significant += t.significant[j];
        }
        keyed_sort(t.keys, n);
        for (size_t k = 0; k < q->n_selected; k++)
            s.which[k] = t.keys[k].index;
        qsort(s.which, q->n_selected, sizeof *s.which, compare_indices);
        *out = s;
    } else {
        selection_clear(&s);
    }
    trial_clear(&t);
    return status;
}

void selection_clear(struct selection *s)
{
    free(s->statistic);
    free(s->which);
    *s = (struct selection){ .n_significant = 0 };
}

double selection_memory(size_t n_features, size_t n_samples, size_t n_selected)
{
    const double n = (double)n_features;
    const double each = (double)(sizeof(struct ttest_result) + 3 * sizeof(double) + sizeof(bool) +
                                 sizeof(struct keyed));

    return n * (sizeof(double) * (double)n_samples + each) + sizeof(size_t) * (double)n_selected;
}
