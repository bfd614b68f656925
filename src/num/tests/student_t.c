#include "config.h"
#include "num/tests/student_t.h"

#include <float.h>
#include <math.h>
#include <stdbool.h>

/*
 * The two-sided p is the regularised incomplete beta function I_x(a, 1/2) with a = df / 2 and x =
 * df / (df + t^2) (DLMF 8.17); y = 1 - x is computed separately, without that subtraction. power =
 * x^a and norm = 1 / B(a, 1/2).
 */
struct beta_point {
    double a, x, y, power, norm;
};

static const double INVERSE_SQRT_PI = 0.56418958354775628695;
static const double SQRT_HALF = 0.70710678118654752440;

/*
 * Gamma(a + 1/2) / Gamma(a). The difference of two lgamma() would suffer from cancellation; this is
 * the difference of their Stirling series (DLMF 5.11.8, h = 1/2 and 0), whose even powers cancel.
 * Below 16 the recurrence Gamma(z + 1) = z Gamma(z) is used first.
 */
static double gamma_ratio(double a)
{
    static const double c[] = { -1.0 / 8,     1.0 / 192,     -1.0 / 640,
                                17.0 / 14336, -31.0 / 18432, 691.0 / 180224 };
    double up = 1.0;
    double down = 1.0;

    for (; a < 16.0; a += 1.0) {
        up *= a;
        down *= a + 0.5;
    }
    const double r = 1.0 / a;
    const double r2 = r * r;
    const double s = ((((c[5] * r2 + c[4]) * r2 + c[3]) * r2 + c[2]) * r2 + c[1]) * r2 + c[0];
    return up / down * sqrt(a) * exp(s * r);
}

/*
 * 1 - I_x(a, 1/2) = I_y(1/2, a) by its power series (DLMF 8.17.8). All terms are positive; 1 minus
 * the sum is accurate as long as the sum is not close to 1.
 */
static double lower_series(const struct beta_point *at)
{
    double term = 1.0;
    double sum = 1.0;

    for (double k = 0.0; term > 0.25 * DBL_EPSILON * sum; k += 1.0) {
        term *= (at->a + 0.5 + k) / (1.5 + k) * at->y;
        sum += term;
    }
    return 2.0 * at->norm * at->power * sqrt(at->y) * sum;
}

/*
 * I_x(a, 1/2) by the continued fraction of Didonato & Morris 1992 (ACM TOMS 18:360; the even part
 * of DLMF 8.17.22) with b = 1/2. Their lambda = a - (a + b) x is rewritten to avoid cancellation
 * when a is large. Numerators and denominators are computed by the three-term recurrence; both are
 * positive and grow, so they are scaled down.
 */
static double upper_fraction(const struct beta_point *at)
{
    const double a = at->a;
    const double x = at->x;
    const double lambda = a * at->y - 0.5 * x;
    double p0 = 0.0, p1 = 1.0;
    double q0 = 1.0, q1 = a * (lambda + 1.0) / (a + 1.0);
    double before = 1.0 / (a + 1.0);

    for (double n = 1.0; n < 1000.0; n += 1.0) {
        const double after = 1.0 / (a + 2.0 * n + 1.0);
        const double nb = n * (0.5 - n) * x * before;
        const double alpha = (a + n - 1.0) * (a + n - 0.5) * nb * x * before;
        const double beta = n + nb + (a + n) * (lambda + 1.0 + n + n * at->y) * after;
        const double p2 = beta * p1 + alpha * p0;
        const double q2 = beta * q1 + alpha * q0;
        const double scale = q2 > 0x1p+200 ? 0x1p-200 : 1.0;

        p0 = p1 * scale;
        q0 = q1 * scale;
        p1 = p2 * scale;
        q1 = q2 * scale;
        before = after;
        if (fabs(p1 * q0 - p0 * q1) <= DBL_EPSILON * p1 * q0)
            break;
    }
    return at->norm * at->power * sqrt(at->y) * p1 / q1;
}

/* Whether to use the series: it converges fast there, and p is above 0.01. */
static bool near_centre(const struct beta_point *at)
{
    return at->y <= fmin(0.5, 3.3 / (at->a + 2.5));
}

