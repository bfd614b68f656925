#include "config.h"
#include "plot/bars.h"

#include <math.h>
#include <stdio.h>

#include "plot/frame.h"
#include "plot/raster.h"

enum bar_style {
    BAR_CELLS, /* whole columns */
    BAR_DOTS,  /* half columns, of braille dots */
};

struct chart { /* one drawing */
    const struct bars *b;
    struct canvas *canvas;
    struct frame frame;
    size_t together; /* bins summed per bar */
    size_t n_bars;
    enum bar_style style;
    size_t width; /* of a bar, in columns or half columns; 0: the columns are divided evenly */
    double top;
};

static double sum_bins(const struct chart *p, const uint64_t *counts, size_t k)
{
    double sum = 0.0;

    for (size_t i = k * p->together; i < (k + 1) * p->together && i < p->b->n_bins; i++)
        sum += (double)counts[i];
    return sum;
}

static double bar_count(const struct chart *p, size_t k)
{
    return sum_bins(p, p->b->counts, k);
}

static ink bar_ink(const struct chart *p, size_t k)
{
    return p->b->inks != NULL ? p->b->inks[k * p->together] : p->b->ink;
}

static void find_top(struct chart *p)
{
    p->top = 1.0;
    for (size_t k = 0; k < p->n_bars; k++)
        p->top = fmax(p->top, bar_count(p, k));
    for (size_t k = 0; p->b->outline != NULL && k < p->n_bars; k++)
        p->top = fmax(p->top, sum_bins(p, p->b->outline, k));
}

/* Sums bins so that there are no more bars than places. */
static void join_bins(struct chart *p, size_t places)
{
    p->together = places > 0 ? (p->b->n_bins + places - 1) / places : p->b->n_bins;
    if (p->together == 0)
        p->together = 1;
    p->n_bars = (p->b->n_bins + p->together - 1) / p->together;
}

/* Whole columns when they fill at least 3/5 of the width, else half columns; these in equal widths
 * when that fills as much, else divided evenly. */
static void choose_style(struct chart *p, size_t cols)
{
    p->style = BAR_CELLS;
    join_bins(p, cols);
    p->width = p->n_bars > 0 ? cols / p->n_bars : 0;
    if (p->canvas->ascii || (p->together == 1 && p->width * p->n_bars * 5 >= cols * 3))
        return;
    p->style = BAR_DOTS;
    join_bins(p, 2 * cols);
    p->width = p->n_bars > 0 ? 2 * cols / p->n_bars : 0;
    if (p->width * p->n_bars * 5 < 2 * cols * 3)
        p->width = 0;
}

/* The columns used by the bars: the axis ends there. */
static size_t used_cols(const struct chart *p, size_t cols)
{
    const size_t places = p->width * p->n_bars;

    return p->width == 0 ? cols : p->style == BAR_CELLS ? places : (places + 1) / 2;
}

/* The bar at a place (column or half column) of n_places; n_bars: none. */
static size_t bar_at(const struct chart *p, size_t place, size_t n_places)
{
    return p->width > 0 ? place / p->width
                        : (size_t)(((double)place + 0.5) / (double)n_places * (double)p->n_bars);
}

static uint32_t part_char(const struct chart *p, double part)
{
    if (p->canvas->ascii)
        return part <= 1.0 / 3 ? '.' : part <= 2.0 / 3 ? ':' : '#';
    return 0x2580 + (uint32_t)lround(part * 8.0); /* 1: lower eighth .. 8: full block */
}

static void draw_cell_bar(const struct chart *p, size_t col, size_t k)
{
    const struct rect d = p->frame.data;
    const double steps = p->canvas->ascii ? 3.0 : 8.0;
    const double count = bar_count(p, k);
    double left = round(count / p->top * (double)d.rows * steps); /* steps still to draw */

    if (count > 0.0)
        left = fmax(left, 1.0);
    for (size_t i = d.rows; i-- > 0 && left > 0.0; left -= steps)
        canvas_put(p->canvas, d.row + i, d.col + col, part_char(p, fmin(left / steps, 1.0)),
                   bar_ink(p, k), INK_DEFAULT, 0);
}

static void draw_dot_bar(const struct chart *p, struct raster *r, size_t col, size_t k)
{
    const double count = bar_count(p, k);
    double height = round(count / p->top * (double)r->rows);

    if (count > 0.0)
        height = fmax(height, 1.0);
    for (size_t i = 0; (double)i < height; i++)
        raster_dot(r, r->rows - 1 - i, col, '#', bar_ink(p, k));
}

/* The outline's height over bar k, in steps of the data's rows; a bin that is not empty has one. */
static size_t outline_height(const struct chart *p, size_t k, size_t rows)
{
    const double count = sum_bins(p, p->b->outline, k);
    const double height = round(count / p->top * (double)rows);

    return count > 0.0 ? (size_t)fmax(height, 1.0) : 0;
}

