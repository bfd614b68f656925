#include "config.h"
#include "base/thread.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/signals.h"

enum {
    STACK_SIZE = 1 << 20, /* several times the deepest call chain, OpenBLAS included */
    HANDLERS_SIZE = 1 << 15,
};

struct start {
    void *(*body)(void *context);
    void *context;
};

/* The stack of handlers is in the frame of the thread's first function: what overflows is at the
 * other end. A sanitizer brings its own, and takes it back. */
static void *run(void *context)
{
    const struct start start = *(struct start *)context;
    char room[HANDLERS_SIZE];
    const stack_t ours = { .ss_sp = room, .ss_size = sizeof room };
    stack_t before = { .ss_flags = SS_DISABLE };

    free(context);
    const bool is_ours = sigaltstack(NULL, &before) == 0 && (before.ss_flags & SS_DISABLE) != 0 &&
                         sigaltstack(&ours, NULL) == 0;
    void *const result = start.body(start.context);
    if (is_ours)
        (void)sigaltstack(&(stack_t){ .ss_flags = SS_DISABLE }, NULL);
    return result;
}

int thread_start(pthread_t *thread, void *(*body)(void *context), void *context)
{
    struct start *const start = malloc(sizeof *start);
    pthread_attr_t attributes;
    sigset_t before;

    if (start == NULL)
        return ENOMEM;
    *start = (struct start){ body, context };
    int failed = pthread_attr_init(&attributes);
    if (failed != 0) {
        free(start);
        return failed;
    }
    signals_block(&before);
    failed = pthread_attr_setstacksize(&attributes, STACK_SIZE);
    if (failed == 0)
        failed = pthread_create(thread, &attributes, run, start);
    if (failed != 0)
        free(start);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_attr_destroy(&attributes);
    return failed;
}
