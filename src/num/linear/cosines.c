#include "config.h"
#include "num/linear/cosines.h"

#include <float.h>
#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/kernel.h"
#include "base/mem.h"
#include "num/histogram.h"
#include "num/linear/similarity.h"

/*
 * A panel is PANEL rows, interleaved feature by feature; the registers hold the products of GROUP
 * rows of one panel with all rows of another. A block is BLOCK panels of rows, which stay in the
 * cache while they are multiplied with all panels of columns. After DEPTH features, float32 sums
 * are flushed, which bounds their rounding error.
 */
enum { PANEL = 32, GROUP = 4, BLOCK = 4, DEPTH = 256, ROWS = BLOCK * PANEL, TALLIES = 4 };
enum { ROUNDS = 3 }; /* rounds of the search for the lowest cosine */
enum { HASTY = 2 };  /* counts that stop as soon as a lower cosine is found */

struct scan {
    const struct mat *X;
    const double *norms;
    size_t n_panels;
    float *units; /* [n_panels, d, PANEL], unit rows; the padding is 0 */

    size_t n_bins;
    const double *edges;
    double first;        /* the lowest cosine known when the count began */
    float scale, offset; /* position in bins = cosine * scale + offset, */
    float margin;        /* with an error below this */

    const struct progress *progress;
    size_t told; /* panels, by thread 0: a second scan starts anew, progress does not */
    atomic_size_t panels_done; /* of about n_panels^2 / 2 */
    atomic_bool stopped;
    atomic_bool missed; /* a lower cosine was found, */
    bool hasty;         /* which stops the count */

    pthread_mutex_t mutex;            /* for the members below */
    double lowest;                    /* lowest cosine found so far */
    uint64_t counts[COSINE_BINS_MAX]; /* [n_bins], of pairs */
};

/* Packs the rows of a panel, or the rows `rows` [n] of X, scaled to length 1. */
static void pack_panel(const struct scan *s, const size_t *rows, size_t n, float *panel)
{
    const size_t d = s->X->cols;

    memset(panel, 0, d * PANEL * sizeof *panel);
    for (size_t r = 0; r < n; r++) {
        double factors[2];
        unit_factors(s->X, s->norms, rows[r], factors);
        for (size_t k = 0; k < d; k++)
            panel[k * PANEL + r] = (float)(factors[0] * mat_row(s->X, rows[r])[k] * factors[1]);
    }
}

/* out [GROUP, PANEL] += products of the first GROUP rows of a panel with all rows of another, over
 * some of the features. */
static CT_KERNEL void group_products(const float *restrict rows, const float *restrict cols,
                                     size_t n_features, float *restrict out)
{
    float sum[GROUP][PANEL] = { { 0.0F } };

    for (size_t k = 0; k < n_features; k++)
#pragma GCC unroll 4
        for (size_t r = 0; r < GROUP; r++) {
            const float x = rows[k * PANEL + r];
#pragma omp simd
            for (size_t c = 0; c < PANEL; c++)
                sum[r][c] = fmaf(x, cols[k * PANEL + c], sum[r][c]);
        }
    for (size_t r = 0; r < GROUP; r++)
#pragma omp simd
        for (size_t c = 0; c < PANEL; c++)
            out[r * PANEL + c] += sum[r][c];
}

/* out [n_panels * PANEL, PANEL]: cosines of the rows of n_panels panels with those of one. */
static void panel_cosines(const float *rows, size_t n_panels, const float *cols, size_t d,
                          float *out)
{
    memset(out, 0, n_panels * PANEL * PANEL * sizeof *out);
    for (size_t k = 0; k < d; k += DEPTH) {
        const size_t depth = d - k < DEPTH ? d - k : DEPTH;
        for (size_t r = 0; r < n_panels * PANEL; r += GROUP)
            group_products(rows + (r / PANEL * d + k) * PANEL + r % PANEL, cols + k * PANEL, depth,
                           out + r * PANEL);
    }
}

