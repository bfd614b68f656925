#include "config.h"
#include "model/ops/linear.h"

#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "base/mem.h"
#include "model/ops/panel.h"

#ifdef __has_builtin
#if __has_builtin(__builtin_shufflevector) /* Clang, GCC 12 */
#define HAS_SHUFFLE 1
#endif
#endif

/*
 * A strip of W is processed DEPTH rows at a time: they are read in runs of 512 bytes and packed
 * into 256 KiB, which stay in the level 2 cache while ROWS rows of x are multiplied with them.
 */
enum { STRIP = 128, DEPTH = 512, ROWS = 512 };

/* Of a transposed strip: rows at a time, and inputs of each. */
enum { QUAD = 4, BLOCK = 128 };

enum { FLOATS_PER_LINE = 16 };

size_t linear_stride(size_t n)
{
    return (n + PANEL_MAX_WIDTH - 1) / PANEL_MAX_WIDTH * PANEL_MAX_WIDTH + FLOATS_PER_LINE;
}

size_t linear_scratch(bool has_factors)
{
    return (size_t)DEPTH * STRIP + (has_factors ? (size_t)ROWS * STRIP : 0);
}

struct linear linear_part(const struct linear *whole, size_t first, size_t n_out)
{
    struct linear part = *whole;

    part.first += first;
    part.n_out = n_out;
    return part;
}

struct linear linear_runs(const struct linear *whole, size_t first, size_t run, size_t stride,
                          size_t n_out)
{
    struct linear part = linear_part(whole, first, n_out);

    assert(whole->layout == LINEAR_OUT_IN && whole->run == 0);
    part.run = run;
    part.stride = stride;
    return part;
}

size_t linear_stored(const struct linear *linear, size_t j)
{
    return linear->first +
           (linear->run > 0 ? j / linear->run * linear->stride + j % linear->run : j);
}

size_t linear_index(const struct linear *linear, size_t stored)
{
    const size_t at = stored - linear->first; /* huge if it is before the first */

    if (stored < linear->first || linear->run == 0)
        return at;
    return at % linear->stride < linear->run
               ? at / linear->stride * linear->run + at % linear->stride
               : SIZE_MAX;
}

struct section {
    const struct linear_job *job;
    const struct panel_kernel *kernel;
    size_t n_row_blocks;
    float *scratch;
};

/* Packs inputs k .. k + depth of outputs at .. at + n into panels; the last one is padded with
 * 0. */
static void pack(const struct panel_kernel *kernel, const struct tensor *w, size_t k, size_t depth,
                 size_t at, size_t n, float *panels)
{
    const size_t n_panels = (n + kernel->width - 1) / kernel->width;
    const float *const in_place = tensor_in_place(w);
    float row[STRIP] = { 0 };

    if (in_place != NULL && n % kernel->width == 0) {
        kernel->pack(in_place + k * w->cols + at, w->cols, depth, n_panels, depth, panels);
        return;
    }
    for (size_t i = 0; i < depth; i++) {
        tensor_read(w, k + i, at, n, row);
        kernel->pack(row, 0, 1, n_panels, depth, panels + i * kernel->width);
    }
}

/* to[i * width + j] = from[j][i] for j < QUAD, i < n. */
static void transpose(const float *const from[QUAD], size_t n, size_t width, float *to)
{
    size_t i = 0;

#ifdef HAS_SHUFFLE
    typedef float quad __attribute__((vector_size(QUAD * sizeof(float)), aligned(sizeof(float))));
    for (; i + QUAD <= n; i += QUAD) {
        const quad a = *(const quad *)(from[0] + i);
        const quad b = *(const quad *)(from[1] + i);
        const quad c = *(const quad *)(from[2] + i);
        const quad d = *(const quad *)(from[3] + i);
        const quad low_ab = __builtin_shufflevector(a, b, 0, 4, 1, 5);
        const quad low_cd = __builtin_shufflevector(c, d, 0, 4, 1, 5);
        const quad high_ab = __builtin_shufflevector(a, b, 2, 6, 3, 7);
        const quad high_cd = __builtin_shufflevector(c, d, 2, 6, 3, 7);
        *(quad *)(to + i * width) = __builtin_shufflevector(low_ab, low_cd, 0, 1, 4, 5);
        *(quad *)(to + (i + 1) * width) = __builtin_shufflevector(low_ab, low_cd, 2, 3, 6, 7);
        *(quad *)(to + (i + 2) * width) = __builtin_shufflevector(high_ab, high_cd, 0, 1, 4, 5);
        *(quad *)(to + (i + 3) * width) = __builtin_shufflevector(high_ab, high_cd, 2, 3, 6, 7);
    }
#endif
    for (; i < n; i++)
        for (size_t j = 0; j < QUAD; j++)
            to[i * width + j] = from[j][i];
}

