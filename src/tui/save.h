/* Saves result files and figures of the computed stages. */
#ifndef CT_TUI_SAVE_H
#define CT_TUI_SAVE_H

#include "tui/app.h"

/* Ask for a folder; the worker writes into it after its current job. With layers, each hook point
 * is computed again for its own files. */
void save_results(struct app *app);
void save_figures(struct app *app);

#endif