static double upper_tail(const struct beta_point *at)
{
    if (at->power == 0.0)
        return 0.0;
    return near_centre(at) ? 1.0 - lower_series(at) : fmin(upper_fraction(at), 1.0);
}

static double lower_part(const struct beta_point *at)
{
    return near_centre(at) ? lower_series(at) : 1.0 - upper_tail(at);
}

/* x^a by log1p() or pow(), whichever amplifies the rounding of its argument less. */
static struct beta_point beta_point_at(const struct student_t *s, double t)
{
    struct beta_point at = { .a = 0.5 * s->df, .norm = s->inverse_beta };
    const double ratio = fabs(t) / sqrt(s->df);
    const double u = t * t / s->df;

    if (ratio > 1e9) { /* t * t may overflow; y rounds to 1 */
        at.x = 1.0 / ratio / ratio;
        at.y = 1.0;
        at.power = pow(ratio, -s->df);
        return at;
    }
    at.x = 1.0 / (1.0 + u);
    at.y = u / (1.0 + u);
    at.power = u > 1.0 ? pow(1.0 + u, -at.a) : exp(-at.a * log1p(u));
    return at;
}

void student_t_init(struct student_t *s, double df)
{
    *s = (struct student_t){ .df = df, .inverse_beta = NAN };
    if (df > 0.0 && isfinite(df))
        s->inverse_beta = gamma_ratio(0.5 * df) * INVERSE_SQRT_PI;
}

double student_t_pvalue(const struct student_t *s, double t)
{
    if (isnan(t) || !(s->df > 0.0))
        return NAN;
    if (isinf(t))
        return 0.0;
    if (isinf(s->df))
        return erfc(fabs(t) * SQRT_HALF);
    const struct beta_point at = beta_point_at(s, t);
    return upper_tail(&at);
}

/* The point at v = log(1 + t^2 / df), in which log p is nearly linear. */
static struct beta_point beta_point_log(const struct student_t *s, double v)
{
    return (struct beta_point){ .a = 0.5 * s->df,
                                .norm = s->inverse_beta,
                                .x = exp(-v),
                                .y = -expm1(-v),
                                .power = exp(-0.5 * s->df * v) };
}

/*
 * For p below 1/2: Newton's iteration for log I_x(a, 1/2) = log p in v = -log x. The function is
 * decreasing and convex, so from the left, where p is above 1/2, it never overshoots.
 */
static double critical_outside(const struct student_t *s, double p)
{
    double v = log1p(0.45 / s->df);
    double step = INFINITY;

    for (int i = 0; i < 100 && fabs(step) > 4.0 * DBL_EPSILON * v; i++) {
        const struct beta_point at = beta_point_log(s, v);
        const double tail = upper_tail(&at);
        step = log(tail / p) * tail * sqrt(at.y) / (at.norm * at.power);
        v += step;
    }
    return sqrt(s->df) * exp(0.5 * v) * sqrt(-expm1(-v));
}

/* For p of 1/2 and above: Newton's iteration for P(|T| < t) = 1 - p, concave in t, from the left.
 */
static double critical_inside(const struct student_t *s, double p)
{
    const double inside = 1.0 - p;
    const double peak = 2.0 * s->inverse_beta / sqrt(s->df); /* twice the density at 0 */
    double t = inside / peak;
    double step = INFINITY;

    for (int i = 0; i < 100 && fabs(step) > 4.0 * DBL_EPSILON * t; i++) {
        const struct beta_point at = beta_point_at(s, t);
        step = (inside - lower_part(&at)) / (peak * at.power * sqrt(at.x));
        t += step;
    }
    return t;
}

double student_t_critical(double p, double df)
{
    struct student_t s;

    student_t_init(&s, df);
    if (!(df > 0.0) || !(p >= 0.0 && p <= 1.0))
        return NAN;
    if (p == 0.0)
        return INFINITY;
    /* The normal distribution: so many degrees of freedom that the result is the same in
     * float64. */
    if (isinf(df))
        student_t_init(&s, 1e100);
    return p < 0.5 ? critical_outside(&s, p) : critical_inside(&s, p);
}
