/*
 * What can be looked at. A view draws into an area of the canvas and
 * answers keys and clicks there; it keeps what it must remember in its struct view_state.
 */
#ifndef CT_TUI_VIEW_H
#define CT_TUI_VIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tui/app.h"

struct view_key {
    enum action actions[8]; /* up to the first that is none */
    const char *mouse;      /* what does it with the mouse; NULL: nothing */
    const char *what;       /* NULL: no more keys */
};

struct view_ops { /* a kind of view */
    void (*draw)(struct app *app, const struct view *view, struct view_state *state,
                 struct canvas *c, struct rect area);
    /* True when the action means something here. */
    bool (*act)(struct app *app, const struct view *view, struct view_state *state,
                enum action action);
    /* A click (wheel 0) or a turn of the wheel (-1 up, 1 down) in a cell of the area. */
    void (*mouse)(struct app *app, const struct view *view, struct view_state *state, size_t row,
                  size_t col, int wheel);
    const struct view_key *keys; /* for help */
    /* The most useful of them, for the last line. */
    const struct view_key *(*hint)(const struct view *view);
};

struct view {
    const char *name;          /* one word or two */
    const struct stage *stage; /* that it belongs to */
    const struct stage *needs; /* whose result it draws; NULL: nobody's */
    const struct view_ops *ops;
    const void *what; /* the kind's own: a struct plot, a struct list */
};

/* [n_views] a stage's lists and plots beside each other; there after views_init(), see views.h. */
extern struct view views[MAX_VIEWS];
extern size_t n_views;

/* The view that is looked at, and its state. */
const struct view *view_current(struct app *app, struct view_state **state);

size_t view_count(const struct stage *stage);

/* The next (1) or previous (-1) view of the stage. */
void view_step(struct app *app, int step);

extern const struct view_ops plot_view;     /* what: a struct plot of report/plots.h */
extern const struct view_ops live_view;     /* t-SNE while it runs, the plot when it has ended */
extern const struct view_ops list_view;     /* what: struct list of tui/lists.h */
extern const struct view_ops overview_view; /* what has been loaded; what: NULL */
extern const struct view_ops choice_view;   /* a list where enter chooses, too */

#endif
