/* The numbers behind a heatmap at the resolution of whatever shows it. For the widgets of this
 * room. */
#ifndef CT_PLOT_HEATMAP_PIXELS_H
#define CT_PLOT_HEATMAP_PIXELS_H

#include "plot/heatmap.h"

struct pixel_grid { /* borrows h */
    const struct heatmap *h;
    struct plot_window window; /* what the outer edges of the pixels stand for */
    size_t rows, cols;         /* of pixels */
};

/* What is shown of it: h->window, or all. */
struct plot_window heatmap_window(const struct heatmap *h);

/* The ends of its colours. A cache that holds another matrix is empty from then on. */
void heatmap_scale(const struct heatmap *h, double *vmin, double *vmax);

/*
 * Pixels [rows, cols], from the upper left, owned by cache: those it holds already, or new ones.
 * Each is the mean of the entries whose middle lies in it, or else the entry that it lies in; NaN
 * where there is none. NULL: no memory.
 */
const double *heatmap_pixels(const struct pixel_grid *g, struct heatmap_cache *cache);

#endif
