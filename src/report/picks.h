/* From a place in a plot to what lies there, and back. */
#ifndef CT_REPORT_PICKS_H
#define CT_REPORT_PICKS_H

#include <stdbool.h>
#include <stddef.h>

#include "report/plots.h"

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

/* What is nearest to (x, y); false where there is nothing to pick. */
bool pick_at(const struct plot *plot, const struct analysis *a, double x, double y,
             struct pick *pick);

/* Where a selection is: the middle of its place. False when it is not in the plot. */
bool pick_place(const struct plot *plot, const struct analysis *a, const struct pick *pick,
                double *x, double *y);

/*
 * The next thing in a direction (dx, dy one of -1, 0, 1; y upwards as the plot draws it: down the
 * rows where y_down): in a plane the nearest point within that quarter, elsewhere the neighbour.
 * *pick stays when there is none.
 */
void pick_move(const struct plot *plot, const struct analysis *a, int dx, int dy, bool y_down,
               struct pick *pick);

/* The exact value there, in words; empty when nothing is picked. */
void pick_describe(const struct plot *plot, const struct analysis *a, const struct pick *pick,
                   char *out, size_t size);

#endif
