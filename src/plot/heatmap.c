#include "config.h"
#include "plot/heatmap.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "plot/frame.h"
#include "plot/heatmap_layout.h"
#include "plot/heatmap_pixels.h"
#include "plot/palette.h"
#include "plot/raster.h"

/* Lines that are visible on every colour of a map: near-white on cividis, near-black on
 * red-blue. */
enum { LINE_ON_SEQUENTIAL = INK_DIVERGING + INK_STEPS / 2, LINE_ON_DIVERGING = INK_SEQUENTIAL };

struct picture { /* one drawing */
    const struct heatmap *h;
    struct canvas *canvas;
    struct frame frame;
    double vmin, vmax;
    size_t pixel_rows, pixel_cols;
    bool halves;          /* two pixels per cell */
    const double *pixels; /* [pixel_rows, pixel_cols] */
    bool *row_gaps;       /* [pixel_rows + pixel_cols] pixels that a border takes; NULL: none */
    bool *col_gaps;
};

/* The mean of two halves, ignoring a half without a value. */
static double mean_of(double upper, double lower)
{
    return isnan(upper) ? lower : isnan(lower) ? upper : upper / 2 + lower / 2;
}

static ink value_ink(const struct picture *p, double v)
{
    return palette_ink(v, p->vmin, p->vmax, p->h->diverging);
}

static bool has_row_gap(const struct picture *p, size_t pixel_row)
{
    return p->row_gaps != NULL && p->row_gaps[pixel_row];
}

static bool has_col_gap(const struct picture *p, size_t col)
{
    return p->col_gaps != NULL && p->col_gaps[col];
}

static void draw_cell(const struct picture *p, size_t row, size_t col, double upper, double lower)
{
    struct canvas *const c = p->canvas;
    const ink a = value_ink(p, upper), b = value_ink(p, lower);

    if (isnan(upper) && isnan(lower))
        canvas_put(c, row, col, '?', INK_DIM, INK_DEFAULT, 0);
    else if (!p->halves)
        canvas_put(c, row, col, palette_glyph(a, c->ascii), a, INK_DEFAULT, 0);
    else if (isnan(upper))
        canvas_put(c, row, col, 0x2584, b, INK_DEFAULT, 0); /* lower half, nothing above */
    else if (isnan(lower))
        canvas_put(c, row, col, 0x2580, a, INK_DEFAULT, 0);
    else
        canvas_put(c, row, col, 0x2580, a, b, 0);
}

static ink line_ink(const struct picture *p)
{
    return !p->halves        ? INK_FRAME
           : p->h->diverging ? (ink)LINE_ON_DIVERGING
                             : (ink)LINE_ON_SEQUENTIAL;
}

/* A cell with a border: the upper or lower pixel, the left half, or both. The rest keeps the colour
 * of its data, so that lines meet at their crossings. */
static void draw_gap_cell(const struct picture *p, size_t row, size_t col, double upper,
                          double lower)
{
    /* By what is left of the data, on the right or all of it: nothing, upper, lower, both. */
    static const uint16_t data[2][4] = { { ' ', 0x2580, 0x2584, 0x2588 },
                                         { ' ', 0x259D, 0x2597, 0x2590 } };
    const size_t i = row - p->frame.data.row, j = col - p->frame.data.col;
    const bool has_upper = !has_row_gap(p, 2 * i) && !isnan(upper);
    const bool has_lower = !has_row_gap(p, 2 * i + 1) && !isnan(lower);
    const double value = has_upper && has_lower ? mean_of(upper, lower) : has_upper ? upper : lower;

    canvas_put(p->canvas, row, col, data[has_col_gap(p, j)][has_upper + 2 * has_lower],
               has_upper || has_lower ? value_ink(p, value) : line_ink(p), line_ink(p), 0);
}

/* The same where a cell is a pixel: a line through it. */
static void draw_line_cell(const struct picture *p, size_t row, size_t col)
{
    static const uint32_t lines[2][4] = { { 0, '-', '|', '+' }, { 0, 0x2500, 0x2502, 0x253C } };
    const size_t i = row - p->frame.data.row, j = col - p->frame.data.col;

    canvas_put(p->canvas, row, col,
               lines[!p->canvas->ascii][has_row_gap(p, i) + 2 * has_col_gap(p, j)], line_ink(p),
               INK_DEFAULT, 0);
}

static void draw_cells(const struct picture *p)
{
    const struct rect d = p->frame.data;

    for (size_t i = 0; i < d.rows; i++) {
        const double *const upper = p->pixels + (p->halves ? 2 * i : i) * d.cols;
        const double *const lower = p->halves ? upper + d.cols : upper;
        const bool is_gap =
            p->halves ? has_row_gap(p, 2 * i) || has_row_gap(p, 2 * i + 1) : has_row_gap(p, i);
        for (size_t j = 0; j < d.cols; j++)
            if (!is_gap && !has_col_gap(p, j))
                draw_cell(p, d.row + i, d.col + j, upper[j], lower[j]);
            else if (p->halves)
                draw_gap_cell(p, d.row + i, d.col + j, upper[j], lower[j]);
            else
                draw_line_cell(p, d.row + i, d.col + j);
    }
}

/* Draws a character over a cell of data, on the colour of the cell's mean. */
static void draw_over(const struct picture *p, size_t row, size_t col, uint32_t ch, ink i,
                      uint8_t attr)
{
    const struct rect d = p->frame.data;
    ink bg = INK_DEFAULT;

    if (p->halves) {
        const double *const upper = p->pixels + 2 * (row - d.row) * d.cols + (col - d.col);
        const double mean = mean_of(upper[0], upper[d.cols]);
        bg = isnan(mean) ? INK_DEFAULT : value_ink(p, mean);
    }
    canvas_put(p->canvas, row, col, ch, i, bg, attr);
}

