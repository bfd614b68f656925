/* Handles keys and clicks: handlers change the state, drawing is elsewhere. */
#ifndef CT_TUI_KEYS_H
#define CT_TUI_KEYS_H

#include "tui/app.h"
#include "tui/screen.h"

/* rows and cols: size of the screen where the event occurred. */
void keys_handle(struct app *app, const struct event *event, size_t rows, size_t cols);

#endif
