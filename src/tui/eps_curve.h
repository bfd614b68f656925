/* One row below a picture of DBSCAN: the number of clusters over eps, with the present eps marked.
 * It is computed by the worker when it is idle. */
#ifndef CT_TUI_EPS_CURVE_H
#define CT_TUI_EPS_CURVE_H

#include "report/plots.h"
#include "tui/app.h"

/* Whether the plot depends on eps: DBSCAN's picture, the k-distances. */
bool plot_shows_eps(const struct plot *plot);

/* Starts computing the curve, if it is not known and the worker is idle. True: it is
 * busy with that from now on. */
bool eps_curve_follow(struct app *app);

/* Draws the row as far as there is something to draw. */
void eps_curve_draw(const struct app *app, struct canvas *c, struct rect row);

#endif
