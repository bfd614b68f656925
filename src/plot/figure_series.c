#include "config.h"
#include "plot/figure_parts.h"

#include <math.h>

#include "plot/palette.h"

static void stroke(struct figure *f, ink color)
{
    figure_color(f, palette_paper_rgb(color));
    cairo_stroke(f->cr);
}

/* Connected values share a path while their colour is the same; but cairo searches a path for all
 * crossings, which is slow for long ones. */
static void draw_lines(struct figure *f, const struct axes *a, const struct series *s)
{
    const size_t longest = s->n > FIGURE_MOST_SHAPES ? 100 : s->n;
    struct series_value last = { .is_shown = false };
    size_t length = 0;

    cairo_set_line_width(f->cr, 1.0);
    cairo_set_line_join(f->cr, CAIRO_LINE_JOIN_BEVEL);
    cairo_set_line_cap(f->cr, CAIRO_LINE_CAP_ROUND); /* an isolated value is a dot */
    for (size_t i = 0; i < s->n; i++) {
        const struct series_value v = series_value(s, i);
        const double half = s->style == SERIES_STEPS ? 0.5 : 0.0;
        const double x = axes_x(a, v.x - half), y = axes_y(a, v.y);
        const bool is_joined = v.is_shown && last.is_shown;
        const bool goes_on = is_joined && v.ink == last.ink && ++length < longest;
        if (is_joined)
            cairo_line_to(f->cr, x, y);
        if (last.is_shown && !goes_on)
            stroke(f, last.ink);
        if (v.is_shown && !goes_on) {
            cairo_move_to(f->cr, x, y);
            length = 0;
        }
        if (v.is_shown)
            cairo_line_to(f->cr, axes_x(a, v.x + half), y);
        last = v;
    }
    if (last.is_shown)
        stroke(f, last.ink);
}

static void draw_bars(struct figure *f, const struct axes *a, const struct series *s)
{
    const double base = axes_y(a, fmin(fmax(0.0, a->window.y0), a->window.y1));

    for (size_t i = 0; i < s->n; i++) {
        const struct series_value v = series_value(s, i);
        const double left = axes_x(a, v.x - 0.45), right = axes_x(a, v.x + 0.45);
        if (!v.is_shown)
            continue;
        cairo_rectangle(f->cr, left, base, right - left, axes_y(a, v.y) - base);
        figure_color(f, palette_paper_rgb(v.ink));
        cairo_fill(f->cr);
    }
}

static void draw_points(struct figure *f, const struct axes *a, const struct series *s)
{
    for (size_t i = 0; i < s->n; i++) {
        const struct series_value v = series_value(s, i);
        if (v.is_shown)
            figure_marker(f, axes_x(a, v.x), axes_y(a, v.y), v.marker, palette_paper_rgb(v.ink),
                          s->n > 500 ? 1.0 : 2.0);
    }
}

static void move(struct figure *f, double x0, double y0, double x1, double y1)
{
    cairo_move_to(f->cr, x0, y0);
    cairo_line_to(f->cr, x1, y1);
}

static void draw_ranges(struct figure *f, const struct axes *a, const struct series *s)
{
    static const double dots[] = { 1.0, 2.0 };

    if (s->bars == NULL && s->band == NULL)
        return;
    cairo_save(f->cr);
    cairo_set_line_width(f->cr, 1.0);
    for (size_t i = 0; s->bars != NULL && i < s->n; i++) {
        const struct series_value v = series_value(s, i);
        if (!range_is_shown(&s->bars[i]))
            continue;
        move(f, axes_x(a, v.x), axes_y(a, s->bars[i].low), axes_x(a, v.x),
             axes_y(a, s->bars[i].high));
        stroke(f, v.ink);
    }
    cairo_set_dash(f->cr, dots, 2, 0.0);
    for (size_t i = 0; s->band != NULL && i < s->n; i++) {
        const double x = series_value(s, i).x;
        const double left = axes_x(a, x - 0.5), right = axes_x(a, x + 0.5);
        if (!range_is_shown(&s->band[i]))
            continue;
        move(f, left, axes_y(a, s->band[i].low), right, axes_y(a, s->band[i].low));
        move(f, left, axes_y(a, s->band[i].high), right, axes_y(a, s->band[i].high));
        stroke(f, INK_DIM);
    }
    cairo_restore(f->cr);
}

void figure_series(const struct plot_target *target, const struct series *s, struct plot_view *view)
{
    struct figure *const f = target->figure;
    const bool is_split = s->split > 0 && s->split < s->n;
    const struct plot_rule border = { .at = (double)s->split - 0.5, .ink = INK_FRAME };
    struct axes a = { .text = &s->text,
                      .rules = s->rules,
                      .n_rules = s->n_rules,
                      .window = series_window(s),
                      .x_integer = s->x == NULL || s->x_integer,
                      .names = { is_split ? s->split_labels[0] : NULL,
                                 is_split ? s->split_labels[1] : NULL },
                      .split_x = border.at };

    (void)view;
    axes_layout(f, &a);
    axes_begin_data(f, &a, s->n);
    axes_rules(f, &a, s->rules, s->n_rules);
    axes_rules(f, &a, &border, is_split);
    draw_ranges(f, &a, s);
    if (s->style == SERIES_POINTS)
        draw_points(f, &a, s);
    else if (s->style == SERIES_BARS)
        draw_bars(f, &a, s);
    else
        draw_lines(f, &a, s);
    axes_end_data(f, &a);
    axes_draw(f, &a);
}
