/*
 * A plot as a figure for a paper, through cairo: a page of 160 x 120 mm, white, with axes, numbers,
 * names, legend and colour bar around the data. SVG with text as text, or PNG of 300 dots an inch.
 *
 * Colours are those of the terminal's plots, chosen for paper: cividis, ColorBrewer's RdBu, and
 * Okabe & Ito's for clusters. An entry of a heatmap has an edge and is never smoothed; of a side
 * with more than FIGURE_MOST_PIXELS, every pixel is the mean of the same number of entries. More
 * than FIGURE_MOST_SHAPES points or lines are one image inside the SVG, which would be slow to show
 * and large otherwise.
 */
#ifndef CT_PLOT_FIGURE_H
#define CT_PLOT_FIGURE_H

#include "base/status.h"
#include "plot/target.h"

enum figure_format { FIGURE_SVG, FIGURE_PNG, N_FIGURE_FORMATS };

/* An SVG of as many pixels of pure noise has just below 10 MB. */
enum { FIGURE_MOST_PIXELS = 1600, FIGURE_MOST_SHAPES = 5000 };

/* CT_EINVAL: the program was built without cairo; CT_EIO: cairo cannot be loaded. */
enum ct_status figure_check(struct ct_error *err);

/* The version of cairo, as `1.18.0`; NULL: there is none. */
const char *figure_library(void);

/* An empty page, owned by the caller until figure_free(). CT_EINVAL, CT_EIO as above,
 * CT_ENOMEM. */
enum ct_status figure_new(enum figure_format format, struct figure **out, struct ct_error *err);

/* To show one plot on it. */
struct plot_target figure_target(struct figure *f);

/* Hands the bytes of the file to write(), in order; the page is done with then. CT_ENOMEM, also of
 * what was shown before. */
enum ct_status figure_write(struct figure *f,
                            void (*write)(void *context, const void *data, size_t size),
                            void *context, struct ct_error *err);

/* NULL is accepted. */
void figure_free(struct figure *f);

#endif