/* A line along the top of a cell, on the bar if the bar covers the cell. */
static void draw_cell_outline(const struct chart *p, size_t col, size_t k)
{
    const struct rect d = p->frame.data;
    const size_t height = outline_height(p, k, d.rows);
    const bool is_covered = bar_count(p, k) / p->top * (double)d.rows >= (double)height;

    if (height == 0)
        return;
    canvas_put(p->canvas, d.row + d.rows - height, d.col + col, p->canvas->ascii ? '-' : 0x2594,
               p->b->outline_ink, is_covered && !p->canvas->ascii ? bar_ink(p, k) : INK_DEFAULT, 0);
}

static void draw_dot_outline(const struct chart *p, struct raster *r, size_t col, size_t k)
{
    const size_t height = outline_height(p, k, r->rows);

    if (height > 0)
        raster_dot(r, r->rows - height, col, '-', p->b->outline_ink);
}

static void draw_rules(const struct chart *p, struct raster *r, bool over)
{
    for (size_t k = 0; k < p->b->n_rules; k++)
        if (p->b->rules[k].over == over)
            raster_rule(r, &p->b->rules[k]);
}

static void draw_bars(const struct chart *p)
{
    const struct plot_view view = frame_view(&p->frame);
    struct raster r = raster_make(p->canvas, &view);
    const size_t places = p->style == BAR_CELLS ? p->frame.data.cols : r.cols;

    draw_rules(p, &r, false);
    for (size_t j = 0; j < places; j++) {
        const size_t k = bar_at(p, j, places);
        if (k >= p->n_bars)
            continue;
        if (p->style == BAR_CELLS)
            draw_cell_bar(p, j, k);
        else
            draw_dot_bar(p, &r, j, k);
        if (p->b->outline != NULL && p->style == BAR_CELLS)
            draw_cell_outline(p, j, k);
        else if (p->b->outline != NULL)
            draw_dot_outline(p, &r, j, k);
    }
    draw_rules(p, &r, true);
}

/* Where the last bar ends; beyond the last edge when the bins do not divide evenly. */
static double right_edge(const struct chart *p)
{
    const struct bars *const b = p->b;
    const double width = (b->edges[b->n_bins] - b->edges[0]) / (double)b->n_bins;
    const double bins = p->width == 0
                            ? (double)(p->n_bars * p->together)
                            : (double)used_cols(p, 0) * (p->style == BAR_CELLS ? 1.0 : 2.0) /
                                  (double)p->width * (double)p->together;

    return b->edges[0] + bins * width;
}

/* The final style and top, and the columns that are used. */
static void fit_bars(struct chart *p)
{
    struct frame *const f = &p->frame;

    frame_even(f);
    choose_style(p, f->data.cols);
    find_top(p);
    if (p->top > f->window.y1) { /* wider numbers have left fewer columns, of more bins each */
        f->window.y1 = p->top;
        frame_ticks(f);
    }
    p->top = f->window.y1;
    const struct ticks y = f->y;
    f->window.x1 = right_edge(p);
    f->data.cols = used_cols(p, f->data.cols);
    frame_ticks(f);
    f->y = y;
}

void bars_draw(struct canvas *c, struct rect area, const struct bars *b, struct plot_view *view)
{
    struct chart p = { .b = b, .canvas = c, .top = 1.0 };
    struct plot_text text = b->text;
    struct frame *const f = &p.frame;
    char joined[160];
    const bool any = b->n_bins > 0 && range_ok(b->edges[0], b->edges[b->n_bins]) &&
                     isfinite(b->edges[b->n_bins] - b->edges[0]);

    *f = (struct frame){ .text = &text,
                         .rules = b->rules,
                         .n_rules = b->n_rules,
                         .x_integer = b->x_integer,
                         .y_integer = true,
                         .y_even = any,
                         .y_from_low = true,
                         .window = { 0.0, 1.0, 0.0, 1.0 } };
    if (any)
        f->window = (struct plot_window){ b->edges[0], b->edges[b->n_bins], 0.0, 1.0 };
    /* The number of bars depends on the space, their heights on their number, and the space on the
     * numbers at the heights: converges after a few rounds, since the space only shrinks. */
    for (int round_ = 0; any && round_ < 3; round_++) {
        frame_layout(f, c, area);
        choose_style(&p, f->data.cols);
        find_top(&p);
        f->window.y1 = p.top;
        if (p.together > 1) {
            snprintf(joined, sizeof joined, "%.100s (%zu bins a bar)",
                     b->text.y_label != NULL ? b->text.y_label : "count", p.together);
            text.y_label = joined;
        }
    }
    frame_layout(f, c, area);
    if (any && f->data.cols > 0)
        fit_bars(&p);
    frame_draw(f);
    if (any && f->data.cols > 0 && f->data.rows > 0)
        draw_bars(&p);
    if (view != NULL)
        *view = frame_view(f);
}
