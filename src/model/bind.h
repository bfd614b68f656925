/*
 * Finds the tensors of a model in its files and checks their shapes and dtypes. An architecture
 * calls these functions in sequence: the first failure is kept, and later calls do nothing. In the
 * files, names may have one of the prefixes.
 */
#ifndef CT_MODEL_BIND_H
#define CT_MODEL_BIND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "model/checkpoint.h"
#include "model/ops/tensor.h"
#include "model/tensor_names.h"
#include "model/weights.h"

struct binder {
    const struct checkpoint *checkpoint; /* borrowed; bound tensors borrow from it */
    const char *dir;                     /* for messages */
    const struct tensor_names *names;    /* borrowed */
    const char *const *prefixes;         /* NULL-terminated */
    struct ct_error *err;
    enum ct_status status; /* CT_EFORMAT (missing, another shape), CT_ENOTSUP (another dtype) */

    /* What has been bound so far: */
    uint64_t n_parameters;
    bool has_dtype[TENSOR_N_DTYPES]; /* by enum tensor_dtype */
    struct named_matrix *matrices;   /* [n_matrices], owned */
    size_t n_matrices;
};

/* Whether there is such a tensor, with or without a prefix. */
bool bind_has(const struct binder *b, const char *name);

/* NAME, [rows, cols]. */
void bind_matrix(struct binder *b, struct tensor *out, size_t rows, size_t cols, const char *format,
                 ...) __attribute__((format(printf, 5, 6)));

/* Lists the matrices that have been bound: out->matrices is owned by the caller. CT_ENOMEM is kept
 * as any failure. */
void bind_list(struct binder *b, struct weights *out);
void binder_clear(struct binder *b);

/* MODULE.weight and, if has_bias, MODULE.bias: [n]. */
void bind_norm(struct binder *b, struct norm *out, size_t n, bool has_bias, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

struct linear_shape {
    enum linear_layout layout;
    size_t n_in;
    size_t n_out;
    bool has_bias;
};

/* MODULE.weight, in the given layout, and MODULE.bias [n_out]. */
void bind_linear(struct binder *b, struct linear *out, const struct linear_shape *shape,
                 const char *format, ...) __attribute__((format(printf, 4, 5)));

#endif
