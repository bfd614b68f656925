#include "config.h"
#include "num/tests/column_sums.h"

#include <float.h>
#include <math.h>

enum { FEW = 8, CHUNK = 64 }; /* units in the last place; rows that ttest.c sums at a time */

/* Squares beyond these, squared once more for Welch's degrees of freedom, leave float64's range. */
static const double SQUARES_LEAST = 0x1p-450;
static const double SQUARES_MOST = 0x1p+450;

static double unit_in_last_place(const struct matview *X)
{
    return X->dtype == DTYPE_F32 ? (double)FLT_EPSILON : DBL_EPSILON;
}

/* ---- which sums to doubt ---- */

/*
 * Deviations as small as rounding: of the values, or of their mean, which is off by at most n units
 * (n additions and the merging of chunks). scale: magnitude of the values.
 */
static bool is_rounding_only(const struct matview *X, double squares, size_t n, double scale)
{
    const double of_mean = ((double)n + 2 * CHUNK) * DBL_EPSILON;
    const double deviation = fmax(FEW * unit_in_last_place(X), of_mean) * scale;

    return squares <= (double)n * deviation * deviation;
}

/* All zero, apart from values that cancel exactly and whose squares are zero. */
static bool is_zero(double mean, double squares)
{
    return mean == 0.0 && squares == 0.0;
}

static bool is_out_of_range(double squares)
{
    return !(squares <= SQUARES_MOST) || (squares > 0.0 && squares < SQUARES_LEAST);
}

static bool groups_are_doubtful(const struct sums_source *from, const struct column_sums *s)
{
    const bool f32 = from->X->dtype == DTYPE_F32; /* sums are exact, squares in range */

    for (size_t g = 0; g < 2; g++) {
        const double squares = s->squares[g];
        if (from->n[g] == 1 || (f32 ? squares == 0.0 : is_zero(s->mean[g], squares)))
            continue;
        if ((!f32 && is_out_of_range(squares)) ||
            is_rounding_only(from->X, squares, from->n[g], fabs(s->mean[g])))
            return true;
    }
    return false;
}

/*
 * Differences are constant, or rounding, relative to themselves or to the values they are of, whose
 * magnitude is only known by their means: doubt generously.
 */
static bool pairs_are_doubtful(const struct sums_source *from, const struct column_sums *s)
{
    static const double generous = 100.0;
    const double squares = s->squares[0];
    const double values = generous * (fabs(s->mean[0]) + fabs(s->mean[1]));
    const double spread = 1e-5 * fabs(s->difference);

    if (from->n[0] == 1 || is_zero(s->difference, squares))
        return false;
    if (from->X->dtype != DTYPE_F32 && is_out_of_range(squares))
        return true;
    return is_rounding_only(from->X, squares, from->n[0], values) ||
           squares <= (double)from->n[0] * spread * spread;
}

bool column_sums_are_doubtful(const struct sums_source *from, const struct column_sums *sums)
{
    return from->is_paired ? pairs_are_doubtful(from, sums) : groups_are_doubtful(from, sums);
}

/* ---- the column again ---- */

struct range {
    double low, high;
    bool is_finite;
};

static double magnitude(const struct range *r)
{
    return fmax(fabs(r->low), fabs(r->high));
}

/* Whether the squares of values that differ are out of range. */
static bool needs_scale(const struct range *r, double squares)
{
    return is_out_of_range(squares) || (squares == 0.0 && r->low < r->high);
}

static void range_add(struct range *r, double x)
{
    r->low = fmin(r->low, x);
    r->high = fmax(r->high, x);
    r->is_finite = r->is_finite && isfinite(x);
}

static const struct range no_range = { INFINITY, -INFINITY, true };

static double value_at(const struct sums_source *from, size_t g, size_t i, size_t column)
{
    return matview_get(from->X, from->rows[g][i], column);
}

static struct range group_range(const struct sums_source *from, size_t g, size_t column)
{
    struct range r = no_range;

    for (size_t i = 0; i < from->n[g] && r.is_finite; i++)
        range_add(&r, value_at(from, g, i, column));
    return r;
}

/* A power of two that brings numbers up to `largest` close to 1. */
static double scale_for(double largest)
{
    enum { MOST = 1000 };

    if (largest == 0.0)
        return 1.0;
    const int exponent = ilogb(largest);
    return ldexp(1.0, exponent > MOST ? -MOST : exponent < -MOST ? MOST : -exponent);
}

