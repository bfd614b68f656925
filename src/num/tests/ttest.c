#include "config.h"
#include "num/tests/ttest.h"

#include <assert.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/crew.h"
#include "base/kernel.h"
#include "base/mem.h"
#include "num/tests/column_sums.h"
#include "num/tests/student_t.h"

/*
 * The work is divided into tiles: some columns, all rows. A tile's rows are read CHUNK at a time,
 * segment by segment, and twice: for the means, and then from the cache for the squared deviations.
 * Chunks are merged by the formula of Chan, Golub & LeVeque 1983 (Am. Stat. 37:242), so that memory
 * is read once. Segments are long because each row of a wide matrix is on different pages, and a
 * page's TLB miss costs more than reading it.
 */
enum { TILE_COLS_MIN = 64, TILE_COLS_MAX = 1024, TILES_MIN = 8, CHUNK = 64, CACHE_LINE = 64 };

/* Number of values below which threads do not pay off. */
enum { WORTH_THREADS = 1 << 19 };

struct group {
    const size_t *rows;
    size_t n;
};

struct job {
    const struct matview *X;
    struct group a, b;
    enum ttest_kind kind;
    struct student_t distribution; /* not for Welch, where it differs between columns */
    struct sums_source source;
    size_t tile_cols;
    struct tile *tiles; /* one per thread; too large for a small stack */
    struct ttest_result *out;
};

struct tile {
    size_t first; /* column */
    size_t width;
    size_t n_rounding;            /* columns so far that vary by rounding alone */
    double mean_a[TILE_COLS_MAX]; /* sums until divided */
    double mean_b[TILE_COLS_MAX];
    double mean_d[TILE_COLS_MAX];    /* of a - b, paired test only */
    double squares_a[TILE_COLS_MAX]; /* sum of (x - mean)^2; paired: of the differences */
    double squares_b[TILE_COLS_MAX];
    double chunk_sum[TILE_COLS_MAX]; /* of the current chunk */
    double chunk_mean[TILE_COLS_MAX];
    double chunk_squares[TILE_COLS_MAX];
    double row_a[TILE_COLS_MAX]; /* a segment of a row as float64 */
    double row_b[TILE_COLS_MAX];
};

static CT_KERNEL void widen(const float *restrict x, size_t n, double *restrict out)
{
#pragma omp simd
    for (size_t j = 0; j < n; j++)
        out[j] = (double)x[j];
}

static CT_KERNEL void add(const double *restrict x, size_t n, double *restrict sum)
{
#pragma omp simd
    for (size_t j = 0; j < n; j++)
        sum[j] += x[j];
}

static CT_KERNEL void subtract(const double *restrict b, size_t n, double *restrict a)
{
#pragma omp simd
    for (size_t j = 0; j < n; j++)
        a[j] -= b[j];
}

static CT_KERNEL void add_squares(const double *restrict x, const double *restrict mean, size_t n,
                                  double *restrict squares)
{
#pragma omp simd
    for (size_t j = 0; j < n; j++) {
        const double d = x[j] - mean[j];
        squares[j] += d * d;
    }
}

/*
 * The same for four rows at once, in the same order: sums are loaded and stored a quarter as often,
 * and four rows are fetched from memory at a time.
 */
#define DEFINE_FOURS(type)                                                                         \
    static CT_KERNEL void add_four_##type(const type *const x[4], size_t n, double *restrict sum)  \
    {                                                                                              \
        const type *const x0 = x[0], *const x1 = x[1], *const x2 = x[2], *const x3 = x[3];         \
                                                                                                   \
        _Pragma("omp simd") for (size_t j = 0; j < n; j++) sum[j] =                                \
            sum[j] + (double)x0[j] + (double)x1[j] + (double)x2[j] + (double)x3[j];                \
    }                                                                                              \
                                                                                                   \
    static CT_KERNEL void add_squares_four_##type(const type *const x[4],                          \
                                                  const double *restrict mean, size_t n,           \
                                                  double *restrict squares)                        \
    {                                                                                              \
        const type *const x0 = x[0], *const x1 = x[1], *const x2 = x[2], *const x3 = x[3];         \
                                                                                                   \
        _Pragma("omp simd") for (size_t j = 0; j < n; j++)                                         \
        {                                                                                          \
            const double d0 = (double)x0[j] - mean[j];                                             \
            const double d1 = (double)x1[j] - mean[j];                                             \
            const double d2 = (double)x2[j] - mean[j];                                             \
            const double d3 = (double)x3[j] - mean[j];                                             \
            squares[j] = squares[j] + d0 * d0 + d1 * d1 + d2 * d2 + d3 * d3;                       \
        }                                                                                          \
    }                                                                                              \
                                                                                                   \
    static size_t pass_fours_##type(const struct matview *X, const struct group *g,                \
                                    const struct tile *t, const double *mean, double *sum)         \
    {                                                                                              \
        size_t i = 0;                                                                              \
                                                                                                   \
        for (; i + 4 <= g->n; i += 4) {                                                            \
            const type *x[4];                                                                      \
            for (size_t k = 0; k < 4; k++)                                                         \
                x[k] = (const type *)X->data + g->rows[i + k] * X->stride + t->first;              \
            if (mean == NULL)                                                                      \
                add_four_##type(x, t->width, sum);                                                 \
            else                                                                                   \
                add_squares_four_##type(x, mean, t->width, sum);                                   \
        }                                                                                          \
        return i;                                                                                  \
    }
