/* Long work tells a sink how far it is, and the sink may stop it. */
#ifndef CT_BASE_PROGRESS_H
#define CT_BASE_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>

struct progress {
    /* Called about a hundred times, always from the thread that started the work. False: stop. */
    bool (*tick)(void *context, size_t done, size_t total);
    void *context;
};

/* True (go on) when p or its tick is NULL. */
bool progress_tick(const struct progress *p, size_t done, size_t total);

#endif
