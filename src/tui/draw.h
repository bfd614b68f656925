/* The whole screen as a canvas: panels around the view that is looked at, and what lies over them.
 */
#ifndef CT_TUI_DRAW_H
#define CT_TUI_DRAW_H

#include "tui/app.h"

enum { MIN_ROWS = 16, MIN_COLS = 60 };

/* Where things lie on a screen of this size; areas that do not fit are empty. */
struct layout {
    struct rect header, pipeline, parameters, view, neuron, footer;
};

void layout_make(struct layout *l, size_t rows, size_t cols, bool is_wide);

/* Draws everything; *c has the size of the screen. */
void draw_screen(struct app *app, struct canvas *c);

/* The settings that the parameters pane shows for a stage, in its order: indices into settings[];
 * returns how many, at most max. */
size_t stage_settings(enum stage_id stage, size_t *out, size_t max);

#endif
