/* OpenBLAS, loaded when a product is wanted: that, and the start of its threads, takes longer than
 * to test or to cluster some thousand neurons. */
#ifndef CT_NUM_LINEAR_BLAS_LIBRARY_H
#define CT_NUM_LINEAR_BLAS_LIBRARY_H

#include <cblas.h>
#include <stddef.h>

#include "base/status.h"

/* LAPACK, which comes in OpenBLAS's library without a header of its own: eigenvalues il .. iu
 * (from 1, ascending) of a symmetric matrix, with their vectors. The last three arguments are the
 * lengths of the three strings, as Fortran passes them. */
extern void dsyevr_(const char *jobz, const char *range, const char *uplo, const int *n, double *a,
                    const int *lda, const double *vl, const double *vu, const int *il,
                    const int *iu, const double *abstol, int *m, double *w, double *z,
                    const int *ldz, int *isuppz, double *work, const int *lwork, int *iwork,
                    const int *liwork, int *info, size_t, size_t, size_t);

/* clang-format off */
#define BLAS_FUNCTIONS(F)                                               \
    F(cblas_, dgemm) F(cblas_, dgemv) F(cblas_, dnrm2) F(cblas_, sgemm) \
    F(openblas_, get_corename) F(openblas_, set_num_threads) F(, dsyevr_)
/* clang-format on */

struct blas_library {
#define BLAS_POINTER(prefix, f) __typeof__(prefix##f) *f;
    BLAS_FUNCTIONS(BLAS_POINTER)
#undef BLAS_POINTER
};

extern struct blas_library blas; /* filled in once, by blas_library_load() */

/*
 * Before so many threads of ours call any function; each call then runs on the caller's thread
 * alone, since our own loops hand out the work. CT_EIO: it is not there, or is another one, or one
 * of the functions computes wrongly, as those of old releases do on newer processors;
 * CT_ENOMEM: each thread gets a buffer, and where ulimit leaves no room for it OpenBLAS would wait
 * for ever. What else is needed meanwhile has been allocated before.
 */
enum ct_status blas_library_load(size_t n_threads, struct ct_error *err);

/* Bytes that it takes when so many threads call it. */
double blas_memory(int n_threads);

#endif
