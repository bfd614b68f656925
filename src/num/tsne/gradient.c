#include "config.h"
#include "num/tsne/gradient.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>

#include "base/kernel.h"
#include "base/mem.h"
#include "num/tsne/attract.h"
#include "num/tsne/pair.h"

size_t tsne_padded(size_t n_samples)
{
    return (n_samples + TSNE_BLOCK - 1) / TSNE_BLOCK * TSNE_BLOCK;
}

enum ct_status tsne_forces_init(struct tsne_forces *forces, size_t n_samples, double angle,
                                struct ct_error *err)
{
    const size_t padded = tsne_padded(n_samples);
    struct tsne_forces f = { .n_samples = n_samples, .angle = angle };

    f.pairs = ct_aligned_array(n_samples, sizeof *f.pairs);
    f.attract_x = ct_aligned_array(n_samples, sizeof *f.attract_x);
    f.attract_y = ct_aligned_array(n_samples, sizeof *f.attract_y);
    f.repel_x = ct_aligned_array(padded, sizeof *f.repel_x);
    f.repel_y = ct_aligned_array(padded, sizeof *f.repel_y);
    f.row_z = ct_aligned_array(padded, sizeof *f.row_z);
    f.row_kl = ct_aligned_array(padded, sizeof *f.row_kl);
    if (f.pairs == NULL || f.attract_x == NULL || f.attract_y == NULL || f.repel_x == NULL ||
        f.repel_y == NULL || f.row_z == NULL || f.row_kl == NULL) {
        tsne_forces_clear(&f);
        return ct_fail_nomem(err, "t-SNE: forces", 0);
    }
    const enum ct_status st = angle > 0.0 ? tsne_tree_init(&f.tree, n_samples, angle, err) : CT_OK;
    if (st == CT_OK)
        *forces = f;
    else
        tsne_forces_clear(&f);
    return st;
}

double tsne_forces_memory(size_t n_samples)
{
    const struct tsne_forces *const f = NULL;
    const size_t attraction = sizeof *f->pairs + sizeof *f->attract_x + sizeof *f->attract_y;
    const size_t repulsion =
        sizeof *f->repel_x + sizeof *f->repel_y + sizeof *f->row_z + sizeof *f->row_kl;

    return (double)n_samples * (double)(attraction + repulsion) + tsne_tree_memory(n_samples);
}

void tsne_forces_clear(struct tsne_forces *forces)
{
    free(forces->pairs);
    free(forces->attract_x);
    free(forces->attract_y);
    free(forces->repel_x);
    free(forces->repel_y);
    free(forces->row_z);
    free(forces->row_kl);
    tsne_tree_clear(&forces->tree);
    *forces = (struct tsne_forces){ 0 };
}

/*
 * The repulsion of all n sources x, y on the block of targets x[first ..]. Each source is applied
 * to the whole block, so that each vector lane is a target and nothing is summed across lanes. The
 * float32 sums are flushed to float64 every SOURCES sources: up to 512 terms, their rounding error
 * is still that of single terms.
 */
CT_KERNEL static void repel_block(const float *restrict x, const float *restrict y, size_t n,
                                  size_t first, double *restrict repel_x, double *restrict repel_y,
                                  double *restrict row_z)
{
    enum { SOURCES = 512 };
    _Alignas(64) float px[TSNE_BLOCK], py[TSNE_BLOCK];

    for (size_t l = 0; l < TSNE_BLOCK; l++) {
        px[l] = x[first + l];
        py[l] = y[first + l];
        repel_x[first + l] = 0.0;
        repel_y[first + l] = 0.0;
        row_z[first + l] = -1.0; /* removes the point itself, with w = 1 */
    }
    for (size_t begin = 0; begin < n; begin += SOURCES) {
        const size_t end = n - begin < SOURCES ? n : begin + SOURCES;
        _Alignas(64) float fx[TSNE_BLOCK] = { 0 }, fy[TSNE_BLOCK] = { 0 }, z[TSNE_BLOCK] = { 0 };
        for (size_t j = begin; j < end; j++) {
            const float sx = x[j], sy = y[j];
#pragma omp simd
            for (size_t l = 0; l < TSNE_BLOCK; l++) {
                const float dx = px[l] - sx;
                const float dy = py[l] - sy;
                const float w = 1.0F / (1.0F + dx * dx + dy * dy);
                const float w2 = w * w;
                z[l] += w;
                fx[l] += w2 * dx;
                fy[l] += w2 * dy;
            }
        }
#pragma omp simd
        for (size_t l = 0; l < TSNE_BLOCK; l++) {
            repel_x[first + l] += (double)fx[l];
            repel_y[first + l] += (double)fy[l];
            row_z[first + l] += (double)z[l];
        }
    }
}

