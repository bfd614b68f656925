/* OpenBLAS, loaded on first use: loading it and starting its threads takes longer than testing or
 * clustering a few thousand neurons. */
#ifndef CT_NUM_LINEAR_BLAS_LIBRARY_H
#define CT_NUM_LINEAR_BLAS_LIBRARY_H

#include <stddef.h>

#include "base/status.h"
#include "num/linear/blas_functions.h"

extern struct blas_library blas; /* filled in once, by blas_library_load() */

/*
 * Call before any function is used, with the number of threads that will use them; each call then
 * runs on the caller's thread only, since the callers distribute the work themselves. CT_EIO: it is
 * missing, or a different library, or a function computes wrong results, as those of old releases
 * do on newer processors. CT_ENOMEM: each thread needs a buffer, and OpenBLAS would wait forever if
 * ulimit leaves no room for it. Allocate everything else that is needed at the same time before
 * this call.
 */
enum ct_status blas_library_load(size_t n_threads, struct ct_error *err);

/* Memory in bytes when n_threads threads call it. */
double blas_memory(int n_threads);

#endif
