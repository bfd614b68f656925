#include "config.h"
#include "plot/heatmap_layout.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "plot/raster.h"

static const char noise_words[] = "noise";

/* ---- groups: a strip beside the rows, or both axes ---- */

/* Cells first .. end - 1 of the strip are those of places lo .. hi. False: outside. */
static bool strip_rows(const struct frame *f, double lo, double hi, size_t *first, size_t *end)
{
    const struct plot_window *const w = &f->window;
    const double n = (double)f->data.rows;
    const double a = fmin(fmax(unit_of(lo, w->y0, w->y1), 0.0), 1.0);
    const double b = fmin(fmax(unit_of(hi, w->y0, w->y1), 0.0), 1.0);

    *first = (size_t)round((!f->y_down ? 1.0 - b : a) * n);
    *end = (size_t)round((!f->y_down ? 1.0 - a : b) * n);
    return *first < *end;
}

/* A line in the colour of each group along its rows, with its number in their middle. */
static void draw_strip(const struct frame *f, const struct heatmap *h)
{
    const struct rect d = f->data;
    const size_t col = d.col + d.cols;
    size_t first, end;

    for (size_t g = 0; f->strip > 0 && g <= h->n_row_breaks; g++) {
        const struct heatmap_group *const group = &h->row_groups[g];
        const size_t lo = g > 0 ? h->row_breaks[g - 1] : 0;
        const size_t hi = g < h->n_row_breaks ? h->row_breaks[g] : h->data.rows;
        char number[16];
        if (!strip_rows(f, (double)lo, (double)hi, &first, &end))
            continue;
        for (size_t i = first; i < end; i++)
            canvas_put(f->canvas, d.row + i, col, f->canvas->ascii ? '|' : 0x2590, group->ink,
                       INK_DEFAULT, 0);
        snprintf(number, sizeof number, "%d", (int)group->number);
        canvas_text(f->canvas, d.row + (first + end - 1) / 2, col + 1, HEATMAP_STRIP_COLS - 1,
                    number, group->ink, CELL_BOLD);
    }
}

static size_t group_begin(const struct heatmap *h, size_t g)
{
    return g > 0 ? h->row_breaks[g - 1] : 0;
}

static size_t group_end(const struct heatmap *h, size_t g)
{
    return g < h->n_row_breaks ? h->row_breaks[g] : h->data.rows;
}

/* A tick in the middle of what is visible of each group, unless its cell has one. */
static void group_ticks(const struct heatmap *h, struct ticks *t, double lo, double hi,
                        size_t cells, double shift)
{
    size_t last = SIZE_MAX;

    *t = (struct ticks){ .n = 0 };
    for (size_t g = 0; g <= h->n_row_breaks && t->n < TICKS_MAX; g++) {
        const double from = fmax(lo, (double)group_begin(h, g));
        const double to = fmin(hi, (double)group_end(h, g));
        const double middle = from / 2 + to / 2;
        const size_t cell = from < to ? (size_t)(unit_of(middle, lo, hi) * (double)cells) : last;
        if (cell == last)
            continue;
        last = cell;
        if (h->row_groups[g].number < 0)
            snprintf(t->text[t->n], TICK_TEXT_SIZE, "%s", noise_words);
        else
            snprintf(t->text[t->n], TICK_TEXT_SIZE, "%d", (int)h->row_groups[g].number);
        if (strlen(t->text[t->n]) > t->width)
            t->width = strlen(t->text[t->n]);
        t->at[t->n++] = middle - shift;
    }
}

/* Colours the cells of both axes by group, where there is colour. */
static void colour_axes(const struct frame *f, const struct heatmap *h)
{
    const struct rect d = f->data;
    const struct plot_view view = frame_view(f);
    size_t g = 0;
    double x, y;

    for (size_t j = 0; f->has_x_axis && j < d.cols; j++) {
        plot_view_point(&view, d.row, d.col + j, &x, &y);
        while (g < h->n_row_breaks && x >= (double)group_end(h, g))
            g++;
        canvas_put(f->canvas, d.row + d.rows, d.col + j, 0x2580, h->row_groups[g].ink, INK_DEFAULT,
                   0);
    }
    for (size_t i = 0; f->left > 0 && i < d.rows; i++) {
        plot_view_point(&view, d.row + i, d.col, &x, &y);
        for (g = 0; g < h->n_row_breaks && y >= (double)group_end(h, g);)
            g++;
        canvas_put(f->canvas, d.row + i, d.col - 1, 0x2590, h->row_groups[g].ink, INK_DEFAULT, 0);
    }
}

/* ---- layout ---- */

enum { LEAST_SQUARE_ROWS = 14 }; /* less is not worth it: the columns show more */

/* Cells of a square of n entries a side, two halves of a cell high where a cell shows two pixels:
 * whole pixels an entry, if they fit. */
static void make_square(struct frame *f, size_t n, bool halves)
{
    struct rect *const d = &f->data;
    const size_t per_row = halves ? 2 : 1;
    const size_t most =
        d->rows * 2 < d->cols ? d->rows * per_row : d->cols / 2 * per_row; /* pixels */
    const size_t each = n <= most ? most / n : 0;
    const size_t pixels = each > 0 ? each * n : most;

    d->cols = pixels * 2 / per_row;
    d->rows = (pixels + per_row - 1) / per_row;
    if (each > 0 && pixels % per_row != 0) /* half a row is left empty */
        f->window.y1 += (f->window.y1 - f->window.y0) / (double)pixels;
}

/* The first column behind axes, data and colour bar. */
static size_t end_col(const struct frame *f)
{
    return f->data.col + f->data.cols + f->strip + f->bar_cols;
}

void heatmap_layout(struct frame *f, const struct heatmap *h, struct canvas *c, struct rect area)
{
    const bool has_groups = h->groups_on_axes && h->row_groups != NULL;
    const double width = f->window.x1 - f->window.x0, height = f->window.y1 - f->window.y0;
    const bool halves = c->color && !c->ascii;

    if (has_groups)
        f->left = sizeof noise_words;
    frame_layout(f, c, area);
    if (h->products && f->data.rows >= LEAST_SQUARE_ROWS) {
        const size_t rows = f->data.rows;
        const bool is_whole = width >= (double)h->data.rows && height >= (double)h->data.rows;
        make_square(f, is_whole ? h->data.rows : SIZE_MAX, halves);
        f->area.cols = end_col(f) - f->area.col;
        f->area.rows -= rows - f->data.rows;
        frame_ticks(f);
    }
    if (has_groups) {
        group_ticks(h, &f->x, f->window.x0, f->window.x1, f->data.cols, f->shift);
        group_ticks(h, &f->y, f->window.y0, f->window.y1, f->data.rows, f->shift);
    }
}

void heatmap_draw_groups(const struct frame *f, const struct heatmap *h, struct rect area)
{
    enum { GAP = 3 };
    const struct rect d = f->data;
    const size_t col = end_col(f) + GAP, end = area.col + area.cols;
    const size_t cols = row_list_cols(&h->list, f->canvas, area);

    draw_strip(f, h);
    if (h->groups_on_axes && h->row_groups != NULL && f->canvas->color && !f->canvas->ascii)
        colour_axes(f, h);
    if (cols > 0 && col + cols - 1 <= end)
        row_list_draw(f->canvas, (struct rect){ d.row, col, d.rows, cols - 1 }, &h->list);
}
