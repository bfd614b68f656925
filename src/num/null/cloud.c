#include "config.h"
#include "num/null/cloud.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "num/linear/blas_library.h"
#include "num/linear/eigen.h"

/*
 * A frame: normals G [n, rank], columns centred, and the Cholesky factor R of G'G = R'R. Q =
 * sqrt(n) G R^-1 has mean 0 and covariance 1, exactly. Q is not computed: Q diag(sqrt lambda) V' =
 * G M with M = sqrt(n) R^-1 diag(sqrt lambda) V', which is small.
 */
struct frame {
    double *normals; /* [n, rank] */
    double *factor;  /* [rank, rank] R, upper, row-major */
};

static void frame_clear(struct frame *f)
{
    free(f->normals);
    free(f->factor);
    *f = (struct frame){ .normals = NULL };
}

static void centre_columns(double *x, size_t n, size_t d, double *mean)
{
    memset(mean, 0, d * sizeof *mean);
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < d; k++)
            mean[k] += x[i * d + k];
    for (size_t k = 0; k < d; k++)
        mean[k] /= (double)n;
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < d; k++)
            x[i * d + k] -= mean[k];
}

static enum ct_status frame_draw(const struct cloud *c, uint64_t seed, enum philox_stream stream,
                                 uint64_t replicate, struct frame *out, struct ct_error *err)
{
    const int rank = (int)c->rank;
    struct frame f = { .normals = ct_aligned_array(c->n * c->rank, sizeof *f.normals),
                       .factor = ct_malloc_array(c->rank, c->rank * sizeof *f.factor) };
    struct philox rng;
    int info = 0;

    if (f.normals == NULL || f.factor == NULL) {
        frame_clear(&f);
        return ct_fail_nomem(err, "cloud", 0);
    }
    philox_init(&rng, seed, stream, replicate);
    philox_normals(&rng, c->n * c->rank, f.normals);
    centre_columns(f.normals, c->n, c->rank, f.factor); /* its first row is scratch */
    blas.dgemm(CblasRowMajor, CblasTrans, CblasNoTrans, rank, rank, (int)c->n, 1.0, f.normals, rank,
               f.normals, rank, 0.0, f.factor, rank);
    blas.dpotrf_("L", &rank, f.factor, &rank, &info, 1); /* column-major lower: R, row-major */
    if (info != 0) {
        frame_clear(&f);
        return ct_fail(err, CT_EINVAL,
                       "cloud: a frame of %zu neurons is degenerate; use another "
                       "seed or more neurons",
                       c->n);
    }
    *out = f;
    return CT_OK;
}

/* m [rank, d] = sqrt(n) R^-1 diag(sqrt lambda) V'. */
static void frame_map(const struct cloud *c, const struct frame *f, double *m)
{
    for (size_t k = 0; k < c->rank; k++) {
        const double scale = sqrt((double)c->n * c->lambda[k]);
        for (size_t i = 0; i < c->d; i++)
            m[k * c->d + i] = scale * c->vectors[k * c->d + i];
    }
    blas.dtrsm(CblasRowMajor, CblasLeft, CblasUpper, CblasNoTrans, CblasNonUnit, (int)c->rank,
               (int)c->d, 1.0, f->factor, (int)c->rank, m, (int)c->d);
}

/* z [n, d] = g m + mu, each row of length 1, for rows g [n, rank] of normals. */
static void directions(const struct cloud *c, const double *g, size_t n, const double *m, double *z)
{
    const size_t d = c->d;

    for (size_t i = 0; i < n; i++)
        memcpy(z + i * d, c->mu, d * sizeof *z);
    blas.dgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, (int)n, (int)d, (int)c->rank, 1.0, g,
               (int)c->rank, m, (int)d, 1.0, z, (int)d);
    for (size_t i = 0; i < n; i++) {
        double *const row = z + i * d;
        double square = 0.0;
        for (size_t k = 0; k < d; k++)
            square += row[k] * row[k];
        const double scale = 1.0 / sqrt(square);
        for (size_t k = 0; k < d; k++)
            row[k] *= scale;
    }
}

double cloud_draw_memory(size_t n, size_t d)
{
    const double rank = (double)size_min(n - 1, d);

    return sizeof(double) * (2.0 * (double)n * rank + rank * rank + rank * (double)d);
}

enum ct_status cloud_draw(const struct cloud *c, uint64_t seed, enum philox_stream stream,
                          uint64_t replicate, const size_t *rows, size_t n_rows, double *z,
                          struct ct_error *err)
{
    struct frame f = { .normals = NULL };
    enum ct_status status = frame_draw(c, seed, stream, replicate, &f, err);
    double *const m = ct_malloc_array(c->rank, c->d * sizeof *m);
    double *const chosen = rows != NULL ? ct_malloc_array(n_rows, c->rank * sizeof *chosen) : NULL;

