/* How the threads of the program wait for work. */
#ifndef CT_CLI_THREADS_H
#define CT_CLI_THREADS_H

/*
 * Lets idle threads sleep instead of spinning: where another process has one of the processors,
 * spinning makes everything half as fast again. The OpenMP runtime reads how to wait from its
 * environment when it is loaded, so the program starts itself once more with that set. Returns when
 * it is set already, or when the system does not allow it. argv: the program's own.
 */
void threads_sleep_when_idle(char **argv);

#endif
