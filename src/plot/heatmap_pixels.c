#include "config.h"
#include "plot/heatmap_pixels.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/kernel.h"
#include "base/mem.h"
#include "plot/block_means.h"
#include "plot/frame.h"

enum { STRIP = 64, CHUNK = 256 };

/* The number of columns of the matrix, however it is given. */
static size_t n_columns(const struct heatmap *h)
{
    return h->products ? h->data.rows : h->data.cols;
}

void heatmap_cache_clear(struct heatmap_cache *cache)
{
    free(cache->pixels);
    *cache = (struct heatmap_cache){ .pixels = NULL };
}

/* Data column at place j; the number of columns if an order is out of range. */
static size_t place_col(const struct heatmap *h, size_t j)
{
    const size_t at = h->col_order != NULL ? h->col_order[j] : j;

    return at < h->data.cols ? at : h->data.cols;
}

/* Reads entries of float64 data whose columns have an order. */
CT_KERNEL static void gather(const struct heatmap *h, size_t row, size_t j, size_t n, double *out)
{
    const double *const data = (const double *)h->data.data + row * h->data.stride;
    const size_t *const order = h->col_order + j;
    const size_t cols = h->data.cols;

    for (size_t k = 0; k < n; k++)
        out[k] = order[k] < cols ? data[order[k]] : NAN;
}

/* out[k] = entry (i, j + k) of the picture, k < n; NaN where an order is out of range. */
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

/* The first place whose centre is not before the edge between pixels k - 1 and k. */
static size_t first_place(double lo, double hi, size_t n_pixels, size_t k, size_t n_places)
{
    const double edge = lo + (hi - lo) * (double)k / (double)n_pixels;
    const double first = ceil(edge - 0.5);

    return first <= 0.0 ? 0 : first >= (double)n_places ? n_places : (size_t)first;
}

/* The places whose centre is in pixel k; if there is none, the place that contains it; nothing
 * behind the last place. */
static struct span pixel_places(double lo, double hi, size_t n_pixels, size_t k, size_t n_places)
{
    struct span s = { first_place(lo, hi, n_pixels, k, n_places),
                      first_place(lo, hi, n_pixels, k + 1, n_places) };

    if (s.from >= s.to) {
        const double middle = lo + (hi - lo) * ((double)k + 0.5) / (double)n_pixels;
        const size_t place = middle > 0.0 ? (size_t)middle : 0;
        s.from = place < n_places ? place : n_places;
        s.to = place < n_places ? place + 1 : n_places;
    }
    return s;
}

static struct span col_places(const struct pixel_grid *g, size_t pixel_col)
{
    const struct plot_window *const w = &g->window;

    return pixel_places(w->x0, w->x1, g->cols, pixel_col, n_columns(g->h));
}

static struct span row_places(const struct pixel_grid *g, size_t pixel_row)
{
    const struct plot_window *const w = &g->window;
    const size_t from_low = g->h->lower ? g->rows - 1 - pixel_row : pixel_row;

    return pixel_places(w->y0, w->y1, g->rows, from_low, g->h->data.rows);
}

/* The sum of n entries, with independent partial sums for instruction-level parallelism. */
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

/* Adds the n entries, ignoring NaN. */
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

/* Adds the entries of places[0 .. n) in row i to the sums, ignoring NaN. */
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

/* Keeps the entry with the largest |x| of each of places[0 .. n) in row i. */
static void peaks_of_row(const struct heatmap *h, size_t i, const struct span *places, size_t n,
                         double *peak, size_t *count)
{
    double entries[CHUNK];

    for (size_t k = 0; k < n; k++)
        for (size_t j = places[k].from; j < places[k].to; j += CHUNK) {
            const size_t size = places[k].to - j < CHUNK ? places[k].to - j : CHUNK;
            read_entries(h, i, j, size, entries);
            for (size_t e = 0; e < size; e++)
                if (!isnan(entries[e])) {
                    if (count[k] == 0 || fabs(entries[e]) > fabs(peak[k]))
                        peak[k] = entries[e];
                    count[k] = 1;
                }
        }
}

