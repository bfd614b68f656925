#include "config.h"
#include "plot/series.h"

#include <math.h>

#include "plot/frame.h"
#include "plot/raster.h"

static double value_x(const struct series *s, size_t i)
{
    return s->x != NULL ? s->x[i] : (double)i;
}

static bool is_split(size_t split, size_t n)
{
    return split > 0 && split < n;
}

static ink value_ink(const struct series *s, size_t i)
{
    if (s->inks != NULL)
        return s->inks[i];
    return !is_split(s->split, s->n) ? s->ink : i < s->split ? (ink)INK_GROUP_A : (ink)INK_GROUP_B;
}

static uint8_t value_marker(const struct series *s, size_t i)
{
    if (s->markers != NULL)
        return s->markers[i];
    if (is_split(s->split, s->n))
        return i < s->split ? MARKER_CIRCLE : MARKER_CROSS;
    return MARKER_DOT;
}

static bool is_shown(const struct series *s, size_t i)
{
    return isfinite(s->y[i]) && isfinite(value_x(s, i));
}

bool range_is_shown(const struct plot_range *range)
{
    return isfinite(range->low) && isfinite(range->high);
}

struct series_value series_value(const struct series *s, size_t i)
{
    return (struct series_value){ .x = value_x(s, i),
                                  .y = s->y[i],
                                  .ink = value_ink(s, i),
                                  .marker = value_marker(s, i),
                                  .is_shown = is_shown(s, i) };
}

/* Extends lo .. hi to the ranges [n]. */
static void cover(const struct plot_range *ranges, size_t n, double *lo, double *hi)
{
    for (size_t i = 0; ranges != NULL && i < n; i++) {
        if (!range_is_shown(&ranges[i]))
            continue;
        *lo = fmin(*lo, ranges[i].low);
        *hi = fmax(*hi, ranges[i].high);
    }
}

struct plot_window series_window(const struct series *s)
{
    struct plot_window w = s->window;

    if (!range_ok(w.x0, w.x1) && s->x == NULL) {
        w.x0 = -0.5;
        w.x1 = s->n > 0 ? (double)s->n - 0.5 : 0.5;
    } else if (!range_ok(w.x0, w.x1)) {
        range_finite(s->x, s->n, 1, &w.x0, &w.x1);
        range_pad(&w.x0, &w.x1, w.x0 < w.x1 ? 0.0 : 1.0);
    }
    if (!range_ok(w.y0, w.y1)) {
        range_finite(s->y, s->n, 1, &w.y0, &w.y1);
        cover(s->bars, s->n, &w.y0, &w.y1);
        cover(s->band, s->n, &w.y0, &w.y1);
        const bool zero = s->from_zero || s->style == SERIES_BARS;
        const double lo = w.y0, hi = w.y1;
        if (zero) {
            w.y0 = fmin(lo, 0.0);
            w.y1 = fmax(hi, 0.0);
        }
        range_pad(&w.y0, &w.y1, 0.04);
        if (zero && lo >= 0.0 && hi > 0.0)
            w.y0 = 0.0;
        else if (zero && hi <= 0.0 && lo < 0.0)
            w.y1 = 0.0;
    }
    return w;
}

static void draw_split(const struct series *s, struct frame *f, struct raster *r)
{
    const double at = (double)s->split - 0.5;
    const size_t end = f->data.col + f->data.cols;
    size_t border, free_from = f->names_col;

    if (!is_split(s->split, s->n))
        return;
    raster_rule(r, &(struct plot_rule){ .at = at, .ink = INK_FRAME });
    if (f->names_row == 0 || f->data.cols == 0)
        return;
    const double share = fmin(fmax(unit_of(at, f->window.x0, f->window.x1), 0.0), 1.0);
    border = f->data.col + (size_t)(share * (double)f->data.cols);
    for (size_t k = 0; k < 2; k++) {
        const size_t from = k == 0 ? f->data.col : border;
        const size_t to = k == 0 ? border : end;
        const size_t width = canvas_text_width(f->canvas, s->split_labels[k]);
        size_t col = from + (to - from > width ? (to - from - width) / 2 : 0);
        if (col < free_from)
            col = free_from;
        if (col < to)
            free_from = col + 1 +
                        canvas_text(f->canvas, f->names_row, col, to - col, s->split_labels[k],
                                    k == 0 ? INK_GROUP_A : INK_GROUP_B, CELL_BOLD);
    }
}

