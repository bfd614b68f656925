/* The functions of OpenBLAS that are used, as pointers into the loaded library. */
#ifndef CT_NUM_LINEAR_BLAS_FUNCTIONS_H
#define CT_NUM_LINEAR_BLAS_FUNCTIONS_H

#include <cblas.h>
#include <stddef.h>

/* LAPACK, included in OpenBLAS's library without a header: eigenvalues il .. iu (from 1, ascending)
 * of a symmetric matrix, with their vectors. The last three arguments are the lengths of the three
 * strings, as in Fortran's calling convention. */
extern void dsyevr_(const char *jobz, const char *range, const char *uplo, const int *n, double *a,
                    const int *lda, const double *vl, const double *vu, const int *il,
                    const int *iu, const double *abstol, int *m, double *w, double *z,
                    const int *ldz, int *isuppz, double *work, const int *lwork, int *iwork,
                    const int *liwork, int *info, size_t, size_t, size_t);

/* All eigenvalues, ascending, and vectors, by divide and conquer. */
extern void dsyevd_(const char *jobz, const char *uplo, const int *n, double *a, const int *lda,
                    double *w, double *work, const int *lwork, int *iwork, const int *liwork,
                    int *info, size_t, size_t);

/* The Cholesky factor of a positive definite matrix. */
extern void dpotrf_(const char *uplo, const int *n, double *a, const int *lda, int *info, size_t);

/* clang-format off */
#define BLAS_FUNCTIONS(F)                                               \
    F(cblas_, dgemm) F(cblas_, dgemv) F(cblas_, dnrm2) F(cblas_, sgemm) \
    F(cblas_, dtrsm)                                                    \
    F(openblas_, get_corename) F(openblas_, set_num_threads)            \
    F(, dsyevr_) F(, dsyevd_) F(, dpotrf_)
/* clang-format on */

struct blas_library {
#define BLAS_POINTER(prefix, f) __typeof__(prefix##f) *f;
    BLAS_FUNCTIONS(BLAS_POINTER)
#undef BLAS_POINTER
};

#endif
