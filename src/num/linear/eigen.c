#include "config.h"
#include "num/linear/eigen.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "num/linear/blas_library.h"

enum { LARGEST = 20000 };

static double work_size(size_t n)
{
    return 1.0 + 6.0 * (double)n + 2.0 * (double)n * (double)n;
}

double eigen_symmetric_memory(size_t n)
{
    return sizeof(double) * (work_size(n) + (double)n) + sizeof(int) * (3.0 + 5.0 * (double)n);
}

/* LAPACK's values ascend. */
static void reverse(double *A, size_t n, double *values, double *row)
{
    for (size_t i = 0; i < n / 2; i++) {
        const double value = values[i];
        double *const a = A + i * n;
        double *const b = A + (n - 1 - i) * n;

        values[i] = values[n - 1 - i];
        values[n - 1 - i] = value;
        memcpy(row, a, n * sizeof *row);
        memcpy(a, b, n * sizeof *row);
        memcpy(b, row, n * sizeof *row);
    }
}

enum ct_status eigen_symmetric(double *A, size_t n, double *values, struct ct_error *err)
{
    if (n > LARGEST)
        return ct_fail(err, CT_EINVAL, "eigenvectors: %zu samples are too many; use at most %d", n,
                       LARGEST);
    const int order = (int)n, lwork = (int)work_size(n), liwork = 3 + 5 * order;
    double *const work = ct_malloc_array((size_t)lwork + n, sizeof *work);
    int *const iwork = ct_malloc_array((size_t)liwork, sizeof *iwork);
    int info = 0;

    if (work != NULL && iwork != NULL) {
        blas.dsyevd_("V", "L", &order, A, &order, values, work, &lwork, iwork, &liwork, &info, 1,
                     1);
        reverse(A, n, values, work);
    }
    const bool has_memory = work != NULL && iwork != NULL;
    free(work);
    free(iwork);
    if (!has_memory)
        return ct_fail_nomem(err, "eigenvectors", 0);
    if (info != 0)
        return ct_fail(err, CT_EINVAL, "eigenvectors not found (LAPACK says %d); check the data",
                       info);
    return CT_OK;
}

enum ct_status covariance(const double *X, size_t n, size_t d, double *mean, double *cov,
                          struct ct_error *err)
{
    enum { ROWS = 256 }; /* at a time */
    double *const centred = ct_malloc_array(d, ROWS * sizeof *centred);

    if (centred == NULL)
        return ct_fail_nomem(err, "covariance", 0);
    memset(mean, 0, d * sizeof *mean);
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < d; k++)
            mean[k] += X[i * d + k];
    for (size_t k = 0; k < d; k++)
        mean[k] /= (double)n;
    for (size_t first = 0; first < n; first += ROWS) {
        const size_t rows = size_min(ROWS, n - first);
        for (size_t i = 0; i < rows; i++)
            for (size_t k = 0; k < d; k++)
                centred[i * d + k] = X[(first + i) * d + k] - mean[k];
        blas.dgemm(CblasRowMajor, CblasTrans, CblasNoTrans, (int)d, (int)d, (int)rows,
                   1.0 / (double)n, centred, (int)d, centred, (int)d, first > 0 ? 1.0 : 0.0, cov,
                   (int)d);
    }
    free(centred);
    return CT_OK;
}
