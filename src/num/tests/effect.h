/*
 * Effect sizes of a difference between two groups of samples (Lakens 2013, Front. Psychol. 4:863).
 * With pairs, d_z is the mean of the differences over their standard deviation, d_av over the root
 * of the mean variance of both groups; without pairs, d is the difference of the means over the
 * pooled standard deviation. g is d times J(df), which removes its bias (Hedges 1981, J. Educ.
 * Stat. 6:107). The interval of d_z is that of the noncentrality of t (Cumming & Finch 2001, Educ.
 * Psychol. Meas. 61:532).
 */
#ifndef CT_NUM_TESTS_EFFECT_H
#define CT_NUM_TESTS_EFFECT_H

#include <stdbool.h>
#include <stddef.h>

struct effect {                    /* NaN where undefined: without pairs, or without variance */
    double d_z, d_z_low, d_z_high; /* with a 95 % interval */
    double d_av;                   /* without pairs: d */
    double g_av;                   /* df: 2 (n - 1) with pairs, n_a + n_b - 2 without */
    double correlation;            /* of the pairs */
};

/* a [n_a] against b [n_b]; has_pairs: n_a == n_b, a[i] belongs to b[i]. */
struct effect effect_size(const double *a, size_t n_a, const double *b, size_t n_b, bool has_pairs);

/* J(df) = Gamma(df / 2) / (sqrt(df / 2) Gamma((df - 1) / 2)); NaN for df of 1 or less. */
double hedges_factor(double df);

/* P(T <= t) of Student's t with df degrees of freedom and noncentrality delta; absolute error below
 * 1e-12. Unless NULL, *slope is its derivative by delta. NaN unless t and delta are finite, df > 0.
 */
double noncentral_t_cdf(double t, double df, double delta, double *slope);

/* The noncentrality at which P(T <= t) is p, 0 < p < 1; NaN as above, and for |t| above
 * NONCENTRALITY_MOST, where the integral would need too many points. */
enum { NONCENTRALITY_MOST = 100 };
double noncentrality(double t, double df, double p);

#endif
