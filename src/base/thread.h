/* A thread that computes, beside the one that takes signals. */
#ifndef CT_BASE_THREAD_H
#define CT_BASE_THREAD_H

#include <pthread.h>

/* As pthread_create, with all signals that others send blocked (base/signals.h), and with a stack
 * that is enough whatever `ulimit -s` says: not as small, nor address space for nothing. */
int thread_start(pthread_t *thread, void *(*body)(void *context), void *context);

#endif
