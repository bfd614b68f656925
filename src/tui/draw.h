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

/* The row of the panel of stages that is shown first: the stage that is looked at is in sight. */
size_t panel_top(const struct app *app, const struct layout *l);

/* The i-th setting that the parameters pane shows for a stage; NULL: there are no more. */
const struct setting *stage_setting(const struct stage *stage, size_t i);

#endif
