#include "config.h"
#include "plot/frame.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "plot/palette.h"
#include "plot/raster.h"

enum { LEAST_DATA_COLS = 10, BAR_WIDTH = 2, DOT = 0x2804, BLOCK = 0x2596 };

void range_finite(const double *y, size_t n, size_t stride, double *lo, double *hi)
{
    double least = INFINITY;
    double most = -INFINITY;

    for (size_t i = 0; i < n; i++) {
        const double v = y[i * stride];
        least = v < least && v > -INFINITY ? v : least;
        most = v > most && v < INFINITY ? v : most;
    }
    *lo = least <= most ? least : 0.0;
    *hi = least <= most ? most : 1.0;
}

void range_pad(double *lo, double *hi, double share)
{
    const double pad = *lo < *hi ? (*hi * share - *lo * share) : *lo == 0.0 ? 0.5 : fabs(*lo) / 2;

    *lo = fmax(*lo - pad, -DBL_MAX);
    *hi = fmin(*hi + pad, DBL_MAX);
    if (!range_ok(*lo, *hi)) /* denormal */
        *hi = *lo + 1.0;
}

bool range_ok(double lo, double hi)
{
    /* Halved: unit_of() divides by the difference. */
    return isfinite(lo) && isfinite(hi) && lo / 2 < hi / 2;
}

struct plot_view frame_view(const struct frame *f)
{
    return (struct plot_view){ f->data, f->window, f->y_down };
}

/* Entry k of the legend: those of the text, then labelled rules. False when there are no more;
 * label NULL: a rule without a label. */
static bool legend_entry(const struct frame *f, size_t k, const char **label, ink *i, uint32_t *ch)
{
    const bool ascii = f->canvas->ascii;

    const size_t n_legend = f->text->legend_on_page ? 0 : f->text->n_legend;

    if (k < n_legend) {
        const struct plot_legend *const e = &f->text->legend[k];
        const uint32_t glyph = marker_char(f->canvas, e->marker, e->ink);
        *label = e->label != NULL ? e->label : "";
        *i = e->ink;
        *ch = e->marker == 0                                           ? (ascii ? '#' : 0x2588)
              : glyph != 0                                             ? glyph
              : e->marker == MARKER_SMALL || e->marker == MARKER_NOISE ? DOT
                                                                       : BLOCK;
        return true;
    }
    if (k - n_legend >= f->n_rules)
        return false;
    const struct plot_rule *const rule = &f->rules[k - n_legend];
    *label = rule->label;
    *i = rule->ink;
    *ch = rule->across ? (ascii ? '-' : 0x254C) : (ascii ? ':' : 0x254E);
    return true;
}

static size_t legend_size(const struct frame *f, size_t from)
{
    const char *label;
    ink i;
    uint32_t ch;
    size_t n = 0;

    for (size_t k = from; legend_entry(f, k, &label, &i, &ch); k++)
        n += label != NULL;
    return n;
}

/* Lays out the entries in area; returns the rows used. If not all fit, the end says how many are
 * missing. */
static size_t legend_flow(const struct frame *f, struct rect area, bool draw)
{
    enum { GAP = 2, MORE = 9 };
    const char *label;
    ink i;
    uint32_t ch;
    size_t row = 0, col = 0;

    for (size_t k = 0; area.rows > 0 && legend_entry(f, k, &label, &i, &ch); k++) {
        if (label == NULL)
            continue;
        const size_t width = 2 + canvas_text_width(f->canvas, label);
        const bool last = legend_size(f, k + 1) == 0;
        if (col > 0 && row + 1 < area.rows && col + width > area.cols) {
            row++;
            col = 0;
        }
        const size_t keep = row + 1 == area.rows && !last ? MORE : 0;
        if (col > 0 && col + width + keep > area.cols) {
            if (draw)
                canvas_printf(f->canvas, area.row + row, area.col + col, area.cols - col, INK_DIM,
                              0, "+%zu more", legend_size(f, k));
            break;
        }
        if (draw && area.cols - col > 2) {
            canvas_put(f->canvas, area.row + row, area.col + col, ch, i, INK_DEFAULT, 0);
            canvas_text(f->canvas, area.row + row, area.col + col + 2, area.cols - col - 2, label,
                        INK_DEFAULT, 0);
        }
        col = size_min(col + width + GAP, area.cols);
    }
    return row + 1;
}

/* Columns that the names of axis and colour bar occupy at the ends of the head. */
static size_t head_left(const struct frame *f)
{
    const size_t width = canvas_text_width(f->canvas, f->text->y_label);

    return width > 0 ? size_min(width + 3, f->area.cols) : f->left;
}

static size_t head_right(const struct frame *f)
{
    const size_t width = f->bar_cols > 0 ? canvas_text_width(f->canvas, f->bar->label) : 0;

    return width > 0 ? width + 2 : 0;
}

static struct rect legend_area(const struct frame *f)
{
    const size_t left = head_left(f), right = head_right(f);
    struct rect r = f->area;

    r.row += f->has_title;
    r.rows = f->head_rows;
    r.col += left;
    r.cols = f->area.cols > left + right ? f->area.cols - left - right : 0;
    return r;
}

