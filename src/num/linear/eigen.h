/* Symmetric matrices: eigenvectors by LAPACK's dsyevd, with its signs, and what clouds and axes
 * are computed from. OpenBLAS must be loaded (blas_library_load). */
#ifndef CT_NUM_LINEAR_EIGEN_H
#define CT_NUM_LINEAR_EIGEN_H

#include <stddef.h>

#include "base/status.h"

/*
 * Eigenvalues and eigenvectors of A [n, n], symmetric, finite: values [n] in descending order; row
 * k of A becomes the unit vector of values[k]. CT_ENOMEM; CT_EINVAL (no convergence, or n is above
 * 20,000, the limit of LAPACK's workspace).
 */
enum ct_status eigen_symmetric(double *A, size_t n, double *values, struct ct_error *err);
double eigen_symmetric_memory(size_t n); /* peak bytes, without arguments */

/*
 * mean [d] and covariance [d, d] (divisor n) of the rows of X [n, d], float64. Deviations from the
 * mean are multiplied some rows at a time. CT_ENOMEM.
 */
enum ct_status covariance(const double *X, size_t n, size_t d, double *mean, double *cov,
                          struct ct_error *err);

#endif
