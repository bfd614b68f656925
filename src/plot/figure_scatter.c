#include "config.h"
#include "plot/figure_parts.h"

#include <math.h>

#include "plot/palette.h"

/* The more points, the smaller. */
static double radius(size_t n)
{
    return fmin(fmax(7.5 / sqrt(sqrt((double)n + 1.0)), 0.6), 2.4);
}

static void draw_lines(struct figure *f, const struct axes *a, const struct scatter *s)
{
    cairo_set_line_width(f->cr, s->n_lines > 500 ? 0.25 : 0.5);
    for (size_t k = 0; k < s->n_lines; k++) {
        const struct scatter_line *const l = &s->lines[k];
        cairo_move_to(f->cr, axes_x(a, l->x0), axes_y(a, l->y0));
        cairo_line_to(f->cr, axes_x(a, l->x1), axes_y(a, l->y1));
        if (k + 1 < s->n_lines && s->lines[k + 1].ink == l->ink && k % 100 < 99)
            continue; /* one path for several, but a short one: cairo searches it for all crossings
                       */
        figure_color(f, palette_paper_rgb(l->ink));
        cairo_stroke(f->cr);
    }
}

static void draw_point(struct figure *f, const struct axes *a, const struct scatter_point *p,
                       double r)
{
    const struct plot_window *const w = &a->window;

    if (p->x >= w->x0 && p->x <= w->x1 && p->y >= w->y0 && p->y <= w->y1)
        figure_marker(f, axes_x(a, p->x), axes_y(a, p->y), p->marker, palette_paper_rgb(p->ink), r);
}

static void draw_label(struct figure *f, const struct axes *a, const struct scatter_label *label)
{
    const struct plot_window *const w = &a->window;

    if (label->x >= w->x0 && label->x <= w->x1 && label->y >= w->y0 && label->y <= w->y1)
        figure_label(f, &(struct label){ .text = label->text,
                                         .x = axes_x(a, label->x),
                                         .y = axes_y(a, label->y) + 3.0,
                                         .size = 8.0,
                                         .anchor = 0.5,
                                         .is_bold = true });
}

static void draw_points(struct figure *f, const struct axes *a, const struct scatter *s)
{
    const double r = radius(s->n);
    bool has_rank[SCATTER_RANKS] = { false };

    for (size_t i = 0; i < s->n; i++)
        has_rank[scatter_rank(scatter_point(s, i).marker)] = true;
    for (int rank = 0; rank < SCATTER_RANKS; rank++)
        for (size_t i = 0; has_rank[rank] && i < s->n; i++) {
            const struct scatter_point p = scatter_point(s, i);
            if (scatter_rank(p.marker) == rank)
                draw_point(f, a, &p, r);
        }
    for (size_t k = 0; k < s->n_over; k++) {
        const struct scatter_point p = scatter_over(s, k);
        draw_point(f, a, &p, r);
    }
    for (size_t k = 0; k < s->n_labels; k++)
        draw_label(f, a, &s->labels[k]);
    if (s->has_selected && s->selected < s->n) {
        struct scatter_point p = scatter_point(s, s->selected);
        p.marker = MARKER_SELECTED;
        p.ink = INK_ACCENT;
        draw_point(f, a, &p, r);
    }
}

void figure_scatter(const struct plot_target *target, const struct scatter *s,
                    struct plot_view *view)
{
    struct figure *const f = target->figure;
    const struct plot_window window = scatter_window(s);
    struct axes a = {
        .text = &s->text, .bar = &s->bar, .rules = s->rules, .n_rules = s->n_rules, .window = window
    };

    (void)view;
    axes_layout(f, &a);
    for (int round_ = 0; s->equal_aspect && round_ < 2; round_++) {
        a.window = scatter_equal_window(window, a.data.w, a.data.h);
        axes_layout(f, &a);
    }
    if (s->equal_aspect)
        a.window = scatter_equal_window(window, a.data.w, a.data.h);
    axes_begin_data(f, &a, s->n + s->n_lines);
    axes_rules(f, &a, s->rules, s->n_rules);
    draw_lines(f, &a, s);
    draw_points(f, &a, s);
    axes_end_data(f, &a);
    axes_draw(f, &a);
}
