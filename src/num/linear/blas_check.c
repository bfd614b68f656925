#include "config.h"
#include "num/linear/blas_check.h"

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { M = 37, N = 43, K = 70, ORDER = 48 };

/* Allocated, since the stack may be small. */
struct factors {
    double a[M * K], b[N * K], product[M * N]; /* products of their rows: exact in float32 */
    union {
        struct {
            float x[M * K], y[N * K], z[M * N];
        } sgemm;
        struct {
            double x[M * K], y[N * K], z[M * N], turned[M * N];
        } dgemm;
        struct {
            double x[M * K], z[M], turned[M];
        } dgemv;
        struct {
            double matrix[ORDER * ORDER], given[ORDER * ORDER];
            double values[ORDER], vectors[2 * ORDER], work[70 * ORDER];
            int iwork[10 * ORDER], support[4];
        } dsyevr;
    } scratch;
};

static double entry(size_t i, size_t j)
{
    return (double)((7 * i * i + 3 * i * j + 11 * j) % 17) - 8.0;
}

static void factors_fill(struct factors *f)
{
    for (size_t k = 0; k < K; k++) {
        for (size_t i = 0; i < M; i++)
            f->a[i * K + k] = entry(i, k);
        for (size_t j = 0; j < N; j++)
            f->b[j * K + k] = entry(j + M, k);
    }
    for (size_t i = 0; i < M; i++)
        for (size_t j = 0; j < N; j++) {
            double sum = 0.0;
            for (size_t k = 0; k < K; k++)
                sum += f->a[i * K + k] * f->b[j * K + k];
            f->product[i * N + j] = sum;
        }
}

static void transpose(const double *from, size_t rows, double *to)
{
    for (size_t i = 0; i < rows; i++)
        for (size_t k = 0; k < K; k++)
            to[k * rows + i] = from[i * K + k];
}

static bool sgemm_is_correct(const struct blas_library *b, struct factors *f)
{
    float *const x = f->scratch.sgemm.x, *const y = f->scratch.sgemm.y;
    float *const z = f->scratch.sgemm.z;
    bool right = true;

    for (size_t e = 0; e < M * K; e++)
        x[e] = (float)f->a[e];
    for (size_t e = 0; e < N * K; e++)
        y[e] = (float)f->b[e];
    b->sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, M, N, K, 1.0F, x, K, y, K, 0.0F, z, N);
    for (size_t e = 0; e < M * N; e++)
        right = right && (double)z[e] == f->product[e];
    return right;
}

static bool dgemm_is_correct(const struct blas_library *b, struct factors *f)
{
    double *const x = f->scratch.dgemm.x, *const y = f->scratch.dgemm.y;
    double *const z = f->scratch.dgemm.z, *const turned = f->scratch.dgemm.turned;
    bool right = true;

    transpose(f->a, M, x);
    transpose(f->b, N, y);
    b->dgemm(CblasRowMajor, CblasNoTrans, CblasTrans, M, N, K, 1.0, f->a, K, f->b, K, 0.0, z, N);
    b->dgemm(CblasRowMajor, CblasTrans, CblasNoTrans, M, N, K, 1.0, x, M, y, N, 0.0, turned, N);
    for (size_t e = 0; e < M * N; e++)
        right = right && z[e] == f->product[e] && turned[e] == f->product[e];
    return right;
}

static bool dgemv_is_correct(const struct blas_library *b, struct factors *f)
{
    double *const x = f->scratch.dgemv.x;
    double *const z = f->scratch.dgemv.z, *const turned = f->scratch.dgemv.turned;
    bool right = true;

    transpose(f->a, M, x);
    b->dgemv(CblasRowMajor, CblasNoTrans, M, K, 1.0, f->a, K, f->b, 1, 0.0, z, 1);
    b->dgemv(CblasRowMajor, CblasTrans, K, M, 1.0, x, M, f->b, 1, 0.0, turned, 1);
    for (size_t i = 0; i < M; i++)
        right = right && z[i] == f->product[i * N] && turned[i] == f->product[i * N];
    return right;
}

