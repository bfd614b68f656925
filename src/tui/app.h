/*
 * The state of the user interface: the analysis, the worker that computes its stages, what is
 * selected and looked at. Views draw from it and answer keys by changing it; nothing here draws.
 */
#ifndef CT_TUI_APP_H
#define CT_TUI_APP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/keymap.h"
#include "base/status.h"
#include "hub/cache.h"
#include "hub/list.h"
#include "pipeline/analysis.h"
#include "plot/canvas.h"
#include "plot/heatmap.h"
#include "plot/plot.h"
#include "report/plots.h"
#include "report/results.h"
#include "tui/worker.h"

enum pane { PANE_PIPELINE, PANE_PARAMETERS, PANE_VIEW, N_PANES };

enum mode {
    MODE_NORMAL,
    MODE_HELP,    /* the overlay with all keys */
    MODE_PROMPT,  /* a line is being typed */
    MODE_CONFIRM, /* a key answers a question */
};

enum { MAX_VIEWS = 40, PROMPT_SIZE = 1024, MESSAGE_SIZE = CT_ERROR_SIZE };

/* What a view remembers between drawings. */
struct view_state {
    struct plot_window window; /* zoom; all zeros: everything */
    struct plot_view shown;    /* where the plot was put last */
    size_t at, top;            /* lists: cursor and first row shown */
    size_t rows_shown;
    bool is_placed; /* lists: the cursor is where it begins, or where the user put it */
    size_t sort;    /* lists: order chosen */
    bool has_other; /* matrices: the neuron of the row */
    size_t other;
    bool has_item; /* histograms, curves: the bin or point of the cursor */
    size_t item;
    double scale; /* of a heatmap, times the usual; 0: the usual */
};

struct app;
struct view;

struct prompt {
    const char *label;
    char text[PROMPT_SIZE]; /* UTF-8 */
    size_t length, cursor;  /* bytes */
    bool completes_paths;
    /* Called with the text when enter is pressed; an error stays in the line below. */
    enum ct_status (*accept)(struct app *app, const char *text, struct ct_error *err);
    size_t item; /* the accept function's own */
};

/* Indices by a key of the selected neuron, made when a list first shows them. */
struct ranking {
    const void *of; /* result that they were made from */
    size_t neuron;
    size_t *order;
};

struct app {           /* zero-initialise, then app_init() to app_clear() */
    struct analysis a; /* its params are what the user has set */
    bool is_in_layer;  /* a is the analysis of one hook point of whole, which it borrows from */
    struct analysis whole;
    size_t layer;
    struct worker *worker;
    bool is_stuck; /* the worker has not ended, and never may */
    struct worker_news news;
    enum stage_id goal; /* stages up to this one are to be computed; N_STAGES: none */

    enum stage_id stage;   /* that is looked at */
    size_t view[N_STAGES]; /* which of its views, see views.h */
    struct view_state views[MAX_VIEWS];
    struct heatmap_cache caches[MAX_VIEWS];
    size_t version; /* of the results: another one when any has changed */
    enum pane pane;
    size_t parameter; /* row in the parameters of the stage */
    bool is_wide;     /* the view alone, no panels */

    bool has_neuron;
    size_t neuron;   /* selected column of the activations */
    size_t sentence; /* selected sentence */
    struct cluster_mark mark;

    struct hook_point *hook_points; /* [n_hook_points] of the model that is loaded */
    size_t n_hook_points;
    const void *order_of; /* lists of neurons: the t-test that order was made from */
    size_t order_sort;
    size_t *order;
    struct ranking drivers, neighbours;

    struct keymap keymap;
    enum mode mode;
    struct prompt prompt;
    char question[MESSAGE_SIZE];
    void (*confirmed)(struct app *app);
    char message[MESSAGE_SIZE];
    ink message_ink;

    const char *demo;         /* folder of the built-in model and sentences, borrowed; NULL: none */
    struct hub_env hub;       /* where models are found by name, borrowed */
    struct hub_model *models; /* [n_models] in the cache, when they have been looked for */
    size_t n_models;
    bool has_models;
    struct ct_error models_error; /* why there are none; empty: there are */

    const char *out;     /* folder that export writes to, borrowed */
    const char *figures; /* the same for figures */
    bool force;          /* export may write over what is there */
    unsigned formats;    /* what it writes, a set of enum result_format */
    bool unsaved;
    struct saving {   /* files that the worker writes, or will when it is idle */
        char *folder; /* of results or figures, owned; NULL: there are none to be written */
        enum saving_step { SAVING_WAITS, SAVING_LAYERS, SAVING_FILES } step;
        bool is_whole; /* with a manifest */
        struct results results;
    } saving;
    const char *sessions; /* where sessions that were cut off are kept, borrowed; NULL: nowhere */
    char *session;        /* folder of the one that was asked about, owned */
    bool quit;
    bool redraw; /* send the whole screen again */
};

extern const char *const stage_titles[N_STAGES + 1]; /* the last: writing files */

enum ct_status app_init(struct app *app, struct ct_error *err);
void app_clear(struct app *app);

/* Cancels what is being computed and ends the worker, for good. */
void app_stop(struct app *app);

void app_say(struct app *app, ink color, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The key of an action, to be told. */
struct key_text app_key(const struct app *app, enum action action);

/* True, with a word to the user, while the worker reads what the analysis holds. */
bool app_is_busy(struct app *app);

/* Has an idle worker do what comes next, and hears at once when that is done. */
void app_go_on(struct app *app);

/* Computes what is stale up to and including stage, beside the user interface; while something
 * runs, after it. */
void app_run(struct app *app, enum stage_id stage);
void app_cancel(struct app *app);

/* True while stage is being computed or waits for those before it. */
bool app_is_due(const struct app *app, enum stage_id stage);

/* Goes on with one hook point of the layers alone: a is its analysis from then on. */
void app_enter_layer(struct app *app, size_t layer);

/* Goes back to all of them. Parameters that have been changed meanwhile stay changed. */
void app_leave_layer(struct app *app);

/* The worker has rung: takes what it has finished and starts what comes next. */
void app_hear(struct app *app);

/* True when stage has a result, stale or not; and for N_STAGES, where none is needed. */
bool app_has(const struct app *app, enum stage_id stage);

/* Selects a neuron, wrapped into range. Nothing before extraction. */
void app_select_neuron(struct app *app, size_t column);

/* The place of a column among the significant neurons; false when it is not one. */
bool app_significant_index(const struct app *app, size_t column, size_t *index);

/* How many clusters the method has found; 0 before there are any. */
size_t app_n_clusters(const struct app *app, enum cluster_method method);

/* Asks before leaving when there is something to lose. */
void app_quit(struct app *app);

void app_prompt(struct app *app, const char *label, const char *text, size_t item,
                enum ct_status (*accept)(struct app *app, const char *text, struct ct_error *err));
void app_confirm(struct app *app, void (*confirmed)(struct app *app), const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