DEFINE_FOURS(float)
DEFINE_FOURS(double)

static CT_KERNEL void divide(double *x, size_t n, double by)
{
#pragma omp simd
    for (size_t j = 0; j < n; j++)
        x[j] /= by;
}

/* The tile's segment of the i-th row of a group as float64: in buffer, or in place. Prefetches the
 * next segment, which is on another page. */
static const double *segment(const struct matview *X, const struct group *g, size_t i,
                             const struct tile *t, double *buffer)
{
    const size_t size = dtype_size(X->dtype);
    const char *const data = X->data;
    const char *const x = data + (g->rows[i] * X->stride + t->first) * size;

    if (i + 1 < g->n) {
        const char *const next = data + (g->rows[i + 1] * X->stride + t->first) * size;
        for (size_t k = 0; k < t->width * size; k += CACHE_LINE)
            __builtin_prefetch(next + k);
    }
    if (X->dtype == DTYPE_F64)
        return (const double *)(const void *)x;
    widen((const float *)(const void *)x, t->width, buffer);
    return buffer;
}

/* A pass over the group's rows in fours; returns the number of rows processed. Adds the values to
 * sum or, if mean is given, their squared deviations from it. */
static size_t pass_fours(const struct matview *X, const struct group *g, const struct tile *t,
                         const double *mean, double *sum)
{
    return X->dtype == DTYPE_F32 ? pass_fours_float(X, g, t, mean, sum)
                                 : pass_fours_double(X, g, t, mean, sum);
}

/* Merges a tile's chunk of `rows` rows into the sums and squares of the rows_before rows before
 * it. */
static CT_KERNEL void merge_chunk(const struct tile *t, size_t rows_before, size_t rows,
                                  double *restrict sum, double *restrict squares)
{
    const double n_before = (double)rows_before;
    const double n = (double)rows;
    const double weight = n_before * n / (n_before + n);

    if (rows_before == 0) {
        memcpy(squares, t->chunk_squares, t->width * sizeof *squares);
        memcpy(sum, t->chunk_sum, t->width * sizeof *sum);
        return;
    }
#pragma omp simd
    for (size_t j = 0; j < t->width; j++) {
        const double apart = t->chunk_mean[j] - sum[j] / n_before;
        squares[j] += t->chunk_squares[j] + apart * apart * weight;
        sum[j] += t->chunk_sum[j];
    }
}

static void begin_chunk(struct tile *t)
{
    memset(t->chunk_sum, 0, t->width * sizeof *t->chunk_sum);
    memset(t->chunk_squares, 0, t->width * sizeof *t->chunk_squares);
}

static CT_KERNEL void find_chunk_means(struct tile *t, double n)
{
#pragma omp simd
    for (size_t j = 0; j < t->width; j++)
        t->chunk_mean[j] = t->chunk_sum[j] / n;
}

/* Both passes over a chunk of a group; values are added row by row, as in numpy. */
static void sum_chunk(const struct matview *X, const struct group *chunk, struct tile *t)
{
    begin_chunk(t);
    for (size_t i = pass_fours(X, chunk, t, NULL, t->chunk_sum); i < chunk->n; i++)
        add(segment(X, chunk, i, t, t->row_a), t->width, t->chunk_sum);
    find_chunk_means(t, (double)chunk->n);
    for (size_t i = pass_fours(X, chunk, t, t->chunk_mean, t->chunk_squares); i < chunk->n; i++)
        add_squares(segment(X, chunk, i, t, t->row_a), t->chunk_mean, t->width, t->chunk_squares);
}

/* The chunk of a group that begins at its i-th row. */
static struct group chunk_at(const struct group *g, size_t i)
{
    return (struct group){ g->rows + i, g->n - i < CHUNK ? g->n - i : CHUNK };
}

