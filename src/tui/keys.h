/* What keys and clicks do: handlers change the state, drawing happens elsewhere. */
#ifndef CT_TUI_KEYS_H
#define CT_TUI_KEYS_H

#include "tui/app.h"
#include "tui/screen.h"

/* rows and cols: of the screen that the event happened on. */
void keys_handle(struct app *app, const struct event *event, size_t rows, size_t cols);

#endif
