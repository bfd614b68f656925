/* Moves through a plot: the selection, zoom and pan. */
#ifndef CT_TUI_PLOT_MOVE_H
#define CT_TUI_PLOT_MOVE_H

#include "report/plots/space.h"
#include "tui/app.h"

/* The selection, as far as the plot can show it; and the selection of what is picked. */
struct pick plot_selection(const struct app *app, const struct view_state *state);
void plot_select(struct app *app, struct view_state *state, const struct pick *pick);

/* The order of the neurons that the view shows; NULL: as they are. */
const struct column_order *plot_columns(struct app *app, const struct plot *plot,
                                        const struct view_state *state);

/* pick_place() and pick_at() of what the view shows. */
bool plot_place(struct app *app, const struct plot *plot, const struct view_state *state,
                const struct pick *pick, double *x, double *y);
bool plot_pick(struct app *app, const struct plot *plot, const struct view_state *state, double x,
               double y, struct pick *pick);

/* Scales the width of the window by factor; the selection, or the centre, stays in place. */
void plot_zoom(struct app *app, const struct plot *plot, struct view_state *state, double factor);

/* Zooms, pans, or moves the selection: by cells, by pages of half the width, to the ends, or by
 * items. False: not an action of these. */
bool plot_move_act(struct app *app, const struct plot *plot, struct view_state *state,
                   enum action action);

#endif