    if (status == CT_OK && (m == NULL || (rows != NULL && chosen == NULL)))
        status = ct_fail_nomem(err, "cloud", 0);
    if (status == CT_OK) {
        frame_map(c, &f, m);
        for (size_t i = 0; rows != NULL && i < n_rows; i++)
            memcpy(chosen + i * c->rank, f.normals + rows[i] * c->rank, c->rank * sizeof *chosen);
        directions(c, rows != NULL ? chosen : f.normals, rows != NULL ? n_rows : c->n, m, z);
    }
    frame_clear(&f);
    free(m);
    free(chosen);
    return status;
}

/* ---- the fit ---- */

enum { CHUNK = 512 }; /* directions whose moments are computed at a time */

struct fit {
    struct cloud cloud;
    const double *target; /* [rank] variances along the axes */
    const double *mean;   /* [d] */
    uint64_t seed, first;
    struct frame frames[CLOUD_FRAMES];
    double *variance[CLOUD_FRAMES]; /* [rank] of the frame's directions, */
    double *centre[CLOUD_FRAMES];   /* [d] and their mean */
    struct ct_error error[CLOUD_FRAMES];
    enum ct_status status[CLOUD_FRAMES];
};

static void draw_fit_frame(void *context, size_t b)
{
    struct fit *const f = context;

    f->status[b] =
        frame_draw(&f->cloud, f->seed, STREAM_FRAMES, f->first + b, &f->frames[b], &f->error[b]);
}

/* Sums over a chunk of directions z [n, d]: of z, and of the squares of their components along the
 * axes less `mean`, the components of the target's mean. */
static void add_moments(const struct cloud *c, const double *z, size_t n, const double *mean,
                        double *components, double *sum, double *square, double *first)
{
    const size_t d = c->d;
    const size_t rank = c->rank;

    blas.dgemm(CblasRowMajor, CblasNoTrans, CblasTrans, (int)n, (int)rank, (int)d, 1.0, z, (int)d,
               c->vectors, (int)d, 0.0, components, (int)rank);
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < d; k++)
            sum[k] += z[i * d + k];
        for (size_t k = 0; k < rank; k++) {
            const double x = components[i * rank + k] - mean[k];
            first[k] += x;
            square[k] += x * x;
        }
    }
}

/* The mean and the variances along the axes of the directions of a frame. */
static void measure_frame(void *context, size_t b)
{
    struct fit *const f = context;
    const struct cloud *const c = &f->cloud;
    const size_t d = c->d;
    const size_t rank = c->rank;
    double *const m = ct_malloc_array(rank, d * sizeof *m);
    double *const z = ct_malloc_array(CHUNK, d * sizeof *z);
    double *const components = ct_malloc_array(CHUNK, rank * sizeof *components);
    double *const sums = ct_calloc_array(rank, 2 * sizeof *sums); /* first moments; means */
    double *const square = f->variance[b];
    double *const centre = f->centre[b];

    if (m == NULL || z == NULL || components == NULL || sums == NULL) {
        f->status[b] = ct_fail_nomem(&f->error[b], "cloud", 0);
    } else {
        frame_map(c, &f->frames[b], m);
        memset(square, 0, rank * sizeof *square);
        memset(centre, 0, d * sizeof *centre);
        blas.dgemv(CblasRowMajor, CblasNoTrans, (int)rank, (int)d, 1.0, c->vectors, (int)d, f->mean,
                   1, 0.0, sums + rank, 1);
        for (size_t first = 0; first < c->n; first += CHUNK) {
            const size_t n = size_min(CHUNK, c->n - first);
            directions(c, f->frames[b].normals + first * rank, n, m, z);
            add_moments(c, z, n, sums + rank, components, centre, square, sums);
        }
        for (size_t k = 0; k < rank; k++) {
            const double mean = sums[k] / (double)c->n;
            square[k] = square[k] / (double)c->n - mean * mean;
        }
        for (size_t i = 0; i < d; i++)
            centre[i] /= (double)c->n;
    }
    free(m);
    free(z);
    free(components);
    free(sums);
}

/* One step: variances in proportion, the mean by difference, then the whole brought to E|z|^2 = 1.
 * Returns the largest |ln f|, f the factor of a variance. */
static double fit_step(struct fit *f)
{
    struct cloud *const c = &f->cloud;
    double largest = 0.0;
    double square = 0.0;

    for (size_t k = 0; k < c->rank; k++) {
        double variance = 0.0;
        for (size_t b = 0; b < CLOUD_FRAMES; b++)
            variance += f->variance[b][k] / CLOUD_FRAMES;
        const double factor = f->target[k] / variance;
        largest = fmax(largest, fabs(log(factor)));
        c->lambda[k] *= factor;
        square += c->lambda[k];
    }
    for (size_t i = 0; i < c->d; i++) {
        double mean = 0.0;
        for (size_t b = 0; b < CLOUD_FRAMES; b++)
            mean += f->centre[b][i] / CLOUD_FRAMES;
        c->mu[i] += f->mean[i] - mean;
        square += c->mu[i] * c->mu[i];
    }
    for (size_t k = 0; k < c->rank; k++)
        c->lambda[k] /= square;
    for (size_t i = 0; i < c->d; i++)
        c->mu[i] /= sqrt(square);
    return largest;
}

