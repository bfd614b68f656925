/* What is known of units that other processes compute: which are there, what Slurm says of its
 * jobs, and the last line of their newest log. */
#ifndef CT_TUI_WATCH_H
#define CT_TUI_WATCH_H

#include "pipeline/units_folder.h"
#include "tui/queue.h"

struct watch {     /* zero-initialise; watch_clear() */
    double looked; /* seconds, when last; 0: never */
    bool *present; /* [n of the source] */
    struct units_pace pace;
    struct queue queue;
    char log[256]; /* its name; empty: there is none */
    char line[512];
};

/* Looks again if a second is over. */
void watch_follow(struct watch *watch, const struct unit_source *source);

/* Seconds until all units are there, if they go on to come as they have so far; NaN: not known. */
double watch_seconds_left(const struct watch *watch, const struct unit_source *source);

void watch_clear(struct watch *watch);

#endif
