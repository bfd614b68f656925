#include "config.h"
#include "model/linear.h"

#include <assert.h>
#include <cblas.h>
#include <limits.h>

#include "base/kernel.h"
#include "model/activation.h"
#include "model/threads.h"

/*
 * Tiles are cut by the shape of W alone. Wide strips read longer runs of W's rows (7 % less time
 * on GPT-2 medium), narrow ones leave enough tiles for the threads where W has few columns. W is
 * taken DEPTH rows at a time, widened or not, so that the bits do not depend on its dtype.
 */
enum { WIDE_STRIP = 512, NARROW_STRIP = 256, ROWS = 512, DEPTH = 1024 };

static size_t strip_width(const struct tensor *w)
{
    return w->cols >= 4 * WIDE_STRIP ? WIDE_STRIP : NARROW_STRIP;
}

size_t linear_scratch(void)
{
    return (size_t)DEPTH * WIDE_STRIP;
}

CT_KERNEL
static void add_bias(float *y, const float *bias, size_t n)
{
#pragma omp simd
    for (size_t j = 0; j < n; j++)
        y[j] += bias[j];
}

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Widens rows k .. k + depth of columns col .. col + n; returns their row stride in *ld. */
static const float *weight_tile(const struct tensor *w, size_t k, size_t depth, size_t col,
                                size_t n, float *scratch, size_t *ld)
{
    const float *const in_place = tensor_in_place(w);

    if (in_place != NULL) {
        *ld = w->cols;
        return in_place + k * w->cols + col;
    }
    for (size_t i = 0; i < depth; i++)
        tensor_read(w, k + i, col, n, scratch + i * n);
    *ld = n;
    return scratch;
}

static void tile(const struct linear_job *job, size_t row, size_t n_rows, size_t at, size_t n,
                 float *scratch)
{
    const struct tensor *const w = &job->conv->weight;
    const size_t col = job->first_col + at;
    float *const y = job->y + row * job->ld_y + at;
    float bias[WIDE_STRIP];

    for (size_t k = 0; k < w->rows; k += DEPTH) {
        const size_t depth = smaller(DEPTH, w->rows - k);
        size_t ld;
        const float *const wk = weight_tile(w, k, depth, col, n, scratch, &ld);
        cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, (int)n_rows, (int)n, (int)depth,
                    1.0F, job->x + row * job->ld_x + k, (int)job->ld_x, wk, (int)ld,
                    k > 0 ? 1.0F : 0.0F, y, (int)job->ld_y);
    }
    tensor_read(&job->conv->bias, 0, col, n, bias);
    for (size_t i = 0; i < n_rows; i++) {
        add_bias(y + i * job->ld_y, bias, n);
        if (job->activation != NULL)
            activation_apply(*job->activation, y + i * job->ld_y, n);
    }
}

void linear_apply(const struct linear_job *job, float *scratch, int n_threads)
{
    const size_t width = strip_width(&job->conv->weight);
    const size_t n_strips = (job->n_cols + width - 1) / width;
    const size_t n_row_blocks = (job->n_rows + ROWS - 1) / ROWS;

    assert(job->ld_x <= INT_MAX && job->ld_y <= INT_MAX && job->conv->weight.cols <= INT_MAX);
#pragma omp parallel for schedule(dynamic, 1) num_threads(n_threads)
    for (size_t t = 0; t < n_strips * n_row_blocks; t++) {
        const size_t at = t / n_row_blocks * width;
        const size_t row = t % n_row_blocks * ROWS;
        tile(job, row, smaller(ROWS, job->n_rows - row), at, smaller(width, job->n_cols - at),
             scratch != NULL ? scratch + thread_index() * linear_scratch() : NULL);
    }
    (void)n_threads;
}
