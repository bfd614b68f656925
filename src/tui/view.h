/*
 * Views of the interface. A view draws into an area of the canvas and handles keys and clicks
 * there; its persistent state is in struct view_state.
 */
#ifndef CT_TUI_VIEW_H
#define CT_TUI_VIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tui/app.h"

struct view_key {
    enum action actions[10]; /* up to the first ACTION_NONE */
    const char *mouse;       /* the equivalent with the mouse; NULL: none */
    const char *what;        /* NULL: no more keys */
};

struct view_ops { /* a kind of view */
    void (*draw)(struct app *app, const struct view *view, struct view_state *state,
                 struct canvas *c, struct rect area);
    /* True if the view handles the action. */
    bool (*act)(struct app *app, const struct view *view, struct view_state *state,
                enum action action);
    /* Handles a click (wheel 0) or a turn of the wheel (-1 up, 1 down) in a cell of the area. */
    void (*mouse)(struct app *app, const struct view *view, struct view_state *state, size_t row,
                  size_t col, int wheel);
    const struct view_key *keys; /* for help */
    /* The most useful keys, for the last line. */
    const struct view_key *(*hint)(const struct view *view);
};

#define CARD_VIEW "card of a neuron"

struct view {
    const char *name;          /* one word or two */
    const struct stage *stage; /* to which it belongs */
    const struct stage *needs; /* whose result it draws; NULL: none */
    const struct view_ops *ops;
    const void *what; /* specific to the kind: a struct plot, a struct list */
};

/* [n_views] the lists and plots of a stage are adjacent; filled by views_init(), see views.h. */
extern struct view views[MAX_VIEWS];
extern size_t n_views;

/* The current view and its state. */
const struct view *view_current(struct app *app, struct view_state **state);

/* Whether what the view draws is being computed. */
bool view_runs(const struct app *app, const struct view *view);

/* Goes to the view of that name of a stage. */
void app_go_to_view(struct app *app, const struct stage *stage, const char *name);

size_t view_count(const struct stage *stage);

/* The next (1) or previous (-1) view of the stage. */
void view_step(struct app *app, int step);

extern const struct view_ops plot_view;     /* what: a struct plot of report/plots.h */
extern const struct view_ops live_view;     /* a stage while it runs, then the plot */
extern const struct view_ops list_view;     /* what: struct list of tui/lists.h */
extern const struct view_ops overview_view; /* what has been loaded; what: NULL */
extern const struct view_ops report_view;   /* what the report says of a stage; what: NULL */
extern const char whole_report[];           /* what: of all stages */
extern const struct view_ops tokens_view;   /* a neuron at every token; what: NULL */
extern const struct view_ops card_view;     /* what is known of the selected neuron; what: NULL */
extern const struct view_ops changes_view; /* edit_list or change_list, and more about a sentence */
extern const struct view_ops units_view;   /* of a run that is shared out; what: NULL */
extern const struct view_ops choice_view;  /* a list where enter also chooses */

#endif
