/* The command run, in parts that other commands share. */
#ifndef CT_CLI_RUN_H
#define CT_CLI_RUN_H

#include "base/status.h"
#include "cli/options.h"
#include "pipeline/analysis.h"

/* Computes a, whose parameters are set, prints the report and writes results as the options ask
 * for; command [n_command]: the arguments of the run, for its manifest. Errors of results_check()
 * and of the stages. */
enum ct_status run_analysis(struct analysis *a, const struct options *options,
                            const char *const *command, size_t n_command, struct ct_error *err);

/* Computes this task's units, and nothing else. */
enum ct_status run_shard(struct options *options, struct ct_error *err);

#endif
