/* Ward's tree, agreement of clusterings, the dip, and groups that come back with other samples:
 * against scipy, scikit-learn, R's diptest and gen_null.py. */
#include "config.h"
#include "support.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "num/cluster/agreement.h"
#include "num/cluster/ward.h"
#include "num/cluster/ward_groups.h"
#include "num/linear/blas_library.h"
#include "num/null/recovery.h"
#include "num/tests/ttest.h"

enum { POINTS = 60 };

/* Squared distances of the rows. */
static struct mat distances_of(const struct mat *x)
{
    struct mat d = { 0 };

    ck_assert_int_eq(mat_init(&d, x->rows, x->rows, "test", NULL), CT_OK);
    for (size_t i = 0; i < x->rows; i++)
        for (size_t j = 0; j < x->rows; j++)
            for (size_t k = 0; k < x->cols; k++) {
                const double e = mat_row(x, i)[k] - mat_row(x, j)[k];
                mat_row(&d, i)[j] += e * e;
            }
    return d;
}

static struct ward tree_of(const struct mat *x)
{
    struct mat d = distances_of(x);
    struct ward w = { 0 };

    ck_assert_int_eq(ward_tree(d.data, x->rows, &w, NULL), CT_OK);
    mat_clear(&d);
    return w;
}

START_TEST(trees_match_scipy)
{
    struct mat x = fixture_load("ward_x.csv");
    struct mat heights = fixture_load("ward_heights.csv");
    struct mat labels = fixture_load("ward_labels.csv");
    struct ward w = tree_of(&x);

    for (size_t i = 0; i + 1 < POINTS; i++) { /* rtol 1e-12: the same formula */
        assert_allclose(&w.merges[i].height, &heights.data[i], 1, 1e-12, 0.0);
        ck_assert(w.merges[i].a < w.merges[i].b && w.merges[i].b < POINTS + i);
    }
    ck_assert_uint_eq(w.merges[POINTS - 2].size, POINTS);
    for (size_t k = 2; k <= 12; k++) {
        int32_t got[POINTS];
        ck_assert_int_eq(ward_cut(&w, k, got, NULL), CT_OK);
        for (size_t i = 0; i < POINTS; i++)
            ck_assert_int_eq(got[i], (int32_t)mat_row(&labels, k - 2)[i]);
    }
    ward_clear(&w);
    mat_clear(&labels);
    mat_clear(&heights);
    mat_clear(&x);
}
END_TEST

START_TEST(small_and_tied_trees)
{
    double one[1] = { 0.0 }, same[16] = { 0.0 };
    /* 0, 1 | 10, 11 on a line */
    double line[16] = { 0, 1, 100, 121, 1, 0, 81, 100, 100, 81, 0, 1, 121, 100, 1, 0 };
    int32_t labels[4];
    double best[2];
    struct ward w = { 0 };

    ck_assert_int_eq(ward_tree(one, 1, &w, NULL), CT_OK);
    ck_assert_int_eq(ward_cut(&w, 1, labels, NULL), CT_OK);
    ck_assert_int_eq(labels[0], 0);
    ward_clear(&w);
    ck_assert_int_eq(ward_tree(same, 4, &w, NULL), CT_OK);
    ck_assert(w.merges[2].height == 0.0 && w.merges[2].size == 4);
    ward_clear(&w);
    ck_assert_int_eq(ward_tree(line, 4, &w, NULL), CT_OK);
    assert_allclose(&w.merges[2].height, &(double){ sqrt(200.0) }, 1, 1e-14, 0.0); /* by hand */
    ck_assert_int_eq(ward_cut(&w, 2, labels, NULL), CT_OK);
    ck_assert(labels[0] == 0 && labels[1] == 0 && labels[2] == 1 && labels[3] == 1);
    ck_assert_int_eq(ward_cut(&w, 4, labels, NULL), CT_OK);
    ck_assert(labels[3] == 3);
    /* {0, 1, 2} is most like {0, 1}: 2/3, or all: 3/4; {3} is a point of its own. */
    ck_assert_int_eq(ward_recovery(&w, (const int32_t[]){ 0, 0, 0, 1 }, 2, best, NULL), CT_OK);
    ck_assert(best[0] == 0.75 && best[1] == 1.0);
    ward_clear(&w);
}
END_TEST

