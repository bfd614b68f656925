/* What views of plots have in common. */
#ifndef CT_TUI_VIEW_PLOT_H
#define CT_TUI_VIEW_PLOT_H

#include "tui/view.h"

/* The functions of plot_view; see struct view_ops. */
void plot_view_draw(struct app *app, const struct view *view, struct view_state *state,
                    struct canvas *c, struct rect area);
bool plot_view_act(struct app *app, const struct view *view, struct view_state *state,
                   enum action action);
void plot_view_mouse(struct app *app, const struct view *view, struct view_state *state, size_t row,
                     size_t col, int wheel);
extern const struct view_key plot_keys[];
const struct view_key *plot_hint(const struct view *view);

#endif
