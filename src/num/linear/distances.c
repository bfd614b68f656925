#include "config.h"
#include "num/linear/distances.h"

#include "base/mem.h"
#include "num/linear/blas_library.h"

enum { BLOCK = 64 }; /* rows and columns that are processed together */

struct job {
    const double *w; /* [n, d] */
    size_t n, d;
    double *squared; /* [n, n] */
};

static double squared_distance(const double *x, const double *y, size_t d)
{
    double sum = 0.0;

    for (size_t k = 0; k < d; k++)
        sum += (x[k] - y[k]) * (x[k] - y[k]);
    return sum;
}

/* The products of a block of rows with the rows up to its own. */
static void multiply_block(void *context, size_t block)
{
    const struct job *const t = context;
    const size_t first = block * BLOCK;
    const size_t end = size_min(first + BLOCK, t->n);
    const double *const w = t->w + first * t->d;

    blas.dgemm(CblasRowMajor, CblasNoTrans, CblasTrans, (int)(end - first), (int)end, (int)t->d,
               1.0, w, (int)t->d, t->w, (int)t->d, 0.0, t->squared + first * t->n, (int)t->n);
}

/* Distances of the rows first .. end - 1 to the rows from .. to - 1 before them, and back. Of rows
 * that are close to one another, the difference of the products has few digits left: it is not
 * used. */
static void subtract_tile(const struct job *t, size_t first, size_t end, size_t from, size_t to)
{
    static const double close = 1e-5;
    const size_t n = t->n;

    for (size_t i = first; i < end; i++)
        for (size_t j = from; j < to && j < i; j++) {
            const double lengths = t->squared[i * n + i] + t->squared[j * n + j];
            const double x = lengths - 2.0 * t->squared[i * n + j];
            t->squared[i * n + j] =
                x > close * lengths ? x : squared_distance(t->w + i * t->d, t->w + j * t->d, t->d);
        }
    for (size_t j = from; j < to; j++)
        for (size_t i = j < first ? first : j + 1; i < end; i++)
            t->squared[j * n + i] = t->squared[i * n + j];
}

static void subtract_block(void *context, size_t block)
{
    const struct job *const t = context;
    const size_t first = block * BLOCK;
    const size_t end = size_min(first + BLOCK, t->n);

    for (size_t from = 0; from < end; from += BLOCK)
        subtract_tile(t, first, end, from, size_min(from + BLOCK, end));
}

void squared_distances(const double *w, size_t n, size_t d, struct crew *crew, double *squared)
{
    struct job job = { w, n, d, squared };
    const size_t n_blocks = (n + BLOCK - 1) / BLOCK;

    crew_run(crew, n_blocks, multiply_block, &job);
    crew_run(crew, n_blocks, subtract_block, &job);
    for (size_t i = 0; i < n; i++)
        squared[i * n + i] = 0.0;
}