static void sum_group(const struct matview *X, const struct group *g, struct tile *t, double *mean,
                      double *squares)
{
    assert(g->n > 0);
    for (size_t i = 0; i < g->n; i += CHUNK) {
        const struct group chunk = chunk_at(g, i);
        sum_chunk(X, &chunk, t);
        merge_chunk(t, i, chunk.n, mean, squares);
    }
    divide(mean, t->width, (double)g->n);
}

/* The i-th difference of two chunks, in t->row_a; adds both rows to their sums unless those are
 * NULL. */
static void read_pair(const struct matview *X, const struct group *a, const struct group *b,
                      size_t i, struct tile *t, double *sum_a, double *sum_b)
{
    const double *const x = segment(X, a, i, t, t->row_a);
    const double *const y = segment(X, b, i, t, t->row_b);

    if (sum_a != NULL) {
        add(x, t->width, sum_a);
        add(y, t->width, sum_b);
    }
    if (x != t->row_a)
        memcpy(t->row_a, x, t->width * sizeof *x);
    subtract(y, t->width, t->row_a);
}

static void sum_pairs(const struct job *job, struct tile *t)
{
    const size_t n = job->a.n;

    assert(n > 0);
    memset(t->mean_a, 0, sizeof t->mean_a);
    memset(t->mean_b, 0, sizeof t->mean_b);
    for (size_t first = 0; first < n; first += CHUNK) {
        const struct group a = chunk_at(&job->a, first);
        const struct group b = chunk_at(&job->b, first);
        begin_chunk(t);
        for (size_t i = 0; i < a.n; i++) {
            read_pair(job->X, &a, &b, i, t, t->mean_a, t->mean_b);
            add(t->row_a, t->width, t->chunk_sum);
        }
        find_chunk_means(t, (double)a.n);
        for (size_t i = 0; i < a.n; i++) {
            read_pair(job->X, &a, &b, i, t, NULL, NULL);
            add_squares(t->row_a, t->chunk_mean, t->width, t->chunk_squares);
        }
        merge_chunk(t, first, a.n, t->mean_d, t->squares_a);
    }
    divide(t->mean_a, t->width, (double)n);
    divide(t->mean_b, t->width, (double)n);
    divide(t->mean_d, t->width, (double)n);
}

/* With ddof 1, in scipy's order of operations. One sample gives 0 times infinity, NaN. */
static double variance(double squares, size_t n)
{
    const double count = (double)n;

    return squares / count * (count / (count - 1.0));
}

/* The pooled variance of a group: a single sample adds nothing, as in scipy 1.11 and R. */
static double pooled_part(double variance, double n)
{
    return n > 1.0 ? (n - 1.0) * variance : 0.0;
}

static double student_error(double var_a, double n_a, double var_b, double n_b)
{
    const double pooled = (pooled_part(var_a, n_a) + pooled_part(var_b, n_b)) / (n_a + n_b - 2.0);

    return sqrt(pooled * (1.0 / n_a + 1.0 / n_b));
}

/* Satterthwaite's degrees of freedom; without any variance they do not matter, and are 1 as in
 * scipy. */
static double welch_error(double var_a, double n_a, double var_b, double n_b, double *df)
{
    const double va = var_a / n_a;
    const double vb = var_b / n_b;

    *df = (va + vb) * (va + vb) / (va * va / (n_a - 1.0) + vb * vb / (n_b - 1.0));
    if (isnan(*df))
        *df = 1.0;
    return sqrt(va + vb);
}

/* The sums of the tile's j-th column. */
static struct column_sums sums_at(const struct job *job, struct tile *t, size_t j)
{
    struct column_sums s = { .mean = { t->mean_a[j], t->mean_b[j] },
                             .difference = t->mean_a[j] - t->mean_b[j],
                             .squares = { t->squares_a[j], t->squares_b[j] } };

    if (job->kind == TTEST_PAIRED)
        s.difference = t->mean_d[j];
    if (column_sums_are_doubtful(&job->source, &s))
        t->n_rounding += column_sums_repair(&job->source, t->first + j, &s);
    return s;
}

static void test_column(const struct job *job, struct tile *t, size_t j, struct ttest_result *out)
{
    const double n_a = (double)job->a.n;
    const double n_b = (double)job->b.n;
    const struct column_sums s = sums_at(job, t, j);
    const double var_a = variance(s.squares[0], job->a.n);
    struct student_t distribution = job->distribution;
    double error;

    if (job->kind == TTEST_PAIRED) {
        error = sqrt(var_a / n_a);
    } else if (job->kind == TTEST_WELCH) {
        double df;
        error = welch_error(var_a, n_a, variance(s.squares[1], job->b.n), n_b, &df);
        student_t_init(&distribution, df);
    } else {
        error = student_error(var_a, n_a, variance(s.squares[1], job->b.n), n_b);
    }
    *out = (struct ttest_result){ .mean_a = s.mean[0],
                                  .mean_b = s.mean[1],
                                  .statistic = s.difference / error,
                                  .df = distribution.df };
    out->pvalue = student_t_pvalue(&distribution, out->statistic);
}

