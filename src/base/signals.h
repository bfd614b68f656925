/* Which thread takes signals. */
#ifndef CT_BASE_SIGNALS_H
#define CT_BASE_SIGNALS_H

#include <signal.h>

/* Blocks all signals that others send, in this thread and those it starts from now on, and not the
 * faults of a thread itself: blocked, these end the program before any handler is asked. *before
 * is for pthread_sigmask(SIG_SETMASK). */
void signals_block(sigset_t *before);

#endif
