#include "config.h"
#include "plot/scatter.h"

#include <math.h>

#include "plot/frame.h"
#include "plot/palette.h"
#include "plot/raster.h"

static size_t step_of(size_t stride)
{
    return stride > 0 ? stride : 1;
}

static double point_x(const struct scatter *s, size_t i)
{
    return s->x[i * step_of(s->x_stride)];
}

static double point_y(const struct scatter *s, size_t i)
{
    return s->y[i * step_of(s->y_stride)];
}

static uint8_t point_marker(const struct scatter *s, size_t i)
{
    const uint8_t marker = s->markers != NULL ? s->markers[i] : s->marker;

    return marker != 0 ? marker : MARKER_DOT;
}

/* Who is drawn over whom. */
enum { RANK_NOISE, RANK_SMALL, RANK_POINT, RANK_CIRCLE, N_RANKS };

static int rank_of(uint8_t marker)
{
    return marker == MARKER_NOISE    ? RANK_NOISE
           : marker == MARKER_SMALL  ? RANK_SMALL
           : marker == MARKER_CIRCLE ? RANK_CIRCLE
                                     : RANK_POINT;
}

static void draw_point(struct raster *r, double x, double y, uint8_t marker, ink i, bool fat)
{
    size_t row, col;

    if (!raster_col(r, x, &col) || !raster_row(r, y, &row))
        return;
    const uint32_t ch = marker_char(r->canvas, marker, i);
    if (ch != 0) {
        canvas_put(r->canvas, r->view.area.row + row / r->per_row,
                   r->view.area.col + col / r->per_col, ch, i, INK_DEFAULT,
                   marker == MARKER_CENTROID || marker == MARKER_SELECTED ? CELL_BOLD : 0);
        return;
    }
    raster_dot(r, row, col, '*', i);
    if (fat) { /* the other three dots of the same quarter of a cell */
        raster_dot(r, row ^ 1, col, '*', i);
        raster_dot(r, row, col ^ 1, '*', i);
        raster_dot(r, row ^ 1, col ^ 1, '*', i);
    }
}

static void draw_points(struct raster *r, const struct scatter *s)
{
    /* Few points in a large area: one dot each would hardly be seen. */
    const bool fat = s->n * 6 <= r->view.area.rows * r->view.area.cols;

    bool has_rank[N_RANKS] = { false };

    for (size_t i = 0; i < (s->markers != NULL ? s->n : 1); i++)
        has_rank[rank_of(point_marker(s, i))] = true;
    for (int rank = 0; rank < N_RANKS; rank++)
        for (size_t i = 0; has_rank[rank] && i < s->n; i++) {
            const uint8_t marker = point_marker(s, i);
            if (rank_of(marker) == rank)
                draw_point(r, point_x(s, i), point_y(s, i), marker,
                           s->inks != NULL ? s->inks[i] : s->ink, fat && rank != RANK_SMALL);
        }
    for (size_t k = 0; k < s->n_over; k++)
        draw_point(r, s->over_x[k * step_of(s->over_stride)],
                   s->over_y[k * step_of(s->over_stride)], MARKER_CENTROID,
                   s->over_inks != NULL ? s->over_inks[k] : INK_DEFAULT, false);
    if (s->has_selected && s->selected < s->n)
        draw_point(r, point_x(s, s->selected), point_y(s, s->selected), MARKER_SELECTED, INK_ACCENT,
                   false);
}

/* The sides that the caller left open: all finite points and a margin. */
static struct plot_window find_window(const struct scatter *s)
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

/* Widens one side so that a unit is as long in x as in y; a cell is twice as high as wide. */
static struct plot_window equal_window(struct plot_window w, struct rect data)
{
    const double cols = (double)data.cols, rows = 2.0 * (double)data.rows;
    const double wide = w.x1 - w.x0, high = w.y1 - w.y0;

    if (data.cols == 0 || data.rows == 0 || !isfinite(wide) || !isfinite(high) ||
        !isfinite(fmax(wide * rows, high * cols)))
        return w;
    if (wide * rows > high * cols)
        widen(&w.y0, &w.y1, wide * rows / cols);
    else
        widen(&w.x0, &w.x1, high * cols / rows);
    return w;
}

void scatter_draw(struct canvas *c, struct rect area, const struct scatter *s,
                  struct plot_view *view)
{
    const struct plot_window window = find_window(s);
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
