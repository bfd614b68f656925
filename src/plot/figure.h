/*
 * A plot as a figure for a paper, drawn with cairo: a white page of 160 x 120 mm with axes,
 * numbers, names, legend and colour bar around the data. SVG with text as text, or PNG at 300 dpi.
 *
 * Colours are those of the terminal's plots, adapted to paper: cividis, ColorBrewer's RdBu, and
 * Okabe & Ito's for clusters. Entries of a heatmap have sharp edges and are never smoothed; along a
 * side with more than FIGURE_MOST_PIXELS entries, every pixel is the mean of the same number of
 * entries. More than FIGURE_MOST_SHAPES points or lines become one image inside the SVG, which
 * would otherwise be large and slow to display.
 */
#ifndef CT_PLOT_FIGURE_H
#define CT_PLOT_FIGURE_H

#include "base/status.h"
#include "plot/target.h"

enum figure_format { FIGURE_SVG, FIGURE_PNG, N_FIGURE_FORMATS };

/* An SVG with that many pixels of pure noise is just below 10 MB. */
enum { FIGURE_MOST_PIXELS = 1600, FIGURE_MOST_SHAPES = 5000 };

/* CT_EINVAL: the program was built without cairo; CT_EIO: cairo cannot be loaded. */
enum ct_status figure_check(struct ct_error *err);

/* The version of cairo, such as `1.18.0`; NULL: not available. */
const char *figure_library(void);

/* An empty page, owned by the caller until figure_free(). CT_EINVAL, CT_EIO as above,
 * CT_ENOMEM. */
enum ct_status figure_new(enum figure_format format, struct figure **out, struct ct_error *err);

/* A target for drawing one plot on the page. */
struct plot_target figure_target(struct figure *f);

/* Passes the bytes of the file to write(), in order; the page cannot be used afterwards. CT_ENOMEM,
 * also for earlier drawing. */
enum ct_status figure_write(struct figure *f,
                            void (*write)(void *context, const void *data, size_t size),
                            void *context, struct ct_error *err);

/* NULL is allowed. */
void figure_free(struct figure *f);

#endif