/* The pixel edge, 1 .. n_pixels - 1, nearest to a break; 0: outside. */
static size_t break_edge(double at, double lo, double hi, size_t n_pixels)
{
    const double edge = round(unit_of(at, lo, hi) * (double)n_pixels);

    return edge >= 1.0 && edge <= (double)n_pixels - 1.0 ? (size_t)edge : 0;
}

/* Marks the pixels that borders take: the first ones behind each of them. Those too near the one
 * before it are left out, as lines would hide the data between them. */
static void mark_gaps(const size_t *breaks, size_t n, double lo, double hi, size_t n_pixels,
                      bool is_reversed, bool *gaps)
{
    enum { APART = 3 };
    size_t last = 0;

    for (size_t k = 0; k < n; k++) {
        const size_t edge = break_edge((double)breaks[k], lo, hi, n_pixels);
        if (edge == 0 || (last > 0 && edge < last + APART))
            continue;
        gaps[is_reversed ? n_pixels - 1 - edge : edge] = true;
        last = edge;
    }
}

/* False: out of memory. */
static bool find_gaps(struct picture *p)
{
    const struct heatmap *const h = p->h;
    const struct plot_window *const w = &p->frame.window;

    if (h->n_row_breaks + h->n_col_breaks == 0)
        return true;
    p->row_gaps = ct_calloc_array(p->pixel_rows + p->pixel_cols, sizeof *p->row_gaps);
    if (p->row_gaps == NULL)
        return false;
    p->col_gaps = p->row_gaps + p->pixel_rows;
    mark_gaps(h->row_breaks, h->n_row_breaks, w->y0, w->y1, p->pixel_rows, h->lower, p->row_gaps);
    mark_gaps(h->col_breaks, h->n_col_breaks, w->x0, w->x1, p->pixel_cols, false, p->col_gaps);
    return true;
}

/* Marks the cell itself, and its row and column on the axes. */
static void draw_cursor(const struct picture *p)
{
    const struct heatmap *const h = p->h;
    const struct frame *const f = &p->frame;
    const struct plot_view view = frame_view(f);
    const bool ascii = p->canvas->ascii;
    size_t row, col;

    if (!h->cursor || !plot_view_cell(&view, (double)h->cursor_col + 0.5,
                                      (double)h->cursor_row + 0.5, &row, &col))
        return;
    draw_over(p, row, col, ascii ? '@' : 0x25C6, INK_ACCENT, CELL_BOLD);
    if (f->left > 0)
        canvas_put(p->canvas, row, f->data.col - 1, ascii ? '>' : 0x25B6, INK_ACCENT, INK_DEFAULT,
                   CELL_BOLD);
    if (f->has_x_axis)
        canvas_put(p->canvas, f->data.row + f->data.rows, col, ascii ? '^' : 0x25B2, INK_ACCENT,
                   INK_DEFAULT, CELL_BOLD);
}

static void draw_words(struct canvas *c, struct rect area, const char *words)
{
    const size_t n = strlen(words);

    if (area.rows > 0 && area.cols >= n)
        canvas_text(c, area.row + area.rows / 2, area.col + (area.cols - n) / 2, area.cols, words,
                    INK_DIM, 0);
}

/* Draws the matrix inside its frame. */
static void draw_data(struct picture *p)
{
    struct heatmap_cache one = { .pixels = NULL };
    struct heatmap_cache *const cache = p->h->cache != NULL ? p->h->cache : &one;

    p->pixels =
        heatmap_pixels(&(struct pixel_grid){ p->h, p->frame.window, p->pixel_rows, p->pixel_cols },
                       cache);
    if (p->pixels != NULL && find_gaps(p)) {
        draw_cells(p);
        draw_cursor(p);
    } else {
        draw_words(p->canvas, p->frame.data, "no memory");
        p->canvas->starved = true;
    }
    free(p->row_gaps);
    heatmap_cache_clear(&one);
}

void heatmap_draw(struct canvas *c, struct rect area, const struct heatmap *h,
                  struct plot_view *view)
{
    struct picture p = { .h = h, .canvas = c };
    struct color_bar bar = { .diverging = h->diverging, .label = h->bar_label };
    struct frame *const f = &p.frame;

    *f = (struct frame){ .text = &h->text,
                         .bar = &bar,
                         .window = h->window,
                         .shift = 0.5,
                         .strip =
                             h->row_groups != NULL && !h->groups_on_axes ? HEATMAP_STRIP_COLS : 0,
                         .x_integer = true,
                         .y_integer = true,
                         .y_down = !h->lower };
    if (h->data.rows == 0 || h->data.cols == 0) {
        f->window = (struct plot_window){ 0.0, 1.0, 0.0, 1.0 };
        frame_layout(f, c, area);
        f->x.n = f->y.n = 0;
        frame_draw(f);
        draw_words(c, f->data, "no data");
        if (view != NULL)
            *view = (struct plot_view){ .y_down = !h->lower };
        return;
    }
    f->window = heatmap_window(h);
    heatmap_scale(h, &p.vmin, &p.vmax);
    bar.shown = !h->no_bar;
    bar.lo = p.vmin;
    bar.hi = p.vmax;
    p.halves = c->color && !c->ascii;
    heatmap_layout(f, h, c, area);
    frame_draw(f);
    heatmap_draw_groups(f, h, area);
    p.pixel_rows = f->data.rows * (p.halves ? 2 : 1);
    p.pixel_cols = f->data.cols;
    if (p.pixel_rows > 0 && p.pixel_cols > 0)
        draw_data(&p);
    if (view != NULL)
        *view = frame_view(f);
}
