/* Paths as text. */
#ifndef CT_BASE_PATH_H
#define CT_BASE_PATH_H

#include <limits.h>
#include <stdbool.h>

/* Formats like snprintf() into PATH_MAX bytes; false when the path is too long. */
bool path_put(char out[PATH_MAX], const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Strips a leading `~` from *path and returns its replacement: home, if *path is `~` or begins with
 * `~/` and home is neither NULL nor empty, else "" (*path is unchanged). */
const char *path_take_home(const char **path, const char *home);

/* `FOLDER/NAME`, owned by the caller: free(); NULL when memory is out. */
char *path_join(const char *folder, const char *name);

bool path_is_folder(const char *path);
bool path_is_file(const char *path); /* a regular one, or a link to one */

#endif
