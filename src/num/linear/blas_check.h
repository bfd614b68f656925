/*
 * Checks that OpenBLAS computes correctly on this processor. It selects kernels by processor model;
 * releases older than the processor have selected some that give wrong results.
 */
#ifndef CT_NUM_LINEAR_BLAS_CHECK_H
#define CT_NUM_LINEAR_BLAS_CHECK_H

#include "base/status.h"
#include "num/linear/blas_functions.h"

/* Computes with small matrices, in whole blocks and remainders: products of integers must be exact,
 * two eigenvectors accurate to 1e-9. CT_EIO names the function, and the setting that helps. */
enum ct_status blas_check(const struct blas_library *b, struct ct_error *err);

#endif
