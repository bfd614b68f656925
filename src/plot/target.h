/*
 * Where plots go. What a plot shows is one of the structs of heatmap.h, scatter.h, series.h and
 * bars.h; a target shows it as cells of a canvas, or as a figure for a page (figure.h). So whoever
 * has data fills in a struct and need not know which.
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
    struct canvas *canvas; /* NULL where there are no cells */
    struct rect area;      /* of the canvas */
    struct figure *figure; /* NULL: a canvas */
};

/* Cells of a canvas, which lives as long as the target. */
struct plot_target canvas_target(struct canvas *c, struct rect area);

/* As ct_malloc_array(), for what a plot needs while it draws; a NULL is remembered by the canvas.
 */
void *plot_scratch(const struct plot_target *target, size_t count, size_t size);

/* view may be NULL; where there are no cells it becomes zero. */
void show_heatmap(const struct plot_target *target, const struct heatmap *h,
                  struct plot_view *view);
void show_scatter(const struct plot_target *target, const struct scatter *s,
                  struct plot_view *view);
void show_series(const struct plot_target *target, const struct series *s, struct plot_view *view);
void show_bars(const struct plot_target *target, const struct bars *b, struct plot_view *view);

/* A title, and words instead of data. */
void show_words(const struct plot_target *target, const char *title, const char *words);

struct plot_painter { /* how a kind of target does it */
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
