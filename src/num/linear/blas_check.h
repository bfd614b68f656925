/*
 * Whether OpenBLAS computes rightly on this processor. It picks its kernels by the processor's
 * name; releases older than the processor have picked some that do not do what they should.
 */
#ifndef CT_NUM_LINEAR_BLAS_CHECK_H
#define CT_NUM_LINEAR_BLAS_CHECK_H

#include "base/status.h"
#include "num/linear/blas_functions.h"

/* Of small matrices, whole blocks and what is left beside them: products of integers exactly, two
 * eigenvectors to 1e-9. CT_EIO names the function, and what to set. */
enum ct_status blas_check(const struct blas_library *b, struct ct_error *err);

#endif
