/* Views that are lists of rows with a cursor: their rows, and the effect of selecting one. */
#ifndef CT_TUI_LISTS_H
#define CT_TUI_LISTS_H

#include <stdbool.h>
#include <stddef.h>

#include "tui/app.h"

enum { LIST_WIDE = 90 }; /* minimum columns for the additional ones */

struct list_value {
    const char *name; /* in filters: `t`, without blanks and < > = */
    double (*of)(struct app *app, const struct view_state *state, size_t i); /* of row i */
};

struct list {
    const char *header; /* above the rows, NULL: none */
    /* Completes the header, if the screen is wide, instead of `more`. NULL: nothing. */
    void (*more_words)(const struct app *app, char *out, size_t size);
    const char *more;         /* additional columns on a wide screen, see LIST_WIDE; NULL: none */
    const char *empty;        /* shown in a list without rows; NULL: a default text */
    enum action empty_action; /* the action this text names; ACTION_NONE: none */
    size_t (*count)(struct app *app, const struct view_state *state);
    /* Draws row i at (row, col), at most cols columns wide. */
    void (*draw)(struct app *app, const struct view_state *state, size_t i, struct canvas *c,
                 size_t row, size_t col, size_t cols);
    /* Called when the cursor moves to row i. NULL: no effect on the selection. */
    void (*select)(struct app *app, const struct view_state *state, size_t i);
    /* The row of the current selection; count() or more: none. NULL: the cursor stays. */
    size_t (*selected)(struct app *app, const struct view_state *state);
    /* The initial cursor row; count() or more: not known yet. NULL: the first row. */
    size_t (*start)(struct app *app);
    /* Handles space or a click on the cursor's row i. NULL: nothing. */
    void (*act)(struct app *app, size_t i);
    const char *act_help;
    /* Handles enter on row i in the view's pane. NULL: enter computes, as everywhere. */
    void (*open)(struct app *app, size_t i);
    /* Handles `*`: what is like row i is chosen as well. NULL: nothing. */
    void (*every)(struct app *app, size_t i);
    /* The row that is already chosen; count() or more: none. NULL: rows cannot be chosen. */
    size_t (*chosen)(const struct app *app);
    /* The text of row i that searches and filters read; NULL: what is drawn. */
    void (*text)(struct app *app, const struct view_state *state, size_t i, char *out, size_t size);
    const struct list_value *values; /* that filters compare, ends with a name NULL; NULL: none */
    /* A number that changes with what the rows show and with nothing else but the results, the
     * order and the number of rows; NULL: there is nothing else. */
    size_t (*depends)(const struct app *app);
    /* The neuron of row i; NULL: rows are not neurons. */
    size_t (*neuron)(struct app *app, const struct view_state *state, size_t i);
    bool goes_on;     /* space acts on the row, then goes to the next */
    bool is_searched; /* `/` searches its rows, not for a neuron */
    /* The order that a click in that column of the header asks for; NULL: the next one. */
    size_t (*sort_at)(size_t sort, size_t col);
    const char *const *sorts; /* names of the orders, ends with NULL; NULL: a single order */
};

/* The columns [n_neurons] in the order of the table of neurons, borrowed until that or the t-test
 * changes; a t-test has been computed. NULL: out of memory. */
const size_t *lists_neuron_order(struct app *app);

/* Marks the cluster of the selected neuron by the marked method, else by the first, or unmarks
 * it. */
void clusters_mark_own(struct app *app);

/* Prompts for a name of the cluster under the cursor of their table, that is marked, or of the
 * selected neuron. */
void clusters_name(struct app *app);

/* Marks the next (1) or previous (-1) row of the table of clusters, and selects its strongest
 * neuron. */
void clusters_step(struct app *app, int step);

extern const struct list sentence_list;
extern const struct list choice_list; /* models to choose from */
extern const struct list hook_list;
extern const struct list neuron_list;
extern const struct list cluster_list;
extern const struct list driver_list;    /* sentences by the selected neuron's activation */
extern const struct list layer_list;     /* hook points to continue with */
extern const struct list edit_list;      /* sentences before and after what people edit */
extern const struct list change_list;    /* the same of a set of the stage Effect */
extern const struct list neighbour_list; /* neurons by cosine with the selected one */

#endif
