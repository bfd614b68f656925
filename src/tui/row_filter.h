/*
 * Which rows of a list are shown: all, or those that match a filter. A filter is words separated
 * by blanks, all of which must match: TEXT is somewhere in the row, without regard to ASCII case
 * (a number as a whole one); !TEXT is nowhere in it; NAME<X, NAME>X and NAME=X compare a value of
 * the row, see struct list.
 */
#ifndef CT_TUI_ROW_FILTER_H
#define CT_TUI_ROW_FILTER_H

#include "tui/view.h"

struct rows_shown {     /* borrowed until the filter or the list changes */
    const size_t *rows; /* [n] ascending; NULL: row k is k */
    size_t n;
    size_t n_all;
};

/* The rows of a view that is a list. Without memory: all of them. */
struct rows_shown rows_shown(struct app *app, const struct view *view,
                             const struct view_state *state);

/* The k-th of them, and the place of row i among them: that of the next one if it is not shown, n
 * if there is none. */
size_t row_at(const struct rows_shown *shown, size_t k);
size_t row_place(const struct rows_shown *shown, size_t i);

/* Prompts for the filter of the current view; rows disappear while it is typed. */
void row_filter_ask(struct app *app);

/* What people typed; empty: all rows are shown. */
const char *row_filter_words(const struct app *app, const struct view *view);

/* Shows all rows again. False: they all are. */
bool row_filter_drop(struct app *app, const struct view *view);

/* Those of all views. */
void row_filters_clear(struct app *app);

#endif
