/*
 * y = x W + b for many rows at once, W as GPT-2's Conv1D stores it: [in, out], row-major. The work
 * is cut into strips of W's columns, each packed for the kernel of panel.h (and widened on the way
 * when it is F16 or BF16) and multiplied with all rows. A row of y depends on its row of x alone,
 * to the bit: not on the other rows, the number of threads, or the dtype in which W is stored.
 */
#ifndef CT_MODEL_OPS_LINEAR_H
#define CT_MODEL_OPS_LINEAR_H

#include <stddef.h>

#include "base/crew.h"
#include "model/gpt2.h"
#include "model/gpt2_weights.h"

struct linear_job {
    const float *x; /* [n_rows, in], row stride ld_x */
    size_t ld_x;
    size_t n_rows;
    const struct conv1d *conv;
    size_t first_col; /* columns first_col .. first_col + n_cols of W and b */
    size_t n_cols;
    const enum activation *activation; /* applied to y; NULL: none */
    float *y;                          /* [n_rows, n_cols]; not x */
    size_t ld_y; /* row stride, at least linear_stride(n_cols): what is beyond a row is written */
};

/* A row stride for n columns: whole panels, and such that the same column of neighbouring rows does
 * not fall into the same set of the cache, as it would by powers of two. */
size_t linear_stride(size_t n);

/* Floats of scratch that one thread needs. */
size_t linear_scratch(void);

/* scratch [crew_size(crew), linear_scratch()], on a 64-byte line. */
void linear_apply(const struct linear_job *job, float *scratch, struct crew *crew);

#endif
