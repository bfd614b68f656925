/* Whether a picture keeps neighbours, and clusters that are found again, against scikit-learn and
 * gen_faithful.py. */
#include "config.h"
#include "support.h"

#include <math.h>

#include "base/crew.h"
#include "num/cluster/agreement.h"
#include "num/cluster/faithful.h"

/* Columns first .. first + cols - 1 of rows at .. at + n - 1. */
static struct mat part(const struct mat *x, size_t at, size_t n, size_t first, size_t cols)
{
    struct mat m = { 0 };

    ck_assert_int_eq(mat_init(&m, n, cols, "test", NULL), CT_OK);
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < cols; k++)
            mat_row(&m, i)[k] = mat_row(x, at + i)[first + k];
    return m;
}

static void assert_same(double got, double want)
{
    if (isnan(want))
        ck_assert(isnan(got));
    else
        assert_allclose(&got, &want, 1, 1e-12, 1e-15);
}

START_TEST(faithfulness_matches_scikit_learn)
{
    struct mat cases = fixture_load("faithful_cases.csv");
    struct mat points = fixture_load("faithful_points.csv");
    size_t at = 0;

    ck_assert_uint_gt(cases.rows, 20);
    for (size_t c = 0; c < cases.rows; c++) {
        const double *const want = mat_row(&cases, c);
        struct mat x = part(&points, at, (size_t)want[0], 0, 4);
        struct mat y = part(&points, at, (size_t)want[0], 4, 2);
        for (int n_threads = 1; n_threads <= 4; n_threads *= 2) {
            struct crew *crew;
            struct faithfulness f;
            ck_assert_int_eq(crew_new(n_threads, &crew, NULL), CT_OK);
            ck_assert_int_eq(faithfulness(&x, &y, (size_t)want[1], crew, NULL, &f, NULL), CT_OK);
            assert_same(f.trustworthiness, want[2]);
            assert_same(f.continuity, want[3]);
            assert_same(f.neighbours_kept, want[4]);
            crew_free(crew);
        }
        at += x.rows;
        mat_clear(&x);
        mat_clear(&y);
    }
    ck_assert_uint_eq(at, points.rows);
    mat_clear(&points);
    mat_clear(&cases);
}
END_TEST

static bool stop(void *context, size_t done, size_t total)
{
    (void)total;
    return done < *(const size_t *)context;
}

START_TEST(faithfulness_can_be_cancelled)
{
    struct mat points = fixture_load("faithful_points.csv");
    struct mat x = part(&points, 0, 200, 0, 4);
    struct faithfulness f;

    for (size_t at = 0; at < 5; at += 4) {
        size_t limit = at;
        const struct progress progress = { stop, &limit };
        ck_assert_int_eq(faithfulness(&x, &x, 3, NULL, &progress, &f, NULL), CT_ECANCELED);
    }
    mat_clear(&x);
    mat_clear(&points);
}
END_TEST

START_TEST(similarities_of_clusters_match_the_reference)
{
    struct mat want = fixture_load("jaccard.csv");
    struct mat labels = fixture_load("jaccard_labels.csv");
    size_t row = 0;

    for (size_t first = 0; first < labels.rows;) {
        int32_t a[200], b[200];
        size_t n = 0, n_a = 0, n_b = 0;
        double best[200];
        const double c = mat_row(&labels, first)[0];
        for (; first < labels.rows && mat_row(&labels, first)[0] == c; first++, n++) {
            a[n] = (int32_t)mat_row(&labels, first)[1];
            b[n] = (int32_t)mat_row(&labels, first)[2];
            n_a = a[n] >= (int32_t)n_a ? (size_t)a[n] + 1 : n_a;
            n_b = b[n] >= (int32_t)n_b ? (size_t)b[n] + 1 : n_b;
        }
        ck_assert_int_eq(best_jaccard(a, n_a, b, n_b, n, best, NULL), CT_OK);
        for (size_t k = 0; k < n_a; k++, row++) {
            ck_assert(mat_row(&want, row)[0] == c && mat_row(&want, row)[1] == (double)k);
            assert_allclose(&best[k], &mat_row(&want, row)[2], 1, 1e-15, 0.0);
        }
    }
    ck_assert_uint_eq(row, want.rows);
    mat_clear(&labels);
    mat_clear(&want);
}
END_TEST

int main(void)
{
    const TTest *const all[] = {
        faithfulness_matches_scikit_learn,
        faithfulness_can_be_cancelled,
        similarities_of_clusters_match_the_reference,
    };

    return RUN_TESTS("faithful", all);
}
