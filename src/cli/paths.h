/* Where the program finds what it brings along. */
#ifndef CT_CLI_PATHS_H
#define CT_CLI_PATHS_H

#include "base/status.h"

/*
 * The folder with the demo model and demo stimuli: in the data directory that belongs to the
 * program's own place (installed anywhere, or in the build tree), else in the one it was configured
 * for. *out is owned by the caller: free(). CT_EIO: in neither.
 */
enum ct_status paths_demo(char **out, struct ct_error *err);

#endif