static bool dnrm2_is_correct(const struct blas_library *b, struct factors *f)
{
    double sum = 0.0;

    for (size_t k = 0; k < K; k++)
        sum += f->a[k] * f->a[k];
    return fabs(b->dnrm2(K, f->a, 1) - sqrt(sum)) <= 1e-12 * sqrt(sum);
}

/* Checks the two largest eigenvalues of a'a, for the first columns of a [M, K]. */
static bool dsyevr_is_correct(const struct blas_library *b, struct factors *f)
{
    const int order = ORDER, first = ORDER - 1, lwork = 70 * ORDER, liwork = 10 * ORDER;
    const double none = 0.0;
    double *const matrix = f->scratch.dsyevr.matrix, *const given = f->scratch.dsyevr.given;
    double *const values = f->scratch.dsyevr.values, *const vectors = f->scratch.dsyevr.vectors;
    int m = 0, info = 0;
    double worst = 0.0;

    for (size_t i = 0; i < ORDER; i++)
        for (size_t j = 0; j < ORDER; j++) {
            double sum = 0.0;
            for (size_t r = 0; r < M; r++)
                sum += f->a[r * K + i] * f->a[r * K + j];
            matrix[i * ORDER + j] = given[i * ORDER + j] = sum;
        }
    b->dsyevr_("V", "I", "L", &order, given, &order, &none, &none, &first, &order, &none, &m,
               values, vectors, &order, f->scratch.dsyevr.support, f->scratch.dsyevr.work, &lwork,
               f->scratch.dsyevr.iwork, &liwork, &info, 1, 1, 1);
    if (info != 0 || m != 2 || !(values[1] > 0.0))
        return false;
    for (size_t v = 0; v < 2; v++) {
        const double *const vector = vectors + v * ORDER;
        double length = 0.0;
        for (size_t i = 0; i < ORDER; i++) {
            double sum = -values[v] * vector[i];
            for (size_t j = 0; j < ORDER; j++)
                sum += matrix[i * ORDER + j] * vector[j];
            worst = fmax(worst, isnan(sum) ? INFINITY : fabs(sum));
            length += vector[i] * vector[i];
        }
        worst = fmax(worst, values[1] * fabs(length - 1.0));
    }
    return worst <= 1e-9 * values[1];
}

/* The name of older, well-tested kernels. */
static const char *older_kernels(const char *now)
{
#if defined(__x86_64__)
    return strcasecmp(now, "Haswell") == 0 ? "Nehalem" : "Haswell";
#elif defined(__aarch64__)
    (void)now;
    return "ARMV8";
#else
    (void)now;
    return "GENERIC";
#endif
}

enum ct_status blas_check(const struct blas_library *b, struct ct_error *err)
{
    static const struct {
        const char *name;
        bool (*is_right)(const struct blas_library *b, struct factors *f);
    } checks[] = {
        { "sgemm", sgemm_is_correct },   { "dgemm", dgemm_is_correct },
        { "dgemv", dgemv_is_correct },   { "dnrm2", dnrm2_is_correct },
        { "dsyevr", dsyevr_is_correct },
    };
    const char *const kernels = b->get_corename();
    struct factors *const f = calloc(1, sizeof *f);
    enum ct_status status = CT_OK;

    if (f == NULL)
        return ct_fail_nomem(err, "OpenBLAS", sizeof *f);
    factors_fill(f);
    for (size_t i = 0; i < sizeof checks / sizeof *checks && status == CT_OK; i++)
        if (!checks[i].is_right(b, f))
            status = ct_fail(err, CT_EIO,
                             "OpenBLAS: its %s computes wrong results on this processor (kernels: "
                             "%.40s); set OPENBLAS_CORETYPE=%s, or install a newer OpenBLAS",
                             checks[i].name, kernels, older_kernels(kernels));
    free(f);
    return status;
}
