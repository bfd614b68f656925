/*
 * y = x W + b for many rows at once. The work is cut into strips of W's columns (outputs), each
 * packed for the kernel of panel.h, whichever way the weight is stored (and widened on the way when
 * it is F16 or BF16), and multiplied with all rows. A row of y depends on its row of x alone,
 * to the bit: not on the other rows, the number of threads, or the dtype in which W is stored.
 */
#ifndef CT_MODEL_OPS_LINEAR_H
#define CT_MODEL_OPS_LINEAR_H

#include <stddef.h>

#include "base/crew.h"
#include "model/ops/activation.h"
#include "model/ops/tensor.h"

enum linear_layout {
    LINEAR_IN_OUT, /* rows of the weight are inputs: transformers' Conv1D */
    LINEAR_OUT_IN, /* rows are outputs: torch's Linear */
};

/* A linear layer, or some neighbouring outputs of one that is stored with others. */
struct linear {
    struct tensor weight; /* [n_in, all outputs] or [all outputs, n_in] */
    struct tensor bias;   /* [all outputs]; data NULL: there is none */
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
    size_t ld_y; /* row stride, at least linear_stride(n_out): what is beyond a row is written */
};

/* A row stride for n columns: whole panels, and such that the same column of neighbouring rows does
 * not fall into the same set of the cache, as it would by powers of two. */
size_t linear_stride(size_t n);

/* Floats of scratch that one thread needs. */
size_t linear_scratch(void);

/* scratch [crew_size(crew), linear_scratch()], on a 64-byte line. */
void linear_apply(const struct linear_job *job, float *scratch, struct crew *crew);

#endif
