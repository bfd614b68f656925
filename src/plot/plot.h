/*
 * Shared by all plots. A plot is a zero-initialised struct that borrows plain arrays, and a
 * function that draws it into a rectangle of a canvas: heatmap.h, scatter.h, series.h, bars.h.
 *
 * All of them clip, clear their rectangle first, work at every size down to 0 x 0 (what does not
 * fit is dropped in this order: legend, names of the axes, title, numbers, colour bar, data), are
 * stateless and cannot fail. Text may be NULL (none). It is untrusted: controls are escaped. With
 * canvas.color data are distinguished by ink, else by character; canvas.ascii restricts all
 * characters to ASCII.
 */
#ifndef CT_PLOT_PLOT_H
#define CT_PLOT_PLOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "plot/canvas.h"

/* The visible part of the plane. All zeros, or not finite: everything. */
struct plot_window {
    double x0, x1, y0, y1; /* x0 < x1 at the left and right edge; y0 < y1 */
};

/* Where a plot drew its data, for cursors and mouse clicks. */
struct plot_view {
    struct rect area;          /* cells with data; rows or cols 0 when there was no space */
    struct plot_window window; /* what their outer edges represent */
    bool y_down;               /* y0 is the upper edge (a heatmap with the origin above) */
};

/* The cell of a point of the plane; false when outside. */
bool plot_view_cell(const struct plot_view *v, double x, double y, size_t *row, size_t *col);

/* The point at the centre of a cell; false when the cell is outside the area. */
bool plot_view_point(const struct plot_view *v, size_t row, size_t col, double *x, double *y);

/* Marker shapes. In colour, those from MARKER_SOLID on are blocks, or if there are many braille
 * dots, distinguished by ink. */
enum {
    MARKER_NOISE = 1, /* a dot in colour; else + */
    MARKER_CENTROID,  /* X always, on top of everything else */
    MARKER_SELECTED,  /* on top of everything else, in the accent ink */
    MARKER_SOLID,
    MARKER_DOT = MARKER_SOLID, /* ASCII * */
    MARKER_SMALL,              /* less important: a dot; without colour a middle dot; ASCII x */
    MARKER_CIRCLE,             /* important: without colour o */
    MARKER_CROSS,              /* without colour x */
    MARKER_VALUE, /* its ink is from a colour map: without colour the glyph of palette_glyph() */
    MARKER_CLUSTER_0 = 32, /* + label % MARKER_N_CLUSTERS: without colour a..z A..Z */
    MARKER_N_CLUSTERS = 52,
};

struct plot_legend { /* one entry; borrowed text */
    const char *label;
    ink ink;
    uint8_t marker; /* MARKER_*, 0: a bar in that ink */
};

/* A dashed line across the plot, under the data; in bars it may be over them. */
struct plot_rule {
    double at;   /* in units of its axis */
    bool across; /* false: vertical, at x; true: horizontal, at y */
    ink ink;
    const char *label; /* next to the line, if it fits */
    bool over;
};

/* The scale of a colour map. */
struct color_bar {
    bool shown;
    bool diverging; /* else sequential */
    double lo, hi;
    const char *label;
    bool points; /* diverging, of palette_point_ink() */
};

/* The frame around any data plot. */
struct plot_text {
    const char *title;
    const char *x_label;
    const char *y_label;
    const struct plot_legend *legend; /* [n_legend] */
    size_t n_legend;
    bool legend_on_page; /* only in figures: on paper values cannot be looked up with a cursor */
};

#endif
