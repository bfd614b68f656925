/*
 * Stages that a stage runs on analyses of its own, one after another: their progress as a part of
 * its own. What they show while they run is not passed on.
 */
#ifndef CT_PIPELINE_INNER_RUN_H
#define CT_PIPELINE_INNER_RUN_H

#include <stddef.h>

#include "pipeline/analysis.h"

struct inner_run {
    const struct progress *whole;      /* of the stage that runs the others */
    size_t n_steps;                    /* of all it does; a stage takes as many as its effort */
    size_t first;                      /* where these stages begin */
    const struct stage *const *stages; /* that are run, in order; ends with NULL */
    struct progress_part part;         /* of the one that is running */
};

/* For analysis_run(): the run is borrowed. */
struct analysis_watch inner_watch(struct inner_run *run);

/* The effort of the stages before `stage`; of all for NULL. */
size_t inner_effort(const struct stage *const *stages, const struct stage *stage);

#endif
