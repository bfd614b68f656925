#include "config.h"
#include "plot/heatmap.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/kernel.h"
#include "base/mem.h"
#include "plot/block_means.h"
#include "plot/frame.h"
#include "plot/palette.h"
#include "plot/raster.h"

enum { STRIP = 64, CHUNK = 256 };

/* Lines that are seen on every colour of a map: near-white on cividis, near-black on red-blue. */
enum { LINE_ON_SEQUENTIAL = INK_DIVERGING + INK_STEPS / 2, LINE_ON_DIVERGING = INK_SEQUENTIAL };

struct picture { /* one drawing */
    const struct heatmap *h;
    struct canvas *canvas;
    struct frame frame;
    double vmin, vmax;
    size_t pixel_rows, pixel_cols;
    bool halves;          /* two pixels a cell */
    const double *pixels; /* [pixel_rows, pixel_cols] */
};

static size_t matrix_cols(const struct heatmap *h)
{
    return h->products ? h->data.rows : h->data.cols;
}

void heatmap_cache_clear(struct heatmap_cache *cache)
{
    free(cache->pixels);
    *cache = (struct heatmap_cache){ .pixels = NULL };
}

/* Data column of place j; the number of columns for an order that points outside. */
static size_t place_col(const struct heatmap *h, size_t j)
{
    const size_t at = h->col_order != NULL ? h->col_order[j] : j;

    return at < h->data.cols ? at : h->data.cols;
}

/* Entries of float64 data whose columns have an order. */
CT_KERNEL static void gather(const struct heatmap *h, size_t row, size_t j, size_t n, double *out)
{
    const double *const data = (const double *)h->data.data + row * h->data.stride;
    const size_t *const order = h->col_order + j;
    const size_t cols = h->data.cols;

    for (size_t k = 0; k < n; k++)
        out[k] = order[k] < cols ? data[order[k]] : NAN;
}

/* out[k] = entry (i, j + k) of the picture, k < n; NaN where an order points outside. */
static void read_entries(const struct heatmap *h, size_t i, size_t j, size_t n, double *out)
{
    const size_t row = h->row_order != NULL ? h->row_order[i] : i;

    if (h->at == NULL && h->col_order != NULL && h->data.dtype == DTYPE_F64 && row < h->data.rows) {
        gather(h, row, j, n, out);
        return;
    }
    if (h->at == NULL && h->col_order == NULL && row < h->data.rows) {
        matview_read(&h->data, row, j, n, out);
        return;
    }
    for (size_t k = 0; k < n; k++) {
        const size_t col = place_col(h, j + k);
        out[k] = row >= h->data.rows || col >= h->data.cols ? NAN
                 : h->at != NULL                            ? h->at(h->context, row, col)
                                                            : matview_get(&h->data, row, col);
    }
}

/* The first place whose middle is not before the edge between pixels k - 1 and k. */
static size_t first_place(double lo, double hi, size_t n_pixels, size_t k, size_t n_places)
{
    const double edge = lo + (hi - lo) * (double)k / (double)n_pixels;
    const double first = ceil(edge - 0.5);

    return first <= 0.0 ? 0 : first >= (double)n_places ? n_places : (size_t)first;
}

/* The places whose middle is in pixel k; when it holds no middle, the place that it lies in. */
static struct span pixel_places(double lo, double hi, size_t n_pixels, size_t k, size_t n_places)
{
    struct span s = { first_place(lo, hi, n_pixels, k, n_places),
                      first_place(lo, hi, n_pixels, k + 1, n_places) };

    if (s.from >= s.to) {
        const double middle = lo + (hi - lo) * ((double)k + 0.5) / (double)n_pixels;
        const size_t place = middle > 0.0 ? (size_t)middle : 0;
        s.from = place < n_places ? place : n_places - 1;
        s.to = s.from + 1;
    }
    return s;
}

static struct span col_places(const struct picture *p, size_t pixel_col)
{
    const struct plot_window *const w = &p->frame.window;

    return pixel_places(w->x0, w->x1, p->pixel_cols, pixel_col, matrix_cols(p->h));
}

