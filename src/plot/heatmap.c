#include "config.h"
#include "plot/heatmap.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "plot/frame.h"
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

static void draw_cells(const struct picture *p)
{
    const struct rect d = p->frame.data;

    for (size_t i = 0; i < d.rows; i++) {
        const double *const upper = p->pixels + (p->halves ? 2 * i : i) * d.cols;
        const double *const lower = p->halves ? upper + d.cols : upper;
        for (size_t j = 0; j < d.cols; j++)
            draw_cell(p, d.row + i, d.col + j, upper[j], lower[j]);
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

/* True when lines would hide the data, at one in every few cells; thin lines may be closer. */
static bool too_many(const struct picture *p, const size_t *breaks, size_t n, double lo, double hi,
                     size_t cells)
{
    size_t seen = 0;

    for (size_t k = 0; k < n; k++)
        seen += (double)breaks[k] > lo && (double)breaks[k] < hi;
    return seen * (p->halves ? 2 : 4) > cells;
}

static ink line_ink(const struct picture *p)
{
    return !p->halves        ? INK_FRAME
           : p->h->diverging ? (ink)LINE_ON_DIVERGING
                             : (ink)LINE_ON_SEQUENTIAL;
}

static void draw_row_break(const struct picture *p, size_t at)
{
    const struct rect d = p->frame.data;
    const struct plot_window *const w = &p->frame.window;
    size_t edge = break_edge((double)at, w->y0, w->y1, p->pixel_rows);

    if (edge == 0)
        return;
    if (p->h->lower)
        edge = p->pixel_rows - edge;
    /* Between two cells the line is at the top of the lower one; otherwise it is in the middle. */
    const bool middle = p->halves && edge % 2 == 1;
    const uint32_t ch = p->canvas->ascii ? '-' : middle || !p->halves ? 0x2500 : 0x2594;
    for (size_t j = 0; j < d.cols; j++)
        draw_over(p, d.row + (p->halves ? edge / 2 : edge), d.col + j, ch, line_ink(p), 0);
}

static void draw_col_break(const struct picture *p, size_t at)
{
    const struct rect d = p->frame.data;
    const struct plot_window *const w = &p->frame.window;
    const size_t edge = break_edge((double)at, w->x0, w->x1, p->pixel_cols);
    const uint32_t ch = p->canvas->ascii ? '|' : p->halves ? 0x258F : 0x2502;

    if (edge == 0)
        return;
    for (size_t i = 0; i < d.rows; i++)
        draw_over(p, d.row + i, d.col + edge, ch, line_ink(p), 0);
}

static void draw_breaks(const struct picture *p)
{
    const struct heatmap *const h = p->h;
    const struct plot_window *const w = &p->frame.window;
    const struct rect d = p->frame.data;

    if (!too_many(p, h->row_breaks, h->n_row_breaks, w->y0, w->y1, d.rows))
        for (size_t k = 0; k < h->n_row_breaks; k++)
            draw_row_break(p, h->row_breaks[k]);
    if (!too_many(p, h->col_breaks, h->n_col_breaks, w->x0, w->x1, d.cols))
        for (size_t k = 0; k < h->n_col_breaks; k++)
            draw_col_break(p, h->col_breaks[k]);
}

enum { STRIP_COLS = 3 }; /* a line and a number of two digits */

/* Cells first .. end - 1 of the strip are those of places lo .. hi. False: outside. */
static bool strip_rows(const struct picture *p, double lo, double hi, size_t *first, size_t *end)
{
    const struct plot_window *const w = &p->frame.window;
    const double n = (double)p->frame.data.rows;
    const double a = fmin(fmax(unit_of(lo, w->y0, w->y1), 0.0), 1.0);
    const double b = fmin(fmax(unit_of(hi, w->y0, w->y1), 0.0), 1.0);

    *first = (size_t)round((p->h->lower ? 1.0 - b : a) * n);
    *end = (size_t)round((p->h->lower ? 1.0 - a : b) * n);
    return *first < *end;
}

/* A line in the colour of each group along its rows, with its number in their middle. */
static void draw_strip(const struct picture *p)
{
    const struct heatmap *const h = p->h;
    const struct rect d = p->frame.data;
    const size_t col = d.col + d.cols;
    size_t first, end;

    for (size_t g = 0; p->frame.strip > 0 && g <= h->n_row_breaks; g++) {
        const struct heatmap_group *const group = &h->row_groups[g];
        const size_t lo = g > 0 ? h->row_breaks[g - 1] : 0;
        const size_t hi = g < h->n_row_breaks ? h->row_breaks[g] : h->data.rows;
        char number[16];
        if (!strip_rows(p, (double)lo, (double)hi, &first, &end))
            continue;
        for (size_t i = first; i < end; i++)
            canvas_put(p->canvas, d.row + i, col, p->canvas->ascii ? '|' : 0x2590, group->ink,
                       INK_DEFAULT, 0);
        snprintf(number, sizeof number, "%d", (int)group->number);
        canvas_text(p->canvas, d.row + (first + end - 1) / 2, col + 1, STRIP_COLS - 1, number,
                    group->ink, CELL_BOLD);
    }
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
    if (p->pixels != NULL) {
        draw_cells(p);
        draw_breaks(p);
        draw_strip(p);
        draw_cursor(p);
    } else {
        draw_words(p->canvas, p->frame.data, "no memory");
        p->canvas->starved = true;
    }
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
                         .strip = h->row_groups != NULL ? STRIP_COLS : 0,
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
    frame_layout(f, c, area);
    frame_draw(f);
    p.halves = c->color && !c->ascii;
    p.pixel_rows = f->data.rows * (p.halves ? 2 : 1);
    p.pixel_cols = f->data.cols;
    if (p.pixel_rows > 0 && p.pixel_cols > 0)
        draw_data(&p);
    if (view != NULL)
        *view = frame_view(f);
}
