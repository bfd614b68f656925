/*
 * The inside of a plot as a grid finer than cells: braille dots (4 rows and 2 columns per cell), or
 * whole cells on an ASCII canvas. For plot/ only. Dots are stored in the canvas itself: a dot is
 * merged into the braille pattern of its cell, sets its ink, and replaces any other character.
 */
#ifndef CT_PLOT_RASTER_H
#define CT_PLOT_RASTER_H

#include "plot/plot.h"

struct raster { /* borrows the canvas */
    struct canvas *canvas;
    struct plot_view view;
    size_t rows, cols;       /* in fine units */
    size_t per_row, per_col; /* fine units per cell */
};

struct raster raster_make(struct canvas *c, const struct plot_view *view);

/* The position of v between lo and hi, 0 .. 1 inside; correct for the full range of double. */
double unit_of(double v, double lo, double hi);

/* The fine column of x, from the left, and row of y, from the top. False outside. */
bool raster_col(const struct raster *r, double x, size_t *col);
bool raster_row(const struct raster *r, double y, size_t *row);

/* A dot, or ch on an ASCII canvas. */
void raster_dot(struct raster *r, size_t row, size_t col, uint32_t ch, ink i);

/* The quarter of a cell with that dot, if there are few points n the half of a cell, merged into
 * those of its cell in the same way. */
void raster_block(struct raster *r, size_t row, size_t col, size_t n, uint32_t ch, ink i);

/* Whether n points are few enough for blocks, which are easier to see than dots. */
bool raster_has_room(const struct raster *r, size_t n);

/* A straight line between two points of the plane, clipped to the window. ASCII: ch, or a character
 * that follows the slope when ch is 0. */
void raster_line(struct raster *r, double x0, double y0, double x1, double y1, uint32_t ch, ink i);

/* A dashed line at r->at; nothing if outside the window. */
void raster_rule(struct raster *r, const struct plot_rule *rule);

/* The character of a marker, 0: a dot. */
uint32_t marker_char(const struct canvas *c, uint8_t marker, ink i);

#endif
