/* Everything around the data: title, legend, axes with numbers, colour bar. For plot/ only:
 * frame_layout() places the data, frame_draw() draws the rest. */
#ifndef CT_PLOT_FRAME_H
#define CT_PLOT_FRAME_H

#include "plot/plot.h"
#include "plot/ticks.h"

struct frame { /* the first part is filled in by the widget; borrows everything */
    const struct plot_text *text;
    const struct color_bar *bar;   /* NULL: none */
    const struct plot_rule *rules; /* those with a label are in the legend */
    size_t n_rules;
    struct plot_window window;
    bool x_integer, y_integer;
    bool y_down;
    double shift; /* number v is at v + shift of the window: 0.5 for places of a matrix */
    /* Widen the window so that a step of the numbers of y is a whole number of rows; y_from_low:
     * from its lower end, which stays. */
    bool y_even, y_from_low;
    bool names;   /* reserve one row for names right above the data */
    size_t strip; /* columns to reserve right of the data; 0 after frame_layout: no room */

    /* filled in by frame_layout */
    struct canvas *canvas;
    struct rect area; /* all of the plot, clipped */
    struct rect data;
    struct ticks x, y, bar_ticks;
    size_t left;      /* columns of the y axis including its line; 0: none */
    size_t bar_cols;  /* of the colour bar with its numbers; 0: none */
    size_t head_rows; /* name of the y axis, legend, name of the colour bar */
    size_t names_row,
        names_col; /* position for names, and the first free column; names_row 0: none */
    bool has_title, has_x_axis, has_x_label;
};

/* Clears area and computes the layout. May be called again after the window has changed; the y axis
 * then only gets wider. */
void frame_layout(struct frame *f, struct canvas *c, struct rect area);

/* Recomputes the numbers of the axes after the window or the data rectangle has changed. */
void frame_ticks(struct frame *f);

/* Makes steps even as requested, after frame_layout(), which it repeats if numbers become wider. */
void frame_even(struct frame *f);

void frame_draw(const struct frame *f);

struct plot_view frame_view(const struct frame *f);

/* lo .. hi of the finite values of y [n] (stride elements apart); 0 .. 1 when there are none. */
void range_finite(const double *y, size_t n, size_t stride, double *lo, double *hi);

/* Widens lo .. hi by that share of its width at both ends; an empty range gets some width. */
void range_pad(double *lo, double *hi, double share);

/* Whether lo .. hi can be the side of a window. */
bool range_ok(double lo, double hi);

#endif
