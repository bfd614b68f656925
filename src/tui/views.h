/* All views: a table with one row per list, and all plots. */
#ifndef CT_TUI_VIEWS_H
#define CT_TUI_VIEWS_H

/* Fills the list in view.h; call once. */
void views_init(void);

#endif
