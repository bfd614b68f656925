#include "config.h"
#include "num/null/profiles.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

void contrast_vector(size_t n_a, size_t n_b, double *e)
{
    const double a = (double)n_a;
    const double b = (double)n_b;

    for (size_t i = 0; i < n_a + n_b; i++)
        e[i] = i < n_a ? sqrt(b / (a * (a + b))) : -sqrt(a / (b * (a + b)));
}

double vector_dot(const double *x, const double *y, size_t n)
{
    double sum = 0.0;

    for (size_t i = 0; i < n; i++)
        sum += x[i] * y[i];
    return sum;
}

/* Scales x to length 1 and returns the length it had; 0 if that is not above `least`. */
static double scale_to_unit(double *x, size_t n, double least)
{
    const double length = sqrt(vector_dot(x, x, n));

    for (size_t i = 0; i < n; i++)
        x[i] = length > least ? x[i] / length : 0.0;
    return length > least ? length : 0.0;
}

double profile_of_unit(const double *u, const double *e, size_t n, double *w)
{
    const double r = vector_dot(u, e, n);

    for (size_t i = 0; i < n; i++)
        w[i] = u[i] - r * e[i];
    scale_to_unit(w, n, 0.0);
    return r;
}

double absolute_skewness(const double *x, size_t n)
{
    double mean = 0.0;
    double second = 0.0;
    double third = 0.0;

    for (size_t i = 0; i < n; i++)
        mean += x[i];
    mean /= (double)n;
    for (size_t i = 0; i < n; i++) {
        const double d = x[i] - mean;
        second += d * d;
        third += d * d * d;
    }
    second /= (double)n;
    return fabs(third / (double)n) / pow(second, 1.5);
}

/* Scales the deviations u of a column to length 1 and returns the length they had; 0 if it does not
 * vary within the groups by more than rounding errors of its values, which are at most `largest`.
 */
static double scale_direction(double *u, const double *e, size_t n, double largest)
{
    const double least = 16.0 * DBL_EPSILON * largest * sqrt((double)n);
    const double r = vector_dot(u, e, n);
    double left = 0.0;

    for (size_t i = 0; i < n; i++)
        left += (u[i] - r * e[i]) * (u[i] - r * e[i]);
    return sqrt(left) > least ? scale_to_unit(u, n, least) : 0.0;
}

/* The mean of column j and the deviations from it; returns the largest magnitude of its values. */
static double read_column(const struct matview *X, size_t j, const size_t *const rows[2],
                          const size_t n_rows[2], double *x, double *mean)
{
    const size_t n = n_rows[0] + n_rows[1];
    double sum = 0.0;
    double largest = 0.0;

    for (size_t i = 0; i < n; i++) {
        const size_t row = i < n_rows[0] ? rows[0][i] : rows[1][i - n_rows[0]];
        x[i] = matview_get(X, row, j);
        sum += x[i];
        largest = fmax(largest, fabs(x[i]));
    }
    *mean = sum / (double)n;
    for (size_t i = 0; i < n; i++)
        x[i] -= *mean;
    return largest;
}

double direction_of_column(const struct matview *X, size_t j, const size_t *const rows[2],
                           const size_t n_rows[2], const double *e, double *u, double *mean)
{
    const double largest = read_column(X, j, rows, n_rows, u, mean);

    return scale_direction(u, e, n_rows[0] + n_rows[1], largest);
}

double profiles_memory(size_t n_neurons, size_t n_samples)
{
    return (double)n_neurons *
           (double)(2 * n_samples * sizeof(double) + 3 * sizeof(double) + sizeof(size_t));
}

enum ct_status profiles_new(const struct matview *X, const size_t *const rows[2],
                            const size_t n_rows[2], struct profiles *out, struct ct_error *err)
{
    const size_t s = n_rows[0] + n_rows[1];
    struct profiles p = { .n_samples = s, .n_group = n_rows[0] };

    if (n_rows[0] == 0 || n_rows[1] == 0 || s < 3)
        return ct_fail(err, CT_EINVAL,
                       "profiles: %zu and %zu samples are too few; use two groups, three samples",
                       n_rows[0], n_rows[1]);
    p.neuron = ct_malloc_array(X->cols, sizeof *p.neuron);
    p.e = ct_malloc_array(s, sizeof *p.e);
    p.r = ct_malloc_array(X->cols, sizeof *p.r);
    p.mean = ct_malloc_array(X->cols, sizeof *p.mean);
    p.length = ct_malloc_array(X->cols, sizeof *p.length);
    p.u = ct_aligned_array(X->cols * s, sizeof *p.u);
    p.w = ct_aligned_array(X->cols * s, sizeof *p.w);
    if (p.neuron == NULL || p.e == NULL || p.r == NULL || p.mean == NULL || p.length == NULL ||
        p.u == NULL || p.w == NULL) {
        profiles_clear(&p);
        return ct_fail_nomem(err, "profiles", 0);
    }
    contrast_vector(n_rows[0], n_rows[1], p.e);
    for (size_t j = 0; j < X->cols; j++) {
        double *const u = p.u + p.n_neurons * s;
        const double length = direction_of_column(X, j, rows, n_rows, p.e, u, &p.mean[p.n_neurons]);
        if (length == 0.0)
            continue;
        p.length[p.n_neurons] = length;
        p.r[p.n_neurons] = profile_of_unit(u, p.e, s, p.w + p.n_neurons * s);
        p.neuron[p.n_neurons++] = j;
    }
    *out = p;
    return CT_OK;
}

void profiles_gather(const struct profiles *p, const size_t *which, size_t n, double *w)
{
    for (size_t i = 0; i < n; i++)
        memcpy(w + i * p->n_samples, p->w + which[i] * p->n_samples, p->n_samples * sizeof *w);
}

void profiles_clear(struct profiles *p)
{
    free(p->neuron);
    free(p->e);
    free(p->r);
    free(p->mean);
    free(p->length);
    free(p->u);
    free(p->w);
    *p = (struct profiles){ .n_neurons = 0 };
}
