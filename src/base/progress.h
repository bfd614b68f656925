/* Long operations report their progress to a callback, which may stop them. */
#ifndef CT_BASE_PROGRESS_H
#define CT_BASE_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>

struct progress {
    /* Called at least a hundred times, so a few times per second of a long operation, always from
     * the thread that started it. False: stop. */
    bool (*tick)(void *context, size_t done, size_t total);
    void *context;
};

/* Steps `first` to first + n - 1 of the n_steps of a longer operation. */
struct progress_part {
    const struct progress *whole; /* borrowed; may be NULL */
    size_t first, n, n_steps;
};

/* A progress whose ticks map to those steps of the whole; *part must outlive it. */
struct progress progress_of_part(struct progress_part *part);

/* True (continue) when p or its tick is NULL. */
bool progress_tick(const struct progress *p, size_t done, size_t total);

#endif
