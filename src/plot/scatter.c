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

/* One of n points. */
static void draw_point(struct raster *r, const struct scatter_point *p, size_t n)
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
    if (scatter_rank(p->marker) >= RANK_POINT && raster_has_room(r, n))
        raster_block(r, row, col, n, '*', i);
    else
        raster_dot(r, row, col, '*', i);
}

static void draw_label(const struct raster *r, const struct scatter_label *label)
{
    const struct rect *const a = &r->view.area;
    const size_t width = canvas_text_width(r->canvas, label->text);
    size_t row, col;

    if (!plot_view_cell(&r->view, label->x, label->y, &row, &col) || width > a->cols)
        return;
    col = col - a->col > width / 2 ? col - width / 2 : a->col;
    if (col + width > a->col + a->cols)
        col = a->col + a->cols - width;
    canvas_text(r->canvas, row, col, width, label->text, label->ink, CELL_BOLD | CELL_REVERSE);
}

static void draw_points(struct raster *r, const struct scatter *s)
{
    bool has_rank[SCATTER_RANKS] = { false };

    for (size_t i = 0; i < (s->markers != NULL || s->n == 0 ? s->n : 1); i++)
        has_rank[scatter_rank(scatter_point(s, i).marker)] = true;
    for (int rank = 0; rank < SCATTER_RANKS; rank++)
        for (size_t i = 0; has_rank[rank] && i < s->n; i++) {
            const struct scatter_point p = scatter_point(s, i);
            if (scatter_rank(p.marker) == rank)
                draw_point(r, &p, s->n);
        }
    for (size_t k = 0; k < s->n_over; k++) {
        const struct scatter_point p = scatter_over(s, k);
        draw_point(r, &p, s->n);
    }
    for (size_t k = 0; k < s->n_labels; k++)
        draw_label(r, &s->labels[k]);
    if (s->has_selected && s->selected < s->n) {
        struct scatter_point p = scatter_point(s, s->selected);
        p.marker = MARKER_SELECTED;
        p.ink = INK_ACCENT;
        draw_point(r, &p, s->n);
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

/* Even steps where a unit is as long in x as in y: those of y decide. */
static void even_equal(struct frame *f)
{
    struct plot_window *const w = &f->window;
    const double middle = w->x0 / 2 + w->x1 / 2;

    if (!f->y_even || !ticks_even(&f->y, &w->y0, &w->y1, f->data.rows, false, true))
        return;
    const double width = (w->y1 - w->y0) / (2.0 * (double)f->data.rows) * (double)f->data.cols;
    if (f->data.rows == 0 || !range_ok(middle - width / 2, middle + width / 2))
        return;
    w->x0 = middle - width / 2;
    w->x1 = middle + width / 2;
    ticks_fit(&f->x, w->x0, w->x1, f->data.cols, f->x_integer);
}

void scatter_draw(struct canvas *c, struct rect area, const struct scatter *s,
                  struct plot_view *view)
{
    const struct plot_window window = scatter_window(s);
    struct frame f = { .text = &s->text,
                       .bar = &s->bar,
                       .rules = s->rules,
                       .n_rules = s->n_rules,
                       .window = window,
                       .y_even = !range_ok(s->window.y0, s->window.y1),
                       .strip = row_list_cols(&s->list, c, area) };

    frame_layout(&f, c, area);
    if (s->equal_aspect) { /* twice: wider numbers may leave fewer columns */
        f.window = equal_window(window, f.data);
        frame_layout(&f, c, area);
        f.window = equal_window(window, f.data);
        frame_ticks(&f);
        even_equal(&f);
    } else {
        frame_even(&f);
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
    if (f.strip > 0)
        row_list_draw(c,
                      (struct rect){ f.data.row, f.data.col + f.data.cols + 1, f.data.rows,
                                     f.strip - 1 },
                      &s->list);
    if (view != NULL)
        *view = v;
}
