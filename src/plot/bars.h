/*
 * A histogram that somebody has counted: vertical bars over equal bins, the axis from 0. Unicode
 * has eighths of a cell in height, ASCII thirds (. : #); a bin that is not empty always shows.
 * Bars are whole columns wide where the bins fit; with more bins than columns, half columns
 * (braille); with more than those, several bins summed in a bar, which the name of the axis says.
 */
#ifndef CT_PLOT_BARS_H
#define CT_PLOT_BARS_H

#include "plot/plot.h"

struct bars { /* zero-initialise; borrows everything */
    struct plot_text text;
    const uint64_t *counts; /* [n_bins] */
    const double *edges;    /* [n_bins + 1], ascending, equal widths */
    size_t n_bins;
    ink ink;
    const ink *inks;               /* [n_bins]; NULL: ink */
    const struct plot_rule *rules; /* [n_rules], behind the bars */
    size_t n_rules;
};

/* view may be NULL. */
void bars_draw(struct canvas *c, struct rect area, const struct bars *b, struct plot_view *view);

#endif
