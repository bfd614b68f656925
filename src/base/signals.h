/* Which thread receives signals. */
#ifndef CT_BASE_SIGNALS_H
#define CT_BASE_SIGNALS_H

#include <signal.h>

/* Blocks all asynchronous signals in this thread and those it starts from now on, but not a
 * thread's own faults: if blocked, these end the program before any handler runs. *before is for
 * pthread_sigmask(SIG_SETMASK). */
void signals_block(sigset_t *before);

#endif
