/* The second view of a wide screen. */
#ifndef CT_TUI_VIEW_BESIDE_H
#define CT_TUI_VIEW_BESIDE_H

#include "tui/view.h"

/* The view to show beside the current one on a wide screen: of clusters, the picture beside the
 * matrix of cosines and the other way round; the picture beside everything else about neurons.
 * NULL: none, or the user wants none. */
const struct view *view_beside(struct app *app, struct view_state **state);

#endif
