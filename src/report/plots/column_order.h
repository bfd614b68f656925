/*
 * An order of the neurons for the heatmap of activations: next to each other, those that differ
 * would average to grey. With it comes a colour scale that fits.
 */
#ifndef CT_REPORT_PLOTS_COLUMN_ORDER_H
#define CT_REPORT_PLOTS_COLUMN_ORDER_H

#include "report/plots/plot.h"

enum column_kind { COLUMNS_AS_THEY_ARE, COLUMNS_BY_T, COLUMNS_BY_CLUSTER, N_COLUMN_KINDS };

struct column_order { /* zero-initialise; owned by the caller: column_order_clear() */
    enum column_kind kind;
    bool peaks;    /* a pixel shows its largest |x|, not the mean */
    size_t *order; /* [n] neuron at each place */
    size_t *place; /* [n] place of each neuron */
    size_t n;
    size_t n_shown; /* places that a picture shows without zoom */
    double scale;   /* end of the colour scale */
    size_t version;
};

/* Orders by t, those without one last; or the significant neurons by DBSCAN's cluster, noise and
 * the rest last. Does nothing if version and the rest are the same as before. False: the stage that
 * it needs has no result, or out of memory; *o is empty then. */
bool column_order_make(struct column_order *o, const struct analysis *a, enum column_kind kind,
                       bool peaks, size_t version);
void column_order_clear(struct column_order *o);

/* `, by t, largest |x|`: for titles. */
const char *column_order_words(const struct column_order *o);

#endif
