/*
 * Every plot of an analysis, in the order of its stages: one row of a table each, shown in a canvas
 * or as a figure for the command line and the user interface alike.
 */
#ifndef CT_REPORT_PLOTS_H
#define CT_REPORT_PLOTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pipeline/analysis.h"
#include "pipeline/stage_ttest.h"
#include "plot/target.h"

/* A cluster that is marked: what is not in it steps back. */
enum cluster_method { CLUSTER_NONE, CLUSTER_DBSCAN, CLUSTER_KMEANS };

struct cluster_mark {
    enum cluster_method method; /* CLUSTER_NONE: nothing is marked */
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

/* What a place in a plot stands for. */
enum plot_space {
    SPACE_BINS,        /* item: a bin of a histogram; not to be zoomed */
    SPACE_CURVE,       /* item: a point of a curve */
    SPACE_SENTENCES,   /* x: sentence, group after group; y: its mean */
    SPACE_NEURON,      /* x: sentence; y: what one neuron answers to it */
    SPACE_ACTIVATIONS, /* x: neuron, y: sentence, group after group */
    SPACE_NEURONS,     /* x: neuron; y: its t */
    SPACE_VOLCANO,     /* a neuron by difference of the means and p */
    SPACE_PLANE,       /* a point of t-SNE's picture */
    SPACE_MATRIX,      /* x and y: significant neurons in some order */
};

struct plot_item {
    double x, y;
    char words[120];
};

struct plot {
    const char *name;             /* `tsne`: one word, for tests and scripts */
    const char *title;            /* in a few words, for a list of views */
    const struct stage *stage;    /* whose result must be there, with those before it */
    const struct stage *shown_at; /* among whose views it is; NULL: that one's */
    enum plot_space space;
    bool is_live;   /* while that stage runs, the picture of it so far is shown */
    bool in_report; /* printed by `run --plot` */
    /* What cannot be drawn (no significant neuron) says so in words. */
    void (*draw)(const struct analysis *a, const struct plot_target *target,
                 const struct plot_request *request);
    /* SPACE_MATRIX: places to significant neurons; NULL: as they lie. */
    const size_t *(*order)(const struct analysis *a);
    /* SPACE_BINS, SPACE_CURVE: the number of items, from left to right; *item is the i-th if there
     * is one. */
    size_t (*item)(const struct analysis *a, size_t i, struct plot_item *item);
};

extern const struct plot plots[];
extern const size_t n_plots;

/* The plot of that name; NULL: none. */
const struct plot *plot_find(const char *name);

/* The labels [n_significant] that a method gave; NULL: none, or there are no clusters yet. */
const int32_t *cluster_labels(const struct analysis *a, enum cluster_method method);

/* `DBSCAN`, `k-means`. */
const char *cluster_method_name(enum cluster_method method);

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
