#include "config.h"
#include "uniform.h"

#include <math.h>

#include "support.h"

double uniform_pvalue(const double *p, size_t n, size_t m)
{
    double distance = 0.0;
    double sum = 0.0;

    for (size_t i = 0; i < n; i++) {
        const double k = p[i] * (double)m;
        ck_assert_msg(fabs(k - round(k)) < 1e-9 && k > 0.5 && k < (double)m + 0.5,
                      "p %.17g is not one of %zu", p[i], m);
    }
    for (size_t k = 1; k <= m; k++) {
        size_t n_below = 0;
        for (size_t i = 0; i < n; i++)
            n_below += p[i] * (double)m < (double)k + 0.5 ? 1 : 0;
        distance = fmax(distance, fabs((double)n_below / (double)n - (double)k / (double)m));
    }
    const double root = sqrt((double)n);
    const double lambda = (root + 0.12 + 0.11 / root) * distance;
    for (int j = 1; j <= 100; j++)
        sum += (j % 2 == 1 ? 2.0 : -2.0) * exp(-2.0 * j * j * lambda * lambda);
    return lambda < 0.2 ? 1.0 : fmin(fmax(sum, 0.0), 1.0); /* the series is 1 there */
}