static struct span row_places(const struct picture *p, size_t pixel_row)
{
    const struct plot_window *const w = &p->frame.window;
    const size_t from_low = p->h->lower ? p->pixel_rows - 1 - pixel_row : pixel_row;

    return pixel_places(w->y0, w->y1, p->pixel_rows, from_low, p->h->data.rows);
}

/* The sum of the n entries, in an order that leaves additions which do not wait for each other. */
CT_KERNEL static double sum_all(const double *entries, size_t n)
{
    enum { LANES = 8 };
    double s[LANES] = { 0 };
    double total = 0.0;
    size_t k = 0;

    for (; k + LANES <= n; k += LANES)
#pragma omp simd
        for (size_t l = 0; l < LANES; l++)
            s[l] += entries[k + l];
    for (; k < n; k++)
        s[0] += entries[k];
    for (size_t l = 0; l < LANES; l++)
        total += s[l];
    return total;
}

/* Adds those of the n entries that are numbers. */
static void add_entries(const double *entries, size_t n, double *sum, size_t *count)
{
    const double total = sum_all(entries, n);

    if (!isnan(total)) {
        *sum += total;
        *count += n;
        return;
    }
    for (size_t k = 0; k < n; k++)
        if (!isnan(entries[k])) {
            *sum += entries[k];
            (*count)++;
        }
}

/* Adds the entries of places[0 .. n) in row i to the sums, NaN left out. */
static void add_row(const struct heatmap *h, size_t i, const struct span *places, size_t n,
                    double *sum, size_t *count)
{
    double entries[CHUNK];
    const size_t end = places[n - 1].to;
    struct span have = { 0, 0 };

    for (size_t k = 0; k < n; k++)
        for (size_t j = places[k].from; j < places[k].to;) {
            if (j < have.from || j >= have.to) {
                have = (struct span){ j, end - j > CHUNK ? j + CHUNK : end };
                read_entries(h, i, j, have.to - j, entries);
            }
            const size_t to = places[k].to < have.to ? places[k].to : have.to;
            add_entries(entries + (j - have.from), to - j, &sum[k], &count[k]);
            j = to;
        }
}

/* Means of n <= STRIP pixels of one row of pixels, from column first on. */
static void reduce_strip(const struct picture *p, size_t pixel_row, size_t first, size_t n,
                         double *out)
{
    const struct span rows = row_places(p, pixel_row);
    struct span places[STRIP];
    double sum[STRIP] = { 0 };
    size_t count[STRIP] = { 0 };

    for (size_t k = 0; k < n; k++)
        places[k] = col_places(p, first + k);
    for (size_t i = rows.from; i < rows.to; i++)
        add_row(p->h, i, places, n, sum, count);
    for (size_t k = 0; k < n; k++)
        out[k] = count[k] > 0 ? sum[k] / (double)count[k] : NAN;
}

/* All pixels of a matrix of products. False: no memory. */
static bool reduce_products(const struct picture *p, double *out)
{
    const struct row_set set = { p->h->data, p->h->factors, p->h->row_order };
    struct span *const rows = ct_malloc_array(p->pixel_rows + p->pixel_cols, sizeof *rows);

    if (rows == NULL)
        return false;
    struct span *const cols = rows + p->pixel_rows;
    for (size_t i = 0; i < p->pixel_rows; i++)
        rows[i] = row_places(p, i);
    for (size_t j = 0; j < p->pixel_cols; j++)
        cols[j] = col_places(p, j);
    const bool done = block_means(&set, rows, p->pixel_rows, cols, p->pixel_cols, out);
    free(rows);
    return done;
}

/* All pixels, owned by the caller; NULL: no memory. */
static double *make_pixels(const struct picture *p)
{
    size_t n;
    double *const pixels =
        ct_mul_size(p->pixel_rows, p->pixel_cols, &n) ? ct_malloc_array(n, sizeof *pixels) : NULL;

    if (pixels != NULL && p->h->products) {
        if (reduce_products(p, pixels))
            return pixels;
        free(pixels);
        return NULL;
    }
    for (size_t i = 0; pixels != NULL && i < p->pixel_rows; i++)
        for (size_t j = 0; j < p->pixel_cols; j += STRIP)
            reduce_strip(p, i, j, p->pixel_cols - j < STRIP ? p->pixel_cols - j : STRIP,
                         pixels + i * p->pixel_cols + j);
    return pixels;
}

