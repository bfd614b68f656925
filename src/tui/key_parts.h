/* Actions by what they act on, for keys.c. Each returns whether the action is one of its own. */
#ifndef CT_TUI_KEY_PARTS_H
#define CT_TUI_KEY_PARTS_H

#include "tui/app.h"

/* The pane of parameters. */
bool parameters_act(struct app *app, enum action action);

/* Steps the parameter of that name (1, -1), of the current stage. */
void parameters_step(struct app *app, const char *name, int step);

/* What is selected or marked. */
bool selection_act(struct app *app, enum action action);

/* What is written. */
bool files_act(struct app *app, enum action action);

#endif
