#include "config.h"
#include "num/null/neuron_space.h"

#include <float.h>
#include <math.h>

#include "num/null/profiles.h"

const char *neuron_space_name(size_t i)
{
    static const char *const names[] = { "raw", "correlation", "context" };

    return i < sizeof names / sizeof *names ? names[i] : NULL;
}

/* The exponent of the power of two that brings the largest magnitude below 1. */
static int exponent_of(const double *x, size_t n)
{
    double largest = 0.0;
    int exponent = 0;

    for (size_t i = 0; i < n; i++)
        largest = fmax(largest, fabs(x[i]));
    (void)frexp(largest, &exponent);
    return exponent;
}

static void subtract_mean(double *x, size_t n)
{
    double mean = 0.0;

    for (size_t i = 0; i < n; i++)
        mean += x[i];
    mean /= (double)n;
    for (size_t i = 0; i < n; i++)
        x[i] -= mean;
}

bool neuron_space_map(enum neuron_space space, const double *x, const double *e, size_t n,
                      double *out)
{
    const double least = 16.0 * DBL_EPSILON * sqrt((double)n); /* of values up to 1 */
    const int exponent = exponent_of(x, n);

    for (size_t i = 0; i < n; i++)
        out[i] = ldexp(x[i], -exponent);
    subtract_mean(out, n);
    subtract_mean(out, n); /* what rounding left of a large mean */
    const double along = space == SPACE_CONTEXT ? vector_dot(out, e, n) : 0.0;
    for (size_t i = 0; along != 0.0 && i < n; i++)
        out[i] -= along * e[i];
    const double length = sqrt(vector_dot(out, out, n));
    for (size_t i = 0; i < n; i++)
        out[i] = length > least ? out[i] / length : 0.0;
    return length > least;
}
