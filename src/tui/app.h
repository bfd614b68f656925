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

enum { MAX_VIEWS = 64, MAX_PANEL = 32, PROMPT_SIZE = 1024, MESSAGE_SIZE = CT_ERROR_SIZE };

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

struct app {               /* zero-initialise, then app_init() to app_clear(); it does not move */
    struct analysis whole; /* its params are what the user has set */
    struct analysis part;  /* of one hook point of it alone, while that is looked at */
    struct analysis *a;    /* the one of them that is looked at */
    size_t layer;          /* which hook point that is */
    struct worker *worker;
    bool is_stuck; /* the worker has not ended, and never may */
    struct worker_news news;
    const struct stage *goal; /* this one and what it needs are to be computed; NULL: nothing is */
    struct pending {          /* what comes before the goal, when the worker is idle */
        bool (*start)(
            struct app *app); /* true when the worker has something to do; NULL: nothing */
        void (*drop)(struct app *app);
    } pending;
    struct computing { /* what the job that runs computes, while it runs its own */
        const struct stage *stage;
        layer_function *layer; /* for each hook point; NULL: nothing */
        struct result *result; /* NULL: not yet, or it failed */
    } computing;

    const struct stage *stage; /* that is looked at */
    size_t view[MAX_PANEL];    /* which of its views, by its row in the panel; see view.h */
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

enum ct_status app_init(struct app *app, struct ct_error *err);
void app_clear(struct app *app);

/* Cancels what is being computed and ends the worker, for good. */
void app_stop(struct app *app);

void app_say(struct app *app, ink color, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The key of an action, to be told. */
struct key_text app_key(const struct app *app, enum action action);

/* True while stage is being computed or waits for those before it. */
bool app_is_due(const struct app *app, const struct stage *stage);

/* The panel lists the stages that have a title: how many, the one in a row, and the row of one. */
size_t panel_count(void);
const struct stage *panel_stage(size_t row);
size_t panel_row(const struct stage *stage);

/* The analysis that has the stage: where one hook point is looked at, those that go over all hook
 * points stay with the whole. */
const struct analysis *app_analysis(const struct app *app, const struct stage *stage);

/* True when the stage must be computed (again) before its result can be looked at. */
bool app_is_stale(const struct app *app, const struct stage *stage);

/* True while one hook point is looked at alone. */
bool app_is_in_layer(const struct app *app);

/* True when stage has a result, stale or not; and for NULL, where none is needed. */
bool app_has(const struct app *app, const struct stage *stage);

/* Selects a neuron, wrapped into range. Nothing before extraction. */
void app_select_neuron(struct app *app, size_t column);

/* The place of a column among the significant neurons; false when it is not one. */
bool app_significant_index(const struct app *app, size_t column, size_t *index);

/* How many clusters the method has found; 0 before there are any. */
size_t app_n_clusters(const struct app *app, const struct cluster_method *method);

/* Asks before leaving when there is something to lose. */
void app_quit(struct app *app);

void app_prompt(struct app *app, const char *label, const char *text, size_t item,
                enum ct_status (*accept)(struct app *app, const char *text, struct ct_error *err));
void app_confirm(struct app *app, void (*confirmed)(struct app *app), const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
