/* Where a heatmap is in its area, and its groups along the axes. For plot/ only. */
#ifndef CT_PLOT_HEATMAP_LAYOUT_H
#define CT_PLOT_HEATMAP_LAYOUT_H

#include "plot/frame.h"
#include "plot/heatmap.h"

enum { HEATMAP_STRIP_COLS = 3 }; /* a line and a number of two digits */

/* frame_layout(); f->window becomes what the cells show. */
void heatmap_layout(struct frame *f, const struct heatmap *h, struct canvas *c, struct rect area);

/* The strip of groups, or the groups on the axes, and the list if area has room for it. After
 * frame_draw(). */
void heatmap_draw_groups(const struct frame *f, const struct heatmap *h, struct rect area);

#endif