static void draw_marker(struct raster *r, double x, double y, uint8_t marker, ink i, size_t n)
{
    size_t row, col;

    if (!raster_col(r, x, &col) || !raster_row(r, y, &row))
        return;
    const uint32_t ch = marker_char(r->canvas, marker, i);
    if (ch != 0)
        canvas_put(r->canvas, r->view.area.row + row / r->per_row,
                   r->view.area.col + col / r->per_col, ch, i, INK_DEFAULT,
                   marker == MARKER_SELECTED ? CELL_BOLD : 0);
    else if (raster_has_room(r, n) && marker != MARKER_SMALL && marker != MARKER_NOISE)
        raster_block(r, row, col, n, '*', i);
    else
        raster_dot(r, row, col, '*', i);
}

/* The fine columns covered by the value at x, half a unit to each side. */
static bool columns_of(const struct raster *r, double x, size_t *from, size_t *to)
{
    const struct plot_window *const w = &r->view.window;
    const double a = unit_of(x - 0.5, w->x0, w->x1) * (double)r->cols;
    const double b = unit_of(x + 0.5, w->x0, w->x1) * (double)r->cols;
    size_t col;

    if (!raster_col(r, x, &col))
        return false;
    *from = a <= 0.0 ? 0 : (size_t)fmin(ceil(a - 0.5), (double)col);
    *to = b >= (double)r->cols ? r->cols : (size_t)fmax(ceil(b - 0.5), (double)col + 1.0);
    if (*to - *from > 3) /* a gap between bars that are wide enough */
        (*to)--;
    return true;
}

static void draw_bar(struct raster *r, double x, double y, ink i)
{
    const struct plot_window *const w = &r->view.window;
    const double base = fmin(fmax(0.0, w->y0), w->y1);
    size_t from, to, low, high;

    if (!columns_of(r, x, &from, &to) || !raster_row(r, base, &low) ||
        !raster_row(r, fmin(fmax(y, w->y0), w->y1), &high))
        return;
    if (low > high) {
        const size_t t = low;
        low = high;
        high = t;
    }
    for (size_t row = low; row <= high; row++)
        for (size_t col = from; col < to; col++)
            raster_dot(r, row, col, '#', i);
}

static void draw_dots(struct raster *r, double from, double to, double y, ink i)
{
    const size_t step = 2; /* fine columns from dot to dot */
    size_t row, first, last;

    if (!raster_row(r, y, &row) || !raster_col(r, from, &first) || !raster_col(r, to, &last))
        return;
    for (size_t col = first; col <= last; col += step)
        raster_dot(r, row, col, '.', i);
}

static void draw_ranges(struct raster *r, const struct series *s)
{
    const struct plot_window *const w = &r->view.window;

    for (size_t i = 0; s->band != NULL && i < s->n; i++) {
        const double from = fmax(value_x(s, i) - 0.5, w->x0);
        const double to = fmin(value_x(s, i) + 0.5, w->x1);
        if (!range_is_shown(&s->band[i]))
            continue;
        draw_dots(r, from, to, s->band[i].low, INK_DIM);
        draw_dots(r, from, to, s->band[i].high, INK_DIM);
    }
    for (size_t i = 0; s->bars != NULL && i < s->n; i++)
        if (range_is_shown(&s->bars[i]))
            raster_line(r, value_x(s, i), s->bars[i].low, value_x(s, i), s->bars[i].high, '|',
                        value_ink(s, i));
}

static void draw_values(struct raster *r, const struct series *s)
{
    for (size_t i = 0; i < s->n; i++) {
        const bool joined = i > 0 && is_shown(s, i) && is_shown(s, i - 1);
        if (!is_shown(s, i))
            continue;
        const double x = value_x(s, i), y = s->y[i];
        const ink color = value_ink(s, i);
        switch (s->style) {
        case SERIES_POINTS:
            draw_marker(r, x, y, value_marker(s, i), color, s->n);
            break;
        case SERIES_BARS:
            draw_bar(r, x, y, color);
            break;
        case SERIES_LINE:
            if (joined)
                raster_line(r, value_x(s, i - 1), s->y[i - 1], x, y, '*', color);
            else
                raster_line(r, x, y, x, y, '*', color);
            break;
        case SERIES_STEPS:
            if (joined)
                raster_line(r, x - 0.5, s->y[i - 1], x - 0.5, y, '*', color);
            raster_line(r, x - 0.5, y, x + 0.5, y, '*', color);
            break;
        }
    }
    if (s->has_selected && s->selected < s->n && is_shown(s, s->selected))
        draw_marker(r, value_x(s, s->selected), s->y[s->selected], MARKER_SELECTED, INK_ACCENT,
                    s->n);
}

