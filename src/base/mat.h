/*
 * Dense row-major arrays. struct mat owns float64; struct matview borrows float32 or float64, so
 * that kernels read activations in place (mapped files included) and compute in float64.
 */
#ifndef CT_BASE_MAT_H
#define CT_BASE_MAT_H

#include <stddef.h>

#include "base/status.h"

struct mat { /* zero-initialise; owns data until mat_clear() */
    size_t rows;
    size_t cols;
    double *data; /* [rows, cols] */
};

/* Zeroed [rows, cols]; a size of 0 is allowed. CT_ENOMEM, naming `what`; *m is unchanged then. */
enum ct_status mat_init(struct mat *m, size_t rows, size_t cols, const char *what,
                        struct ct_error *err);
void mat_clear(struct mat *m);

static inline double *mat_row(const struct mat *m, size_t i)
{
    return m->data + i * m->cols;
}

enum dtype { DTYPE_F32, DTYPE_F64 };

static inline size_t dtype_size(enum dtype dtype)
{
    return dtype == DTYPE_F32 ? sizeof(float) : sizeof(double);
}

struct matview { /* borrows data */
    const void *data;
    enum dtype dtype;
    size_t rows;
    size_t cols;
    size_t stride; /* elements from one row to the next, at least cols */
};

struct matview mat_view(const struct mat *m);

static inline double matview_get(const struct matview *v, size_t i, size_t j)
{
    const size_t at = i * v->stride + j;

    return v->dtype == DTYPE_F32 ? (double)((const float *)v->data)[at]
                                 : ((const double *)v->data)[at];
}

/* out[k] = v[i, j + k] as float64 for k in 0 .. n - 1. */
void matview_read(const struct matview *v, size_t i, size_t j, size_t n, double *out);

#endif
