/*
 * Every plot of an analysis: one row each, shown in a canvas or as a figure for the command line
 * and the user interface alike.
 */
#ifndef CT_REPORT_PLOT_H
#define CT_REPORT_PLOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pipeline/analysis.h"
#include "pipeline/clustering.h"
#include "plot/target.h"

struct plot_space;
struct ttest_stage;

/* A cluster that is marked: what is not in it steps back. */
struct cluster_mark {
    const struct cluster_method *method; /* NULL: nothing is marked */
    int32_t label;
};

struct plot_request { /* zero-initialise: everything, nothing selected */
    struct plot_window window;
    bool has_neuron;
    size_t neuron; /* selected column of the activations */
    struct cluster_mark mark;
    double scale;                /* times the usual end of a colour scale; 0: as it is */
    struct heatmap_cache *cache; /* NULL, or of this plot alone */
    size_t version;              /* another one when results have changed, for the cache */
    struct plot_view *view;      /* NULL, or where the data were put */
};

struct plot_item {
    double x, y;
    char words[120];
};

enum { PLOT_NAME_SIZE = 40 };

struct plot {
    /* `tsne`: one word, for tests and scripts; and in a few words, for a list of views. Of a row by
     * method, %s stands for its name and its title. */
    char name[PLOT_NAME_SIZE];
    char title[PLOT_NAME_SIZE];
    unsigned order; /* among all plots: in the order of the notebook */
    enum { BY_NO_METHOD, BY_FIRST_METHOD, BY_EACH_METHOD } by;
    const struct stage *stage;    /* whose result must be there */
    const struct stage *shown_at; /* among whose views it is; NULL: that one's */
    const struct plot_space *space;
    bool is_live;   /* while its stage runs, the picture so far is shown */
    bool in_report; /* printed by `run --plot` */
    bool has_scale; /* its colours have an end that can be moved */
    /* What cannot be drawn (no significant neuron) says so in words. One of the two: */
    void (*draw)(const struct analysis *a, const struct plot_target *target,
                 const struct plot_request *request);
    void (*draw_by)(const struct cluster_method *method, const struct analysis *a,
                    const struct plot_target *target, const struct plot_request *request);
    /* Of a space of items: their number, from left to right; *item is the i-th if there is one. */
    size_t (*item)(const struct analysis *a, size_t i, struct plot_item *item);
    const struct cluster_method *method; /* of a plot by method */
};

void plot_draw(const struct plot *plot, const struct analysis *a, const struct plot_target *target,
               const struct plot_request *request);

/* The labels [n_significant] of the marked method; NULL: nothing is marked. */
const int32_t *marked_labels(const struct analysis *a, const struct cluster_mark *mark);

/* The colour of a cluster, of noise where label is below 0. */
ink cluster_ink(int32_t label);

/* The selected neuron, else the one whose |t| is largest, else the first. */
size_t neuron_to_show(const struct analysis *a, bool has_neuron, size_t neuron);

/* The colour of a neuron's t on a scale that ends at largest. */
ink t_ink(double t, double largest);

/* The largest finite |t| of the significant neurons, 1 where there is none: the end of that scale.
 */
double largest_t(const struct ttest_stage *t);

/* KL divergence y [n] at iterations x [n], of descents max_iter long, one after another. */
void kl_curve_draw(const struct plot_target *target, const struct plot_request *request,
                   const char *title, const double *x, const double *y, size_t n, size_t max_iter);

#endif
