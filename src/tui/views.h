/* All views: a table with one row per list, and all plots. */
#ifndef CT_TUI_VIEWS_H
#define CT_TUI_VIEWS_H

#include <stdbool.h>

/* Fills the list in view.h; call once. has_units: with the view of units. */
void views_init(bool has_units);

#endif