static void layout_rows(struct frame *f)
{
    const size_t rows = f->area.rows;
    const struct plot_text *const t = f->text;
    const bool legend = legend_size(f, 0) > 0 && rows >= 8;
    const bool label =
        (canvas_text_width(f->canvas, t->y_label) > 0 || head_right(f) > 0) && rows >= 9;
    size_t used;

    f->has_title = canvas_text_width(f->canvas, t->title) > 0 && rows >= 4;
    f->has_x_axis = rows >= 6;
    f->has_x_label = canvas_text_width(f->canvas, t->x_label) > 0 && rows >= 10;
    f->head_rows = label ? 1 : 0;
    if (legend) {
        f->head_rows = rows >= 16 ? rows / 8 : 1; /* at most; reduced later to what is used */
        f->head_rows = legend_flow(f, legend_area(f), false);
    }
    used = f->has_title + f->head_rows;
    f->names_row = 0;
    if (f->names && rows >= 7) { /* next to the name of the axis, or in a row of their own */
        const bool share = f->head_rows == 1 && !legend;
        f->names_row = f->area.row + used - share;
        f->names_col = f->area.col + (share ? head_left(f) : f->left);
        used += !share;
    }
    f->data.row = f->area.row + used;
    used += (f->has_x_axis ? 2U : 0U) + f->has_x_label;
    f->data.rows = rows > used ? rows - used : 0;
}

static size_t y_most(const struct frame *f)
{
    return f->data.rows / 3 + 1;
}

void frame_ticks(struct frame *f)
{
    const struct plot_window *const w = &f->window;

    ticks_fit(&f->x, w->x0 - f->shift, w->x1 - f->shift, f->data.cols, f->x_integer);
    ticks_make(&f->y, w->y0 - f->shift, w->y1 - f->shift, y_most(f), f->y_integer);
}

static void layout_bar(struct frame *f)
{
    f->bar_cols = 0;
    if (f->bar == NULL || !f->bar->shown || f->area.cols < 28 || f->area.rows < 4)
        return;
    ticks_make(&f->bar_ticks, f->bar->lo, f->bar->hi, f->area.rows / 4 + 1, false);
    f->bar_cols = 1 + BAR_WIDTH + 1 + f->bar_ticks.width;
}

void frame_layout(struct frame *f, struct canvas *c, struct rect area)
{
    f->canvas = c;
    f->area = rect_clip(area, canvas_area(c));
    canvas_fill(c, f->area, ' ', INK_DEFAULT, INK_DEFAULT);
    layout_bar(f);
    layout_rows(f);
    frame_ticks(f);
    const size_t left = f->y.width + 1;
    if (f->has_x_axis && f->area.cols >= left + f->bar_cols + LEAST_DATA_COLS && left > f->left)
        f->left = left;
    if (!f->has_x_axis || f->area.cols < f->left + f->bar_cols + LEAST_DATA_COLS)
        f->left = 0;
    if (f->area.cols < f->left + f->bar_cols + LEAST_DATA_COLS)
        f->bar_cols = 0;
    if (f->area.cols < f->left + f->bar_cols + f->strip + 2 * LEAST_DATA_COLS)
        f->strip = 0;
    layout_rows(f); /* the legend starts where the axis ends */
    f->data.col = f->area.col + f->left;
    f->data.cols = f->area.cols - f->left - f->bar_cols - f->strip;
    frame_ticks(f);
}

static void make_even(struct frame *f)
{
    struct plot_window *const w = &f->window;

    if (f->y_even)
        ticks_even(&f->y, &w->y0, &w->y1, f->data.rows, f->y_integer, !f->y_from_low);
}

void frame_even(struct frame *f)
{
    const struct plot_window window = f->window;
    const size_t width = f->y.width;

    make_even(f);
    if (f->y.width > width && f->left > 0) {
        f->left = f->y.width + 1;
        f->window = window;
        frame_layout(f, f->canvas, f->area);
        make_even(f);
    }
}

static void draw_y_axis(const struct frame *f)
{
    const bool ascii = f->canvas->ascii;
    const struct plot_view view = frame_view(f);

    if (f->left == 0)
        return;
    for (size_t i = 0; i < f->data.rows; i++)
        canvas_put(f->canvas, f->data.row + i, f->data.col - 1, ascii ? '|' : 0x2502, INK_FRAME,
                   INK_DEFAULT, 0);
    for (size_t k = 0; k < f->y.n; k++) {
        const size_t width = strlen(f->y.text[k]);
        size_t row, col;
        if (width >= f->left ||
            !plot_view_cell(&view, f->window.x0, f->y.at[k] + f->shift, &row, &col))
            continue;
        canvas_put(f->canvas, row, f->data.col - 1, ascii ? '+' : 0x2524, INK_FRAME, INK_DEFAULT,
                   0);
        canvas_text(f->canvas, row, f->data.col - 1 - width, width, f->y.text[k], INK_DEFAULT, 0);
    }
}

