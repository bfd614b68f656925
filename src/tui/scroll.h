/* Keys and wheel of a view that is nothing but lines: state->top is the first one shown. */
#ifndef CT_TUI_SCROLL_H
#define CT_TUI_SCROLL_H

#include "tui/view.h"

/* top, at most so far down that the last of n lines is on the last of rows. */
size_t scroll_clamp(size_t top, size_t n, size_t rows);

/* For struct view_ops; the view clamps state->top while drawing. */
bool scroll_act(struct app *app, const struct view *view, struct view_state *state,
                enum action action);
void scroll_mouse(struct app *app, const struct view *view, struct view_state *state, size_t row,
                  size_t col, int wheel);
extern const struct view_key scroll_keys[];
const struct view_key *scroll_hint(const struct view *view);

#endif
