/*
 * y = x W + b for many rows at once, W as GPT-2's Conv1D stores it: [in, out], row-major. The work
 * is cut into fixed tiles of columns and rows, each a single-threaded sgemm, so the result does not
 * depend on the number of threads. The caller has set OpenBLAS to one thread.
 */
#ifndef CT_MODEL_LINEAR_H
#define CT_MODEL_LINEAR_H

#include <stddef.h>

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
    float *y;                          /* [n_rows, n_cols], row stride ld_y; not x */
    size_t ld_y;
};

/* Floats of scratch that one thread needs for weights that are not used in place. */
size_t linear_scratch(void);

/* scratch [n_threads, linear_scratch()]; NULL when every weight is float32 in place. */
void linear_apply(const struct linear_job *job, float *scratch, int n_threads);

#endif
