/*
 * The state of the user interface: the analysis, the worker that computes its stages, the selection
 * and the current view. Views draw from it and change it in response to keys; nothing here draws.
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
#include "pipeline/direct_neurons.h"
#include "pipeline/effect_probe.h"
#include "pipeline/eps_counts.h"
#include "plot/canvas.h"
#include "plot/heatmap.h"
#include "plot/plot.h"
#include "report/plots.h"
#include "report/plots/column_order.h"
#include "report/results.h"
#include "tui/watch.h"
#include "tui/worker.h"

enum pane { PANE_PIPELINE, PANE_PARAMETERS, PANE_VIEW, N_PANES };

enum mode {
    MODE_NORMAL,
    MODE_HELP,    /* the overlay with all keys */
    MODE_PROMPT,  /* a line is being edited */
    MODE_CONFIRM, /* a key answers a question */
};

enum { MAX_VIEWS = 64, MAX_PANEL = 32, PROMPT_SIZE = 1024, MESSAGE_SIZE = CT_ERROR_SIZE };

/* The state that a view keeps between drawings. */
enum { MANY_ANSWERS = 500 }; /* of a session that are recognised when they come again */

struct view_state {
    struct plot_window window; /* zoom; all zeros: everything */
    struct plot_view shown;    /* where the plot was last drawn */
    size_t at, top;            /* lists: cursor and first visible row */
    size_t rows_shown;
    bool is_placed; /* lists: the cursor is at its initial position, or where the user moved it */
    size_t sort;    /* lists: current order */
    bool has_other; /* matrices: the neuron of the row */
    size_t other;
    bool has_item; /* histograms, curves: the bin or point of the cursor */
    size_t item;
    double scale;             /* factor on the colour scale of a heatmap; 0: 1 */
    enum column_kind columns; /* order of its neurons */
    bool peaks;               /* largest |x| instead of means */
};

struct app;
struct view;

struct prompt {
    const char *label;
    char text[PROMPT_SIZE]; /* UTF-8 */
    size_t length, cursor;  /* bytes */
    enum { COMPLETES_NOTHING, COMPLETES_PATHS, COMPLETES_GROUPS } completes;
    /* Called with the text on enter; an error message is shown, and the line stays open. */
    enum ct_status (*accept)(struct app *app, const char *text, struct ct_error *err);
    size_t item;                                        /* for the accept function */
    char note[60];                                      /* beside the text: what it would find */
    void (*changed)(struct app *app, const char *text); /* called after every edit; NULL: nothing */
};

/* Indices sorted by a value of the selected neuron, computed when a list first shows them. */
struct ranking {
    const void *of; /* the result they were computed from */
    size_t neuron;
    size_t *order;
};

/* Rows of a list as it is sorted, computed when it is first shown so. */
struct sorted {
    const void *of; /* the result that they were computed from */
    size_t sort, version;
    size_t *order; /* NULL: not yet */
};

struct aside { /* see aside.h */
    enum { ASIDE_NONE, ASIDE_RUNS, ASIDE_DONE, ASIDE_FAILED } state;
    uint64_t key;
};

enum { FILTER_SIZE = 200 };

struct row_filter { /* see row_filter.h */
    char words[FILTER_SIZE], before[FILTER_SIZE];
    size_t *rows; /* [n] of n_all that match; NULL: not yet */
    size_t n, n_all;
    size_t sort, version, depends; /* for which they are */
};

struct neuron_range { /* neurons selected together in a list, see row_range.h */
    const struct view *view;
    size_t *columns; /* [n] ascending; n 0: none */
    size_t n;
    size_t anchor, first, last; /* rows of the list, whether shown or not */
};

struct edit_step { /* owns its texts */
    struct effect_edit edit;
    char *neurons; /* as --chosen takes them, with hook points */
    char *what;    /* for people */
};

struct edit_steps {          /* see edits.h */
    struct edit_step *steps; /* [n] in the order in which they were made */
    size_t n;
    size_t kind;     /* of the next */
    bool is_wanted;  /* to be computed when the worker is idle */
    bool is_changed; /* since the result */
    bool has_result;
    struct effect_probe *probe;
    struct effect_probed result, fresh; /* what is shown; what the worker makes */
    char *asked;                        /* of fresh */
};

struct app {               /* zero-initialise, then app_init() to app_clear(); must not be moved */
    struct analysis whole; /* its params are the user's settings */
    struct analysis part;  /* a single hook point of it, while that is shown */
    struct analysis *a;    /* the one of them that is shown */
    size_t layer;          /* the hook point of part */
    struct worker *worker;
    bool is_stuck; /* the worker has not ended, and may never end */
    struct worker_news news;
    bool is_updating;                   /* the next goal is a stale stage that has a result */
    bool is_following;                  /* and takes milliseconds */
    const struct stage *goal;           /* to be computed with everything it needs; NULL: nothing */
    struct pending {                    /* runs before the goal when the worker is idle */
        bool (*start)(struct app *app); /* true if it started a job; NULL: nothing */
        void (*drop)(struct app *app);
    } pending, probing; /* files to be written; edits to be made */
    struct computing {  /* the computation of the running job, if it is one */
        const struct stage *stage;
        layer_function *layer; /* called for each hook point; NULL: none */
        size_t iterations;     /* the parameter with which it began */
        struct result *result; /* NULL: not finished, or failed */
    } computing;

    struct watch watch;  /* of the units that the activations are read from */
    bool had[MAX_PANEL]; /* stages whose results were dropped with what they were computed from */