/* labels exact; silhouettes rtol 1e-10: sums of roots in another order. */
START_TEST(groups_of_ward_match_scipy)
{
    struct mat x = fixture_load("ward_groups_x.csv");
    struct mat want = fixture_load("ward_groups.csv");
    struct crew *crew = NULL;
    double points[100 * 6];
    size_t row = 0;

    ck_assert_int_eq(blas_library_load(3, NULL), CT_OK);
    ck_assert_int_eq(crew_new(3, &crew, NULL), CT_OK);
    for (size_t i = 0; i < want.rows; i++) {
        struct ward_groups g = { 0 }, again = { 0 };
        const size_t first = row;
        for (; row < x.rows && mat_row(&x, row)[0] == (double)i; row++)
            memcpy(points + (row - first) * 6, mat_row(&x, row) + 1, 6 * sizeof *points);
        ck_assert_int_eq(ward_groups(points, row - first, 6, NULL, NULL, &g, NULL), CT_OK);
        ck_assert_int_eq(ward_groups(points, row - first, 6, crew, NULL, &again, NULL), CT_OK);
        const double got[] = { (double)i, (double)g.n_groups, g.silhouette };
        assert_allclose(got, mat_row(&want, i), 3, 1e-10, 0.0);
        for (size_t k = first; k < row; k++)
            ck_assert_msg(g.labels[k - first] == (int32_t)mat_row(&x, k)[7], "case %zu, point %zu",
                          i, k - first);
        ck_assert(again.n_groups == g.n_groups && again.silhouette == g.silhouette);
        ck_assert_mem_eq(again.labels, g.labels, (row - first) * sizeof *g.labels);
        ward_groups_clear(&g);
        ward_groups_clear(&again);
    }
    ck_assert_uint_eq(row, x.rows);
    crew_free(crew);
    mat_clear(&x);
    mat_clear(&want);
}
END_TEST

static bool stop_at_two(void *context, size_t done, size_t total)
{
    (void)context;
    (void)total;
    return done < 2;
}

START_TEST(groups_of_few_equal_and_cancelled_points)
{
    static const double equal[15] = { 0 };
    const struct progress stops = { stop_at_two, NULL };
    struct ward_groups g = { 0 };
    struct ct_error err;

    ck_assert_int_eq(blas_library_load(1, NULL), CT_OK);
    ck_assert_int_eq(ward_groups(equal, 2, 3, NULL, NULL, &g, &err), CT_EINVAL);
    ck_assert_str_eq(err.text, "groups: 2 points are too few; at least 3 are needed");
    ck_assert_int_eq(ward_groups(equal, 0, 3, NULL, NULL, &g, &err), CT_EINVAL);
    ck_assert_int_eq(ward_groups(equal, 5, 3, NULL, &stops, &g, &err), CT_ECANCELED);
    ck_assert(g.labels == NULL);
    ck_assert_int_eq(ward_groups(equal, 5, 3, NULL, NULL, &g, &err), CT_OK);
    ck_assert(g.n_groups == 2 && g.silhouette == 0.0);
    ward_groups_clear(&g);
}
END_TEST

START_TEST(agreement_matches_scikit_learn)
{
    static const int32_t a[] = { 1, 1, 1, 2, 2, 3, 3, 3, 3, -1, 0 };
    static const int32_t b[] = { 1, 1, 2, 2, 2, 3, 3, 1, 3, 0, -1 };
    struct mat x = fixture_load("ward_x.csv");
    struct mat labels = fixture_load("ward_labels.csv");
    struct mat want = fixture_load("agreement.csv");
    struct mat d = distances_of(&x);
    double got;

    for (size_t k = 2; k <= 12; k++) {
        int32_t own[POINTS], last[POINTS];
        for (size_t i = 0; i < POINTS; i++) {
            own[i] = (int32_t)mat_row(&labels, k - 2)[i];
            last[i] = (int32_t)mat_row(&labels, 10)[i];
        }
        ck_assert_int_eq(adjusted_rand(own, k, last, 12, POINTS, &got, NULL), CT_OK);
        assert_allclose(&got, &mat_row(&want, k - 2)[0], 1, 1e-12, 1e-14);
        ck_assert_int_eq(silhouette_of_distances(d.data, POINTS, own, k, &got, NULL), CT_OK);
        assert_allclose(&got, &mat_row(&want, k - 2)[1], 1, 1e-12, 0.0);
    }
    ck_assert_int_eq(adjusted_rand(a, 4, b, 4, 11, &got, NULL), CT_OK);
    assert_allclose(&got, &(double){ 0.357142857142857 }, 1, 1e-13, 0.0);
    ck_assert_int_eq(adjusted_rand(a, 4, a, 4, 11, &got, NULL), CT_OK);
    ck_assert(got == 1.0);
    ck_assert_int_eq(adjusted_rand(a, 4, b, 4, 0, &got, NULL), CT_OK);
    ck_assert(isnan(got));
    ck_assert_int_eq(silhouette_of_distances(d.data, 3, (const int32_t[]){ 0, 0, 0 }, 1, &got,
                                             NULL),
                     CT_OK);
    ck_assert(isnan(got));
    mat_clear(&d);
    mat_clear(&want);
    mat_clear(&labels);
    mat_clear(&x);
}
END_TEST

