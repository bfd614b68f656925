#include "config.h"
#include "base/thread.h"

#include <signal.h>

#include "base/signals.h"

enum { STACK_SIZE = 1 << 20 }; /* several times the deepest call chain, OpenBLAS included */

int thread_start(pthread_t *thread, void *(*body)(void *context), void *context)
{
    pthread_attr_t attributes;
    sigset_t before;
    int failed = pthread_attr_init(&attributes);

    if (failed != 0)
        return failed;
    signals_block(&before);
    failed = pthread_attr_setstacksize(&attributes, STACK_SIZE);
    if (failed == 0)
        failed = pthread_create(thread, &attributes, body, context);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_attr_destroy(&attributes);
    return failed;
}
