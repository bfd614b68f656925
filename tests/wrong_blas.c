/* An OpenBLAS whose function $WRONG_BLAS gives wrong results. Its dsyevr_ always does. */
#include <cblas.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static double off(const char *name)
{
    const char *const wrong = getenv("WRONG_BLAS");

    return wrong != NULL && strcmp(wrong, name) == 0 ? 1.0 : 0.0;
}

char *openblas_get_corename(void)
{
    static char name[] = "Haswell";

    return name;
}

void openblas_set_num_threads(int n)
{
    (void)n;
}

double cblas_dnrm2(blasint n, const double *x, blasint step)
{
    double sum = off("dnrm2");

    for (blasint i = 0; i < n; i++)
        sum += x[i * step] * x[i * step];
    return sqrt(sum);
}

void cblas_dgemv(enum CBLAS_ORDER order, enum CBLAS_TRANSPOSE trans, blasint rows, blasint cols,
                 double alpha, const double *a, blasint lda, const double *x, blasint step_x,
                 double beta, double *y, blasint step_y)
{
    const blasint n = trans == CblasNoTrans ? rows : cols,
                  depth = trans == CblasNoTrans ? cols : rows;

    (void)order, (void)beta;
    for (blasint i = 0; i < n; i++) {
        double sum = i == n - 1 ? off("dgemv") : 0.0;
        for (blasint k = 0; k < depth; k++)
            sum += (trans == CblasNoTrans ? a[i * lda + k] : a[k * lda + i]) * x[k * step_x];
        y[i * step_y] = alpha * sum;
    }
}

#define GEMM(type, name)                                                                           \
    void cblas_##name(enum CBLAS_ORDER order, enum CBLAS_TRANSPOSE turn_a,                         \
                      enum CBLAS_TRANSPOSE turn_b, blasint m, blasint n, blasint depth,            \
                      type alpha, const type *a, blasint lda, const type *b, blasint ldb,          \
                      type beta, type *c, blasint ldc)                                             \
    {                                                                                              \
        (void)order, (void)beta;                                                                   \
        for (blasint i = 0; i < m; i++)                                                            \
            for (blasint j = 0; j < n; j++) {                                                      \
                type sum = (type)(i == m - 1 && j == n - 1 ? off(#name) : 0.0);                    \
                for (blasint k = 0; k < depth; k++)                                                \
                    sum += (turn_a == CblasNoTrans ? a[i * lda + k] : a[k * lda + i]) *            \
                           (turn_b == CblasNoTrans ? b[k * ldb + j] : b[j * ldb + k]);             \
                c[i * ldc + j] = alpha * sum;                                                      \
            }                                                                                      \
    }
GEMM(float, sgemm)
GEMM(double, dgemm)

void cblas_dtrsm(enum CBLAS_ORDER order, enum CBLAS_SIDE side, enum CBLAS_UPLO uplo,
                 enum CBLAS_TRANSPOSE trans, enum CBLAS_DIAG diag, blasint m, blasint n,
                 double alpha, const double *a, blasint lda, double *b, blasint ldb)
{
    (void)order, (void)side, (void)uplo, (void)trans, (void)diag, (void)m, (void)n, (void)alpha;
    (void)a, (void)lda, (void)b, (void)ldb;
}

/* Only their presence matters. */
#define UNUSED(name)                                                                               \
    void name(void);                                                                               \
    void name(void)                                                                                \
    {                                                                                              \
    }
UNUSED(dsyevd_)
UNUSED(dpotrf_)

void dsyevr_(const char *jobz, const char *range, const char *uplo, const int *n, double *a,
             const int *lda, const double *vl, const double *vu, const int *il, const int *iu,
             const double *abstol, int *m, double *w, double *z, const int *ldz, int *isuppz,
             double *work, const int *lwork, int *iwork, const int *liwork, int *info);
void dsyevr_(const char *jobz, const char *range, const char *uplo, const int *n, double *a,
             const int *lda, const double *vl, const double *vu, const int *il, const int *iu,
             const double *abstol, int *m, double *w, double *z, const int *ldz, int *isuppz,
             double *work, const int *lwork, int *iwork, const int *liwork, int *info)
{
    (void)jobz, (void)range, (void)uplo, (void)a, (void)lda, (void)vl, (void)vu, (void)abstol;
    (void)isuppz, (void)work, (void)lwork, (void)iwork, (void)liwork;
    *m = *iu - *il + 1;
    *info = 0;
    for (int v = 0; v < *m; v++) {
        w[v] = 1.0;
        for (int i = 0; i < *n; i++)
            z[v * *ldz + i] = i == v;
    }
}
