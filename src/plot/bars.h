/*
 * A histogram from given counts: vertical bars over equal bins, the axis from 0. Heights have a
 * resolution of eighths of a cell in Unicode, thirds in ASCII (. : #); a bin that is not empty is
 * always visible. Bars are whole columns wide if the bins fit; with more bins than columns, half
 * columns (braille); with more than those, several bins are summed per bar, as stated in the name
 * of the axis.
 */
#ifndef CT_PLOT_BARS_H
#define CT_PLOT_BARS_H

#include "plot/plot.h"

struct bars { /* zero-initialise; borrows everything */
    struct plot_text text;
    const uint64_t *counts; /* [n_bins] */
    const double *edges;    /* [n_bins + 1], ascending, equal widths */
    size_t n_bins;
    bool x_integer; /* bins are of whole numbers: there are no ticks between them */
    ink ink;
    const ink *inks;         /* [n_bins]; NULL: ink */
    const uint64_t *outline; /* [n_bins] a second histogram, as a line over the bars; NULL:
                                none */
    ink outline_ink;
    const struct plot_rule *rules; /* [n_rules], drawn behind the bars */
    size_t n_rules;
};

/* view may be NULL. */
void bars_draw(struct canvas *c, struct rect area, const struct bars *b, struct plot_view *view);

#endif
