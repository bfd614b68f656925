/* Result files and figures of what has been computed. */
#ifndef CT_TUI_SAVE_H
#define CT_TUI_SAVE_H

#include "tui/app.h"

/* Ask for a folder; the worker writes into it, after what it is at. With the layers, each hook
 * point is computed once more for its own files. */
void save_results(struct app *app);
void save_figures(struct app *app);

/* The worker is idle: true when it has been given something to write, or to compute for that. */
bool save_next(struct app *app);

/* Forgets what was to be written. */
void save_end(struct app *app);

#endif
