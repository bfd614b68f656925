#include "config.h"
#include "plot/block_means.h"

#include <stdlib.h>
#include <string.h>

#include "base/kernel.h"
#include "base/mem.h"

static CT_KERNEL void add_f64(const double *restrict row, double factor, size_t d,
                              double *restrict sum)
{
#pragma omp simd
    for (size_t k = 0; k < d; k++)
        sum[k] += factor * row[k];
}

static CT_KERNEL void add_f32(const float *restrict row, double factor, size_t d,
                              double *restrict sum)
{
#pragma omp simd
    for (size_t k = 0; k < d; k++)
        sum[k] += factor * (double)row[k];
}

/* sum [d + 1]: of the rows in a span, followed by their number. */
static void sum_rows(const struct row_set *set, struct span span, double *sum)
{
    const struct matview *const X = &set->X;

    memset(sum, 0, (X->cols + 1) * sizeof *sum);
    for (size_t place = span.from; place < span.to; place++) {
        const size_t row = set->order != NULL ? set->order[place] : place;
        if (row >= X->rows)
            continue;
        const double factor = set->factors != NULL ? set->factors[row] : 1.0;
        if (X->dtype == DTYPE_F32)
            add_f32((const float *)X->data + row * X->stride, factor, X->cols, sum);
        else
            add_f64((const double *)X->data + row * X->stride, factor, X->cols, sum);
        sum[X->cols] += 1.0;
    }
}

static CT_KERNEL double product(const double *a, const double *b, size_t d)
{
    double sum = 0.0;

#pragma omp simd reduction(+ : sum)
    for (size_t k = 0; k < d; k++)
        sum += a[k] * b[k];
    return sum;
}

bool block_means(const struct row_set *set, const struct span *rows, size_t n_rows,
                 const struct span *cols, size_t n_cols, double *out)
{
    const size_t d = set->X.cols;
    double *const sums = ct_malloc_array(n_rows + n_cols, (d + 1) * sizeof *sums);

    if (sums == NULL)
        return false;
    for (size_t k = 0; k < n_rows + n_cols; k++)
        sum_rows(set, k < n_rows ? rows[k] : cols[k - n_rows], sums + k * (d + 1));
    for (size_t i = 0; i < n_rows; i++)
        for (size_t j = 0; j < n_cols; j++) {
            const double *const a = sums + i * (d + 1);
            const double *const b = sums + (n_rows + j) * (d + 1);
            out[i * n_cols + j] = product(a, b, d) / (a[d] * b[d]); /* no entry: 0 / 0 */
        }
    free(sums);
    return true;
}
