/* The command line that repeats an analysis. */
#ifndef CT_REPORT_RUN_COMMAND_H
#define CT_REPORT_RUN_COMMAND_H

#include "pipeline/params.h"

/* `circuittui run --model demo --swap --chosen zero:12`: every parameter that is not the default,
 * quoted for a shell where that is needed, with --swap and these sets instead of the parameters'.
 * Paths are as they were given. *out is owned by the caller: free(). CT_ENOMEM. */
enum ct_status run_command_with(const struct params *params, const char *chosen, char **out,
                                struct ct_error *err);

#endif
