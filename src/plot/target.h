/*
 * Output targets of plots. A plot is one of the structs of heatmap.h, scatter.h, series.h and
 * bars.h; a target shows it as cells of a canvas, or as a figure for a page (figure.h). Code that
 * fills in the struct is independent of the target.
 */
#ifndef CT_PLOT_TARGET_H
#define CT_PLOT_TARGET_H

#include "plot/bars.h"
#include "plot/heatmap.h"
#include "plot/scatter.h"
#include "plot/series.h"

struct figure;
struct plot_painter;

struct plot_target { /* borrows everything */
    const struct plot_painter *painter;
    struct canvas *canvas; /* NULL for a figure */
    struct rect area;      /* of the canvas */
    struct figure *figure; /* NULL: a canvas */
};

/* A target in a canvas, which must outlive it. */
struct plot_target canvas_target(struct canvas *c, struct rect area);

/* Like ct_malloc_array(), for temporary data of a plot while it draws; a failure is recorded in the
 * canvas. */
void *plot_scratch(const struct plot_target *target, size_t count, size_t size);

/* view may be NULL; it is zeroed for a figure. */
void show_heatmap(const struct plot_target *target, const struct heatmap *h,
                  struct plot_view *view);
void show_scatter(const struct plot_target *target, const struct scatter *s,
                  struct plot_view *view);
void show_series(const struct plot_target *target, const struct series *s, struct plot_view *view);
void show_bars(const struct plot_target *target, const struct bars *b, struct plot_view *view);

/* Shows a title, and words instead of data. */
void show_words(const struct plot_target *target, const char *title, const char *words);

struct plot_painter { /* the drawing functions of a kind of target */
    void (*heatmap)(const struct plot_target *target, const struct heatmap *h,
                    struct plot_view *view);
    void (*scatter)(const struct plot_target *target, const struct scatter *s,
                    struct plot_view *view);
    void (*series)(const struct plot_target *target, const struct series *s,
                   struct plot_view *view);
    void (*bars)(const struct plot_target *target, const struct bars *b, struct plot_view *view);
    void (*words)(const struct plot_target *target, const char *title, const char *words);
};

#endif
