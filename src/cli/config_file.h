/*
 * The user's own defaults: a file of lines `NAME = VALUE`, the names those of the options, with
 * `#` before comments. A flag is yes or no; hook may come several times. `key.ACTION` takes the
 * keys of an action of the user interface, `color.ROLE` a colour, see base/keymap.h and
 * plot/palette.h.
 */
#ifndef CT_CLI_CONFIG_FILE_H
#define CT_CLI_CONFIG_FILE_H

#include "base/status.h"
#include "cli/options.h"

/* Its path: CIRCUITTUI_CONFIG, or else circuittui/config in XDG_CONFIG_HOME, or in ~/.config.
 * *path is owned by the caller: free(); NULL when there is to be none. CT_ENOMEM. */
enum ct_status config_file_path(char **path, struct ct_error *err);

/*
 * Sets from it what the command line has left alone and the command takes. What was chosen on the
 * command line goes before all that cannot stand beside it; single steps take no files and no
 * formats from it, rerun only the number of threads. A file that is not there says nothing.
 * CT_EINVAL, `PATH:LINE: ...`; CT_EIO, CT_ENOMEM.
 */
enum ct_status config_file_apply(const char *path, struct options *options, struct ct_error *err);

#endif