static bool same_window(const struct plot_window *a, const struct plot_window *b)
{
    return a->x0 == b->x0 && a->x1 == b->x1 && a->y0 == b->y0 && a->y1 == b->y1;
}

static bool cache_holds(const struct heatmap_cache *cache, const struct heatmap *h)
{
    const void *const key[3] = { h->at != NULL ? h->context : h->data.data, h->row_order,
                                 h->col_order };

    return cache->version == h->version && cache->n_rows == h->data.rows &&
           cache->n_cols == matrix_cols(h) && memcmp(cache->key, key, sizeof key) == 0;
}

/* Makes an empty cache of this data. */
static void cache_restart(struct heatmap_cache *cache, const struct heatmap *h)
{
    heatmap_cache_clear(cache);
    cache->version = h->version;
    cache->n_rows = h->data.rows;
    cache->n_cols = matrix_cols(h);
    cache->key[0] = h->at != NULL ? h->context : h->data.data;
    cache->key[1] = h->row_order;
    cache->key[2] = h->col_order;
}

/* Makes the cache hold the pixels of this picture, or none without memory. */
static void cache_fill(const struct picture *p, struct heatmap_cache *cache)
{
    if (cache->pixels != NULL && cache->rows == p->pixel_rows && cache->cols == p->pixel_cols &&
        cache->lower == p->h->lower && same_window(&cache->window, &p->frame.window))
        return;
    free(cache->pixels);
    cache->pixels = make_pixels(p);
    cache->rows = p->pixel_rows;
    cache->cols = p->pixel_cols;
    cache->window = p->frame.window;
    cache->lower = p->h->lower;
}

/* The range of the finite entries. */
static void data_range(const struct heatmap *h, double *lo, double *hi)
{
    double entries[CHUNK];

    *lo = INFINITY;
    *hi = -INFINITY;
    for (size_t i = 0; i < h->data.rows; i++)
        for (size_t j = 0; j < h->data.cols; j += CHUNK) {
            const size_t n = h->data.cols - j < CHUNK ? h->data.cols - j : CHUNK;
            read_entries(h, i, j, n, entries);
            for (size_t k = 0; k < n; k++)
                if (isfinite(entries[k])) {
                    *lo = entries[k] < *lo ? entries[k] : *lo;
                    *hi = entries[k] > *hi ? entries[k] : *hi;
                }
        }
    if (*lo > *hi)
        *lo = *hi = 0.0;
}

static void find_scale(struct picture *p)
{
    const struct heatmap *const h = p->h;
    struct heatmap_cache *const cache = h->cache;

    p->vmin = h->vmin;
    p->vmax = h->vmax;
    if (p->vmin != 0.0 || p->vmax != 0.0)
        return;
    if (cache != NULL && cache->have_range) {
        p->vmin = cache->lo;
        p->vmax = cache->hi;
    } else {
        data_range(h, &p->vmin, &p->vmax);
    }
    if (cache != NULL) {
        cache->lo = p->vmin;
        cache->hi = p->vmax;
        cache->have_range = true;
    }
    if (h->diverging) {
        p->vmax = fmax(fabs(p->vmin), fabs(p->vmax));
        p->vmin = -p->vmax;
    }
}

static void clamp_side(double *lo, double *hi, size_t n)
{
    *lo = fmax(*lo, 0.0);
    *hi = fmin(*hi, (double)n);
    if (!range_ok(*lo, *hi) || *hi - *lo < 1e-3) {
        *lo = 0.0;
        *hi = (double)n;
    }
}

/* The middle of two halves; a half without a value does not count. */
static double mean_of(double upper, double lower)
{
    return isnan(upper) ? lower : isnan(lower) ? upper : upper / 2 + lower / 2;
}

static ink value_ink(const struct picture *p, double v)
{
    return palette_ink(v, p->vmin, p->vmax, p->h->diverging);
}