/* Means of n <= STRIP pixels of one row of pixels, from column first on. */
static void reduce_strip(const struct pixel_grid *g, size_t pixel_row, size_t first, size_t n,
                         double *out)
{
    const struct span rows = row_places(g, pixel_row);
    struct span places[STRIP];
    double sum[STRIP] = { 0 };
    size_t count[STRIP] = { 0 };

    for (size_t k = 0; k < n; k++)
        places[k] = col_places(g, first + k);
    for (size_t i = rows.from; i < rows.to; i++)
        (g->h->peaks ? peaks_of_row : add_row)(g->h, i, places, n, sum, count);
    for (size_t k = 0; k < n; k++)
        out[k] = count[k] > 0 ? sum[k] / (double)count[k] : NAN;
}

/* All pixels of a matrix of products. False: out of memory. */
static bool reduce_products(const struct pixel_grid *g, double *out)
{
    const struct row_set set = { g->h->data, g->h->factors, g->h->row_order };
    struct span *const rows = ct_malloc_array(g->rows + g->cols, sizeof *rows);

    if (rows == NULL)
        return false;
    struct span *const cols = rows + g->rows;
    for (size_t i = 0; i < g->rows; i++)
        rows[i] = row_places(g, i);
    for (size_t j = 0; j < g->cols; j++)
        cols[j] = col_places(g, j);
    const bool done = block_means(&set, rows, g->rows, cols, g->cols, out);
    free(rows);
    return done;
}

/* All pixels, owned by the caller; NULL: out of memory. */
static double *make_pixels(const struct pixel_grid *g)
{
    size_t n;
    double *const pixels =
        ct_mul_size(g->rows, g->cols, &n) ? ct_malloc_array(n, sizeof *pixels) : NULL;

    if (pixels != NULL && g->h->products) {
        if (reduce_products(g, pixels))
            return pixels;
        free(pixels);
        return NULL;
    }
    for (size_t i = 0; pixels != NULL && i < g->rows; i++)
        for (size_t j = 0; j < g->cols; j += STRIP)
            reduce_strip(g, i, j, g->cols - j < STRIP ? g->cols - j : STRIP,
                         pixels + i * g->cols + j);
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
           cache->n_cols == n_columns(h) && memcmp(cache->key, key, sizeof key) == 0;
}

/* Resets the cache for this data. */
static void cache_restart(struct heatmap_cache *cache, const struct heatmap *h)
{
    heatmap_cache_clear(cache);
    cache->version = h->version;
    cache->n_rows = h->data.rows;
    cache->n_cols = n_columns(h);
    cache->key[0] = h->at != NULL ? h->context : h->data.data;
    cache->key[1] = h->row_order;
    cache->key[2] = h->col_order;
}

const double *heatmap_pixels(const struct pixel_grid *g, struct heatmap_cache *cache)
{
    if (cache->pixels != NULL && cache->rows == g->rows && cache->cols == g->cols &&
        cache->lower == g->h->lower && cache->peaks == g->h->peaks &&
        same_window(&cache->window, &g->window))
        return cache->pixels;
    free(cache->pixels);
    cache->pixels = make_pixels(g);
    cache->rows = g->rows;
    cache->cols = g->cols;
    cache->window = g->window;
    cache->lower = g->h->lower;
    cache->peaks = g->h->peaks;
    return cache->pixels;
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

void heatmap_scale(const struct heatmap *h, double *vmin, double *vmax)
{
    struct heatmap_cache *const cache = h->cache;

    if (cache != NULL && !cache_holds(cache, h))
        cache_restart(cache, h);
    *vmin = h->vmin;
    *vmax = h->vmax;
    if (*vmin != 0.0 || *vmax != 0.0)
        return;
    if (cache != NULL && cache->have_range) {
        *vmin = cache->lo;
        *vmax = cache->hi;
    } else {
        data_range(h, vmin, vmax);
    }
    if (cache != NULL) {
        cache->lo = *vmin;
        cache->hi = *vmax;
        cache->have_range = true;
    }
    if (h->diverging) {
        *vmax = fmax(fabs(*vmin), fabs(*vmax));
        *vmin = -*vmax;
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

struct plot_window heatmap_window(const struct heatmap *h)
{
    struct plot_window w = h->window;

    clamp_side(&w.x0, &w.x1, n_columns(h));
    clamp_side(&w.y0, &w.y1, h->data.rows);
    return w;
}
