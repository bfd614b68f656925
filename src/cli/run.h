/* The command run, in parts that other commands share. */
#ifndef CT_CLI_RUN_H
#define CT_CLI_RUN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/status.h"
#include "cli/options.h"
#include "pipeline/analysis.h"

/* Computes a, whose parameters are set, prints the report and writes results as the options ask
 * for; command [n_command]: the arguments of the run, for its manifest. Errors of results_check()
 * and of the stages. */
enum ct_status run_analysis(struct analysis *a, const struct options *options,
                            const char *const *command, size_t n_command, struct ct_error *err);

struct shard_watch { /* of a task that others wait for */
    /* Called a few times a second with the units of its share that are done. False: stop. */
    bool (*tick)(void *context, size_t n_done, size_t n);
    void *context;
};

/* Computes the units of options->task, and nothing else. Without a watch, says on the terminal how
 * far it is and then what there is. A signal that ends processes stops it: CT_ECANCELED. */
enum ct_status run_shard(struct options *options, const struct shard_watch *watch,
                         struct ct_error *err);

/* Analyses what the tasks have computed in the folder of results. Of the options, those of merge.
 */
enum ct_status run_merge(struct options *options, const char *folder, struct ct_error *err);

#endif
