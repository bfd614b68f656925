#include "config.h"
#include "plot/scatter.h"

#include <math.h>

#include "plot/frame.h"
#include "plot/raster.h"

static size_t step_of(size_t stride)
{
    return stride > 0 ? stride : 1;
}

struct scatter_point scatter_point(const struct scatter *s, size_t i)
{
    const uint8_t marker = s->markers != NULL ? s->markers[i] : s->marker;

    return (struct scatter_point){ .x = s->x[i * step_of(s->x_stride)],
                                   .y = s->y[i * step_of(s->y_stride)],
                                   .ink = s->inks != NULL ? s->inks[i] : s->ink,
                                   .marker = marker != 0 ? marker : MARKER_DOT };
}

struct scatter_point scatter_over(const struct scatter *s, size_t k)
{
    return (struct scatter_point){ .x = s->over_x[k * step_of(s->over_stride)],
                                   .y = s->over_y[k * step_of(s->over_stride)],
                                   .ink = s->over_inks != NULL ? s->over_inks[k] : INK_DEFAULT,
                                   .marker = MARKER_CENTROID };
}

enum { RANK_NOISE, RANK_SMALL, RANK_POINT, RANK_CIRCLE };

int scatter_rank(uint8_t marker)
{
    return marker == MARKER_NOISE    ? RANK_NOISE
           : marker == MARKER_SMALL  ? RANK_SMALL
           : marker == MARKER_CIRCLE ? RANK_CIRCLE
                                     : RANK_POINT;
}

static void draw_point(struct raster *r, const struct scatter_point *p, bool fat)
{
    const ink i = p->ink;
    size_t row, col;

    if (!raster_col(r, p->x, &col) || !raster_row(r, p->y, &row))
        return;
    const uint32_t ch = marker_char(r->canvas, p->marker, i);
    if (ch != 0) {
        canvas_put(r->canvas, r->view.area.row + row / r->per_row,
                   r->view.area.col + col / r->per_col, ch, i, INK_DEFAULT,
                   p->marker == MARKER_CENTROID || p->marker == MARKER_SELECTED ? CELL_BOLD : 0);
        return;
    }
    raster_dot(r, row, col, '*', i);
    if (fat) { /* add the other three dots of the same quarter of a cell */
        raster_dot(r, row ^ 1, col, '*', i);
        raster_dot(r, row, col ^ 1, '*', i);
        raster_dot(r, row ^ 1, col ^ 1, '*', i);
    }
}

static void draw_points(struct raster *r, const struct scatter *s)
{
    /* Few points in a large area: single dots would be hard to see. */
    const bool fat = s->n * 6 <= r->view.area.rows * r->view.area.cols;

    bool has_rank[SCATTER_RANKS] = { false };

    for (size_t i = 0; i < (s->markers != NULL || s->n == 0 ? s->n : 1); i++)
        has_rank[scatter_rank(scatter_point(s, i).marker)] = true;
    for (int rank = 0; rank < SCATTER_RANKS; rank++)
        for (size_t i = 0; has_rank[rank] && i < s->n; i++) {
            const struct scatter_point p = scatter_point(s, i);
            if (scatter_rank(p.marker) == rank)
                draw_point(r, &p, fat && rank != RANK_SMALL);
        }
    for (size_t k = 0; k < s->n_over; k++) {
        const struct scatter_point p = scatter_over(s, k);
        draw_point(r, &p, false);
    }
    if (s->has_selected && s->selected < s->n) {
        struct scatter_point p = scatter_point(s, s->selected);
        p.marker = MARKER_SELECTED;
        p.ink = INK_ACCENT;
        draw_point(r, &p, false);
    }
}

struct plot_window scatter_window(const struct scatter *s)
{
    struct plot_window w = s->window;

    if (!range_ok(w.x0, w.x1)) {
        range_finite(s->x, s->n, step_of(s->x_stride), &w.x0, &w.x1);
        range_pad(&w.x0, &w.x1, 0.04);
    }
    if (!range_ok(w.y0, w.y1)) {
        range_finite(s->y, s->n, step_of(s->y_stride), &w.y0, &w.y1);
        range_pad(&w.y0, &w.y1, 0.04);
    }
    return w;
}

static void widen(double *lo, double *hi, double width)
{
    const double more = (width - (*hi - *lo)) / 2;

    *lo -= more;
    *hi += more;
}

struct plot_window scatter_equal_window(struct plot_window w, double wide, double high)
{
    const double x = w.x1 - w.x0, y = w.y1 - w.y0;

    if (wide <= 0.0 || high <= 0.0 || !isfinite(x) || !isfinite(y) ||
        !isfinite(fmax(x * high, y * wide)))
        return w;
    if (x * high > y * wide)
        widen(&w.y0, &w.y1, x * high / wide);
    else
        widen(&w.x0, &w.x1, y * wide / high);
    return w;
}

/* A cell is twice as high as wide. */
static struct plot_window equal_window(struct plot_window w, struct rect data)
{
    return scatter_equal_window(w, (double)data.cols, 2.0 * (double)data.rows);
}

void scatter_draw(struct canvas *c, struct rect area, const struct scatter *s,
                  struct plot_view *view)
{
    const struct plot_window window = scatter_window(s);
    struct frame f = {
        .text = &s->text, .bar = &s->bar, .rules = s->rules, .n_rules = s->n_rules, .window = window
    };

    frame_layout(&f, c, area);
    if (s->equal_aspect) { /* twice: wider numbers may leave fewer columns */
        f.window = equal_window(window, f.data);
        frame_layout(&f, c, area);
        f.window = equal_window(window, f.data);
        frame_ticks(&f);
    }
    frame_draw(&f);
    const struct plot_view v = frame_view(&f);
    struct raster r = raster_make(c, &v);
    for (size_t k = 0; k < s->n_rules; k++)
        raster_rule(&r, &s->rules[k]);
    for (size_t k = 0; k < s->n_lines; k++)
        raster_line(&r, s->lines[k].x0, s->lines[k].y0, s->lines[k].x1, s->lines[k].y1, 0,
                    s->lines[k].ink);
    draw_points(&r, s);
    if (view != NULL)
        *view = v;
}
