#include "config.h"
#include "num/cluster/agreement.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/mem.h"

/* ---- adjusted Rand index ---- */

static double pairs(double n)
{
    return n * (n - 1.0) / 2.0;
}

enum ct_status adjusted_rand(const int32_t *a, size_t n_a, const int32_t *b, size_t n_b, size_t n,
                             double *out, struct ct_error *err)
{
    double *const table = ct_calloc_array(n_a, n_b * sizeof *table);
    double *const sums = ct_calloc_array(n_a + n_b, sizeof *sums);
    double common = 0.0, of_a = 0.0, of_b = 0.0, total = 0.0;

    if (table == NULL || sums == NULL) {
        free(table);
        free(sums);
        return ct_fail_nomem(err, "adjusted Rand index", 0);
    }
    for (size_t i = 0; i < n; i++) {
        if (a[i] < 0 || b[i] < 0)
            continue;
        table[(size_t)a[i] * n_b + (size_t)b[i]] += 1.0;
        sums[a[i]] += 1.0;
        sums[n_a + (size_t)b[i]] += 1.0;
        total += 1.0;
    }
    for (size_t k = 0; k < n_a * n_b; k++)
        common += pairs(table[k]);
    for (size_t k = 0; k < n_a; k++)
        of_a += pairs(sums[k]);
    for (size_t k = 0; k < n_b; k++)
        of_b += pairs(sums[n_a + k]);
    const double expected = total > 1.0 ? of_a * of_b / pairs(total) : 0.0;
    const double largest = (of_a + of_b) / 2.0;
    /* Both have one cluster, or both have single points only: the same partition. */
    *out = total == 0.0          ? NAN
           : largest == expected ? 1.0
                                 : (common - expected) / (largest - expected);
    free(table);
    free(sums);
    return CT_OK;
}

/* ---- silhouette ---- */

static double silhouette_of_point(const double *sums, const size_t *sizes, size_t n_clusters,
                                  size_t own)
{
    double other = INFINITY;

    if (sizes[own] < 2)
        return 0.0;
    for (size_t k = 0; k < n_clusters; k++)
        if (k != own && sizes[k] > 0)
            other = fmin(other, sums[k] / (double)sizes[k]);
    const double within = sums[own] / (double)(sizes[own] - 1);
    const double larger = fmax(within, other);
    return larger > 0.0 ? (other - within) / larger : 0.0;
}

enum ct_status best_jaccard(const int32_t *a, size_t n_a, const int32_t *b, size_t n_b, size_t n,
                            double *best, struct ct_error *err)
{
    size_t *const both = ct_calloc_array(n_a, n_b * sizeof *both); /* [n_a, n_b] */
    size_t *const sizes = ct_calloc_array(n_a + n_b, sizeof *sizes);

    if (both == NULL || sizes == NULL) {
        free(both);
        free(sizes);
        return ct_fail_nomem(err, "agreement", 0);
    }
    for (size_t i = 0; i < n; i++) {
        if (a[i] >= 0)
            sizes[a[i]]++;
        if (b[i] >= 0)
            sizes[n_a + (size_t)b[i]]++;
        if (a[i] >= 0 && b[i] >= 0)
            both[(size_t)a[i] * n_b + (size_t)b[i]]++;
    }
    for (size_t k = 0; k < n_a; k++) {
        best[k] = 0.0;
        for (size_t l = 0; l < n_b; l++) {
            const size_t shared = both[k * n_b + l];
            if (shared > 0)
                best[k] =
                    fmax(best[k], (double)shared / (double)(sizes[k] + sizes[n_a + l] - shared));
        }
    }
    free(both);
    free(sizes);
    return CT_OK;
}

enum ct_status silhouette_of_distances(const double *squared, size_t n, const int32_t *labels,
                                       size_t n_clusters, double *out, struct ct_error *err)
{
    double *const sums = ct_malloc_array(n_clusters, sizeof *sums);
    size_t *const sizes = ct_calloc_array(n_clusters, sizeof *sizes);
    size_t n_used = 0;
    double total = 0.0;

    if (sums == NULL || sizes == NULL) {
        free(sums);
        free(sizes);
        return ct_fail_nomem(err, "silhouette", 0);
    }
    for (size_t i = 0; i < n; i++)
        n_used += sizes[labels[i]]++ == 0;
    for (size_t i = 0; n_used > 1 && n_used < n && i < n; i++) {
        for (size_t k = 0; k < n_clusters; k++)
            sums[k] = 0.0;
        for (size_t j = 0; j < n; j++)
            if (j != i)
                sums[labels[j]] += sqrt(fmax(squared[i * n + j], 0.0));
        total += silhouette_of_point(sums, sizes, n_clusters, (size_t)labels[i]);
    }
    *out = n_used > 1 && n_used < n ? total / (double)n : NAN;
    free(sums);
    free(sizes);
    return CT_OK;
}

/* ---- dip ---- */

/*
 * Points of the empirical distribution are (x[i], i). `down[i]` is the point before i on the
 * greatest convex minorant of points 0 .. i, `up[i]` the one after i on the least concave majorant
 * of points i .. n - 1.
 */
