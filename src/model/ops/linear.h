/*
 * y = x W + b for many rows. The work is divided into strips of W's columns (outputs); each is
 * packed for the kernel of panel.h, in whichever layout the weight is stored (widening F16 or
 * BF16), and multiplied with all rows. A row of y depends, to the bit, only on its row of x: not on
 * the other rows, the number of threads, or the dtype in which W is stored.
 */
#ifndef CT_MODEL_OPS_LINEAR_H
#define CT_MODEL_OPS_LINEAR_H

#include <stdbool.h>
#include <stddef.h>

#include "base/crew.h"
#include "model/ops/activation.h"
#include "model/ops/tensor.h"

enum linear_layout {
    LINEAR_IN_OUT, /* rows of the weight are inputs, as in transformers' Conv1D */
    LINEAR_OUT_IN, /* rows are outputs, as in torch's Linear */
};

/* A linear layer, or some of the outputs of a fused one (q, k, v): output j is number
 * linear_stored(linear, j) of those stored. */
struct linear {
    struct tensor weight; /* [n_in, all outputs] or [all outputs, n_in] */
    struct tensor bias;   /* [all outputs]; data NULL: none */
    enum linear_layout layout;
    size_t n_in;
    size_t first; /* the first output */
    size_t n_out;
    size_t run; /* adjacent outputs, after which the next ones are `stride` from there; 0: all */
    size_t stride;
};

/* Outputs first .. first + n_out of `whole`. */
struct linear linear_part(const struct linear *whole, size_t first, size_t n_out);

/* Of `whole`, runs of `run` outputs, the first at `first`, one every `stride`: n_out in all. Only
 * for LINEAR_OUT_IN. */
struct linear linear_runs(const struct linear *whole, size_t first, size_t run, size_t stride,
                          size_t n_out);

size_t linear_stored(const struct linear *linear, size_t j);

/* The output that is stored there; n_out or more: it is not one of these. */
size_t linear_index(const struct linear *linear, size_t stored);

struct linear_job {
    const struct linear *linear;
    const float *x; /* [n_rows, n_in], row stride ld_x */
    size_t ld_x;
    size_t n_rows;
    const enum activation *activation; /* applied to the product; NULL: none */
    bool is_factor;                    /* y is multiplied by the product, not replaced */
    float *y;                          /* [n_rows, n_out]; not x */
    size_t ld_y; /* row stride, at least linear_stride(n_out): the padding is written, too */
};

/* A row stride for n columns: whole panels, and not a power of two, with which a column of adjacent
 * rows would map to the same cache set. */
size_t linear_stride(size_t n);

/* Number of floats of scratch per thread, for jobs that may have is_factor or not. */
size_t linear_scratch(bool has_factors);

/* scratch [crew_size(crew), linear_scratch(job->is_factor)], 64-byte aligned; it may be larger. */
void linear_apply(const struct linear_job *job, float *scratch, struct crew *crew);

#endif
