/*
 * Maps positions in a plot to what is drawn there, and back. Each kind of plot has a space, a const
 * row at the end of its space_NAME.c.
 */
#ifndef CT_REPORT_PLOTS_SPACE_H
#define CT_REPORT_PLOTS_SPACE_H

#include <stdbool.h>
#include <stddef.h>

#include "report/plots/plot.h"

struct pick {
    bool has_neuron;
    size_t neuron; /* column of the activations */
    bool has_sentence;
    size_t sentence;
    bool has_other;
    size_t other; /* matrices: the neuron of the row */
    bool has_item;
    size_t item; /* bin of a histogram, point of a curve */
};

struct plot_space {
    bool can_zoom;
    bool shows_selection; /* its plots draw the selected neuron themselves */

    /* The item nearest to (x, y); false if there is nothing to pick. *pick must be zeroed. */
    bool (*at)(const struct plot *plot, const struct analysis *a, double x, double y,
               struct pick *pick);

    /* The position of a selection: the centre of its place. False when it is not in the plot. */
    bool (*place)(const struct plot *plot, const struct analysis *a, const struct pick *pick,
                  double *x, double *y);

    /* The next item in a direction (dx, dy in -1, 0, 1; y upwards as drawn: down the rows where
     * y_down): in a plane the nearest point within that quarter, elsewhere the neighbour. *pick is
     * unchanged if there is none. */
    void (*move)(const struct plot *plot, const struct analysis *a, int dx, int dy, bool y_down,
                 struct pick *pick);

    /* The exact value there, as text; empty when nothing is picked. */
    void (*describe)(const struct plot *plot, const struct analysis *a, const struct pick *pick,
                     char *out, size_t size);
};

/* The same functions for a plot's space. */
static inline bool pick_at(const struct plot *plot, const struct analysis *a, double x, double y,
                           struct pick *pick)
{
    *pick = (struct pick){ 0 };
    return plot->space->at(plot, a, x, y, pick);
}

static inline bool pick_place(const struct plot *plot, const struct analysis *a,
                              const struct pick *pick, double *x, double *y)
{
    *x = 0.0;
    *y = 0.0;
    return plot->space->place(plot, a, pick, x, y);
}

static inline void pick_move(const struct plot *plot, const struct analysis *a, int dx, int dy,
                             bool y_down, struct pick *pick)
{
    plot->space->move(plot, a, dx, dy, y_down, pick);
}

static inline void pick_describe(const struct plot *plot, const struct analysis *a,
                                 const struct pick *pick, char *out, size_t size)
{
    plot->space->describe(plot, a, pick, out, size);
}

extern const struct plot_space space_bins;        /* item: a bin of a histogram */
extern const struct plot_space space_curve;       /* item: a point of a curve */
extern const struct plot_space space_sentences;   /* x: sentence, group after group; y: its mean */
extern const struct plot_space space_neuron;      /* x: sentence; y: activation of one neuron */
extern const struct plot_space space_activations; /* x: neuron, y: sentence, group after group */
extern const struct plot_space space_neurons;     /* x: neuron; y: its t */
extern const struct plot_space space_volcano;     /* a neuron by difference of the means and p */
extern const struct plot_space space_plane;       /* a point of the t-SNE plot */
extern const struct plot_space space_groups;      /* the same: the answer's neurons by group */
extern const struct plot_space space_map;         /* a block and a token: see stage_map.h */
extern const struct plot_space space_matrix;      /* x and y: significant neurons in some order */

#endif
