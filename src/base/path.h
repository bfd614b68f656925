/* Paths as text. */
#ifndef CT_BASE_PATH_H
#define CT_BASE_PATH_H

#include <limits.h>
#include <stdbool.h>

/* PATH_MAX bytes of out, as by snprintf(); false when the path is longer. */
bool path_put(char out[PATH_MAX], const char *format, ...) __attribute__((format(printf, 2, 3)));

/* What stands for `~` at the start of *path, which then begins behind it: home, where *path is `~`
 * or begins with `~/` and home is neither NULL nor empty, else "". */
const char *path_take_home(const char **path, const char *home);

/* `FOLDER/NAME`, owned by the caller: free(); NULL when memory is out. */
char *path_join(const char *folder, const char *name);

bool path_is_folder(const char *path);

#endif