static enum ct_status first_error(const struct fit *f, struct ct_error *err)
{
    for (size_t b = 0; b < CLOUD_FRAMES; b++)
        if (f->status[b] != CT_OK) {
            if (err != NULL)
                *err = f->error[b];
            return f->status[b];
        }
    return CT_OK;
}

static enum ct_status fit_run(struct fit *f, struct crew *crew, const struct progress *progress,
                              struct ct_error *err)
{
    static const double close_enough = 1e-3;
    double change = INFINITY;

    crew_run(crew, CLOUD_FRAMES, draw_fit_frame, f);
    enum ct_status status = first_error(f, err);
    for (size_t i = 0; status == CT_OK && i < CLOUD_ITERATIONS && !(change < close_enough); i++) {
        if (!progress_tick(progress, i, CLOUD_ITERATIONS))
            return ct_fail(err, CT_ECANCELED, "cloud: cancelled");
        crew_run(crew, CLOUD_FRAMES, measure_frame, f);
        status = first_error(f, err);
        if (status == CT_OK)
            change = fit_step(f);
        f->cloud.n_iter = i + 1;
    }
    return status;
}

double cloud_fit_memory(size_t n, size_t d)
{
    const double rank = (double)size_min(n - 1, d);
    const double frame = (double)n * rank + rank * rank;
    const double measure = rank * (double)d + CHUNK * ((double)d + rank) + 4.0 * (double)d;

    return sizeof(double) * (CLOUD_FRAMES * (frame + measure) + 2.0 * (double)d * (double)d) +
           eigen_symmetric_memory(d);
}

/* The axes with variance, at most n - 1 and above rounding; lambda and mu start at the target. */
static enum ct_status find_axes(const double *u, struct cloud *c, double *mean, double *values,
                                struct ct_error *err)
{
    static const double rounding = 1e-10;
    enum ct_status status = covariance(u, c->n, c->d, mean, c->vectors, err);

    if (status == CT_OK)
        status = eigen_symmetric(c->vectors, c->d, values, err);
    if (status != CT_OK)
        return status;
    while (c->rank < size_min(c->d, c->n - 1) && values[c->rank] > rounding * values[0] &&
           values[c->rank] > 0.0)
        c->rank++;
    if (c->rank == 0 || c->n <= c->rank)
        return ct_fail(err, CT_EINVAL, "cloud: %zu neurons do not vary enough to fit one", c->n);
    memcpy(c->lambda, values, c->rank * sizeof *values);
    memcpy(c->mu, mean, c->d * sizeof *mean);
    return CT_OK;
}

enum ct_status cloud_fit(const double *u, size_t n, size_t d, uint64_t seed, uint64_t first,
                         struct crew *crew, const struct progress *progress, struct cloud *out,
                         struct ct_error *err)
{
    struct fit f = { .cloud = { .n = n, .d = d }, .seed = seed, .first = first };
    double *const arrays = ct_calloc_array(d, (2 + 2 * CLOUD_FRAMES) * sizeof *arrays);
    enum ct_status status = CT_OK;

    f.cloud.vectors = ct_malloc_array(d, d * sizeof *f.cloud.vectors);
    f.cloud.lambda = ct_malloc_array(d, sizeof *f.cloud.lambda);
    f.cloud.mu = ct_malloc_array(d, sizeof *f.cloud.mu);
    if (arrays == NULL || f.cloud.vectors == NULL || f.cloud.lambda == NULL || f.cloud.mu == NULL)
        status = ct_fail_nomem(err, "cloud", 0);
    f.mean = arrays;
    f.target = arrays != NULL ? arrays + d : NULL;
    for (size_t b = 0; arrays != NULL && b < CLOUD_FRAMES; b++) {
        f.variance[b] = arrays + (2 + b) * d;
        f.centre[b] = arrays + (2 + CLOUD_FRAMES + b) * d;
    }
    if (status == CT_OK && n < 2)
        status = ct_fail(err, CT_EINVAL, "cloud: needs at least two neurons that vary");
    if (status == CT_OK)
        status = find_axes(u, &f.cloud, arrays, arrays + d, err);
    if (status == CT_OK)
        status = fit_run(&f, crew, progress, err);
    for (size_t b = 0; b < CLOUD_FRAMES; b++)
        frame_clear(&f.frames[b]);
    free(arrays);
    if (status != CT_OK) {
        cloud_clear(&f.cloud);
        return status;
    }
    *out = f.cloud;
    return CT_OK;
}

void cloud_clear(struct cloud *c)
{
    free(c->vectors);
    free(c->lambda);
    free(c->mu);
    *c = (struct cloud){ .n = 0 };
}