START_TEST(dips_match_diptest)
{
    struct mat cases = fixture_load("dip.csv");
    struct mat want = fixture_load("dip_expected.csv");
    double x[300];
    size_t row = 0;
    double got;

    for (size_t c = 0; c < want.rows; c++) {
        size_t n = 0;
        while (row < cases.rows && mat_row(&cases, row)[0] == (double)c)
            x[n++] = mat_row(&cases, row++)[1];
        ck_assert_int_eq(dip_statistic(x, n, &got, NULL), CT_OK);
        ck_assert_msg(fabs(got - want.data[c]) < 1e-12, "case %zu (%zu): %.15g, not %.15g", c, n,
                      got, want.data[c]);
    }
    ck_assert_uint_eq(row, cases.rows);
    ck_assert_int_eq(dip_statistic(x, 0, &got, NULL), CT_OK);
    ck_assert(got == 0.0);
    mat_clear(&want);
    mat_clear(&cases);
}
END_TEST

/* ---- groups that come back ---- */

enum { PAIRS = 11, N_A = 13, SELECTED = 19, DRAWS = 12 };

static void expect_equal(const struct recovery *a, const struct recovery *b)
{
    ck_assert_uint_eq(a->n_groups, b->n_groups);
    ck_assert_mem_eq(a->consensus, b->consensus, sizeof(float) * SELECTED * SELECTED);
    for (size_t g = 0; g < a->n_groups; g++)
        ck_assert(a->groups[g].recovery == b->groups[g].recovery);
    ck_assert(a->agreement == b->agreement);
}

START_TEST(recovery_matches_the_reference)
{
    struct mat X = fixture_load("null_x.csv");
    struct mat want = fixture_load("recovery.csv");
    struct mat whole = fixture_load("recovery_all.csv");
    struct matview view = mat_view(&X);
    size_t a[PAIRS], b[PAIRS], all[100], selected[SELECTED], n = 0;
    struct profiles p = { 0 };
    struct crew *crew = NULL;
    struct ttest_result results[90];

    ck_assert_int_eq(blas_library_load(3, NULL), CT_OK);
    for (size_t i = 0; i < PAIRS; i++) {
        a[i] = i;
        b[i] = N_A + i;
    }
    for (size_t i = 0; i < N_A + PAIRS; i++)
        all[i] = i;
    ck_assert_int_eq(profiles_new(&view, (const size_t *const[]){ a, b },
                                  (const size_t[]){ PAIRS, PAIRS }, &p, NULL),
                     CT_OK);
    ck_assert_int_eq(ttest_columns(&view, all, N_A, b, PAIRS, TTEST_STUDENT, 1, results, NULL,
                                   NULL),
                     CT_OK);
    for (size_t j = 0; j < p.n_neurons; j++)
        if (results[p.neuron[j]].pvalue < 0.05 / 88.0)
            selected[n++] = j;
    ck_assert_uint_eq(n, SELECTED);
    const struct recovery_question q = { .profiles = &p,
                                         .selected = selected,
                                         .n_selected = n,
                                         .has_pairs = true,
                                         .n_draws = DRAWS,
                                         .seed = 11 };
    struct recovery r = { 0 }, again = { 0 };
    ck_assert_int_eq(recovery_new(&q, NULL, NULL, &r, NULL), CT_OK);
    ck_assert_int_eq(crew_new(3, &crew, NULL), CT_OK);
    ck_assert_int_eq(recovery_new(&q, crew, NULL, &again, NULL), CT_OK);
    expect_equal(&r, &again);

    double sum = 0.0;
    for (size_t e = 0; e < SELECTED * SELECTED; e++)
        sum += (double)r.consensus[e];
    const double got[] = { (double)r.n_groups, r.silhouette, r.agreement, r.pac, sum };
    assert_allclose(got, whole.data, 5, 1e-6, 0.0); /* the consensus is float32 */
    assert_allclose(r.stability, whole.data + 5, SELECTED, 1e-6, 1e-7);
    for (size_t g = 0; g < r.n_groups; g++) {
        const double group[] = { (double)g, r.groups[g].recovery, r.groups[g].similarity,
                                 (double)r.groups[g].size };
        assert_allclose(group, mat_row(&want, g), 4, 1e-10, 0.0);
    }
    recovery_clear(&r);
    recovery_clear(&again);
    crew_free(crew);
    profiles_clear(&p);
    mat_clear(&whole);
    mat_clear(&want);
    mat_clear(&X);
}
END_TEST

/* Three groups of neurons that share what varies within the groups of samples come back and have
 * gaps; a neuron that does not vary takes no part. */
