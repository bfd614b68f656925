/* Command lines: the one that repeats an analysis, and parts of one that was given. */
#ifndef CT_REPORT_RUN_COMMAND_H
#define CT_REPORT_RUN_COMMAND_H

#include <stddef.h>

#include "pipeline/params.h"

/* `circuittui run --model demo --swap --chosen zero:12`: every parameter that is not the default,
 * quoted for a shell where that is needed, with --swap and these sets instead of the parameters'.
 * Paths are as they were given. *out is owned by the caller: free(). CT_ENOMEM. */
enum ct_status run_command_with(const struct params *params, const char *chosen, char **out,
                                struct ct_error *err);

/* How many words, from the i-th of a valid command line on, are the option `--NAME`, which takes a
 * value and may be abbreviated; 0: it is another word. */
size_t run_command_option(const char *const *words, size_t i, const char *name);

#endif