/* Instead of a bin number: too close to an edge for float32 to decide the side. */
enum { CLOSE = 255, PENDING = 64 };

/* Counts of a block of rows, before they are added to the total. */
struct tally {
    uint64_t counts[TALLIES][CLOSE + 1]; /* consecutive entries use different ones */
    double lowest;
    size_t n_pending;
    uint32_t pending[PENDING][2]; /* pairs close to an edge */
};

/* The bins [n] of the cosines, or CLOSE; values below the first edge are CLOSE, too. */
static CT_KERNEL void find_bins(const float *restrict cosines, size_t n, const struct scan *s,
                                uint8_t *restrict bins)
{
    const float scale = s->scale, offset = s->offset, lower = s->margin, upper = 1.0F - lower;
    const float last = (float)s->n_bins;

#pragma omp simd
    for (size_t c = 0; c < n; c++) {
        const float at = fmaf(cosines[c], scale, offset);
        const float above = at > 0.0F ? at : 0.0F;
        const float place = above < last ? above : last;
        const int bin = (int)place;
        const float rest = place - (float)bin;
        bins[c] = (uint8_t)(rest < lower || rest > upper ? CLOSE : bin);
    }
}

static double clamped(double cosine)
{
    return fmin(fmax(cosine, -1.0), 1.0);
}

/* Counts the pending pairs by their float64 cosines; records one below the first edge. */
static void count_pending(const struct scan *s, struct tally *t)
{
    double products[PENDING];

    row_products(s->X, t->pending, t->n_pending, products);
    for (size_t k = 0; k < t->n_pending; k++) {
        const size_t i = t->pending[k][0], j = t->pending[k][1];
        const double cosine = clamped(cosine_of_product(products[k], s->X, s->norms, i, j));
        if (cosine >= s->first)
            t->counts[0][histogram_bin(cosine, s->edges, s->n_bins)]++;
        else
            t->lowest = fmin(t->lowest, cosine);
    }
    t->n_pending = 0;
}

/* Counts n entries of the block of rows from i and columns from j; at: the index of the first. */
static void count_bins(const struct scan *s, size_t i, size_t j, const uint8_t *bins, size_t at,
                       size_t n, struct tally *t)
{
    const size_t end = at + n;
    size_t c = at;

    for (; c + TALLIES <= end; c += TALLIES)
        for (size_t u = 0; u < TALLIES; u++)
            t->counts[u][bins[c + u]]++;
    for (; c < end; c++)
        t->counts[0][bins[c]]++;
    for (const uint8_t *next; (next = memchr(bins + at, CLOSE, end - at)) != NULL;) {
        const size_t place = (size_t)(next - bins);
        t->pending[t->n_pending][0] = (uint32_t)(i + place / PANEL);
        t->pending[t->n_pending][1] = (uint32_t)(j + place % PANEL);
        if (++t->n_pending == PENDING)
            count_pending(s, t);
        at = place + 1;
    }
}

/* Counts the cosines of n_rows rows from i with the rows j .. end - 1, at most PANEL: every pair
 * once, lower index first. */
static void count_panel(const struct scan *s, size_t i, size_t n_rows, size_t j, size_t end,
                        const float *cosines, struct tally *t)
{
    uint8_t bins[ROWS * PANEL] = { 0 };

    find_bins(cosines, n_rows * PANEL, s, bins);
    if (i + n_rows <= j && end - j == PANEL) {
        count_bins(s, i, j, bins, 0, n_rows * PANEL, t);
        return;
    }
    for (size_t r = 0; r < n_rows && i + r + 1 < end; r++) {
        const size_t from = i + r < j ? 0 : i + r + 1 - j;
        count_bins(s, i, j, bins, r * PANEL + from, end - j - from, t);
    }
}

static void report_progress(struct scan *s, size_t n_panels)
{
    const size_t total = s->n_panels * (s->n_panels + 1) / 2;
    const size_t done = atomic_fetch_add(&s->panels_done, n_panels) + n_panels;

    if (crew_thread() != 0)
        return;
    if (done > s->told)
        s->told = done < total ? done : total;
    if (!progress_tick(s->progress, s->told, total))
        atomic_store(&s->stopped, true);
}