/* The mean and squares of scaled values, or of scaled differences. */
static void take_sums(const struct sums_source *from, size_t g, size_t column, double scale,
                      double *mean, double *squares)
{
    const double n = (double)from->n[g];
    double sum = 0.0, rest = 0.0, sum_of_squares = 0.0;

    for (size_t pass = 0; pass < 2; pass++)
        for (size_t i = 0; i < from->n[g]; i++) {
            double x = scale * value_at(from, g, i, column);
            if (from->is_paired)
                x -= scale * value_at(from, 1, i, column);
            if (pass == 0) {
                sum += x;
                continue;
            }
            const double d = x - sum / n;
            rest += d;
            sum_of_squares += d * d;
        }
    *mean = sum / n;
    *squares = sum_of_squares - rest * rest / n;
}

static bool repair_groups(const struct sums_source *from, size_t column, struct column_sums *s)
{
    const struct range r[2] = { group_range(from, 0, column), group_range(from, 1, column) };
    const double few = FEW * unit_in_last_place(from->X);
    bool is_constant = true;
    bool is_rounding = true;
    double mean[2];

    if (!r[0].is_finite || !r[1].is_finite)
        return false;
    const double scale = needs_scale(&r[0], s->squares[0]) || needs_scale(&r[1], s->squares[1])
                             ? scale_for(fmax(magnitude(&r[0]), magnitude(&r[1])))
                             : 1.0;
    for (size_t g = 0; g < 2; g++) {
        mean[g] = scale * s->mean[g];
        if (r[g].low == r[g].high) {
            mean[g] = scale * r[g].low;
            s->squares[g] = 0.0;
        } else if (scale != 1.0) {
            take_sums(from, g, column, scale, &mean[g], &s->squares[g]);
        }
        is_constant = is_constant && r[g].low == r[g].high;
        is_rounding = is_rounding && r[g].high - r[g].low <= few * magnitude(&r[g]);
        s->mean[g] = mean[g] / scale;
    }
    s->difference = mean[0] - mean[1];
    return is_rounding && !is_constant;
}

/* *is_rounding: no difference is further from the first than the rounding of the four values. */
static struct range pairs_range(const struct sums_source *from, size_t column, struct range *values,
                                bool *is_rounding)
{
    const double few = FEW * unit_in_last_place(from->X);
    struct range r = no_range;
    double first = 0.0, first_size = 0.0;

    for (size_t i = 0; i < from->n[0]; i++) {
        const double a = value_at(from, 0, i, column);
        const double b = value_at(from, 1, i, column);
        const double size = fmax(fabs(a), fabs(b));
        if (i == 0) {
            first = a - b;
            first_size = size;
        }
        range_add(values, a);
        range_add(values, b);
        range_add(&r, a - b);
        *is_rounding = *is_rounding && fabs(a - b - first) <= few * fmax(size, first_size);
    }
    return r;
}

static bool repair_pairs(const struct sums_source *from, size_t column, struct column_sums *s)
{
    struct range values = no_range;
    bool is_rounding = true;
    const struct range r = pairs_range(from, column, &values, &is_rounding);

    if (!values.is_finite)
        return false;
    if (r.low == r.high && r.is_finite) {
        s->difference = r.low;
        s->squares[0] = 0.0;
        return false;
    }
    if (needs_scale(&r, s->squares[0])) {
        const double scale = r.is_finite ? scale_for(magnitude(&r)) : 0.5 * scale_for(DBL_MAX);
        take_sums(from, 0, column, scale, &s->difference, &s->squares[0]);
    }
    for (size_t g = 0; g < 2; g++)
        if (!isfinite(s->mean[g])) {
            const struct sums_source group = { from->X, { from->rows[g] }, { from->n[g] }, false };
            const double scale = 0.5 * scale_for(DBL_MAX);
            double ignored;
            take_sums(&group, 0, column, scale, &s->mean[g], &ignored);
            s->mean[g] /= scale;
        }
    return is_rounding;
}

bool column_sums_repair(const struct sums_source *from, size_t column, struct column_sums *sums)
{
    return from->is_paired ? repair_pairs(from, column, sums) : repair_groups(from, column, sums);
}
