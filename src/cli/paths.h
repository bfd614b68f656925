/* Locations of the program's own files and of user directories. */
#ifndef CT_CLI_PATHS_H
#define CT_CLI_PATHS_H

#include <stdbool.h>

#include "base/status.h"
#include "hub/cache.h"

/*
 * The folder with the demo model and demo sentences: in the data directory relative to the
 * executable (installed anywhere, or in the build tree), else in the configured one. *out is owned
 * by the caller: free(). CT_EIO: in neither. The portable program unpacks its own, into the user's
 * cache or TMPDIR; CT_EIO: neither can be written.
 */
enum ct_status paths_demo(char **out, struct ct_error *err);

/* Call first, with argv[0], borrowed: where there is no /proc, it leads to the executable. */
void paths_set_program(const char *name);

/* True for an environment variable that is set and not empty. */
bool paths_is_set(const char *variable);

/* A path by the XDG base directory specification: name in the variable's folder, else in in_home in
 * the home directory. Relative values are ignored. *out is owned by the caller: free(); NULL when
 * memory is out, and when false is returned: neither variable nor HOME is set. */
bool paths_xdg(const char *variable, const char *name, const char *in_home, char **out);

/* The folder for persistent state: `.../circuittui`, which may not exist. Owned by the caller;
 * NULL: no home directory, or out of memory. */
char *paths_state(void);

/* The folder for large temporary files: not /tmp, which may be in memory. Borrowed. */
const char *paths_temporary(void);

/* The environment variables that locate the cache of Hugging Face's tools. */
struct hub_env paths_hub(void);

#endif
