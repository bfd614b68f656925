/* Where the panels of the screen are, and what is listed in them. */
#ifndef CT_TUI_LAYOUT_H
#define CT_TUI_LAYOUT_H

#include "tui/app.h"

enum { MIN_ROWS = 16, MIN_COLS = 60 };

/* Positions on a screen of this size; areas that do not fit are empty. */
struct layout {
    struct rect header, pipeline, parameters, view, beside, neuron, footer;
};

void layout_make(struct layout *l, size_t rows, size_t cols, bool is_wide);

/* Gives a part of the view's area to another view beside it, if the screen is wide enough. */
void layout_split(struct layout *l);

/* The first visible row of the stages panel, chosen so that the current stage is visible. */
size_t panel_top(const struct app *app, const struct layout *l);

/* The i-th setting in the parameters pane of a stage; NULL: no more. */
const struct setting *stage_setting(const struct stage *stage, size_t i);

#endif
