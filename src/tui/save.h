/* Result files and figures of what has been computed. */
#ifndef CT_TUI_SAVE_H
#define CT_TUI_SAVE_H

#include "tui/app.h"

/* Ask for a folder and write into it; with the layers, in the worker, which computes each hook
 * point once more for its own files. */
void save_results(struct app *app);
void save_figures(struct app *app);

/* The worker has written the hook points: writes the rest, and ends it. */
void save_rest(struct app *app);

/* Forgets what the worker was to write. */
void save_end(struct app *app);

#endif
