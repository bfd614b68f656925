/*
 * Every plot of an analysis, in the order of its stages: one row of a table each, drawn into a
 * canvas for the command line and the user interface alike.
 */
#ifndef CT_REPORT_PLOTS_H
#define CT_REPORT_PLOTS_H

#include <stdbool.h>
#include <stddef.h>

#include "pipeline/analysis.h"
#include "plot/canvas.h"
#include "plot/plot.h"

struct plot_request { /* zero-initialise: everything, nothing selected */
    struct plot_window window;
    bool has_neuron;
    size_t neuron;          /* selected column of the activations */
    struct plot_view *view; /* NULL, or where the data were put */
};

/* What a place in a plot stands for. */
enum plot_space {
    SPACE_OTHER,       /* bins of a histogram: nothing that can be selected */
    SPACE_SENTENCES,   /* x: sentence, group after group */
    SPACE_ACTIVATIONS, /* x: neuron, y: sentence, group after group */
    SPACE_NEURONS,     /* x: neuron */
    SPACE_PLANE,       /* a point of t-SNE's picture */
    SPACE_MATRIX,      /* x and y: significant neurons in some order */
};

struct plot {
    const char *name;    /* `tsne`: one word, for tests and scripts */
    const char *title;   /* in a few words, for a list of views */
    enum stage_id stage; /* whose result must be there, with those before it */
    enum plot_space space;
    /* What cannot be drawn (no significant neuron) says so in words. */
    void (*draw)(const struct analysis *a, struct canvas *c, struct rect area,
                 const struct plot_request *request);
    /* SPACE_MATRIX: places to significant neurons; NULL: as they lie. */
    const size_t *(*order)(const struct analysis *a);
};

extern const struct plot plots[];
extern const size_t n_plots;

#endif
