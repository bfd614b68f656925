#include "config.h"
#include "num/tests/effect.h"

#include <math.h>

/* Of x > 0. lgamma() writes the sign to a variable that all threads share. */
static double log_gamma(double x)
{
    int sign;

    return lgamma_r(x, &sign);
}

double hedges_factor(double df)
{
    if (!(df > 1.0))
        return NAN;
    return exp(log_gamma(df / 2.0) - log_gamma((df - 1.0) / 2.0)) / sqrt(df / 2.0);
}

/*
 * T = (Z + delta) / S, where S^2 is chi-squared / df: P(T <= t) is the mean of Phi(t s - delta)
 * over S. With s = e^u the density of u is c exp(df (u - e^2u / 2)), which is smooth and falls off
 * on both sides of 0: the trapezoidal rule converges exponentially once its step is below the
 * widths of both factors.
 */
double noncentral_t_cdf(double t, double df, double delta, double *slope)
{
    static const double cut = 42.0; /* -log of what is left out at the ends */

    if (slope != NULL)
        *slope = NAN;
    if (!isfinite(t) || !isfinite(delta) || !(df > 0.0) || !isfinite(df))
        return NAN;
    const double log_c = log(2.0) + df / 2.0 * log(df / 2.0) - log_gamma(df / 2.0);
    const double high = sqrt(cut / df);
    const double low = -high - cut / df;
    const double widest =
        fmin(0.35, fmin(1.0 / sqrt(2.0 * df), 1.0 / (1.0 + fabs(t) + fabs(delta))));
    const size_t n = (size_t)ceil((high - low) / (0.4 * widest));
    const double step = (high - low) / (double)n;
    double sum = 0.0;
    double density = 0.0;

    for (size_t i = 0; i <= n; i++) {
        const double u = low + step * (double)i;
        const double weight = exp(log_c + df * (u - exp(2.0 * u) / 2.0));
        const double z = t * exp(u) - delta;
        sum += weight * 0.5 * erfc(-z * M_SQRT1_2);
        density += weight * exp(-0.5 * z * z);
    }
    if (slope != NULL)
        *slope = -step * density * M_SQRT1_2 / sqrt(M_PI);
    return sum * step;
}

double noncentrality(double t, double df, double p)
{
    enum { STEPS = 200 };
    double delta = t;
    double low = -INFINITY; /* there, the probability is above p: it falls with delta */
    double high = INFINITY;

    if (!(fabs(t) <= NONCENTRALITY_MOST))
        return NAN;
    for (int i = 0; i < STEPS; i++) {
        double slope;
        const double error = noncentral_t_cdf(t, df, delta, &slope) - p;
        if (isnan(error))
            return NAN;
        *(error > 0.0 ? &low : &high) = delta;
        double next = delta - error / slope; /* Newton, within what is known */
        if (!(next > low && next < high && fabs(next - delta) <= 10.0 + fabs(t)))
            next = isinf(low)    ? high - 2.0 - fabs(high) / 2.0
                   : isinf(high) ? low + 2.0 + fabs(low) / 2.0
                                 : low + (high - low) / 2.0;
        if (fabs(next - delta) <= 1e-12 * (1.0 + fabs(delta)))
            return next;
        delta = next;
    }
    return delta;
}

struct moments {
    double mean, square; /* sum of squared deviations */
};

static struct moments moments_of(const double *x, size_t n)
{
    struct moments m = { 0.0, 0.0 };

    for (size_t i = 0; i < n; i++)
        m.mean += x[i];
    m.mean /= (double)n;
    for (size_t i = 0; i < n; i++)
        m.square += (x[i] - m.mean) * (x[i] - m.mean);
    return m;
}

/* x over y, NaN unless y is above 0. */
static double ratio(double x, double y)
{
    return y > 0.0 ? x / y : NAN;
}

static void add_pairs(const double *a, const double *b, size_t n, const struct moments *of_a,
                      const struct moments *of_b, struct effect *e)
{
    static const double tail = 0.025;
    const double mean = of_a->mean - of_b->mean;
    const double df = (double)n - 1.0;
    double square = 0.0;
    double product = 0.0;

    for (size_t i = 0; i < n; i++) {
        const double x = a[i] - of_a->mean;
        const double y = b[i] - of_b->mean;
        square += (x - y) * (x - y);
        product += x * y;
    }
    e->d_z = ratio(mean, sqrt(square / df));
    e->correlation = ratio(product, sqrt(of_a->square * of_b->square));
    const double t = e->d_z * sqrt((double)n);
    e->d_z_low = noncentrality(t, df, 1.0 - tail) / sqrt((double)n);
    e->d_z_high = noncentrality(t, df, tail) / sqrt((double)n);
}

struct effect effect_size(const double *a, size_t n_a, const double *b, size_t n_b, bool has_pairs)
{
    struct effect e = { NAN, NAN, NAN, NAN, NAN, NAN };

    if (n_a < 2 || n_b < 2)
        return e;
    const struct moments of_a = moments_of(a, n_a);
    const struct moments of_b = moments_of(b, n_b);
    const double df = (double)(n_a + n_b) - 2.0;
    /* With as many samples in both groups, the mean variance and the pooled one are the same. */
    e.d_av = ratio(of_a.mean - of_b.mean, sqrt((of_a.square + of_b.square) / df));
    e.g_av = e.d_av * hedges_factor(df);
    if (has_pairs)
        add_pairs(a, b, n_a, &of_a, &of_b, &e);
    return e;
}
