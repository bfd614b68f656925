#include "config.h"
#include "num/cluster/silhouette.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "support.h"

/* One point per row: x, y, label. */
static void split(const struct mat *rows, size_t first, size_t n, struct mat *points,
                  int32_t **labels)
{
    *points = (struct mat){ 0 };
    ck_assert_int_eq(mat_init(points, n, 2, "points", NULL), CT_OK);
    *labels = ct_calloc_array(n, sizeof **labels);
    ck_assert_ptr_nonnull(*labels);
    for (size_t i = 0; i < n; i++) {
        memcpy(mat_row(points, i), mat_row(rows, first + i), 2 * sizeof(double));
        (*labels)[i] = (int32_t)mat_row(rows, first + i)[2];
    }
}

START_TEST(silhouette_matches_sklearn)
{
    struct mat cases = fixture_load("silhouette_cases.csv");
    struct mat rows = fixture_load("silhouette_points.csv");
    size_t first = 0;

    for (size_t c = 0; c < cases.rows; c++) {
        const size_t n = (size_t)mat_row(&cases, c)[0];
        struct mat points;
        int32_t *labels;
        double got;

        split(&rows, first, n, &points, &labels);
        first += n;
        ck_assert_int_eq(silhouette_score(&points, labels, 2, NULL, &got, NULL), CT_OK);
        /* Distances have a relative error of 2 or 3 times 2^-24, sums of at most 512 of them little
         * more; a score is a ratio of such sums. */
        assert_allclose(&got, &mat_row(&cases, c)[1], 1, 0.0, 5e-7);
        mat_clear(&points);
        free(labels);
    }
    ck_assert_uint_eq(first, rows.rows);
    mat_clear(&cases);
    mat_clear(&rows);
}
END_TEST

START_TEST(silhouette_does_not_depend_on_threads)
{
    struct mat rows = fixture_load("silhouette_points.csv");
    struct mat points;
    int32_t *labels;
    double scores[3];

    split(&rows, 0, 1100, &points, &labels);
    for (int t = 0; t < 3; t++)
        silhouette_score(&points, labels, t + 1, NULL, &scores[t], NULL);
    ck_assert(scores[0] == scores[1] && scores[1] == scores[2]);
    mat_clear(&points);
    mat_clear(&rows);
    free(labels);
}
END_TEST

static bool stop_at_third(void *context, size_t done, size_t total)
{
    size_t *const n_ticks = context;

    (void)done;
    (void)total;
    return ++*n_ticks < 3;
}

START_TEST(silhouette_can_be_cancelled)
{
    struct mat rows = fixture_load("silhouette_points.csv");
    size_t n_ticks = 0;
    const struct progress progress = { stop_at_third, &n_ticks };
    struct mat points;
    int32_t *labels;
    double score = 7.0;

    split(&rows, 0, 1100, &points, &labels);
    ck_assert_int_eq(silhouette_score(&points, labels, 2, &progress, &score, NULL), CT_ECANCELED);
    ck_assert_uint_eq(n_ticks, 3);
    ck_assert(score == 7.0);
    mat_clear(&points);
    mat_clear(&rows);
    free(labels);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        silhouette_matches_sklearn,
        silhouette_does_not_depend_on_threads,
        silhouette_can_be_cancelled,
    };

    return RUN_TESTS("silhouette", tests);
}
