#include "config.h"
#include "num/draws.h"

#include <math.h>
#include <stdlib.h>

double draws_pvalue(double observed, const double *draws, size_t n)
{
    size_t above = 0;

    for (size_t b = 0; b < n; b++)
        if (!(draws[b] < observed - DRAWS_SLACK * fabs(observed))) /* NaN counts */
            above++;
    return (double)(above + 1) / (double)(n + 1);
}

static int compare(const void *a, const void *b)
{
    const double x = *(const double *)a;
    const double y = *(const double *)b;

    return x < y ? -1 : x > y;
}

void draws_sort(double *draws, size_t n)
{
    qsort(draws, n, sizeof *draws, compare);
}

double draws_quantile(const double *sorted, size_t n, double q)
{
    const double at = q * (double)(n - 1);
    const size_t low = (size_t)at;

    return low + 1 < n ? sorted[low] + (at - (double)low) * (sorted[low + 1] - sorted[low])
                       : sorted[n - 1];
}
