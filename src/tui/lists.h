/* Views that are lists of rows with a cursor: what the rows are, and what selecting one means. */
#ifndef CT_TUI_LISTS_H
#define CT_TUI_LISTS_H

#include <stdbool.h>
#include <stddef.h>

#include "tui/app.h"

enum { LIST_WIDE = 90 }; /* columns from which on there is room for more */

struct list {
    const char *header; /* above the rows, NULL: none */
    const char *more;   /* columns that a wide screen has beside those, see LIST_WIDE; NULL: none */
    const char *empty;  /* what a list without rows says; NULL: that there is nothing */
    enum action empty_action; /* does what it says; ACTION_NONE: nothing does */
    size_t (*count)(struct app *app, const struct view_state *state);
    /* Draws row i at (row, col), at most cols columns wide. */
    void (*draw)(struct app *app, const struct view_state *state, size_t i, struct canvas *c,
                 size_t row, size_t col, size_t cols);
    /* The cursor has come to row i. NULL: nothing else is selected by it. */
    void (*select)(struct app *app, const struct view_state *state, size_t i);
    /* The row that shows what is selected; count() or more: none. NULL: the cursor stays. */
    size_t (*selected)(struct app *app, const struct view_state *state);
    /* Where the cursor begins; count() or more: not known yet. NULL: in the first row. */
    size_t (*start)(struct app *app);
    /* Space or a click on row i where the cursor is. NULL: nothing. */
    void (*act)(struct app *app, size_t i);
    const char *act_help;
    /* The row that has been chosen already; count() or more: none. NULL: rows are not chosen. */
    size_t (*chosen)(const struct app *app);
    const char *const *sorts; /* names of orders, ends with NULL; NULL: one order */
};

extern const struct list sentence_list;
extern const struct list choice_list; /* models to choose from */
extern const struct list hook_list;
extern const struct list neuron_list;
extern const struct list cluster_list;
extern const struct list driver_list;    /* sentences by the selected neuron's activation */
extern const struct list layer_list;     /* hook points to go on with */
extern const struct list neighbour_list; /* neurons by cosine with the selected one */

#endif