static void find_hulls(const double *x, size_t n, size_t *down, size_t *up)
{
    for (size_t i = 0; i < n; i++) {
        size_t at = i > 0 ? i - 1 : 0;
        /* The slope from `at` to i must exceed that before `at`. */
        while (at > 0 &&
               (x[i] - x[at]) * (double)(at - down[at]) >= (x[at] - x[down[at]]) * (double)(i - at))
            at = down[at];
        down[i] = at;
    }
    for (size_t i = n; i-- > 0;) {
        size_t at = i + 1 < n ? i + 1 : n - 1;
        while (at + 1 < n &&
               (x[at] - x[i]) * (double)(up[at] - at) >= (x[up[at]] - x[at]) * (double)(at - i))
            at = up[at];
        up[i] = at;
    }
}

/* The largest difference, in points, between the distribution and a chord of the minorant (if
 * is_below) or majorant from point i to point j: steps above the chord, or below it. */
static double largest_gap(const double *x, size_t i, size_t j, bool is_below)
{
    double largest = 0.0;

    if (x[j] == x[i])
        return 0.0;
    const double slope = (double)(j - i) / (x[j] - x[i]);
    for (size_t k = i; k <= j; k++) {
        const double chord = (double)i + slope * (x[k] - x[i]);
        const double gap = is_below ? (double)k - chord + 1.0 : chord - (double)k + 1.0;
        largest = fmax(largest, gap);
    }
    return largest;
}

/* The height of the chord of a hull over x at point k; a and b are the ends of the chord. */
static double height_at(const double *x, size_t a, size_t b, size_t k)
{
    return x[b] == x[a] ? (double)a : (double)a + (double)(b - a) * (x[k] - x[a]) / (x[b] - x[a]);
}

struct modal { /* the interval in which the mode may lie */
    size_t low, high;
};

/*
 * One step of the algorithm: the largest distance between the minorant and the majorant of the
 * points low .. high, and the narrower interval where it is reached. `lower` and `upper` [n] are
 * scratch for the points of the hulls.
 */
static double narrow(const double *x, const size_t *down, const size_t *up, struct modal m,
                     size_t *lower, size_t *upper, struct modal *next)
{
    size_t n_lower = 0;
    size_t n_upper = 0;
    double largest = 0.0;

    for (size_t i = m.high;; i = down[i]) { /* from high down to low, or past it */
        lower[n_lower++] = i > m.low ? i : m.low;
        if (i <= m.low)
            break;
    }
    for (size_t i = m.low;; i = up[i]) {
        upper[n_upper++] = i < m.high ? i : m.high;
        if (i >= m.high)
            break;
    }
    *next = m;
    for (size_t i = 0; i < n_lower;
         i++) { /* a point of the minorant below a chord of the majorant */
        size_t k = 0;
        while (k + 1 < n_upper && upper[k + 1] < lower[i])
            k++;
        const size_t end = k + 1 < n_upper ? k + 1 : k;
        const double d = height_at(x, upper[k], upper[end], lower[i]) - (double)lower[i] + 1.0;
        if (d > largest) {
            largest = d;
            *next = (struct modal){ lower[i], upper[end] };
        }
    }
    for (size_t k = 0; k < n_upper;
         k++) { /* a point of the majorant above a chord of the minorant */
        size_t i = n_lower - 1;
        while (i > 0 && lower[i - 1] < upper[k])
            i--;
        const size_t end = i > 0 ? i - 1 : i;
        const double d = (double)upper[k] - height_at(x, lower[i], lower[end], upper[k]) + 1.0;
        if (d > largest) {
            largest = d;
            *next = (struct modal){ lower[i], upper[k] };
        }
    }
    return largest;
}

enum ct_status dip_statistic(const double *x, size_t n, double *out, struct ct_error *err)
{
    size_t *const scratch = ct_malloc_array(n, 4 * sizeof *scratch);
    struct modal m = { 0, n > 0 ? n - 1 : 0 };
    double dip = 1.0;

    if (scratch == NULL)
        return ct_fail_nomem(err, "dip", 0);
    size_t *const down = scratch;
    size_t *const up = scratch + n;
    find_hulls(x, n, down, up);
    while (n > 1 && x[0] < x[n - 1]) {
        struct modal next;
        const double d = narrow(x, down, up, m, scratch + 2 * n, scratch + 3 * n, &next);
        if (d < dip)
            break;
        double outside = 0.0;
        for (size_t i = next.low; i > m.low; i = down[i])
            outside = fmax(outside, largest_gap(x, down[i] > m.low ? down[i] : m.low, i, true));
        for (size_t i = next.high; i < m.high; i = up[i])
            outside = fmax(outside, largest_gap(x, i, up[i] < m.high ? up[i] : m.high, false));
        dip = fmax(dip, outside);
        if (next.low == m.low && next.high == m.high)
            break;
        m = next;
    }
    *out = n > 0 ? dip / (2.0 * (double)n) : 0.0;
    free(scratch);
    return CT_OK;
}
