/*
 * Points in the plane. Braille dots (2 x 4 per cell) or characters; a cell shows one ink and, if
 * characters overlap, one character. Drawing order, lowest first: rules, lines, noise, small, dots
 * and clusters, circles, centroids, the selected point; within a rank, array order. Points that are
 * not finite, or outside the window, are not drawn.
 */
#ifndef CT_PLOT_SCATTER_H
#define CT_PLOT_SCATTER_H

#include "plot/plot.h"
#include "plot/row_list.h"

struct scatter_line {
    double x0, y0, x1, y1;
    ink ink;
};

struct scatter_label { /* on the points */
    double x, y;
    const char *text;
    ink ink;
};

struct scatter { /* zero-initialise; borrows everything */
    struct plot_text text;
    const double *x, *y;       /* [n] */
    size_t x_stride, y_stride; /* elements from one point to the next; 0 counts as 1. An embedding
                                  [n, 2] is x = data, y = data + 1, both strides 2 */
    size_t n;
    const ink *inks; /* [n]; NULL: ink */
    ink ink;
    const uint8_t *markers; /* [n] MARKER_*; NULL: marker */
    uint8_t marker;         /* 0: MARKER_DOT */

    const double *over_x, *over_y; /* [n_over] centroids, on top of everything: MARKER_CENTROID */
    size_t over_stride;            /* 0 counts as 1 */
    size_t n_over;
    const ink *over_inks; /* [n_over]; NULL: default */

    const struct scatter_line *lines; /* [n_lines], under the points */
    size_t n_lines;
    const struct plot_rule *rules; /* [n_rules] */
    size_t n_rules;

    const struct scatter_label *labels; /* [n_labels], over everything but the selected point */
    size_t n_labels;
    struct row_list list; /* beside the points */

    struct plot_window window; /* default: the finite points and a margin of 4 % */
    bool equal_aspect;         /* one unit is as long in x as in y (the window is widened) */
    struct color_bar bar;
    bool has_selected;
    size_t selected; /* index of the point to highlight */
};

enum { SCATTER_RANKS = 4 };

struct scatter_point {
    double x, y;
    ink ink;
    uint8_t marker;
};

/* Point i < n, centroid k < n_over. */
struct scatter_point scatter_point(const struct scatter *s, size_t i);
struct scatter_point scatter_over(const struct scatter *s, size_t k);

/* Drawing rank: 0 .. SCATTER_RANKS - 1, the lowest first. */
int scatter_rank(uint8_t marker);

/* s->window; open sides cover all finite points and a margin. */
struct plot_window scatter_window(const struct scatter *s);

/* Widens one side so that a unit is as long in x as in y in an area of `wide` by `high`. */
struct plot_window scatter_equal_window(struct plot_window w, double wide, double high);

/* view may be NULL. */
void scatter_draw(struct canvas *c, struct rect area, const struct scatter *s,
                  struct plot_view *view);

#endif
