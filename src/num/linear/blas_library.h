/* OpenBLAS, loaded when a product is wanted: that, and the start of its threads, takes longer than
 * to test or to cluster some thousand neurons. */
#ifndef CT_NUM_LINEAR_BLAS_LIBRARY_H
#define CT_NUM_LINEAR_BLAS_LIBRARY_H

#include <stddef.h>

#include "base/status.h"
#include "num/linear/blas_functions.h"

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
