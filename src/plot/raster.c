#include "config.h"
#include "plot/raster.h"

#include <math.h>
#include <stdlib.h>

#include "plot/palette.h"

enum { BRAILLE = 0x2800 };

double unit_of(double v, double lo, double hi)
{
    return (v / 2 - lo / 2) / (hi / 2 - lo / 2);
}

/* The index 0 .. n - 1 of u in 0 .. 1, the last place closed on the right; false outside and for
 * NaN. What is at an edge but for rounding is at the edge. */
static bool place_of(double u, size_t n, size_t *place)
{
    static const double rounding = 1e-9;

    if (!(u >= 0.0 && u <= 1.0) || n == 0)
        return false;
    *place = (size_t)(u * (double)n + rounding);
    if (*place >= n)
        *place = n - 1;
    return true;
}

struct raster raster_make(struct canvas *c, const struct plot_view *view)
{
    struct raster r = { .canvas = c, .view = *view, .per_row = 4, .per_col = 2 };

    if (c->ascii)
        r.per_row = r.per_col = 1;
    r.rows = view->area.rows * r.per_row;
    r.cols = view->area.cols * r.per_col;
    return r;
}

bool raster_col(const struct raster *r, double x, size_t *col)
{
    const struct plot_window *const w = &r->view.window;

    return place_of(unit_of(x, w->x0, w->x1), r->cols, col);
}

bool raster_row(const struct raster *r, double y, size_t *row)
{
    const struct plot_window *const w = &r->view.window;

    if (!place_of(unit_of(y, w->y0, w->y1), r->rows, row))
        return false;
    if (!r->view.y_down)
        *row = r->rows - 1 - *row;
    return true;
}

bool plot_view_cell(const struct plot_view *v, double x, double y, size_t *row, size_t *col)
{
    size_t i, j;

    if (!place_of(unit_of(x, v->window.x0, v->window.x1), v->area.cols, &j) ||
        !place_of(unit_of(y, v->window.y0, v->window.y1), v->area.rows, &i))
        return false;
    *row = v->area.row + (v->y_down ? i : v->area.rows - 1 - i);
    *col = v->area.col + j;
    return true;
}

bool plot_view_point(const struct plot_view *v, size_t row, size_t col, double *x, double *y)
{
    if (row < v->area.row || row - v->area.row >= v->area.rows || col < v->area.col ||
        col - v->area.col >= v->area.cols)
        return false;
    const double u = ((double)(col - v->area.col) + 0.5) / (double)v->area.cols;
    const double down = ((double)(row - v->area.row) + 0.5) / (double)v->area.rows;
    const double up = v->y_down ? down : 1.0 - down;

    *x = v->window.x0 * (1.0 - u) + v->window.x1 * u;
    *y = v->window.y0 * (1.0 - up) + v->window.y1 * up;
    return true;
}

void raster_dot(struct raster *r, size_t row, size_t col, uint32_t ch, ink i)
{
    /* The bit of each dot: Unicode numbers the upper six by columns, the lowest row last. */
    static const unsigned char bits[4][2] = { { 1, 8 }, { 2, 16 }, { 4, 32 }, { 64, 128 } };

    if (row >= r->rows || col >= r->cols)
        return;
    struct canvas *const c = r->canvas;
    const size_t at_row = r->view.area.row + row / r->per_row;
    const size_t at_col = r->view.area.col + col / r->per_col;
    if (r->per_row == 4) {
        ch = BRAILLE | bits[row % 4][col % 2];
        if (at_row < c->rows && at_col < c->cols) {
            struct cell *const at = &c->cells[at_row * c->cols + at_col];
            if (at->ch >= BRAILLE && at->ch <= BRAILLE + 0xFF) { /* most dots of a large plot */
                *at = (struct cell){ .ch = at->ch | ch, .fg = i };
                return;
            }
        }
    }
    canvas_put(c, at_row, at_col, ch, i, INK_DEFAULT, 0);
}

void raster_block(struct raster *r, size_t row, size_t col, size_t n, uint32_t ch, ink i)
{
    /* By bits: upper left, upper right, lower left, lower right. */
    static const uint16_t blocks[16] = { ' ',    0x2598, 0x259D, 0x2580, 0x2596, 0x258C,
                                         0x259E, 0x259B, 0x2597, 0x259A, 0x2590, 0x259C,
                                         0x2584, 0x2599, 0x259F, 0x2588 };
    const size_t at_row = r->view.area.row + row / r->per_row;
    const size_t at_col = r->view.area.col + col / r->per_col;
    size_t bits = 0;

    if (r->per_row == 1 || row >= r->rows || col >= r->cols) {
        raster_dot(r, row, col, ch, i);
        return;
    }
    if (at_row < r->canvas->rows && at_col < r->canvas->cols)
        for (bits = 15; bits > 0; bits--)
            if (r->canvas->cells[at_row * r->canvas->cols + at_col].ch == blocks[bits])
                break;
    const size_t both = 12 * n <= r->view.area.rows * r->view.area.cols ? 3 : 0; /* a square */
    bits |= (both | (size_t)1 << col % 2) << row % 4 / 2 * 2;
    canvas_put(r->canvas, at_row, at_col, blocks[bits], i, INK_DEFAULT, 0);
}

