/*
 * A matrix as colours. Every pixel is the mean of the entries whose centre is inside it, ignoring
 * NaN; when the matrix is smaller than the grid, each entry covers several pixels. With colour and
 * Unicode a cell shows two pixels (upper and lower half), else one: a shade or, in ASCII, `
 * .:-=+*#%@`. Diverging data without colour: ` .+*#` from 0 upwards and ` ,-=Z` from 0 downwards
 * (Unicode: shades upwards, ` - = E` lines downwards); the colour bar shows the same glyphs. Values
 * beyond vmin .. vmax have the colour of the nearer end. A cell with only NaN: '?'. Constant data
 * with an automatic range have the colour of the low end (0, when diverging, of the middle). A
 * matrix without entries: the words "no data"; without memory: "no memory".
 */
#ifndef CT_PLOT_HEATMAP_H
#define CT_PLOT_HEATMAP_H

#include "base/mat.h"
#include "plot/plot.h"
#include "plot/row_list.h"

/* The pixels of the last drawing, so that drawing the same data again is cheap. Zero-initialise;
 * owned by the caller until heatmap_cache_clear(). */
struct heatmap_cache {
    double *pixels; /* [rows, cols]; NULL: none */
    size_t rows, cols;
    size_t version, n_rows, n_cols;
    struct plot_window window;
    const void *key[3];
    double lo, hi; /* range of the data, for vmin = vmax = 0 */
    bool have_range, lower, peaks;
};

void heatmap_cache_clear(struct heatmap_cache *cache);

struct heatmap_group { /* of rows that lie together */
    int32_t number;
    ink ink;
};

struct heatmap { /* zero-initialise; borrows everything */
    struct plot_text text;
    struct matview data; /* [rows, cols]; with `at`, only data.rows and data.cols are used */
    double (*at)(const void *context, size_t i, size_t j); /* NULL: read data */
    const void *context;
    /* data is [n, d] and the matrix [n, n]: entry i, j is the product of rows i and j of data. The
     * matrix is never computed. It is drawn square if there is room, with whole pixels for an entry
     * if they fit. vmin and vmax are required; row_order also applies to the columns;
     * a NaN affects the whole pixel. */
    bool products;
    const double *factors;   /* [n] row weights of products; NULL: 1; inverse norms: cosines */
    const size_t *row_order; /* [rows]: row k of the picture is data row row_order[k]; NULL: k */
    const size_t *col_order; /* [cols] */
    double vmin, vmax;       /* both 0: the range of the data, symmetric when diverging */
    bool diverging;
    bool peaks; /* a pixel shows its entry with the largest |x|, not the mean; not of products */
    bool lower; /* origin at the lower left; default: upper left */
    const char *bar_label;
    bool no_bar;

    /* In places of the picture (after ordering): place k covers k .. k + 1; x along the columns, y
     * along the rows. */
    struct plot_window window;
    /* [n_row_breaks] Borders of clusters before these places: each takes the pixel behind it
     * (across the columns half of it), unless it is nearer than three pixels to the one drawn
     * before. */
    const size_t *row_breaks;
    size_t n_row_breaks;
    const size_t *col_breaks;
    size_t n_col_breaks;
    const struct heatmap_group *row_groups; /* [n_row_breaks + 1] between the breaks: a strip beside
                                               the rows shows them; NULL: none */
    bool groups_on_axes;  /* instead: both axes have the colours and numbers of the groups, below 0:
                             `noise`; the columns have the same breaks */
    struct row_list list; /* beside a matrix of products, if it leaves room */
    bool cursor;          /* mark the place (cursor_row, cursor_col) */
    size_t cursor_row, cursor_col;

    struct heatmap_cache *cache; /* NULL: none */
    size_t version;              /* change it when the data behind the cache change */
};

/* view may be NULL. */
void heatmap_draw(struct canvas *c, struct rect area, const struct heatmap *h,
                  struct plot_view *view);

#endif
