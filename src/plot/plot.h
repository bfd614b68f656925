/*
 * What all plots share. A plot is a zero-initialised struct that borrows plain arrays, and a
 * function that draws it into a rectangle of a canvas: heatmap.h, scatter.h, series.h, bars.h.
 *
 * All of them clip, blank their rectangle first, work at every size down to 0 x 0 (what does not
 * fit goes in this order: legend, names of the axes, title, numbers, colour bar; the data go
 * last), keep nothing and cannot fail. Text may be NULL (none). It is untrusted: controls are made
 * visible. With canvas.color data are told apart by ink, else by character; canvas.ascii keeps
 * every character in ASCII.
 */
#ifndef CT_PLOT_PLOT_H
#define CT_PLOT_PLOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "plot/canvas.h"

/* The part of the plane that is shown. All zeros, or not finite: everything. */
struct plot_window {
    double x0, x1, y0, y1; /* x0 < x1 at the left and right edge; y0 < y1 */
};

/* Where a plot put its data, for cursors and mouse clicks. */
struct plot_view {
    struct rect area;          /* cells that hold data; rows or cols 0 when there was no room */
    struct plot_window window; /* what their outer edges stand for */
    bool y_down;               /* y0 is the upper edge (a heatmap with the origin above) */
};

/* The cell of a point of the plane; false when it is outside. */
bool plot_view_cell(const struct plot_view *v, double x, double y, size_t *row, size_t *col);

/* The point in the middle of a cell; false when the cell is outside the area. */
bool plot_view_point(const struct plot_view *v, size_t row, size_t col, double *x, double *y);

/* Shapes. In colour those from MARKER_SOLID on are braille dots, and the ink tells them apart. */
enum {
    MARKER_NOISE = 1, /* + everywhere */
    MARKER_CENTROID,  /* X everywhere, over everything else */
    MARKER_SELECTED,  /* over everything else, in the accent ink */
    MARKER_SOLID,
    MARKER_DOT = MARKER_SOLID, /* braille; ASCII * */
    MARKER_SMALL,              /* the unimportant: braille; without colour a middle dot; ASCII x */
    MARKER_CIRCLE,             /* the important: without colour o */
    MARKER_CROSS,              /* without colour x */
    MARKER_VALUE, /* its ink is of a colour map: without colour the glyph of palette_glyph */
    MARKER_CLUSTER_0 = 32, /* + label % MARKER_N_CLUSTERS: without colour a..z A..Z */
    MARKER_N_CLUSTERS = 52,
};

struct plot_legend { /* one entry; borrowed text */
    const char *label;
    ink ink;
    uint8_t marker; /* MARKER_*, 0: a bar of that ink */
};

/* A dashed line across the plot, under the data. */
struct plot_rule {
    double at;   /* in units of its axis */
    bool across; /* false: vertical, at x; true: horizontal, at y */
    ink ink;
    const char *label; /* beside the line, where there is room */
};

/* What the inks of a colour map stand for. */
struct color_bar {
    bool shown;
    bool diverging; /* else sequential */
    double lo, hi;
    const char *label;
};

/* The frame around any data plot. */
struct plot_text {
    const char *title;
    const char *x_label;
    const char *y_label;
    const struct plot_legend *legend; /* [n_legend] */
    size_t n_legend;
    bool legend_on_page; /* figures alone have it: a page cannot be asked what is where */
};

#endif
