#include "config.h"
#include "num/similarity.h"

#include <cblas.h>
#include <limits.h>
#include <math.h>
#include <omp.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/kernel.h"
#include "base/mem.h"

/* Rows and columns of a block: its transpose is written while it is still in the cache. */
enum { BLOCK = 128 };

static size_t block_size(size_t n, size_t block)
{
    return n - block * BLOCK < BLOCK ? n - block * BLOCK : BLOCK;
}

/* out[i, j] = out[j, i] for the block of rows at i0 and columns at j0, taken from below. */
static void mirror(struct mat *out, size_t i0, size_t rows, size_t j0, size_t cols)
{
    for (size_t j = j0; j < j0 + cols; j++)
        for (size_t i = i0; i < i0 + rows; i++)
            mat_row(out, j)[i] = mat_row(out, i)[j];
}

/* Blocks (bi, 0 .. bi) of the lower triangle, and what mirrors them. */
static void fill_block_row(const struct mat *X, size_t bi, struct mat *out)
{
    const size_t i0 = bi * BLOCK;
    const size_t rows = block_size(X->rows, bi);
    const int d = (int)X->cols;
    const int ld = (int)out->cols;

    for (size_t bj = 0; bj < bi; bj++) {
        const size_t j0 = bj * BLOCK;
        cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasTrans, (int)rows, BLOCK, d, 1.0,
                    mat_row(X, i0), d, mat_row(X, j0), d, 0.0, mat_row(out, i0) + j0, ld);
        mirror(out, i0, rows, j0, BLOCK);
    }
    cblas_dsyrk(CblasRowMajor, CblasLower, CblasNoTrans, (int)rows, d, 1.0, mat_row(X, i0), d, 0.0,
                mat_row(out, i0) + i0, ld);
    for (size_t j = i0; j < i0 + rows; j++)
        for (size_t i = j + 1; i < i0 + rows; i++)
            mat_row(out, j)[i] = mat_row(out, i)[j];
}

/* All blocks, the longest rows of them first. False: stopped. */
static bool fill_blocks(const struct mat *X, int n_threads, const struct progress *progress,
                        struct mat *out)
{
    const size_t n_blocks = X->rows / BLOCK + (X->rows % BLOCK != 0);
    atomic_bool stop = !progress_tick(progress, 0, n_blocks);

#pragma omp parallel for num_threads(n_threads > 0 ? n_threads : 1) schedule(dynamic)
    for (size_t k = 0; k < n_blocks; k++) {
        if (atomic_load(&stop))
            continue;
        fill_block_row(X, n_blocks - 1 - k, out);
        if (omp_get_thread_num() == 0 && !progress_tick(progress, k + 1, n_blocks))
            atomic_store(&stop, true);
    }
    return !atomic_load(&stop);
}

enum ct_status gram_matrix(const struct mat *X, int n_threads, const struct progress *progress,
                           struct mat *out, struct ct_error *err)
{
    const size_t n = X->rows;
    size_t count;
    struct mat gram = { .rows = n, .cols = n };

    (void)n_threads; /* in a build without threads */
    if (n > INT_MAX || X->cols > INT_MAX)
        return ct_fail(err, CT_EINVAL, "gram: [%zu, %zu] is too large; at most %d a side", n,
                       X->cols, INT_MAX);
    /* In huge pages where there are some: in small ones, first touch costs more than the rest. */
    if (ct_mul_size(n, n, &count))
        gram.data = ct_aligned_array(count, sizeof *gram.data);
    if (gram.data == NULL)
        return ct_fail_nomem(err, "gram", 8ULL * n * n);
    if (X->cols == 0) {
        memset(gram.data, 0, count * sizeof *gram.data);
    } else if (!fill_blocks(X, n_threads, progress, &gram)) {
        mat_clear(&gram);
        return ct_fail(err, CT_ECANCELED, "gram: cancelled");
    }
    *out = gram;
    return CT_OK;
}

/* row[j] /= norm * norms[j], and 0 where that is 0. */
static CT_KERNEL void scale_row(double *restrict row, double norm, const double *restrict norms,
                                size_t n)
{
#pragma omp simd
    for (size_t j = 0; j < n; j++) {
        const double scale = norm * norms[j];
        row[j] = scale == 0.0 ? 0.0 : row[j] / scale;
    }
}

void gram_to_cosine(struct mat *gram)
{
    enum { COLUMNS = 512 };
    const size_t n = gram->rows;
    double norms[COLUMNS];

    for (size_t i = 0; i < n; i++) {
        double *const own = &mat_row(gram, i)[i];
        *own = isfinite(*own) ? sqrt(*own) : NAN;
    }
    /* Some columns at a time: the diagonal, which has the norms, keeps its place until the end. */
    for (size_t j0 = 0; j0 < n; j0 += COLUMNS) {
        const size_t width = n - j0 < COLUMNS ? n - j0 : COLUMNS;
        for (size_t j = 0; j < width; j++)
            norms[j] = mat_row(gram, j0 + j)[j0 + j];
        for (size_t i = 0; i < n; i++) {
            const double norm = mat_row(gram, i)[i];
            scale_row(mat_row(gram, i) + j0, norm, norms, width);
            mat_row(gram, i)[i] = norm;
        }
    }
    for (size_t i = 0; i < n; i++) {
        double *const own = &mat_row(gram, i)[i];
        *own = *own == 0.0 ? 0.0 : *own / *own;
    }
}

struct labelled {
    int32_t label;
    size_t index;
};

static int compare_labels(const void *left, const void *right)
{
    const struct labelled *const a = left;
    const struct labelled *const b = right;

    if (a->label != b->label)
        return a->label < b->label ? -1 : 1;
    return (a->index > b->index) - (a->index < b->index);
}

enum ct_status order_by_label(const int32_t *labels, size_t n, size_t *order, struct ct_error *err)
{
    struct labelled *const sorted = ct_malloc_array(n, sizeof *sorted);

    if (sorted == NULL)
        return ct_fail_nomem(err, "sort by label", (unsigned long long)n * sizeof *sorted);
    for (size_t i = 0; i < n; i++)
        sorted[i] = (struct labelled){ labels[i], i };
    qsort(sorted, n, sizeof *sorted, compare_labels);
    for (size_t i = 0; i < n; i++)
        order[i] = sorted[i].index;
    free(sorted);
    return CT_OK;
}
