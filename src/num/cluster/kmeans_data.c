#include "config.h"
#include "num/cluster/kmeans_data.h"
#include "num/exact.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum { MANY = 4096 }; /* points; sorting fewer does not pay off */

void kmeans_data_clear(struct kmeans_data *data)
{
    free(data->values);
    free(data->order);
    free(data->box);
    free(data->leaf);
    free(data->sum);
    *data = (struct kmeans_data){ 0 };
}

static bool values_init(struct kmeans_data *data)
{
    size_t size = 0;

    if (ct_mul_size(data->n_blocks * KMEANS_BLOCK, data->n_features, &size))
        data->values = ct_aligned_array(size, sizeof *data->values);
    if (data->values == NULL)
        return false;
    memset(data->values + (data->n_blocks - 1) * KMEANS_BLOCK * data->n_features, 0,
           KMEANS_BLOCK * data->n_features * sizeof *data->values);
    return true;
}

/* Halves the points lo .. hi - 1 across the wider side into parts of exactly `size` points, except
 * the last; then splits those into leaves. */
static void sort_points(struct points *p, size_t lo, size_t hi, size_t size)
{
    const size_t parts = (hi - lo + size - 1) / size;

    if (parts <= 1) {
        if (size == KMEANS_BLOCK)
            sort_points(p, lo, hi, KMEANS_LEAF);
        return;
    }
    const struct box box = points_box(p, lo, hi);
    const size_t mid = lo + parts / 2 * size;
    points_split(p, lo, hi, mid, box.y_hi - box.y_lo > box.x_hi - box.x_lo);
    sort_points(p, lo, mid, size);
    sort_points(p, mid, hi, size);
}

static void measure_leaf(struct kmeans_data *data, const struct points *p, size_t leaf)
{
    const size_t lo = leaf * KMEANS_LEAF;
    const size_t hi = lo + KMEANS_LEAF < p->n ? lo + KMEANS_LEAF : p->n;

    if (lo >= hi)
        return;
    data->leaf[leaf] = points_box(p, lo, hi);
    for (size_t i = lo; i < hi; i++) {
        data->sum[leaf][0] += p->x[i];
        data->sum[leaf][1] += p->y[i];
    }
}

static void fill_sorted(struct kmeans_data *data, struct points *p, const struct mat *X,
                        const double *mean)
{
    for (size_t i = 0; i < p->n; i++) {
        p->x[i] = mat_row(X, i)[0] - mean[0];
        p->y[i] = mat_row(X, i)[1] - mean[1];
        p->order[i] = (uint32_t)i;
    }
    sort_points(p, 0, p->n, KMEANS_BLOCK);
    for (size_t i = 0; i < p->n; i++) {
        *kmeans_at(data, i, 0) = p->x[i];
        *kmeans_at(data, i, 1) = p->y[i];
    }
    for (size_t b = 0; b < data->n_blocks; b++)
        data->box[b] =
            points_box(p, b * KMEANS_BLOCK, b * KMEANS_BLOCK + kmeans_block_size(data, b));
    for (size_t l = 0; l < data->n_blocks * KMEANS_LEAVES; l++)
        measure_leaf(data, p, l);
}

static bool sorted_init(struct kmeans_data *data, const struct mat *X, const double *mean)
{
    const size_t n_leaves = data->n_blocks * KMEANS_LEAVES;
    struct points p = { 0 };

    data->box = ct_malloc_array(data->n_blocks, sizeof *data->box);
    data->leaf = ct_malloc_array(n_leaves, sizeof *data->leaf);
    data->sum = ct_calloc_array(n_leaves, sizeof *data->sum);
    if (data->box == NULL || data->leaf == NULL || data->sum == NULL ||
        points_init(&p, X->rows, NULL) != CT_OK)
        return false;
    fill_sorted(data, &p, X, mean);
    data->order = p.order; /* handed over */
    p.order = NULL;
    points_clear(&p);
    return true;
}

static bool sorts(size_t n_samples, size_t n_features)
{
    return n_features == 2 && n_samples >= MANY;
}

enum ct_status kmeans_data_init(struct kmeans_data *data, const struct mat *X, const double *mean,
                                struct ct_error *err)
{
    const bool is_sorted = sorts(X->rows, X->cols);

    *data = (struct kmeans_data){ .n_samples = X->rows,
                                  .n_features = X->cols,
                                  .n_blocks = kmeans_n_blocks(X->rows) };
    if (!values_init(data) || (is_sorted && !sorted_init(data, X, mean))) {
        kmeans_data_clear(data);
        return ct_fail_nomem(err, "centred points", 0);
    }
    for (size_t i = 0; !is_sorted && i < X->rows; i++)
        for (size_t j = 0; j < X->cols; j++)
            *kmeans_at(data, i, j) = mat_row(X, i)[j] - mean[j];
    return CT_OK;
}

double kmeans_data_memory(size_t n_samples, size_t n_features)
{
    const struct kmeans_data *const data = NULL;
    const double n_blocks = (double)kmeans_n_blocks(n_samples);
    const double values = n_blocks * KMEANS_BLOCK * (double)n_features * sizeof *data->values;
    const double leaves = KMEANS_LEAVES * (sizeof *data->leaf + sizeof *data->sum);

    if (!sorts(n_samples, n_features))
        return values;
    return values + n_blocks * (sizeof *data->box + leaves) + points_memory(n_samples);
}
