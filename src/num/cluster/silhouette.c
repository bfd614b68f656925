#include "config.h"
#include "num/cluster/silhouette.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/crew.h"
#include "base/kernel.h"
#include "base/mem.h"

enum { LANES = 64, CHUNK = 512 };

/* Points sorted by cluster. */
struct sorted {
    size_t n;          /* without noise */
    size_t padded;     /* n rounded up to a multiple of LANES */
    float *x, *y;      /* [padded], 0 beyond n */
    uint32_t *cluster; /* [padded], 0 beyond n */
    size_t n_clusters;
    size_t *starts; /* [n_clusters + 1]; a label without points is an empty cluster */
    double *scores; /* [padded], of each point */
};

static void sorted_clear(struct sorted *s)
{
    free(s->x);
    free(s->y);
    free(s->cluster);
    free(s->starts);
    free(s->scores);
}

static enum ct_status sorted_init(struct sorted *s, const int32_t *labels, size_t n_samples,
                                  struct ct_error *err)
{
    for (size_t i = 0; i < n_samples; i++)
        if (labels[i] >= 0) {
            s->n++;
            s->n_clusters =
                s->n_clusters > (size_t)labels[i] ? s->n_clusters : (size_t)labels[i] + 1;
        }
    s->padded = (s->n + LANES - 1) / LANES * LANES;
    s->x = ct_aligned_array(s->padded, sizeof *s->x);
    s->y = ct_aligned_array(s->padded, sizeof *s->y);
    s->cluster = ct_calloc_array(s->padded, sizeof *s->cluster);
    s->starts = ct_calloc_array(s->n_clusters + 2, sizeof *s->starts);
    s->scores = ct_aligned_array(s->padded, sizeof *s->scores);
    if (s->x == NULL || s->y == NULL || s->cluster == NULL || s->starts == NULL ||
        s->scores == NULL)
        return ct_fail_nomem(err, "silhouette", 0);
    memset(s->x, 0, s->padded * sizeof *s->x);
    memset(s->y, 0, s->padded * sizeof *s->y);
    return CT_OK;
}

/* A counting sort: starts[c + 1] runs through cluster c and ends where the next one begins. */
static void sort_points(struct sorted *s, const struct mat *points, const int32_t *labels)
{
    for (size_t i = 0; i < points->rows; i++)
        if (labels[i] >= 0)
            s->starts[labels[i] + 2]++;
    for (size_t c = 1; c < s->n_clusters + 2; c++)
        s->starts[c] += s->starts[c - 1];
    for (size_t i = 0; i < points->rows; i++)
        if (labels[i] >= 0) {
            const size_t at = s->starts[labels[i] + 1]++;
            s->x[at] = (float)mat_row(points, i)[0];
            s->y[at] = (float)mat_row(points, i)[1];
            s->cluster[at] = (uint32_t)labels[i];
        }
}

/* sums[l] += the distances of point first + l to the points begin .. end - 1. Each vector lane is a
 * point; its float32 sum is flushed to float64 before rounding matters, as in t-SNE's repulsion. */
CT_KERNEL static void add_distances(const float *restrict x, const float *restrict y, size_t first,
                                    size_t begin, size_t end, double *restrict sums)
{
    _Alignas(64) float px[LANES], py[LANES];

    memcpy(px, x + first, sizeof px);
    memcpy(py, y + first, sizeof py);
    for (size_t chunk = begin; chunk < end; chunk += CHUNK) {
        const size_t stop = end - chunk < CHUNK ? end : chunk + CHUNK;
        _Alignas(64) float sum[LANES] = { 0 };
        for (size_t j = chunk; j < stop; j++) {
            const float sx = x[j], sy = y[j];
#pragma omp simd
            for (size_t l = 0; l < LANES; l++) {
                const float dx = px[l] - sx;
                const float dy = py[l] - sy;
                sum[l] += sqrtf(dx * dx + dy * dy);
            }
        }
#pragma omp simd
        for (size_t l = 0; l < LANES; l++)
            sums[l] += (double)sum[l];
    }
}

