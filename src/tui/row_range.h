/* Neurons of neighbouring rows of a list, selected together. */
#ifndef CT_TUI_ROW_RANGE_H
#define CT_TUI_ROW_RANGE_H

#include "tui/view.h"

/* Begins at the cursor, unless there is a range in this view already. */
void row_range_begin(struct app *app, const struct view *view, const struct view_state *state);

/* Makes it the rows that are shown from its beginning to the cursor. CT_ENOMEM: there is none. */
enum ct_status row_range_extend(struct app *app, const struct view *view,
                                const struct view_state *state, struct ct_error *err);

/* Whether row i is in it. */
bool row_range_has(const struct app *app, const struct view *view, size_t i);

#endif
