/* Threads that compute; signals go to the main thread. */
#ifndef CT_BASE_THREAD_H
#define CT_BASE_THREAD_H

#include <pthread.h>

/* Like pthread_create, with asynchronous signals blocked (base/signals.h) and a stack of fixed size
 * whatever `ulimit -s` says: large enough, without wasting address space. Handlers with SA_ONSTACK
 * have a stack of their own, also when that of the thread is used up. */
int thread_start(pthread_t *thread, void *(*body)(void *context), void *context);

#endif
