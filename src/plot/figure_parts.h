/* Shared by all kinds of plots drawn as figures: the page, text and markers, and everything around
 * the data. Lengths are points of 1/72 inch from the upper left corner. */
#ifndef CT_PLOT_FIGURE_PARTS_H
#define CT_PLOT_FIGURE_PARTS_H

#include "plot/cairo_library.h"
#include "plot/figure.h"
#include "plot/ticks.h"

#define FIGURE_WIDTH  (160.0 / 25.4 * 72.0)
#define FIGURE_HEIGHT (120.0 / 25.4 * 72.0)
#define FIGURE_PIXELS (300.0 / 72.0) /* of a PNG, per point */

struct bytes { /* zero-initialise; owns data */
    char *data;
    size_t n, room;
    bool failed; /* out of memory */
};

struct figure {
    enum figure_format format;
    cairo_t *cr;        /* the page, or an image that will be drawn on it */
    cairo_t *page;      /* the page while cr is an image */
    struct bytes file;  /* output of cairo */
    struct bytes texts; /* text elements of an SVG */
    double font_size;   /* the last one chosen */
};

void bytes_add(struct bytes *b, const void *data, size_t n);

void figure_color(struct figure *f, uint32_t rgb);

struct label {
    const char *text; /* untrusted; NULL: none */
    double x, y;      /* of the baseline */
    double size;
    double anchor; /* fraction of the text left of x: 0, 0.5 or 1 */
    double room;   /* truncated when longer; 0: never */
    bool is_bold;
    bool is_upright; /* reads upwards */
    uint32_t rgb;
};

void figure_label(struct figure *f, const struct label *l);
double figure_label_width(struct figure *f, const char *text, double size);

/* A marker of radius r at a place of the page. */
void figure_marker(struct figure *f, double x, double y, uint8_t marker, uint32_t rgb, double r);

struct box {
    double x, y, w, h;
};

/* Draws pixels [rows, cols] 0xRRGGBB, native endian, over a rectangle, without smoothing. */
void figure_image(struct figure *f, const uint32_t *pixels, size_t rows, size_t cols,
                  const struct box *at);

struct axes { /* the first part is filled in by the kind of plot; borrows everything */
    const struct plot_text *text;
    const struct color_bar *bar;   /* NULL: none */
    const struct plot_rule *rules; /* their labels are drawn next to them */
    size_t n_rules;
    struct plot_window window;
    bool x_integer, y_integer;
    bool y_down;
    bool is_square;
    double shift;         /* as in frame.h */
    double strip;         /* width of what is drawn right of the data */
    const char *names[2]; /* above the data, on both sides of split_x */
    double split_x;

    /* filled in by axes_layout */
    struct box data;
    struct ticks x, y, bar_ticks;
};

void axes_layout(struct figure *f, struct axes *a);

/* Converts a point of the plane to page coordinates. */
double axes_x(const struct axes *a, double x);
double axes_y(const struct axes *a, double y);

/* Subsequent drawing is clipped to the data's rectangle, and becomes an image if there are many
 * shapes. */
void axes_begin_data(struct figure *f, const struct axes *a, size_t n_shapes);
void axes_end_data(struct figure *f, const struct axes *a);

/* Draws dashed lines inside the data. */
void axes_rules(struct figure *f, const struct axes *a, const struct plot_rule *rules,
                size_t n_rules);

/* Draws everything around the data; call after drawing them. */
void axes_draw(struct figure *f, const struct axes *a);

/* Draws words in the middle of the data. */
void axes_words(struct figure *f, const struct axes *a, const char *words);

void figure_heatmap(const struct plot_target *target, const struct heatmap *h,
                    struct plot_view *view);
void figure_scatter(const struct plot_target *target, const struct scatter *s,
                    struct plot_view *view);
void figure_series(const struct plot_target *target, const struct series *s,
                   struct plot_view *view);
void figure_bars(const struct plot_target *target, const struct bars *b, struct plot_view *view);
void figure_words(const struct plot_target *target, const char *title, const char *words);

#endif
