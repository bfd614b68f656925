/* The pixels of a heatmap at the resolution of the output. For plot/ only. */
#ifndef CT_PLOT_HEATMAP_PIXELS_H
#define CT_PLOT_HEATMAP_PIXELS_H

#include "plot/heatmap.h"

struct pixel_grid { /* borrows h */
    const struct heatmap *h;
    struct plot_window window; /* what the outer edges of the pixels represent */
    size_t rows, cols;         /* of pixels */
};

/* The part that is shown: h->window, or everything. */
struct plot_window heatmap_window(const struct heatmap *h);

/* The ends of its colour scale. A cache of another matrix is emptied. */
void heatmap_scale(const struct heatmap *h, double *vmin, double *vmax);

/*
 * Pixels [rows, cols], from the upper left, owned by cache: existing or new ones. Each is the mean
 * of the entries whose centre is inside it, or else the entry that contains it; NaN where there is
 * none. NULL: out of memory.
 */
const double *heatmap_pixels(const struct pixel_grid *g, struct heatmap_cache *cache);

#endif
