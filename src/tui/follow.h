/* What the worker computes without being asked, for what is in front of the user: nothing that
 * changes results. */
#ifndef CT_TUI_FOLLOW_H
#define CT_TUI_FOLLOW_H

#include "tui/app.h"

/* Starts the next such computation, if there is one and the worker is idle. */
void views_follow(struct app *app);

#endif
