/* The number of the calling thread inside a parallel region; 0 in a build without threads. */
#ifndef CT_MODEL_THREADS_H
#define CT_MODEL_THREADS_H

#include <stddef.h>
#ifdef _OPENMP
#include <omp.h>
#endif

static inline size_t thread_index(void)
{
#ifdef _OPENMP
    return (size_t)omp_get_thread_num();
#else
    return 0;
#endif
}

#endif
