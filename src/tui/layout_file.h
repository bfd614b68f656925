/*
 * The layout that a user left: the current view of each stage, the second view beside it, whether
 * panels are hidden, how lists are sorted, how heatmaps are arranged. A text file `layout` in the
 * folder of sessions, one item per line; the next start begins with it.
 */
#ifndef CT_TUI_LAYOUT_FILE_H
#define CT_TUI_LAYOUT_FILE_H

#include "tui/app.h"

/* Reads the file, if there is one; lines that are not understood are skipped, as those of other
 * versions. The views have been made, and nothing is loaded yet. */
void layout_file_read(struct app *app);

/* Writes it if the layout differs from what was read. CT_EIO, CT_ENOMEM. */
enum ct_status layout_file_write(const struct app *app, struct ct_error *err);

#endif
