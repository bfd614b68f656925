/*
 * The user's defaults: a file of lines `NAME = VALUE` with the names of options, and comments after
 * `#`. A flag is yes or no; hook may be repeated. `key.ACTION` sets the keys of an action of the
 * user interface, `color.ROLE` a colour, see base/keymap.h and plot/palette.h.
 */
#ifndef CT_CLI_CONFIG_FILE_H
#define CT_CLI_CONFIG_FILE_H

#include "base/status.h"
#include "cli/options.h"

/* The path of the file: CIRCUITTUI_CONFIG, or else circuittui/config in XDG_CONFIG_HOME or in
 * ~/.config. *path is owned by the caller: free(); NULL when disabled. CT_ENOMEM. */
enum ct_status config_file_path(char **path, struct ct_error *err);

/*
 * Sets options that the command accepts and the command line does not set. The command line also
 * overrides settings that conflict with it; single steps take no files and formats from the file,
 * rerun only the number of threads. A missing file is not an error. CT_EINVAL, `PATH:LINE: ...`;
 * CT_EIO, CT_ENOMEM.
 */
enum ct_status config_file_apply(const char *path, struct options *options, struct ct_error *err);

#endif
