/* Result files and figures of what has been computed. */
#ifndef CT_TUI_SAVE_H
#define CT_TUI_SAVE_H

#include "tui/app.h"

/* Ask for a folder; the worker writes into it, after what it is at. With the layers, each hook
 * point is computed once more for its own files. */
void save_results(struct app *app);
void save_figures(struct app *app);

#endif
