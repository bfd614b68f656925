/* A weight in its mapped file: a matrix (or a vector, one row) of F32, F16 or BF16. */
#ifndef CT_MODEL_OPS_TENSOR_H
#define CT_MODEL_OPS_TENSOR_H

#include <stdbool.h>
#include <stddef.h>

enum tensor_dtype { TENSOR_F32, TENSOR_F16, TENSOR_BF16 };

enum { TENSOR_N_DTYPES = TENSOR_BF16 + 1 };

struct tensor {       /* borrows data from a mapped file */
    const void *data; /* [rows, cols], little-endian, possibly unaligned */
    enum tensor_dtype dtype;
    size_t rows;
    size_t cols;
};

size_t tensor_item_size(enum tensor_dtype dtype);

static inline size_t tensor_bytes(const struct tensor *t)
{
    return t->rows * t->cols * tensor_item_size(t->dtype);
}

/* The whole tensor as float32 in place, or NULL if it must be read by tensor_read(). */
const float *tensor_in_place(const struct tensor *t);

/* out[0 .. n) = t[row, col .. col + n) as float32; widening is exact. */
void tensor_read(const struct tensor *t, size_t row, size_t col, size_t n, float *out);

#endif