static void draw_cell(const struct picture *p, size_t row, size_t col, double upper, double lower)
{
    struct canvas *const c = p->canvas;
    const ink a = value_ink(p, upper), b = value_ink(p, lower);

    if (isnan(upper) && isnan(lower))
        canvas_put(c, row, col, '?', INK_DIM, INK_DEFAULT, 0);
    else if (!p->halves)
        canvas_put(c, row, col, palette_glyph(a, c->ascii), a, INK_DEFAULT, 0);
    else if (isnan(upper))
        canvas_put(c, row, col, 0x2584, b, INK_DEFAULT, 0); /* lower half, nothing above */
    else if (isnan(lower))
        canvas_put(c, row, col, 0x2580, a, INK_DEFAULT, 0);
    else
        canvas_put(c, row, col, 0x2580, a, b, 0);
}

static void draw_cells(const struct picture *p)
{
    const struct rect d = p->frame.data;

    for (size_t i = 0; i < d.rows; i++) {
        const double *const upper = p->pixels + (p->halves ? 2 * i : i) * d.cols;
        const double *const lower = p->halves ? upper + d.cols : upper;
        for (size_t j = 0; j < d.cols; j++)
            draw_cell(p, d.row + i, d.col + j, upper[j], lower[j]);
    }
}

/* A character over a cell of data, on the colour of the cell's mean. */
static void draw_over(const struct picture *p, size_t row, size_t col, uint32_t ch, ink i,
                      uint8_t attr)
{
    const struct rect d = p->frame.data;
    ink bg = INK_DEFAULT;

    if (p->halves) {
        const double *const upper = p->pixels + 2 * (row - d.row) * d.cols + (col - d.col);
        const double mean = mean_of(upper[0], upper[d.cols]);
        bg = isnan(mean) ? INK_DEFAULT : value_ink(p, mean);
    }
    canvas_put(p->canvas, row, col, ch, i, bg, attr);
}

/* The pixel edge, 1 .. n_pixels - 1, nearest to a break; 0: outside. */
static size_t break_edge(double at, double lo, double hi, size_t n_pixels)
{
    const double edge = round(unit_of(at, lo, hi) * (double)n_pixels);

    return edge >= 1.0 && edge <= (double)n_pixels - 1.0 ? (size_t)edge : 0;
}

/* Lines would hide the data when there is one in every few cells; thin ones can be closer. */
static bool too_many(const struct picture *p, const size_t *breaks, size_t n, double lo, double hi,
                     size_t cells)
{
    size_t seen = 0;

    for (size_t k = 0; k < n; k++)
        seen += (double)breaks[k] > lo && (double)breaks[k] < hi;
    return seen * (p->halves ? 2 : 4) > cells;
}

static ink line_ink(const struct picture *p)
{
    return !p->halves        ? INK_FRAME
           : p->h->diverging ? (ink)LINE_ON_DIVERGING
                             : (ink)LINE_ON_SEQUENTIAL;
}

static void draw_row_break(const struct picture *p, size_t at)
{
    const struct rect d = p->frame.data;
    const struct plot_window *const w = &p->frame.window;
    size_t edge = break_edge((double)at, w->y0, w->y1, p->pixel_rows);

    if (edge == 0)
        return;
    if (p->h->lower)
        edge = p->pixel_rows - edge;
    /* On the edge of two cells the line is the top of the lower one; else it is in the middle. */
    const bool middle = p->halves && edge % 2 == 1;
    const uint32_t ch = p->canvas->ascii ? '-' : middle || !p->halves ? 0x2500 : 0x2594;
    for (size_t j = 0; j < d.cols; j++)
        draw_over(p, d.row + (p->halves ? edge / 2 : edge), d.col + j, ch, line_ink(p), 0);
}

static void draw_col_break(const struct picture *p, size_t at)
{
    const struct rect d = p->frame.data;
    const struct plot_window *const w = &p->frame.window;
    const size_t edge = break_edge((double)at, w->x0, w->x1, p->pixel_cols);
    const uint32_t ch = p->canvas->ascii ? '|' : p->halves ? 0x258F : 0x2502;

    if (edge == 0)
        return;
    for (size_t i = 0; i < d.rows; i++)
        draw_over(p, d.row + i, d.col + edge, ch, line_ink(p), 0);
}

