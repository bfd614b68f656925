/* The views that there are: a table with one row for each list, and all plots. */
#ifndef CT_TUI_VIEWS_H
#define CT_TUI_VIEWS_H

/* Fills the list in view.h, once. */
void views_init(void);

#endif