bool raster_has_room(const struct raster *r, size_t n)
{
    return 2 * n <= r->view.area.rows * r->view.area.cols;
}

/* Liang & Barsky 1984: clips the line to 0 .. 1 in one coordinate, a + u d; u0 .. u1 is the part
 * inside. */
static bool clip(double a, double d, double *u0, double *u1)
{
    if (d == 0.0)
        return a >= 0.0 && a <= 1.0;
    const double enter = (d > 0.0 ? -a : 1.0 - a) / d;
    const double leave = (d > 0.0 ? 1.0 - a : -a) / d;
    *u0 = fmax(*u0, enter);
    *u1 = fmin(*u1, leave);
    return *u0 <= *u1;
}

static uint32_t slope_char(double dx, double dy)
{
    if (fabs(dy) > 2.0 * fabs(dx))
        return '|';
    if (fabs(dx) > 2.0 * fabs(dy))
        return '-';
    return (dx > 0.0) == (dy > 0.0) ? '/' : '\\'; /* y upwards */
}

void raster_line(struct raster *r, double x0, double y0, double x1, double y1, uint32_t ch, ink i)
{
    const struct plot_window *const w = &r->view.window;
    const double a = unit_of(x0, w->x0, w->x1), b = unit_of(y0, w->y0, w->y1);
    const double da = unit_of(x1, w->x0, w->x1) - a, db = unit_of(y1, w->y0, w->y1) - b;
    double from = 0.0, to = 1.0;

    if (!isfinite(a) || !isfinite(b) || !isfinite(da) || !isfinite(db) ||
        !clip(a, da, &from, &to) || !clip(b, db, &from, &to))
        return;
    const double wide = fabs(da) * (to - from) * (double)r->cols;
    const double high = fabs(db) * (to - from) * (double)r->rows;
    /* As many steps as the longer side has places; both ends are clipped, so this is finite. */
    const size_t steps = (size_t)ceil(fmax(wide, high));
    if (ch == 0)
        ch = slope_char(wide * (da < 0.0 ? -1.0 : 1.0), high * (db < 0.0 ? -1.0 : 1.0));
    for (size_t k = 0; k <= steps; k++) {
        const double u = steps > 0 ? from + (to - from) * (double)k / (double)steps : from;
        size_t row, col;
        if (place_of(fmin(fmax(a + u * da, 0.0), 1.0), r->cols, &col) &&
            place_of(fmin(fmax(b + u * db, 0.0), 1.0), r->rows, &row))
            raster_dot(r, r->view.y_down ? row : r->rows - 1 - row, col, ch, i);
    }
}

void raster_rule(struct raster *r, const struct plot_rule *rule)
{
    enum { DASH = 3, GAP = 1 }; /* of a line across, in fine columns */
    const struct rect a = r->view.area;
    const bool ascii = r->canvas->ascii;
    size_t at;

    if (rule->across ? !raster_row(r, rule->at, &at) : !raster_col(r, rule->at, &at))
        return;
    if (rule->across)
        for (size_t j = 0; j < r->cols; j += ascii ? 2 : j % (DASH + GAP) < DASH - 1 ? 1 : 1 + GAP)
            raster_dot(r, at, j, '-', rule->ink);
    else
        for (size_t i = 0; i < a.rows; i++)
            canvas_put(r->canvas, a.row + i, a.col + at / r->per_col, ascii ? ':' : 0x254E,
                       rule->ink, INK_DEFAULT, 0);
}

uint32_t marker_char(const struct canvas *c, uint8_t marker, ink i)
{
    const bool dots = !c->ascii && c->color;

    if (marker >= MARKER_CLUSTER_0)
        return dots
                   ? 0
                   : (unsigned char)palette_letter((marker - MARKER_CLUSTER_0) % MARKER_N_CLUSTERS);
    switch (marker) {
    case MARKER_NOISE:
        return dots ? 0 : '+';
    case MARKER_CENTROID:
        return 'X';
    case MARKER_SELECTED:
        return c->ascii ? '@' : 0x25C6;
    case MARKER_SMALL:
        return dots ? 0 : c->ascii ? 'x' : 0xB7;
    case MARKER_CIRCLE:
        return dots ? 0 : 'o';
    case MARKER_CROSS:
        return dots ? 0 : 'x';
    case MARKER_VALUE: {
        const uint32_t glyph = dots ? 0 : palette_glyph(i, c->ascii);
        return glyph == ' ' ? '.' : glyph;
    }
    default:
        return c->ascii ? '*' : 0;
    }
}
