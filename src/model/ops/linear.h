/*
 * y = x W + b for many rows. The work is divided into strips of W's columns (outputs); each is
 * packed for the kernel of panel.h, in whichever layout the weight is stored (widening F16 or
 * BF16), and multiplied with all rows. A row of y depends, to the bit, only on its row of x: not on
 * the other rows, the number of threads, or the dtype in which W is stored.
 */
#ifndef CT_MODEL_OPS_LINEAR_H
#define CT_MODEL_OPS_LINEAR_H

#include <stddef.h>

#include "base/crew.h"
#include "model/ops/activation.h"
#include "model/ops/tensor.h"

enum linear_layout {
    LINEAR_IN_OUT, /* rows of the weight are inputs, as in transformers' Conv1D */
    LINEAR_OUT_IN, /* rows are outputs, as in torch's Linear */
};

/* A linear layer, or a range of the outputs of a fused one (q, k, v). */
struct linear {
    struct tensor weight; /* [n_in, all outputs] or [all outputs, n_in] */
    struct tensor bias;   /* [all outputs]; data NULL: none */
    enum linear_layout layout;
    size_t n_in;
    size_t first; /* outputs first .. first + n_out of those stored */
    size_t n_out;
};

/* Outputs first .. first + n_out of `whole`. */
struct linear linear_part(const struct linear *whole, size_t first, size_t n_out);

struct linear_job {
    const struct linear *linear;
    const float *x; /* [n_rows, n_in], row stride ld_x */
    size_t ld_x;
    size_t n_rows;
    const enum activation *activation; /* applied to y; NULL: none */
    float *y;                          /* [n_rows, n_out]; not x */
    size_t ld_y; /* row stride, at least linear_stride(n_out): the padding is written, too */
};

/* A row stride for n columns: whole panels, and not a power of two, with which a column of adjacent
 * rows would map to the same cache set. */
size_t linear_stride(size_t n);

/* Number of floats of scratch per thread. */
size_t linear_scratch(void);

/* scratch [crew_size(crew), linear_scratch()], 64-byte aligned. */
void linear_apply(const struct linear_job *job, float *scratch, struct crew *crew);

#endif
