/* Where the program finds what it brings along. */
#ifndef CT_CLI_PATHS_H
#define CT_CLI_PATHS_H

#include <stdbool.h>

#include "base/status.h"
#include "hub/cache.h"

/*
 * The folder with the demo model and demo stimuli: in the data directory that belongs to the
 * program's own place (installed anywhere, or in the build tree), else in the one it was configured
 * for. *out is owned by the caller: free(). CT_EIO: in neither.
 */
enum ct_status paths_demo(char **out, struct ct_error *err);

/* True for a variable of the environment that is there and not empty. */
bool paths_is_set(const char *variable);

/* A place by the XDG base directory specification: name in the folder that the variable names, or
 * else in_home in the home. Relative values are ignored. *out is owned by the caller: free(); NULL
 * when memory is out, and when false is returned: the environment names neither. */
bool paths_xdg(const char *variable, const char *name, const char *in_home, char **out);

/* Where state that outlives a run is kept: `.../circuittui`, not necessarily there. Owned by the
 * caller; NULL: the environment names no home, or memory is out. */
char *paths_state(void);

/* Where temporary files go that may be large: not /tmp, which may be memory. Borrowed. */
const char *paths_temporary(void);

/* What the environment says about the cache of Hugging Face's tools. */
struct hub_env paths_hub(void);

#endif
