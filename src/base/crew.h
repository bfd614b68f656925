/*
 * A small thread pool for parallel sections, both thousands of short ones such as the iterations of
 * t-SNE and long ones. OpenMP's threads wait for one another at the end of every section and spin
 * meanwhile: when another program takes one of the processors, that costs many times what the
 * threads gain. Here the caller never waits for a helper that has not started; a helper spins for
 * some microseconds and then sleeps; and after waiting for a helper longer than it worked itself,
 * the caller works alone for a while before it asks again.
 */
#ifndef CT_BASE_CREW_H
#define CT_BASE_CREW_H

#include <stddef.h>

#include "base/status.h"

struct crew;

/* The caller and n_threads - 1 helpers (fewer if the system refuses threads, none in a build
 * without threads). *out is owned by the caller: crew_free. CT_ENOMEM. */
enum ct_status crew_new(int n_threads, struct crew **out, struct ct_error *err);
void crew_free(struct crew *crew);

size_t crew_size(const struct crew *crew); /* threads including the caller; 1 for NULL */

/* Inside a block, the number of the thread that runs it: below crew_size(), 0 for the caller.
 * Indexes per-thread scratch. */
size_t crew_thread(void);

/*
 * Calls block(context, i) once for each i in 0 .. n_blocks - 1, in any order, on any thread of the
 * crew, and returns when all are done. Threads start with the last blocks of their shares: the
 * longest blocks should come last. To be called from one thread at a time, and not from inside a
 * block, unless crew has no helpers or is NULL: then the caller runs all blocks, as thread 0.
 */
void crew_run(struct crew *crew, size_t n_blocks, void (*block)(void *context, size_t i),
              void *context);

#endif