START_TEST(planted_groups_come_back)
{
    enum { S = 40, EACH = 8, N = 3 * EACH + 1 };
    struct mat X = { 0 };
    size_t a[S / 2], b[S / 2], selected[N - 1];
    struct profiles p = { 0 };
    struct recovery r = { 0 };

    ck_assert_int_eq(blas_library_load(1, NULL), CT_OK);
    ck_assert_int_eq(mat_init(&X, S, N, "test", NULL), CT_OK);
    for (size_t i = 0; i < S; i++)
        for (size_t j = 0; j < N - 1; j++)
            mat_row(&X, i)[j] = sin((double)((j % 3 + 1) * (i % 20) * (i % 20))) +
                                0.2 * cos((double)(13 * i * j + 7 * i)) + (i < 20 ? 3.0 : 0.0);
    for (size_t i = 0; i < S; i++)
        mat_row(&X, i)[N - 1] = 0.1;
    for (size_t i = 0; i < S / 2; i++) {
        a[i] = i;
        b[i] = S / 2 + i;
    }
    const struct matview view = mat_view(&X);
    ck_assert_int_eq(profiles_new(&view, (const size_t *const[]){ a, b },
                                  (const size_t[]){ S / 2, S / 2 }, &p, NULL),
                     CT_OK);
    ck_assert_uint_eq(p.n_neurons, N - 1);
    for (size_t j = 0; j < N - 1; j++)
        selected[j] = j;
    for (int has_pairs = 0; has_pairs < 2; has_pairs++) {
        const struct recovery_question q = { .profiles = &p,
                                             .selected = selected,
                                             .n_selected = N - 1,
                                             .has_pairs = has_pairs != 0,
                                             .n_draws = 20,
                                             .seed = 1 };
        ck_assert_int_eq(recovery_new(&q, NULL, NULL, &r, NULL), CT_OK);
        ck_assert_uint_eq(r.n_groups, 3);
        for (size_t g = 0; g < 3; g++)
            ck_assert_msg(group_is_firm(&r.groups[g], 0.05) && r.groups[g].size == EACH,
                          "group %zu: recovery %g, gap %g", g, r.groups[g].recovery,
                          r.groups[g].gap_p);
        for (size_t j = 0; j < N - 1; j++)
            ck_assert_int_eq(r.labels[j], (int32_t)(j % 3));
        recovery_clear(&r);
    }
    profiles_clear(&p);
    mat_clear(&X);
}
END_TEST

START_TEST(firm_groups_meet_three_conditions)
{
    struct group g = { .size = 5, .recovery = 0.75, .gap_p = 0.05 };

    ck_assert(group_is_firm(&g, 0.05));
    g.size = 4;
    ck_assert(!group_is_firm(&g, 0.05));
    g = (struct group){ .size = 5, .recovery = 0.7499, .gap_p = 0.05 };
    ck_assert(!group_is_firm(&g, 0.05));
    g = (struct group){ .size = 5, .recovery = 0.75, .gap_p = 0.0501 };
    ck_assert(!group_is_firm(&g, 0.05));
    g.gap_p = NAN;
    ck_assert(!group_is_firm(&g, 0.05));
}
END_TEST

/* Two sides of an axis count as one group; so do both of its pairs of sides. */
START_TEST(mirror_images_count_once)
{
    struct group groups[4];
    double cosines[16] = { 1, -0.9, 0, 0.1, -0.9, 1, 0, 0, 0, 0, 1, -0.69, 0.1, 0, -0.69, 1 };
    struct recovery r = { .n_groups = 2,
                          .groups = groups,
                          .cosines = (double[]){ 1, -0.71, -0.71, 1 } };

    for (size_t g = 0; g < 4; g++)
        groups[g] = (struct group){ .size = 9, .recovery = 0.9, .gap_p = 0.01 };
    ck_assert_uint_eq(groups_apart(&r, 0.05), 1);
    r.cosines[1] = r.cosines[2] = -0.69;
    ck_assert_uint_eq(groups_apart(&r, 0.05), 2);
    r.n_groups = 4;
    r.cosines = cosines;
    ck_assert_uint_eq(groups_apart(&r, 0.05), 3);
    groups[0].recovery = 0.7; /* not firm: its mirror image counts */
    ck_assert_uint_eq(groups_apart(&r, 0.05), 3);
    groups[1].gap_p = 0.06;
    ck_assert_uint_eq(groups_apart(&r, 0.05), 2);
}
END_TEST

int main(void)
{
    const TTest *const all[] = {
        trees_match_scipy,
        small_and_tied_trees,
        groups_of_ward_match_scipy,
        groups_of_few_equal_and_cancelled_points,
        agreement_matches_scikit_learn,
        dips_match_diptest,
        recovery_matches_the_reference,
        planted_groups_come_back,
        firm_groups_meet_three_conditions,
        mirror_images_count_once,
    };

    return RUN_TESTS("groups", all);
}
