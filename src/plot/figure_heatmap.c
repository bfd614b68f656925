#include "config.h"
#include "plot/figure_parts.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "plot/heatmap_pixels.h"
#include "plot/palette.h"

/* Widens lo .. hi to whole places; returns how many each pixel but the last covers. */
static size_t cover(double *lo, double *hi)
{
    const double from = floor(*lo);
    const size_t n = (size_t)(ceil(*hi) - from);
    const size_t together = (n + FIGURE_MOST_PIXELS - 1) / FIGURE_MOST_PIXELS;
    const size_t n_pixels = (n + together - 1) / together;

    *lo = from;
    *hi = from + (double)(n_pixels * together);
    return n_pixels;
}

static uint32_t value_rgb(const struct heatmap *h, double v, double vmin, double vmax)
{
    static const uint32_t nothing = 0xb8b8b8;
    const double width = vmax / 2 - vmin / 2;

    if (isnan(v))
        return nothing;
    if (!(width > 0.0) || !isfinite(width))
        return palette_paper_map(h->diverging ? 0.5 : 0.0, h->diverging);
    return palette_paper_map((v / 2 - vmin / 2) / width, h->diverging);
}

/* False: out of memory. */
static bool draw_image(struct figure *f, const struct axes *a, const struct heatmap *h)
{
    struct heatmap_cache one = { .pixels = NULL };
    struct pixel_grid g = { .h = h, .window = a->window };

    g.cols = cover(&g.window.x0, &g.window.x1);
    g.rows = cover(&g.window.y0, &g.window.y1);
    uint32_t *const rgb = ct_malloc_array(g.rows, g.cols * sizeof *rgb);
    const double *const pixels = heatmap_pixels(&g, h->cache != NULL ? h->cache : &one);
    const bool done = rgb != NULL && pixels != NULL;
    const double left = axes_x(a, g.window.x0), right = axes_x(a, g.window.x1);
    const double y0 = axes_y(a, g.window.y0), y1 = axes_y(a, g.window.y1);

    for (size_t i = 0; done && i < g.rows * g.cols; i++)
        rgb[i] = value_rgb(h, pixels[i], a->bar->lo, a->bar->hi);
    if (done)
        figure_image(f, rgb, g.rows, g.cols,
                     &(struct box){ left, fmin(y0, y1), right - left, fabs(y1 - y0) });
    free(rgb);
    heatmap_cache_clear(&one);
    return done;
}

static void draw_breaks(struct figure *f, const struct axes *a, const struct heatmap *h)
{
    const struct box *const d = &a->data;

    cairo_set_line_width(f->cr, 0.5);
    figure_color(f, h->diverging ? 0x404040 : 0xffffff);
    for (size_t k = 0; h->n_row_breaks <= (size_t)d->h / 4 && k < h->n_row_breaks; k++) {
        cairo_move_to(f->cr, d->x, axes_y(a, (double)h->row_breaks[k]));
        cairo_rel_line_to(f->cr, d->w, 0.0);
        cairo_stroke(f->cr);
    }
    for (size_t k = 0; h->n_col_breaks <= (size_t)d->w / 4 && k < h->n_col_breaks; k++) {
        cairo_move_to(f->cr, axes_x(a, (double)h->col_breaks[k]), d->y);
        cairo_rel_line_to(f->cr, 0.0, d->h);
        cairo_stroke(f->cr);
    }
}

/* A line in the colour of each group along its rows, with its number beside their middle. */
static void draw_strip(struct figure *f, const struct axes *a, const struct heatmap *h)
{
    const double x = a->data.x + a->data.w + 2.0;

    for (size_t g = 0; a->strip > 0.0 && g <= h->n_row_breaks; g++) {
        const struct heatmap_group *const group = &h->row_groups[g];
        const size_t lo = g > 0 ? h->row_breaks[g - 1] : 0;
        const size_t hi = g < h->n_row_breaks ? h->row_breaks[g] : h->data.rows;
        const double y0 = axes_y(a, fmin(fmax((double)lo, a->window.y0), a->window.y1));
        const double y1 = axes_y(a, fmin(fmax((double)hi, a->window.y0), a->window.y1));
        char number[16];
        if (y0 == y1)
            continue;
        cairo_rectangle(f->cr, x, fmin(y0, y1), 3.0, fabs(y1 - y0));
        figure_color(f, palette_paper_rgb(group->ink));
        cairo_fill(f->cr);
        snprintf(number, sizeof number, "%d", (int)group->number);
        figure_label(f, &(struct label){ .text = number,
                                         .x = x + 5.0,
                                         .y = (y0 + y1) / 2 + 3.0,
                                         .size = 8.0,
                                         .rgb = palette_paper_rgb(group->ink) });
    }
}

void figure_heatmap(const struct plot_target *target, const struct heatmap *h,
                    struct plot_view *view)
{
    struct figure *const f = target->figure;
    struct color_bar bar = { .diverging = h->diverging, .label = h->bar_label };
    struct axes a = { .text = &h->text,
                      .bar = &bar,
                      .window = { 0.0, 1.0, 0.0, 1.0 },
                      .x_integer = true,
                      .y_integer = true,
                      .y_down = !h->lower,
                      .is_square = h->products,
                      .shift = 0.5,
                      .strip = h->row_groups != NULL && !h->groups_on_axes ? 14.0 : 0.0 };
    const bool is_empty = h->data.rows == 0 || h->data.cols == 0;
    bool done = false;

    (void)view;
    if (!is_empty) {
        a.window = heatmap_window(h);
        heatmap_scale(h, &bar.lo, &bar.hi);
        bar.shown = !h->no_bar;
    }
    axes_layout(f, &a);
    axes_begin_data(f, &a, 0);
    if (!is_empty)
        done = draw_image(f, &a, h);
    if (done)
        draw_breaks(f, &a, h);
    axes_end_data(f, &a);
    if (done)
        draw_strip(f, &a, h);
    if (is_empty)
        a.x.n = a.y.n = 0;
    axes_draw(f, &a);
    if (!done)
        axes_words(f, &a, is_empty ? "no data" : "no memory");
}
