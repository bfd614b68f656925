/*
 * Values in order: sentence means, one neuron over all sentences, the KL divergence over
 * iterations, sorted k-distances. A value that is not finite leaves a gap.
 */
#ifndef CT_PLOT_SERIES_H
#define CT_PLOT_SERIES_H

#include "plot/plot.h"

enum series_style {
    SERIES_POINTS,
    SERIES_LINE,  /* connected by straight lines */
    SERIES_STEPS, /* a horizontal segment per value, connected by vertical ones */
    SERIES_BARS,  /* from 0, or from the edge nearest to it */
};

struct plot_range { /* none if either is not finite */
    double low, high;
};

struct series { /* zero-initialise; borrows everything */
    struct plot_text text;
    const double *y; /* [n] */
    const double *x; /* [n], ascending; NULL: 0 .. n - 1 */
    bool x_integer;  /* x are whole numbers, as without */
    size_t n;
    enum series_style style;
    ink ink;
    const ink *inks;        /* [n]; NULL: ink, or the groups' inks when there is a split */
    const uint8_t *markers; /* [n], for SERIES_POINTS; NULL: MARKER_DOT, or o and x with a split */

    /* The first value of the second group: a dashed line before it, the names on both sides, and
     * INK_GROUP_A, INK_GROUP_B. 0: one group. Requires x NULL. */
    size_t split;
    const char *split_labels[2];

    const struct plot_range *bars; /* [n] a vertical bar at each value; NULL: none */
    const struct plot_range *band; /* [n] dotted lines half a unit to both sides; NULL: none */

    const struct plot_rule *rules; /* [n_rules] */
    size_t n_rules;
    struct plot_window window; /* default: the finite values, bars and band, and a margin */
    bool from_zero;            /* the default window includes y = 0 */
    bool has_selected;
    size_t selected;
};

struct series_value {
    double x, y;
    ink ink;
    uint8_t marker;
    bool is_shown; /* finite */
};

/* Whether both ends are finite. */
bool range_is_shown(const struct plot_range *range);

/* Value i < n. */
struct series_value series_value(const struct series *s, size_t i);

/* s->window; open sides cover all finite values and a margin. */
struct plot_window series_window(const struct series *s);

/* view may be NULL. */
void series_draw(struct canvas *c, struct rect area, const struct series *s,
                 struct plot_view *view);

/*
 * A series one row high and `cols` wide, without numbers: each column is the mean of its values, in
 * eighths of a block or, in ASCII, ` .:-=+*#%@`. split as above. lo = hi: the range of the values.
 * Columns without a finite value are blank.
 */
struct sparkline {
    const double *y;
    size_t n;
    size_t split;
    ink ink; /* with a split: INK_GROUP_A and INK_GROUP_B */
    double lo, hi;
};

void sparkline_draw(struct canvas *c, size_t row, size_t col, size_t cols,
                    const struct sparkline *s);

#endif
