#include "config.h"
#include "num/linear/distances.h"

#include "num/linear/blas_library.h"

static double squared_distance(const double *x, const double *y, size_t d)
{
    double sum = 0.0;

    for (size_t k = 0; k < d; k++)
        sum += (x[k] - y[k]) * (x[k] - y[k]);
    return sum;
}

/* Of rows that are close to one another, the difference of the products has few digits left: it is
 * not used. */
void squared_distances(const double *w, size_t n, size_t d, double *squared)
{
    static const double close = 1e-5;

    blas.dgemm(CblasRowMajor, CblasNoTrans, CblasTrans, (int)n, (int)n, (int)d, 1.0, w, (int)d, w,
               (int)d, 0.0, squared, (int)n);
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < i; j++) {
            const double lengths = squared[i * n + i] + squared[j * n + j];
            const double x = lengths - squared[i * n + j] - squared[j * n + i];
            squared[i * n + j] =
                x > close * lengths ? x : squared_distance(w + i * d, w + j * d, d);
        }
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < i; j++)
            squared[j * n + i] = squared[i * n + j];
        squared[i * n + i] = 0.0;
    }
}