/* The mean distance to cluster c: it is a for points of c (0 / 0 for a single point); for others, b
 * is the minimum over c. */
CT_KERNEL static void take_means(const uint32_t *restrict cluster, uint32_t c, size_t size,
                                 const double *restrict sums, double *restrict a,
                                 double *restrict b)
{
    const double n_others = (double)(size - 1);
    const double n = (double)size;

#pragma omp simd
    for (size_t l = 0; l < LANES; l++) {
        const bool is_own = cluster[l] == c;
        const double mean = sums[l] / (is_own ? n_others : n);
        a[l] = is_own ? mean : a[l];
        b[l] = !is_own && mean < b[l] ? mean : b[l];
    }
}

/* (b - a) / max(a, b) for the points first .. first + LANES - 1. */
static void score_block(const struct sorted *s, size_t first)
{
    _Alignas(64) double a[LANES] = { 0 };
    _Alignas(64) double b[LANES];

    for (size_t l = 0; l < LANES; l++)
        b[l] = INFINITY;
    for (size_t c = 0; c < s->n_clusters; c++) {
        const size_t size = s->starts[c + 1] - s->starts[c];
        _Alignas(64) double sums[LANES] = { 0 };
        if (size == 0)
            continue;
        add_distances(s->x, s->y, first, s->starts[c], s->starts[c + 1], sums);
        take_means(s->cluster + first, (uint32_t)c, size, sums, a, b);
    }
    for (size_t l = 0; l < LANES; l++) {
        const double larger = fmax(a[l], b[l]);
        const bool has_score = !isnan(a[l]) && larger > 0.0;
        s->scores[first + l] = has_score ? (b[l] - a[l]) / larger : 0.0;
    }
}

static bool is_defined(const struct sorted *s)
{
    size_t n_used = 0;

    for (size_t c = 0; c < s->n_clusters; c++)
        n_used += s->starts[c + 1] > s->starts[c];
    return n_used >= 2 && n_used < s->n;
}

struct part {
    const struct sorted *sorted;
    size_t first; /* block */
};

static void score_part(void *context, size_t i)
{
    const struct part *const part = context;

    score_block(part->sorted, (part->first + i) * LANES);
}

static enum ct_status score_points(struct sorted *s, int n_threads, const struct progress *progress,
                                   struct ct_error *err)
{
    const size_t n_blocks = s->padded / LANES;
    struct crew *crew = NULL;
    enum ct_status status = crew_new(n_threads, &crew, err);

    for (size_t part = 0; status == CT_OK && part < 100; part++) {
        struct part p = { s, part * n_blocks / 100 };
        crew_run(crew, (part + 1) * n_blocks / 100 - p.first, score_part, &p);
        if (!progress_tick(progress, part + 1, 100))
            status = ct_fail(err, CT_ECANCELED, "silhouette: cancelled");
    }
    crew_free(crew);
    return status;
}

enum ct_status silhouette_score(const struct mat *points, const int32_t *labels, int n_threads,
                                const struct progress *progress, double *score,
                                struct ct_error *err)
{
    struct sorted s = { 0 };
    enum ct_status status = sorted_init(&s, labels, points->rows, err);
    double mean = NAN;

    if (status == CT_OK)
        sort_points(&s, points, labels);
    if (status == CT_OK && is_defined(&s)) {
        status = score_points(&s, n_threads, progress, err);
        mean = 0.0;
        for (size_t i = 0; status == CT_OK && i < s.n; i++)
            mean += s.scores[i] / (double)s.n;
    }
    sorted_clear(&s);
    if (status == CT_OK)
        *score = mean;
    return status;
}

double silhouette_memory(size_t n_samples, size_t n_clusters)
{
    const struct sorted *const s = NULL;
    const size_t each = sizeof *s->x + sizeof *s->y + sizeof *s->cluster + sizeof *s->scores;

    return (double)n_samples * (double)each + (double)n_clusters * sizeof *s->starts;
}
