/* Long work reports its progress to a sink, which may stop it. */
#ifndef CT_BASE_PROGRESS_H
#define CT_BASE_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>

struct progress {
    /* Called a hundred times or more, so that there are a few calls in a second of long work;
     * always from the thread that started it. False: stop. */
    bool (*tick)(void *context, size_t done, size_t total);
    void *context;
};

/* Step `first` and the n - 1 after it, of n_steps that longer work has. */
struct progress_part {
    const struct progress *whole; /* borrowed; may be NULL */
    size_t first, n, n_steps;
};

/* A progress whose ticks run through those steps of the whole; *part must live as long. */
struct progress progress_of_part(struct progress_part *part);

/* True (go on) when p or its tick is NULL. */
bool progress_tick(const struct progress *p, size_t done, size_t total);

#endif