/* The same for a weight whose rows are outputs, in blocks whose part of a panel stays in the level
 * 1 cache. */
static void pack_transposed(const struct panel_kernel *kernel, const struct linear *linear,
                            size_t k, size_t depth, size_t at, size_t n, float *panels)
{
    static const float zeros[BLOCK] = { 0 };
    const size_t width = kernel->width;
    const size_t n_packed = (n + width - 1) / width * width;
    float rows[QUAD][BLOCK];

    for (size_t i = 0; i < depth; i += BLOCK)
        for (size_t j = 0; j < n_packed; j += QUAD) {
            const size_t n_inputs = size_min(BLOCK, depth - i);
            float *const panel = panels + j / width * width * depth + j % width;
            const float *from[QUAD];
            for (size_t r = 0; r < QUAD; r++) {
                from[r] = j + r < n ? rows[r] : zeros;
                if (j + r < n)
                    tensor_read(&linear->weight, linear_stored(linear, at + j + r), k + i, n_inputs,
                                rows[r]);
            }
            transpose(from, n_inputs, width, panel + i * width);
        }
}

static void read_bias(const struct linear *linear, size_t at, size_t n, float *bias)
{
    if (linear->bias.data == NULL)
        return;
    if (linear->run == 0)
        tensor_read(&linear->bias, 0, linear->first + at, n, bias);
    else
        for (size_t j = 0; j < n; j++)
            tensor_read(&linear->bias, 0, linear_stored(linear, at + j), 1, bias + j);
}

static void multiply_rows(const float *factor, size_t ld_factor, size_t n_rows, size_t n, float *y,
                          size_t ld_y)
{
    for (size_t i = 0; i < n_rows; i++)
#pragma omp simd
        for (size_t j = 0; j < n; j++)
            y[i * ld_y + j] *= factor[i * ld_factor + j];
}

/* Computes columns at .. at + n of y, for n_rows rows from `row` on. */
static void strip(const struct section *s, size_t row, size_t n_rows, size_t at, size_t n)
{
    const struct linear_job *const job = s->job;
    const struct linear *const linear = job->linear;
    const size_t width = s->kernel->width;
    float *const panels = s->scratch + crew_thread() * linear_scratch(job->is_factor);
    float *const product = panels + DEPTH * STRIP;
    float *const y = job->is_factor ? product : job->y + row * job->ld_y + at;
    const size_t ld_y = job->is_factor ? STRIP : job->ld_y;
    float bias[STRIP] = { 0 };

    read_bias(linear, at, n, bias);
    for (size_t k = 0; k < linear->n_in; k += DEPTH) {
        const size_t depth = size_min(DEPTH, linear->n_in - k);
        if (linear->layout == LINEAR_IN_OUT)
            pack(s->kernel, &linear->weight, k, depth, linear->first + at, n, panels);
        else
            pack_transposed(s->kernel, linear, k, depth, at, n, panels);
        for (size_t j = 0; j < n; j += width) {
            const struct panel_job panel = {
                .x = job->x + row * job->ld_x + k,
                .ld_x = job->ld_x,
                .n_rows = n_rows,
                .panel = panels + j * depth,
                .depth = depth,
                .bias = k == 0 ? bias + j : NULL,
                .y = y + j,
                .ld_y = ld_y,
            };
            s->kernel->multiply(&panel);
        }
    }
    for (size_t i = 0; i < n_rows && job->activation != NULL; i++)
        activation_apply(*job->activation, y + i * ld_y, n);
    if (job->is_factor)
        multiply_rows(product, STRIP, n_rows, n, job->y + row * job->ld_y + at, job->ld_y);
}

static void multiply_block(void *context, size_t i)
{
    const struct section *const s = context;
    const struct linear_job *const job = s->job;
    const size_t n_rows = (job->n_rows + s->n_row_blocks - 1) / s->n_row_blocks;
    const size_t row = size_min(i % s->n_row_blocks * n_rows, job->n_rows);
    const size_t at = i / s->n_row_blocks * STRIP;

    strip(s, row, size_min(n_rows, job->n_rows - row), at,
          size_min(STRIP, job->linear->n_out - at));
}

void linear_apply(const struct linear_job *job, float *scratch, struct crew *crew)
{
    size_t n_kernels;
    struct section section = {
        .job = job,
        .kernel = panel_kernels(&n_kernels)[0],
        .n_row_blocks = (job->n_rows + ROWS - 1) / ROWS,
        .scratch = scratch,
    };

    crew_run(crew, (job->linear->n_out + STRIP - 1) / STRIP * section.n_row_blocks, multiply_block,
             &section);
}
