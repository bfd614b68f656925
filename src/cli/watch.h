/* The user interface on units that other processes compute. */
#ifndef CT_CLI_WATCH_H
#define CT_CLI_WATCH_H

#include "cli/options.h"
#include "pipeline/unit_file.h"
#include "report/unit_plan.h"

struct watched { /* zero-initialise; owns what source borrows until watched_clear() */
    struct unit_plan plan;
    char *folder;
    struct unit_source source;
};

/* Finds the units in the folder that the options name, and checks that the model and the sentences
 * are still those of their plan. The options take its parameters. Errors of unit_plan_read() and
 * unit_plan_check(). */
enum ct_status watched_find(struct options *options, struct watched *out, struct ct_error *err);

void watched_clear(struct watched *watched);

#endif