static void merge(struct scan *s, const struct tally *t)
{
    if (t->lowest < INFINITY)
        atomic_store(&s->missed, true);
    pthread_mutex_lock(&s->mutex);
    s->lowest = fmin(s->lowest, t->lowest);
    for (size_t b = 0; b < s->n_bins; b++)
        for (size_t u = 0; u < TALLIES; u++)
            s->counts[b] += t->counts[u][b];
    pthread_mutex_unlock(&s->mutex);
}

/* Scans a block of rows with itself and all later rows. Blocks are taken from the highest number
 * down, so the one with the most work is first. */
static void scan_block(void *context, size_t block)
{
    struct scan *const s = context;
    const size_t n_blocks = (s->n_panels + BLOCK - 1) / BLOCK;
    const size_t first = (n_blocks - 1 - block) * BLOCK;
    const size_t n_panels = s->n_panels - first < BLOCK ? s->n_panels - first : BLOCK;
    const size_t n = s->X->rows;
    const size_t rows = n - first * PANEL < ROWS ? n - first * PANEL : ROWS;
    const size_t size = s->X->cols * PANEL;
    float cosines[ROWS * PANEL];
    struct tally t = { .lowest = INFINITY };

    if (atomic_load(&s->stopped) || (s->hasty && atomic_load(&s->missed)))
        return;
    for (size_t p = first; p < s->n_panels; p++) {
        const size_t end = (p + 1) * PANEL < n ? (p + 1) * PANEL : n;
        panel_cosines(s->units + first * size, n_panels, s->units + p * size, s->X->cols, cosines);
        count_panel(s, first * PANEL, rows, p * PANEL, end, cosines, &t);
    }
    count_pending(s, &t);
    merge(s, &t);
    report_progress(s, n_panels * (s->n_panels - first));
}

/*
 * Sets the float32 error bound in units of a bin: u for each of the two factors and each addition
 * (of fused products whose magnitudes sum to at most 1), plus the rounding of the position in bins.
 */
static void set_scale(struct scan *s)
{
    const double u = FLT_EPSILON / 2;
    const double d = (double)s->X->cols;
    const double additions = fmin(d, DEPTH) + ceil(d / DEPTH);
    const double range = s->edges[s->n_bins] - s->edges[0];
    const double scale = fmin((double)s->n_bins / range, 1e30);

    s->scale = (float)scale;
    s->offset = (float)(-s->edges[0] * scale);
    s->margin = (float)fmin(1.25 * u * (scale * (additions + 8.0) + 4.0 * (double)s->n_bins), 2.0);
    if (s->edges[0] < s->first) /* no range: any cosine may be lower */
        s->margin = 2.0F;
}

/* out [PANEL]: the minimum of each column of cosines [ROWS, PANEL]. */
static CT_KERNEL void column_minima(const float *restrict cosines, size_t n_rows,
                                    float *restrict out)
{
    for (size_t c = 0; c < PANEL; c++)
        out[c] = INFINITY;
    for (size_t r = 0; r < n_rows; r++)
#pragma omp simd
        for (size_t c = 0; c < PANEL; c++)
            out[c] = cosines[r * PANEL + c] < out[c] ? cosines[r * PANEL + c] : out[c];
}

/*
 * A search for the lowest cosine. Some rows, at first spread over X, are compared with all others;
 * in the next round, those with the lowest cosines are.
 */
struct search {
    const struct scan *scan;
    float *units;      /* [BLOCK, d, PANEL], `rows` as units */
    size_t rows[ROWS]; /* [n] */
    size_t n;
    bool *done;    /* [n_samples], rows already compared */
    float *minima; /* [n_panels, PANEL], minimum cosine of each row with `rows` */
};