    const struct stage *stage; /* the current one */
    size_t view[MAX_PANEL];    /* current view of each stage, by panel row; see view.h */
    struct view_state views[MAX_VIEWS];
    struct heatmap_cache caches[MAX_VIEWS];
    struct row_filter filters[MAX_VIEWS]; /* of views that are lists */
    size_t version;                       /* of the results: changes whenever any of them does */
    enum pane pane;
    size_t parameter; /* row of the current parameter of the stage */
    bool is_wide;     /* only the view, no panels */
    bool is_bench;    /* a second view beside it, where there is room */

    bool has_neuron;
    size_t neuron;   /* selected column of the activations */
    size_t sentence; /* selected sentence */
    struct cluster_mark mark;
    struct neuron_range range;
    struct cluster_mark naming; /* the cluster that is being named */

    struct edit_steps edits;
    struct hook_point *hook_points; /* [n_hook_points] of the loaded model */
    size_t n_hook_points;
    struct sorted neurons, changes; /* of the t-test; of sentences by what edits change */
    struct ranking drivers, neighbours;
    struct column_order columns;

    struct keymap keymap;
    enum mode mode;
    struct view_state help; /* what is shown of the overlay */
    struct prompt prompt;
    char question[MESSAGE_SIZE];
    void (*confirmed)(struct app *app);
    char message[MESSAGE_SIZE];
    ink message_ink;

    const char *demo;         /* folder of the built-in model and sentences, borrowed; NULL: none */
    struct hub_env hub;       /* locations of models in the cache, borrowed */
    struct hub_model *models; /* [n_models] in the cache, once searched */
    size_t n_models;
    bool has_models;
    struct ct_error models_error; /* why there are none; empty: no error */

    const char *out;     /* folder that export writes to, borrowed */
    const char *figures; /* the same for figures */
    bool force;          /* export may overwrite files */
    unsigned formats;    /* of export, a set of enum result_format */
    bool unsaved;
    struct {                         /* answers computed in this session */
        size_t n;                    /* different ones */
        uint64_t keys[MANY_ANSWERS]; /* of the first of them */
    } answers;
    struct neuron_words { /* of the card: see neuron_words.h */
        struct aside aside;
        size_t neuron;
        bool is_known; /* the neuron adds something by itself: */
        struct direct_neuron says;
    } words;
    struct token_values { /* see token_values.h */
        struct aside aside;
        size_t hook;    /* among those of the analysis */
        size_t rows[2]; /* [n_rows] the sentence and its twin */
        size_t n_rows;
        float *values; /* [tokens of both, width], owned */
        size_t width;
    } token_values;
    struct eps_curve { /* of the row below DBSCAN's picture: see eps_curve.h */
        struct aside aside;
        struct eps_counts counts;
    } eps_curve;
    struct saving {   /* files that the worker is writing, or will write when idle */
        char *folder; /* of results or figures, owned; NULL: nothing to write */
        enum saving_step { SAVING_WAITS, SAVING_LAYERS, SAVING_FILES } step;
        bool is_whole; /* with a manifest */
        bool has_all;  /* no result is left out */
        struct results results;
    } saving;
    const char *sessions; /* where interrupted sessions are saved, borrowed; NULL: nowhere */
    char *layout_read;    /* as it was at the start, owned; see layout_file.h */
    char *session;        /* folder of the one the user was asked about, owned */
    char *copied;         /* to be given to the terminal's clipboard, owned; NULL: nothing */
    size_t rows, cols;    /* of the screen when the last key was pressed */
    bool quit;
    bool redraw; /* redraw the whole screen */
};

enum ct_status app_init(struct app *app, struct ct_error *err);
void app_clear(struct app *app);

/* Cancels the running job and ends the worker permanently. */
void app_stop(struct app *app);

void app_say(struct app *app, ink color, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The key of an action, for messages. */
struct key_text app_key(const struct app *app, enum action action);

/* True while stage, or one that is shown at it, is being computed. */
bool app_runs(const struct app *app, const struct stage *stage);

/* True while stage is being computed or waits for an earlier one. */
bool app_is_due(const struct app *app, const struct stage *stage);

/* The panel lists the stages that have a title: their number, the stage in a row, and the row of a
 * stage. */
size_t panel_count(void);
const struct stage *panel_stage(size_t row);
size_t panel_row(const struct stage *stage);

/* The analysis that has the stage's result: while a single hook point is shown, stages that cover
 * all hook points belong to the whole. */
const struct analysis *app_analysis(const struct app *app, const struct stage *stage);

/* True when the stage must be computed (again) before its result can be shown. */
bool app_is_stale(const struct app *app, const struct stage *stage);

/* True while a single hook point is shown. */
bool app_is_in_layer(const struct app *app);

/* True when stage has a result, stale or not; also for NULL, which needs none. */
bool app_has(const struct app *app, const struct stage *stage);

/* Selects a neuron; the index wraps around. Does nothing before extraction. */
void app_select_neuron(struct app *app, size_t column);

/* The index of a column among the significant neurons; false when it is not one. */
bool app_significant_index(const struct app *app, size_t column, size_t *index);

/* The number of clusters by the method; 0 if not computed. */
size_t app_n_clusters(const struct app *app, const struct cluster_method *method);

/* Quits, after a confirmation if unsaved results would be lost. */
void app_quit(struct app *app);

void app_prompt(struct app *app, const char *label, const char *text, size_t item,
                enum ct_status (*accept)(struct app *app, const char *text, struct ct_error *err));
/* The same for a path, which tab completes. */
void app_prompt_path(struct app *app, const char *label, const char *text, size_t item,
                     enum ct_status (*accept)(struct app *app, const char *text,
                                              struct ct_error *err));
void app_confirm(struct app *app, void (*confirmed)(struct app *app), const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