static void draw_breaks(const struct picture *p)
{
    const struct heatmap *const h = p->h;
    const struct plot_window *const w = &p->frame.window;
    const struct rect d = p->frame.data;

    if (!too_many(p, h->row_breaks, h->n_row_breaks, w->y0, w->y1, d.rows))
        for (size_t k = 0; k < h->n_row_breaks; k++)
            draw_row_break(p, h->row_breaks[k]);
    if (!too_many(p, h->col_breaks, h->n_col_breaks, w->x0, w->x1, d.cols))
        for (size_t k = 0; k < h->n_col_breaks; k++)
            draw_col_break(p, h->col_breaks[k]);
}

/* The cell itself, and its row and column on the axes. */
static void draw_cursor(const struct picture *p)
{
    const struct heatmap *const h = p->h;
    const struct frame *const f = &p->frame;
    const struct plot_view view = frame_view(f);
    const bool ascii = p->canvas->ascii;
    size_t row, col;

    if (!h->cursor || !plot_view_cell(&view, (double)h->cursor_col + 0.5,
                                      (double)h->cursor_row + 0.5, &row, &col))
        return;
    draw_over(p, row, col, ascii ? '@' : 0x25C6, INK_ACCENT, CELL_BOLD);
    if (f->left > 0)
        canvas_put(p->canvas, row, f->data.col - 1, ascii ? '>' : 0x25B6, INK_ACCENT, INK_DEFAULT,
                   CELL_BOLD);
    if (f->has_x_axis)
        canvas_put(p->canvas, f->data.row + f->data.rows, col, ascii ? '^' : 0x25B2, INK_ACCENT,
                   INK_DEFAULT, CELL_BOLD);
}

static void draw_words(struct canvas *c, struct rect area, const char *words)
{
    const size_t n = strlen(words);

    if (area.rows > 0 && area.cols >= n)
        canvas_text(c, area.row + area.rows / 2, area.col + (area.cols - n) / 2, area.cols, words,
                    INK_DIM, 0);
}

/* The picture inside its frame. */
static void draw_data(struct picture *p)
{
    struct heatmap_cache one = { .pixels = NULL };
    struct heatmap_cache *const cache = p->h->cache != NULL ? p->h->cache : &one;

    cache_fill(p, cache);
    p->pixels = cache->pixels;
    if (p->pixels != NULL) {
        draw_cells(p);
        draw_breaks(p);
        draw_cursor(p);
    } else {
        draw_words(p->canvas, p->frame.data, "no memory");
    }
    heatmap_cache_clear(&one);
}

void heatmap_draw(struct canvas *c, struct rect area, const struct heatmap *h,
                  struct plot_view *view)
{
    struct picture p = { .h = h, .canvas = c };
    struct color_bar bar = { .diverging = h->diverging, .label = h->bar_label };
    struct frame *const f = &p.frame;

    *f = (struct frame){ .text = &h->text,
                         .bar = &bar,
                         .window = h->window,
                         .shift = 0.5,
                         .x_integer = true,
                         .y_integer = true,
                         .y_down = !h->lower };
    if (h->data.rows == 0 || h->data.cols == 0) {
        f->window = (struct plot_window){ 0.0, 1.0, 0.0, 1.0 };
        frame_layout(f, c, area);
        f->x.n = f->y.n = 0;
        frame_draw(f);
        draw_words(c, f->data, "no data");
        if (view != NULL)
            *view = (struct plot_view){ .y_down = !h->lower };
        return;
    }
    clamp_side(&f->window.x0, &f->window.x1, matrix_cols(h));
    clamp_side(&f->window.y0, &f->window.y1, h->data.rows);
    if (h->cache != NULL && !cache_holds(h->cache, h))
        cache_restart(h->cache, h);
    find_scale(&p);
    bar.shown = !h->no_bar;
    bar.lo = p.vmin;
    bar.hi = p.vmax;
    frame_layout(f, c, area);
    frame_draw(f);
    p.halves = c->color && !c->ascii;
    p.pixel_rows = f->data.rows * (p.halves ? 2 : 1);
    p.pixel_cols = f->data.cols;
    if (p.pixel_rows > 0 && p.pixel_cols > 0)
        draw_data(&p);
    if (view != NULL)
        *view = frame_view(f);
}