static void test_tile(void *context, size_t tile)
{
    const struct job *const job = context;
    const size_t first = tile * job->tile_cols;
    const size_t left = job->X->cols - first;
    struct tile *const t = &job->tiles[crew_thread()];

    t->first = first;
    t->width = left < job->tile_cols ? left : job->tile_cols;
    if (job->kind == TTEST_PAIRED) {
        sum_pairs(job, t);
    } else {
        sum_group(job->X, &job->a, t, t->mean_a, t->squares_a);
        sum_group(job->X, &job->b, t, t->mean_b, t->squares_b);
    }
    for (size_t j = 0; j < t->width; j++)
        test_column(job, t, j, &job->out[first + j]);
}

static enum ct_status check(const struct matview *X, const struct group *a, const struct group *b,
                            enum ttest_kind kind, struct ct_error *err)
{
    if (a->n == 0 || b->n == 0)
        return ct_fail(err, CT_EINVAL,
                       "t-test: a group is empty (sizes %zu and %zu); both need samples", a->n,
                       b->n);
    if (kind == TTEST_PAIRED && a->n != b->n)
        return ct_fail(err, CT_EINVAL,
                       "t-test: paired, but the groups have %zu and %zu samples; "
                       "pair them one to one or use student or welch",
                       a->n, b->n);
    for (int k = 0; k < 2; k++) {
        const struct group *const g = k == 0 ? a : b;
        for (size_t i = 0; i < g->n; i++)
            if (g->rows[i] >= X->rows)
                return ct_fail(err, CT_EINVAL, "t-test: sample %zu does not exist; there are %zu",
                               g->rows[i], X->rows);
    }
    return CT_OK;
}

/* Wide segments, but enough tiles for several threads; in whole cache lines. */
static size_t tile_cols(size_t n_features)
{
    const size_t wanted = (n_features / TILES_MIN + 15) / 16 * 16;

    if (wanted < TILE_COLS_MIN)
        return TILE_COLS_MIN;
    return wanted < TILE_COLS_MAX ? wanted : TILE_COLS_MAX;
}

double ttest_df(enum ttest_kind kind, size_t n_a, size_t n_b)
{
    switch (kind) {
    case TTEST_STUDENT:
        return (double)n_a + (double)n_b - 2.0;
    case TTEST_PAIRED:
        return (double)n_a - 1.0;
    case TTEST_WELCH:
        break;
    }
    return NAN;
}

enum ct_status ttest_columns(const struct matview *X, const size_t *rows_a, size_t n_a,
                             const size_t *rows_b, size_t n_b, enum ttest_kind kind, int n_threads,
                             struct ttest_result *out, size_t *n_rounding, struct ct_error *err)
{
    struct job job = {
        .X = X,
        .a = { rows_a, n_a },
        .b = { rows_b, n_b },
        .kind = kind,
        .source = { X, { rows_a, rows_b }, { n_a, n_b }, kind == TTEST_PAIRED },
    };
    struct crew *crew = NULL;
    enum ct_status st = check(X, &job.a, &job.b, kind, err);

    if (st != CT_OK)
        return st;
    const bool is_small = X->cols < WORTH_THREADS / (n_a + n_b);
    st = crew_new(is_small ? 1 : n_threads, &crew, err);
    if (st != CT_OK)
        return st;
    job.tiles = ct_aligned_array(crew_size(crew), sizeof *job.tiles);
    if (job.tiles == NULL) {
        st = ct_fail_nomem(err, "t-test", 0);
        goto done;
    }
    for (size_t i = 0; i < crew_size(crew); i++)
        job.tiles[i].n_rounding = 0;
    job.out = out;
    job.tile_cols = tile_cols(X->cols);
    student_t_init(&job.distribution, ttest_df(kind, n_a, n_b));
    crew_run(crew, (X->cols + job.tile_cols - 1) / job.tile_cols, test_tile, &job);
    if (n_rounding != NULL)
        *n_rounding = 0;
    for (size_t i = 0; n_rounding != NULL && i < crew_size(crew); i++)
        *n_rounding += job.tiles[i].n_rounding;
done:
    free(job.tiles);
    crew_free(crew);
    return st;
}

double ttest_columns_memory(int n_threads)
{
    return n_threads * (double)sizeof(struct tile);
}