CT_KERNEL static void make_pairs(const float *restrict x, const float *restrict y, size_t n,
                                 uint64_t *restrict pairs)
{
#pragma omp simd
    for (size_t i = 0; i < n; i++)
        pairs[i] = tsne_pair(x[i], y[i]);
}

static void attract_block(struct tsne_forces *f, const struct tsne_joint *P, size_t first)
{
    const size_t end = first + TSNE_BLOCK < P->n_samples ? first + TSNE_BLOCK : P->n_samples;

    tsne_attract(P, f->pairs, first, end, f->attract_x, f->attract_y);
}

/* Shared by the blocks of one section. */
struct section {
    struct tsne_forces *forces;
    const struct tsne_joint *P;
    const float *x;
    const float *y;
    double exaggeration;
};

static void exact_block(void *context, size_t block)
{
    const struct section *const s = context;
    struct tsne_forces *const f = s->forces;
    const size_t first = block * TSNE_BLOCK;

    repel_block(s->x, s->y, f->n_samples, first, f->repel_x, f->repel_y, f->row_z);
    attract_block(f, s->P, first);
}

/* Attraction runs in parallel with building the tree, which is one additional block. It is the last
 * one, since a thread begins with the last block of its share, and this is the longest. */
static void attract_or_build(void *context, size_t block)
{
    const struct section *const s = context;

    if (block * TSNE_BLOCK < s->P->n_samples)
        attract_block(s->forces, s->P, block * TSNE_BLOCK);
    else
        tsne_tree_build(&s->forces->tree, s->forces->pairs);
}

static void tree_block(void *context, size_t block)
{
    const struct section *const s = context;

    tsne_tree_repel(&s->forces->tree, block);
}

static void read_chunk(void *context, size_t chunk)
{
    const struct section *const s = context;
    struct tsne_forces *const f = s->forces;
    const size_t first = chunk * TSNE_CHUNK;

    tsne_tree_read(&f->tree, first, tsne_chunk_end(first, f->n_samples), f->repel_x, f->repel_y,
                   f->row_z);
}

static void sum_z(struct tsne_forces *f)
{
    double z = 0.0;

    for (size_t i = 0; i < f->n_samples; i++)
        z += f->row_z[i];
    f->z = fmax(z, DBL_EPSILON);
}

void tsne_forces_exact(struct tsne_forces *forces, const struct tsne_joint *P, const float *x,
                       const float *y, struct crew *crew)
{
    struct section section = { .forces = forces, .P = P, .x = x, .y = y };

    make_pairs(x, y, forces->n_samples, forces->pairs);
    crew_run(crew, tsne_padded(forces->n_samples) / TSNE_BLOCK, exact_block, &section);
    sum_z(forces);
}

void tsne_forces_compute(struct tsne_forces *forces, const struct tsne_joint *P, const float *x,
                         const float *y, struct crew *crew)
{
    struct section section = { .forces = forces, .P = P, .x = x, .y = y };
    const size_t n_blocks = tsne_padded(forces->n_samples) / TSNE_BLOCK;

    if (!(forces->angle > 0.0)) {
        tsne_forces_exact(forces, P, x, y, crew);
        return;
    }
    make_pairs(x, y, forces->n_samples, forces->pairs);
    crew_run(crew, n_blocks + 1, attract_or_build, &section);
    crew_run(crew, tsne_tree_n_blocks(forces->n_samples), tree_block, &section);
    crew_run(crew, tsne_n_chunks(forces->n_samples), read_chunk, &section);
    sum_z(forces);
}

CT_KERNEL static void combine(const float *restrict attract, const double *restrict repel, size_t n,
                              float exaggeration, double z, float *restrict grad)
{
    const double scale = 1.0 / z;

#pragma omp simd
    for (size_t i = 0; i < n; i++)
        grad[i] = 4.0F * (exaggeration * attract[i] - (float)(repel[i] * scale));
}