static void search_panel(void *context, size_t panel)
{
    const struct search *const search = context;
    const struct scan *const s = search->scan;
    const size_t d = s->X->cols;
    float cosines[ROWS * PANEL];

    panel_cosines(search->units, BLOCK, s->units + panel * d * PANEL, d, cosines);
    column_minima(cosines, search->n, search->minima + panel * PANEL);
}

/* Chooses `rows`: the ROWS rows with the lowest minima that have not been compared, lowest
 * first. */
static void search_choose(struct search *search)
{
    const float *const minima = search->minima;
    size_t n = 0;

    for (size_t i = 0; i < search->scan->X->rows; i++) {
        if (search->done[i] || (n == ROWS && !(minima[i] < minima[search->rows[n - 1]])))
            continue;
        n += n < ROWS;
        size_t at = n - 1;
        for (; at > 0 && minima[i] < minima[search->rows[at - 1]]; at--)
            search->rows[at] = search->rows[at - 1];
        search->rows[at] = i;
    }
    search->n = n;
}

/* Compares `rows` with all, chooses the next ones; returns the lowest cosine of the best
 * candidate. */
static double search_round(struct search *search, struct crew *crew)
{
    const struct scan *const s = search->scan;
    size_t compared[ROWS];
    const size_t n = search->n;
    double lowest = 1.0;

    for (size_t p = 0; p < BLOCK; p++) {
        const size_t left = n > p * PANEL ? n - p * PANEL : 0;
        pack_panel(s, search->rows + p * PANEL, left < PANEL ? left : PANEL,
                   search->units + p * s->X->cols * PANEL);
    }
    crew_run(crew, s->n_panels, search_panel, search);
    for (size_t r = 0; r < n; r++)
        search->done[search->rows[r]] = true;
    memcpy(compared, search->rows, n * sizeof *compared);
    search_choose(search);
    for (size_t k = 0; k < search->n && k < 4; k++)
        for (size_t r = 0; r < n; r++)
            lowest =
                fmin(lowest, clamped(row_cosine(s->X, s->norms, compared[r], search->rows[k])));
    return lowest;
}

/* Finds a low cosine, usually the lowest. */
static enum ct_status search_lowest(const struct scan *s, struct crew *crew, double *lowest,
                                    struct ct_error *err)
{
    const size_t n = s->X->rows;
    struct search search = { .scan = s, .n = n < ROWS ? n : ROWS };
    enum ct_status status = CT_OK;

    search.units = ct_aligned_array(s->X->cols, ROWS * sizeof *search.units);
    search.minima = ct_malloc_array(s->n_panels, PANEL * sizeof *search.minima);
    search.done = ct_calloc_array(n, sizeof *search.done);
    if (search.units == NULL || search.minima == NULL || search.done == NULL)
        status = ct_fail_nomem(err, "cosines", 5ULL * n);
    for (size_t k = 0; k < search.n; k++)
        search.rows[k] = k * n / search.n;
    for (size_t round = 0; status == CT_OK && round < ROUNDS && search.n > 0; round++)
        *lowest = fmin(*lowest, search_round(&search, crew));
    free(search.units);
    free(search.minima);
    free(search.done);
    return status;
}

static void pack_rows(void *context, size_t panel)
{
    const struct scan *const s = context;
    const size_t first = panel * PANEL;
    const size_t n = s->X->rows - first < PANEL ? s->X->rows - first : PANEL;
    size_t rows[PANEL];

    for (size_t r = 0; r < n; r++)
        rows[r] = first + r;
    pack_panel(s, rows, n, s->units + first * s->X->cols);
}

/*
 * Counts all pairs. The first edge is the lowest cosine: if a lower one than known is found, all
 * are counted again, the first HASTY times immediately, later with the lowest of all.
 */
