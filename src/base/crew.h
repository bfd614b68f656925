/*
 * A few threads for parallel sections, short ones by the thousand such as the iterations of t-SNE
 * as well as long ones. OpenMP's threads wait for one another at the end of every section, and spin
 * while they do: where another program takes one of the processors, that costs many times what the
 * threads gain. Here the caller never waits for a helper that has not begun; a helper spins for
 * some microseconds and then sleeps; and when the caller had to wait for a helper longer than it
 * worked itself, it works alone for a while before it asks again.
 */
#ifndef CT_BASE_CREW_H
#define CT_BASE_CREW_H

#include <stddef.h>

#include "base/status.h"

struct crew;

/* The caller and n_threads - 1 helpers (fewer where the system gives no more threads, none in a
 * build without threads). *out is owned by the caller: crew_free. CT_ENOMEM. */
enum ct_status crew_new(int n_threads, struct crew **out, struct ct_error *err);
void crew_free(struct crew *crew);

size_t crew_size(const struct crew *crew); /* threads with the caller; 1 for NULL */

/* Inside a block, the number of the thread that runs it: below crew_size(), 0 for the caller. For
 * scratch of its own. */
size_t crew_thread(void);

/*
 * Calls block(context, i) once for each i in 0 .. n_blocks - 1, in any order, on any thread of the
 * crew, and returns when all are done. Threads begin with the last blocks of their shares: what
 * takes longest should be the last. From one thread at a time, and not from inside a block, as
 * threads have their numbers in one crew. crew may be NULL: the caller does all of it.
 */
void crew_run(struct crew *crew, size_t n_blocks, void (*block)(void *context, size_t i),
              void *context);

#endif
