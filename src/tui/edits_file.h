/* The edits of a session as a file: a comment with the command line that repeats them, then a line
 * for each, as --chosen takes it, and what people call it. */
#ifndef CT_TUI_EDITS_FILE_H
#define CT_TUI_EDITS_FILE_H

#include "tui/app.h"

/* Writes the edits, if there are any, to a folder. CT_EIO, CT_ENOMEM. */
enum ct_status edits_write(const struct app *app, const char *folder, struct ct_error *err);

/* Replaces the edits by those in a folder; without the file there are none. CT_EINVAL: it is not
 * such a file; CT_EIO, CT_ENOMEM. Then there are none. */
enum ct_status edits_read(struct app *app, const char *folder, struct ct_error *err);

#endif