static enum ct_status count_pairs(struct scan *s, struct crew *crew, double highest, double *edges,
                                  struct ct_error *err)
{
    for (size_t attempt = 0; attempt == 0 || s->lowest < s->first; attempt++) {
        const enum ct_status status = histogram_edges(s->lowest, highest, s->n_bins, edges, err);
        if (status != CT_OK)
            return status;
        s->first = s->lowest;
        s->edges = edges;
        s->hasty = attempt < HASTY;
        set_scale(s);
        memset(s->counts, 0, sizeof s->counts);
        atomic_store(&s->panels_done, 0);
        atomic_store(&s->missed, false);
        crew_run(crew, (s->n_panels + BLOCK - 1) / BLOCK, scan_block, s);
        if (atomic_load(&s->stopped))
            return ct_fail(err, CT_ECANCELED, "cosines: cancelled");
    }
    return CT_OK;
}

static enum ct_status check(const struct mat *X, const double *norms, size_t n_bins,
                            struct ct_error *err)
{
    if (n_bins == 0 || n_bins > COSINE_BINS_MAX)
        return ct_fail(err, CT_EINVAL, "cosines: %zu bins; give 1 to %d", n_bins, COSINE_BINS_MAX);
    if (X->rows > UINT32_MAX)
        return ct_fail(err, CT_EINVAL, "cosines: %zu rows; at most %lu can be compared", X->rows,
                       (unsigned long)UINT32_MAX);
    for (size_t i = 0; i < X->rows; i++)
        if (!isfinite(norms[i]))
            return ct_fail(err, CT_EINVAL,
                           "cosines: row %zu is not finite, or its length is not; scale the data",
                           i);
    return CT_OK;
}

/* Adds the diagonal, and every pair in both orders. */
static void hand_over(const struct scan *s, uint64_t *counts, double *edges)
{
    for (size_t b = 0; b < s->n_bins; b++)
        counts[b] = 2 * s->counts[b];
    for (size_t i = 0; i < s->X->rows; i++)
        counts[histogram_bin(s->norms[i] > 0.0 ? 1.0 : 0.0, s->edges, s->n_bins)]++;
    memcpy(edges, s->edges, (s->n_bins + 1) * sizeof *edges);
}

enum ct_status cosine_histogram(const struct mat *X, const double *norms, size_t n_bins,
                                struct crew *crew, const struct progress *progress,
                                uint64_t *counts, double *edges, struct ct_error *err)
{
    const size_t n_panels = X->rows / PANEL + (X->rows % PANEL != 0);
    struct scan s = { .X = X, .norms = norms, .n_panels = n_panels, .n_bins = n_bins };
    double own_edges[COSINE_BINS_MAX + 1];
    double highest = 0.0;
    size_t size = 0;
    enum ct_status status = check(X, norms, n_bins, err);

    if (status != CT_OK)
        return status;
    if (X->rows == 0) {
        memset(counts, 0, n_bins * sizeof *counts);
        return histogram_edges(0.0, 1.0, n_bins, edges, err);
    }
    if (ct_mul_size(n_panels * PANEL, X->cols, &size))
        s.units = ct_aligned_array(size, sizeof *s.units);
    if (s.units == NULL)
        return ct_fail_nomem(err, "cosines", 4ULL * size);
    s.progress = progress;
    pthread_mutex_init(&s.mutex, NULL);
    crew_run(crew, n_panels, pack_rows, &s);
    for (size_t i = 0; i < X->rows; i++)
        highest = norms[i] > 0.0 ? 1.0 : highest;
    s.lowest = highest;
    status = search_lowest(&s, crew, &s.lowest, err);
    if (status == CT_OK)
        status = count_pairs(&s, crew, highest, own_edges, err);
    if (status == CT_OK)
        hand_over(&s, counts, edges);
    pthread_mutex_destroy(&s.mutex);
    free(s.units);
    return status;
}

double cosine_histogram_memory(size_t n, size_t d)
{
    const struct search *const search = NULL;
    const double rows = (double)n + PANEL;                          /* rounded up to panels */
    const double units = (rows + ROWS) * (double)d * sizeof(float); /* of all rows and of `rows` */

    return units + rows * (sizeof *search->minima + sizeof *search->done);
}