void series_draw(struct canvas *c, struct rect area, const struct series *s, struct plot_view *view)
{
    const bool names =
        is_split(s->split, s->n) && (s->split_labels[0] != NULL || s->split_labels[1] != NULL);
    struct frame f = { .text = &s->text,
                       .rules = s->rules,
                       .n_rules = s->n_rules,
                       .window = series_window(s),
                       .x_integer = s->x == NULL || s->x_integer,
                       .y_even = !range_ok(s->window.y0, s->window.y1),
                       .names = names };

    frame_layout(&f, c, area);
    frame_even(&f);
    frame_draw(&f);
    const struct plot_view v = frame_view(&f);
    struct raster r = raster_make(c, &v);
    for (size_t k = 0; k < s->n_rules; k++)
        raster_rule(&r, &s->rules[k]);
    draw_split(s, &f, &r);
    draw_ranges(&r, s);
    draw_values(&r, s);
    if (view != NULL)
        *view = v;
}

/* Mean of the finite values in column k of n_cols; NaN when there are none. */
static double column_mean(const double *y, size_t n, size_t k, size_t n_cols)
{
    const double scale = (double)n / (double)n_cols;
    size_t from = (size_t)((double)k * scale), to = (size_t)((double)(k + 1) * scale);
    double sum = 0.0;
    size_t count = 0;

    if (from >= n)
        from = n - 1;
    if (to <= from)
        to = from + 1;
    for (size_t i = from; i < to && i < n; i++)
        if (isfinite(y[i])) {
            sum += y[i];
            count++;
        }
    return count > 0 ? sum / (double)count : NAN;
}

static void spark(struct canvas *c, size_t row, size_t col, size_t cols, const double *y, size_t n,
                  double lo, double hi, ink i)
{
    static const char ramp[] = " .:-=+*#%@";

    for (size_t k = 0; k < cols && n > 0; k++) {
        const double v = column_mean(y, n, k, cols);
        const double u = range_ok(lo, hi) ? fmin(fmax(unit_of(v, lo, hi), 0.0), 1.0) : 0.5;
        if (isnan(v))
            continue;
        const uint32_t ch = c->ascii ? (unsigned char)ramp[lround(u * 9.0)]
                                     : 0x2581 + (uint32_t)fmin(floor(u * 8.0), 7.0);
        canvas_put(c, row, col + k, ch, i, INK_DEFAULT, 0);
    }
}

void sparkline_draw(struct canvas *c, size_t row, size_t col, size_t cols,
                    const struct sparkline *s)
{
    const struct rect area = rect_clip((struct rect){ row, col, 1, cols }, canvas_area(c));
    double lo = s->lo, hi = s->hi;

    canvas_fill(c, area, ' ', INK_DEFAULT, INK_DEFAULT);
    if (area.rows == 0 || area.cols == 0 || s->n == 0)
        return;
    if (!range_ok(lo, hi))
        range_finite(s->y, s->n, 1, &lo, &hi);
    if (!is_split(s->split, s->n) || area.cols < 3) {
        spark(c, row, col, area.cols, s->y, s->n, lo, hi, s->ink);
        return;
    }
    const double share = (double)s->split / (double)s->n;
    const size_t room = area.cols - 1;
    size_t left = (size_t)lround(share * (double)room);
    left = left < 1 ? 1 : left > room - 1 ? room - 1 : left;
    spark(c, row, col, left, s->y, s->split, lo, hi, INK_GROUP_A);
    canvas_put(c, row, col + left, c->ascii ? '|' : 0x2502, INK_FRAME, INK_DEFAULT, 0);
    spark(c, row, col + left + 1, room - left, s->y + s->split, s->n - s->split, lo, hi,
          INK_GROUP_B);
}