void tsne_gradient(const struct tsne_forces *forces, float exaggeration, size_t first, size_t end,
                   float *grad_x, float *grad_y)
{
    const size_t n = end - first;

    combine(forces->attract_x + first, forces->repel_x + first, n, exaggeration, forces->z,
            grad_x + first);
    combine(forces->attract_y + first, forces->repel_y + first, n, exaggeration, forces->z,
            grad_y + first);
}

/* log x for normal x > 0, vectorisable: x = 2^m y with y about 1, log y = 2 artanh((y - 1) / (y +
 * 1)) by its series. Absolute error below 4e-16 (1 + |log x|); NaN stays NaN. */
static inline double log_positive(double x)
{
    const double integer = 6755399441055744.0; /* 1.5 * 2^52: its low bits have unit weight */
    union {
        double value;
        uint64_t bits;
    } of = { .value = x }, rest, exponent = { .value = integer };
    /* The exponent above that of sqrt(1/2), so that y is within sqrt(1/2) .. sqrt(2). */
    const uint64_t m = ((of.bits - 0x3FE6A09E667F3BCDU) >> 52 ^ 0x800U) - 0x800U;

    rest.bits = of.bits - (m << 52);
    exponent.bits += m;
    const double s = (rest.value - 1.0) / (rest.value + 1.0), s2 = s * s;
    double sum = 1.0 / 21.0;
    sum = sum * s2 + 1.0 / 19.0;
    sum = sum * s2 + 1.0 / 17.0;
    sum = sum * s2 + 1.0 / 15.0;
    sum = sum * s2 + 1.0 / 13.0;
    sum = sum * s2 + 1.0 / 11.0;
    sum = sum * s2 + 1.0 / 9.0;
    sum = sum * s2 + 1.0 / 7.0;
    sum = sum * s2 + 1.0 / 5.0;
    sum = sum * s2 + 1.0 / 3.0;
    sum = sum * s2 + 1.0;
    const double log = 2.0 * s * sum + (exponent.value - integer) * 6.93147180559945309417e-01;
    return x == x ? log : x;
}

/* Point i's terms of the divergence. The lower bounds are scikit-learn's: p = 0 and q = 0 do not
 * give NaN. A NaN in q is kept. */
CT_KERNEL static double kl_point(const float *restrict x, const float *restrict y, size_t i,
                                 const uint32_t *restrict indices, const float *restrict data,
                                 size_t n, double exaggeration, double z)
{
    const double floor = (double)FLT_MIN, xi = (double)x[i], yi = (double)y[i];
    double sum = 0.0;

#pragma omp simd reduction(+ : sum)
    for (size_t e = 0; e < n; e++) {
        const double dx = xi - (double)x[indices[e]];
        const double dy = yi - (double)y[indices[e]];
        const double p = exaggeration * (double)data[e];
        const double q = 1.0 / ((1.0 + dx * dx + dy * dy) * z);
        sum += p * log_positive((p < floor ? floor : p) / (q < floor ? floor : q));
    }
    return sum;
}

static void kl_block(void *context, size_t block)
{
    const struct section *const s = context;
    const size_t n = s->P->n_samples, first = block * TSNE_BLOCK;
    const size_t end = first + TSNE_BLOCK < n ? first + TSNE_BLOCK : n;

    for (size_t i = first; i < end; i++)
        s->forces->row_kl[i] =
            kl_point(s->x, s->y, i, s->P->indices + s->P->indptr[i], s->P->data + s->P->indptr[i],
                     s->P->indptr[i + 1] - s->P->indptr[i], s->exaggeration, s->forces->z);
}

double tsne_kl(struct tsne_forces *forces, const struct tsne_joint *P, const float *x,
               const float *y, float exaggeration, struct crew *crew)
{
    struct section section = {
        .forces = forces, .P = P, .x = x, .y = y, .exaggeration = (double)exaggeration
    };
    double sum = 0.0;

    crew_run(crew, tsne_padded(P->n_samples) / TSNE_BLOCK, kl_block, &section);
    for (size_t i = 0; i < P->n_samples; i++)
        sum += forces->row_kl[i];
    return sum;
}
