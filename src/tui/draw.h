/* Draws the whole screen into a canvas: panels around the current view, and overlays. */
#ifndef CT_TUI_DRAW_H
#define CT_TUI_DRAW_H

#include "tui/app.h"
#include "tui/layout.h"

/* Draws everything; *c has the size of the screen. */
void draw_screen(struct app *app, struct canvas *c);

#endif
