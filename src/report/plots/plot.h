/*
 * Every plot of an analysis: one row each, drawn into a canvas or as a figure for both the command
 * line and the user interface.
 */
#ifndef CT_REPORT_PLOT_H
#define CT_REPORT_PLOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pipeline/analysis.h"
#include "pipeline/clustering.h"
#include "plot/target.h"

struct column_order;
struct plot_space;
struct ttest_stage;

/* A marked cluster: everything else is dimmed. */
struct cluster_mark {
    const struct cluster_method *method; /* NULL: nothing is marked */
    int32_t label;
};

struct plot_request { /* zero-initialise: everything is shown, nothing selected */
    struct plot_window window;
    bool has_neuron;
    size_t neuron; /* selected column of the activations */
    struct cluster_mark mark;
    double scale;                       /* factor on the end of the colour scale; 0: 1 */
    const struct column_order *columns; /* of the heatmap of activations; NULL: the notebook's
                                           order, means and scale */
    struct heatmap_cache *cache;        /* NULL, or a cache for this plot only */
    size_t version;                     /* for the cache: changes whenever results do */
    struct plot_view *view;             /* NULL, or receives where the data were drawn */
};

struct plot_item {
    double x, y;
    char words[120];
};

enum { PLOT_NAME_SIZE = 40 };

struct plot {
    /* `tsne`: one word, for tests and scripts; and a short title for the list of views. In a row
     * for each method, %s is replaced by its name and title. */
    char name[PLOT_NAME_SIZE];
    char title[PLOT_NAME_SIZE];
    unsigned order; /* among all plots: the order of the notebook */
    enum { BY_NO_METHOD, BY_FIRST_METHOD, BY_EACH_METHOD } by;
    const struct stage *stage;    /* whose result is required */
    const struct stage *shown_at; /* among whose views it is listed; NULL: the same stage */
    const struct plot_space *space;
    /* Whether there is anything to draw in reports and figures of a; NULL: always. */
    bool (*is_drawn)(const struct analysis *a);
    bool is_live;   /* updated while its stage runs */
    bool in_report; /* printed by `run --plot` */
    bool has_scale; /* its colour scale can be adjusted */
    bool can_order; /* request->columns applies */
    /* If there is nothing to draw (no significant neuron), it shows words instead. One of the
     * two: */
    void (*draw)(const struct analysis *a, const struct plot_target *target,
                 const struct plot_request *request);
    void (*draw_by)(const struct cluster_method *method, const struct analysis *a,
                    const struct plot_target *target, const struct plot_request *request);
    /* Only in a space of items: their number, from left to right; *item is the i-th if it
     * exists. */
    size_t (*item)(const struct analysis *a, size_t i, struct plot_item *item);
    const struct cluster_method *method; /* of a plot for each method */
};

void plot_draw(const struct plot *plot, const struct analysis *a, const struct plot_target *target,
               const struct plot_request *request);

/* False for a plot of a method of clustering that was left out. */
bool plot_has_clusters(const struct plot *plot, const struct analysis *a);

/* Whether it belongs into reports and figures of a, which has the result that it needs. */
bool plot_is_drawn(const struct plot *plot, const struct analysis *a);

/* The labels [n_significant] of the marked method; NULL: no cluster is marked. */
const int32_t *marked_labels(const struct analysis *a, const struct cluster_mark *mark);

/* The colour of a cluster; of noise if label is below 0. */
ink cluster_ink(int32_t label);

/* The selected neuron, else the one with the largest |t|, else the first. */
size_t neuron_to_show(const struct analysis *a, bool has_neuron, size_t neuron);

/* The colour of a neuron's t on a scale up to largest. */
ink t_ink(double t, double largest);

/* The end of that scale: the largest finite |t| of the significant neurons, 1 if none. */
double largest_t(const struct ttest_stage *t);

/* Draws histograms of the clumping in draws [n > 0] of both null models, with the observed
 * clumping. *view is filled unless it is NULL. */
void null_draws_draw(const struct plot_target *target, struct plot_view *view, const char *title,
                     double observed, const struct null_draw *draws, size_t n);

/* Draws KL divergence y [n] at iterations x [n], of consecutive descents max_iter long. */
void kl_curve_draw(const struct plot_target *target, const struct plot_request *request,
                   const char *title, const double *x, const double *y, size_t n, size_t max_iter);

#endif
