#include "config.h"
#include "plot/figure_parts.h"

#include <math.h>

#include "plot/frame.h"
#include "plot/palette.h"

static void draw_bars(struct figure *f, const struct axes *a, const struct bars *b)
{
    const double bottom = axes_y(a, 0.0);
    const double width = a->data.w / (double)b->n_bins;
    const double gap = width > 3.0 ? fmin(0.1 * width, 2.0) : 0.0;

    for (size_t i = 0; i < b->n_bins; i++) {
        const double left = a->data.x + (double)i * width;
        const double top = axes_y(a, (double)b->counts[i]);
        if (b->counts[i] == 0)
            continue;
        /* Even the smallest bar is visible. */
        cairo_rectangle(f->cr, left + gap / 2, fmin(top, bottom - 0.5), width - gap,
                        fmax(bottom - top, 0.5));
        figure_color(f, palette_paper_rgb(b->inks != NULL ? b->inks[i] : b->ink));
        cairo_fill(f->cr);
    }
}

/* The tops of the second histogram's bars, joined. */
static void draw_outline(struct figure *f, const struct axes *a, const struct bars *b)
{
    const double width = a->data.w / (double)b->n_bins;

    cairo_set_line_width(f->cr, 1.2);
    figure_color(f, palette_paper_rgb(b->outline_ink));
    cairo_move_to(f->cr, a->data.x, axes_y(a, 0.0));
    for (size_t i = 0; i < b->n_bins; i++) {
        const double y = axes_y(a, (double)b->outline[i]);
        cairo_line_to(f->cr, a->data.x + (double)i * width, y);
        cairo_line_to(f->cr, a->data.x + (double)(i + 1) * width, y);
    }
    cairo_line_to(f->cr, a->data.x + a->data.w, axes_y(a, 0.0));
    cairo_stroke(f->cr);
}

static void draw_rules(struct figure *f, const struct axes *a, const struct bars *b, bool over)
{
    for (size_t k = 0; k < b->n_rules; k++)
        if (b->rules[k].over == over)
            axes_rules(f, a, &b->rules[k], 1);
}

void figure_bars(const struct plot_target *target, const struct bars *b, struct plot_view *view)
{
    struct figure *const f = target->figure;
    const bool any = b->n_bins > 0 && range_ok(b->edges[0], b->edges[b->n_bins]) &&
                     isfinite(b->edges[b->n_bins] - b->edges[0]);
    struct axes a = { .text = &b->text,
                      .rules = b->rules,
                      .n_rules = b->n_rules,
                      .x_integer = b->x_integer,
                      .y_integer = true,
                      .window = { 0.0, 1.0, 0.0, 1.0 } };

    (void)view;
    for (size_t i = 0; any && i < b->n_bins; i++)
        a.window.y1 = fmax(a.window.y1, (double)b->counts[i]);
    for (size_t i = 0; any && b->outline != NULL && i < b->n_bins; i++)
        a.window.y1 = fmax(a.window.y1, (double)b->outline[i]);
    if (any) {
        a.window.x0 = b->edges[0];
        a.window.x1 = b->edges[b->n_bins];
    }
    a.window.y1 *= 1.04;
    axes_layout(f, &a);
    axes_begin_data(f, &a, b->n_bins);
    draw_rules(f, &a, b, false);
    if (any)
        draw_bars(f, &a, b);
    if (any && b->outline != NULL)
        draw_outline(f, &a, b);
    draw_rules(f, &a, b, true);
    axes_end_data(f, &a);
    axes_draw(f, &a);
}