static void draw_x_axis(const struct frame *f)
{
    const bool ascii = f->canvas->ascii;
    const size_t line = f->data.row + f->data.rows;
    const size_t end = f->area.col + f->area.cols;
    const struct plot_view view = frame_view(f);
    size_t free_from = f->area.col;

    if (!f->has_x_axis || f->data.rows == 0)
        return;
    for (size_t j = 0; j < f->data.cols; j++)
        canvas_put(f->canvas, line, f->data.col + j, ascii ? '-' : 0x2500, INK_FRAME, INK_DEFAULT,
                   0);
    if (f->left > 0)
        canvas_put(f->canvas, line, f->data.col - 1, ascii ? '+' : 0x2514, INK_FRAME, INK_DEFAULT,
                   0);
    for (size_t k = 0; k < f->x.n; k++) {
        const size_t width = strlen(f->x.text[k]);
        size_t row, col;
        if (!plot_view_cell(&view, f->x.at[k] + f->shift, f->window.y0, &row, &col))
            continue;
        canvas_put(f->canvas, line, col, ascii ? '+' : 0x252C, INK_FRAME, INK_DEFAULT, 0);
        size_t from = col - size_min(col - f->area.col, width / 2);
        if (from + width > end)
            from = end > width ? end - width : 0;
        if (from < free_from || from < f->area.col || width > f->area.cols)
            continue; /* would touch the number before it */
        canvas_text(f->canvas, line + 1, from, width, f->x.text[k], INK_DEFAULT, 0);
        free_from = from + width + 1;
    }
}

static void draw_bar(const struct frame *f)
{
    const struct rect d = f->data;
    const size_t col = d.col + d.cols + f->strip + 1;
    struct plot_view view = { { d.row, col, d.rows, BAR_WIDTH },
                              { 0.0, 1.0, f->bar->lo, f->bar->hi },
                              false };
    const bool pixels = f->canvas->color && !f->canvas->ascii;

    for (size_t i = 0; i < d.rows; i++) {
        ink inks[3]; /* upper half, lower half, entire cell */
        static const double part[3] = { 0.25, 0.75, 0.5 };
        for (size_t k = 0; k < 3; k++) {
            const double u = 1.0 - ((double)i + part[k]) / (double)d.rows;
            inks[k] = f->bar->points ? palette_point_ink(u, 0.0, 1.0)
                                     : palette_ink(u, 0.0, 1.0, f->bar->diverging);
        }
        for (size_t j = 0; j < BAR_WIDTH; j++)
            if (pixels)
                canvas_put(f->canvas, d.row + i, col + j, 0x2580, inks[0], inks[1], 0);
            else
                canvas_put(f->canvas, d.row + i, col + j, palette_glyph(inks[2], f->canvas->ascii),
                           inks[2], INK_DEFAULT, 0);
    }
    if (!range_ok(f->bar->lo, f->bar->hi)) { /* single value: where palette_ink() puts it */
        view.window.y0 = f->bar->lo - (f->bar->diverging ? 1.0 : 0.0);
        view.window.y1 = f->bar->lo + 1.0;
    }
    for (size_t k = 0; k < f->bar_ticks.n; k++) {
        size_t row, at;
        if (plot_view_cell(&view, 0.0, f->bar_ticks.at[k], &row, &at))
            canvas_text(f->canvas, row, col + BAR_WIDTH + 1, f->bar_ticks.width,
                        f->bar_ticks.text[k], INK_DEFAULT, 0);
    }
}

static void draw_head(const struct frame *f)
{
    const size_t row = f->area.row + f->has_title;
    const size_t right = head_right(f);

    if (f->head_rows == 0)
        return;
    canvas_text(f->canvas, row, f->area.col, f->area.cols > right ? f->area.cols - right : 0,
                f->text->y_label, INK_DIM, 0);
    if (right > 0 && right < f->area.cols)
        canvas_text(f->canvas, row, f->area.col + f->area.cols - right + 2, right - 2,
                    f->bar->label, INK_DIM, 0);
    legend_flow(f, legend_area(f), true);
}

static void draw_centred(const struct frame *f, size_t row, struct rect over, const char *text,
                         ink i, uint8_t attr)
{
    const size_t width = size_min(canvas_text_width(f->canvas, text), f->area.cols);
    const size_t middle = over.col + over.cols / 2;
    const size_t end = f->area.col + f->area.cols;
    size_t from = middle > f->area.col + width / 2 ? middle - width / 2 : f->area.col;

    if (from + width > end)
        from = end - width;
    canvas_text(f->canvas, row, from, end - from, text, i, attr);
}

void frame_draw(const struct frame *f)
{
    struct rect all = f->area;

    /* The data may be narrower than the space allowed. */
    all.cols = f->data.col - f->area.col + f->data.cols + f->strip + f->bar_cols;
    if (f->has_title)
        draw_centred(f, f->area.row, all, f->text->title, INK_TITLE, CELL_BOLD);
    draw_head(f);
    draw_y_axis(f);
    draw_x_axis(f);
    if (f->has_x_label)
        draw_centred(f, f->area.row + f->area.rows - 1, f->data, f->text->x_label, INK_DIM, 0);
    if (f->bar_cols > 0)
        draw_bar(f);
}
