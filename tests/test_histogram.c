#include "config.h"
#include "support.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "num/histogram.h"

enum { BINS_MAX = 1024 };

static uint64_t counts[BINS_MAX];
static double edges[BINS_MAX + 1];

/* The rows of a fixture whose first column is k: returns their number, and the first in *first. */
static size_t find_case(const struct mat *m, double k, size_t *first)
{
    size_t n = 0;

    for (size_t i = 0; i < m->rows; i++)
        if (mat_row(m, i)[0] == k && n++ == 0)
            *first = i;
    return n;
}

START_TEST(bins_match_numpy_to_the_bit)
{
    struct mat x = fixture_load("histogram_x.csv");
    struct mat bins = fixture_load("histogram_bins.csv");
    size_t n_cases = 0;

    for (double k = 0;; k++, n_cases++) {
        double values[2048];
        size_t at = 0;
        size_t bin_at = 0;
        const size_t n = find_case(&x, k, &at);
        const size_t n_edges = find_case(&bins, k, &bin_at);
        if (n_edges == 0)
            break;
        ck_assert_uint_le(n, 2048);
        for (size_t i = 0; i < n; i++)
            values[i] = mat_row(&x, at + i)[1];
        ck_assert_uint_eq(n_edges, (size_t)mat_row(&bins, bin_at)[1] + 1);
        ck_assert_int_eq(histogram(values, n, n_edges - 1, counts, edges, NULL), CT_OK);
        for (size_t i = 0; i < n_edges; i++) {
            const double *const row = mat_row(&bins, bin_at + i);
            if (edges[i] != row[2] || (i + 1 < n_edges && (double)counts[i] != row[3]))
                ck_abort_msg("case %g, bin %zu: edge %.17g, count %.0f; want %.17g, %.0f", k, i,
                             edges[i], (double)counts[i], row[2], row[3]);
        }
    }
    ck_assert_uint_eq(n_cases, 14);
    mat_clear(&x);
    mat_clear(&bins);
}
END_TEST

START_TEST(the_last_bin_is_closed)
{
    const double x[3] = { 0, 0.5, 1 };

    ck_assert_int_eq(histogram(x, 3, 2, counts, edges, NULL), CT_OK);
    ck_assert(counts[0] == 1 && counts[1] == 2);
}
END_TEST

/* Cases where numpy 1.24 fails with an index out of bounds: each value must still be counted in a
 * correct bin. */
START_TEST(extreme_ranges_keep_all_values)
{
    const double cases[][3] = {
        { 0, 0, 5e-324 },           { 0, 1e-310, 3e-310 },       { 1e17, 1e17, 1e17 },
        { -1e300, -1e300, -1e300 }, { 0, DBL_MIN, 4 * DBL_MIN },
    };

    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        uint64_t total = 0;
        ck_assert_int_eq(histogram(cases[k], 3, 5, counts, edges, NULL), CT_OK);
        for (size_t i = 0; i < 5; i++) {
            uint64_t inside = 0;
            for (size_t j = 0; j < 3; j++)
                inside += cases[k][j] >= edges[i] && cases[k][j] <= edges[i + 1];
            ck_assert(counts[i] <= inside && edges[i] <= edges[i + 1]);
            total += counts[i];
        }
        ck_assert_uint_eq(total, 3);
    }
}
END_TEST

START_TEST(rejects_data_without_a_histogram)
{
    const double bad[][2] = {
        { 1, NAN }, { NAN, 1 }, { 1, INFINITY }, { -INFINITY, 1 }, { -1e308, 1e308 }
    };
    struct ct_error err;

    counts[0] = 77;
    edges[0] = 77;
    for (size_t k = 0; k < sizeof bad / sizeof *bad; k++)
        ck_assert_int_eq(histogram(bad[k], 2, 3, counts, edges, &err), CT_EINVAL);
    ck_assert_ptr_nonnull(strstr(err.text, "too wide"));
    ck_assert_int_eq(histogram(bad[0], 1, 0, counts, edges, &err), CT_EINVAL);
    ck_assert_ptr_nonnull(strstr(err.text, "0 bins"));
    ck_assert(counts[0] == 77 && edges[0] == 77);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        bins_match_numpy_to_the_bit,
        the_last_bin_is_closed,
        extreme_ranges_keep_all_values,
        rejects_data_without_a_histogram,
    };
    return RUN_TESTS("histogram", tests);
}
