#include "config.h"
#include "support.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "num/tsne/attract.h"
#include "num/tsne/gradient.h"
#include "num/tsne/pair.h"
#include "num/tsne/schedule.h"
#include "num/tsne/walk.h"

enum { N = 60 };

static float *coordinates(size_t padded)
{
    float *const v = aligned_alloc(64, padded * sizeof *v);

    ck_assert_ptr_nonnull(v);
    memset(v, 0, padded * sizeof *v);
    return v;
}

/* P as compressed rows from a dense matrix. */
static struct tsne_joint joint_from(const struct mat *dense)
{
    struct tsne_joint P = { .n_samples = dense->rows };
    const size_t room = dense->rows * (dense->cols + TSNE_LANES);
    size_t count = 0;

    P.indptr = calloc(dense->rows + 1, sizeof *P.indptr);
    P.indices = malloc(room * sizeof *P.indices);
    P.data = malloc(room * sizeof *P.data);
    ck_assert(P.indptr != NULL && P.indices != NULL && P.data != NULL);
    for (size_t i = 0; i < dense->rows; i++) {
        for (size_t j = 0; j < dense->cols; j++)
            if (mat_row(dense, i)[j] > 0.0) {
                P.indices[count] = (uint32_t)j;
                P.data[count++] = (float)mat_row(dense, i)[j];
            }
        for (; count % TSNE_LANES != 0; count++) {
            P.indices[count] = (uint32_t)i;
            P.data[count] = 0.0F;
        }
        P.indptr[i + 1] = count;
    }
    return P;
}

struct fixture {
    struct mat want; /* [N, 6] y, gradient, gradient at exaggeration 12 */
    struct tsne_joint P;
    struct tsne_forces forces;
    float *x;
    float *y;
};

static struct fixture setup_angle(double angle)
{
    struct fixture f = { 0 };
    struct mat dense = fixture_load("tsne_joint.csv");

    f.want = fixture_load("tsne_gradient.csv");
    f.P = joint_from(&dense);
    mat_clear(&dense);
    f.x = coordinates(tsne_padded(N));
    f.y = coordinates(tsne_padded(N));
    for (size_t i = 0; i < N; i++) {
        f.x[i] = (float)mat_row(&f.want, i)[0];
        f.y[i] = (float)mat_row(&f.want, i)[1];
    }
    ck_assert_int_eq(tsne_forces_init(&f.forces, N, angle, NULL), CT_OK);
    return f;
}

static struct fixture setup(void)
{
    return setup_angle(0.0);
}

static void teardown(struct fixture *f)
{
    mat_clear(&f->want);
    tsne_joint_clear(&f->P);
    tsne_forces_clear(&f->forces);
    free(f->x);
    free(f->y);
}

START_TEST(gradient_matches_the_formula)
{
    struct fixture f = setup();
    float *const gx = coordinates(tsne_padded(N)), *const gy = coordinates(tsne_padded(N));

    tsne_forces_compute(&f.forces, &f.P, f.x, f.y, NULL);
    for (size_t phase = 0; phase < 2; phase++) {
        double largest = 0.0;
        tsne_gradient(&f.forces, phase == 0 ? 1.0F : 12.0F, 0, 17, gx, gy);
        tsne_gradient(&f.forces, phase == 0 ? 1.0F : 12.0F, 17, N, gx, gy);
        for (size_t i = 0; i < N; i++)
            largest = fmax(largest, fabs(mat_row(&f.want, i)[2 + 2 * phase]));
        for (size_t i = 0; i < N; i++) {
            const double got[2] = { (double)gx[i], (double)gy[i] };
            /* Float32 terms, about 60 per sum, and two parts that cancel: 1e-6 of the largest. */
            assert_allclose(got, &mat_row(&f.want, i)[2 + 2 * phase], 2, 0.0, 1e-6 * largest);
        }
    }
    free(gx);
    free(gy);
    teardown(&f);
}
END_TEST

START_TEST(kl_matches_the_formula)
{
    struct fixture f = setup();
    struct mat want = fixture_load("tsne_kl.csv");

    tsne_forces_compute(&f.forces, &f.P, f.x, f.y, NULL);
    const double got[2] = { tsne_kl(&f.forces, &f.P, f.x, f.y, 1.0F, NULL),
                            tsne_kl(&f.forces, &f.P, f.x, f.y, 12.0F, NULL) };
    /* Float64 except for Z, whose float32 terms are summed to about 1e-7. */
    assert_allclose(got, want.data, 2, 3e-7, 0.0);
    mat_clear(&want);
    teardown(&f);
}
END_TEST

/* P of tsne_x200.csv at perplexity 30. */
static struct tsne_joint joint_of_x200(void)
{
    struct mat x = fixture_load("tsne_x200.csv");
    struct neighbors nn = { 0 };
    struct tsne_joint P = { 0 };

    ck_assert_int_eq(neighbors_find(&x, 91, NULL, NULL, &nn, NULL), CT_OK);
    ck_assert_int_eq(tsne_conditional(nn.sqdistances, 200, 91, 30.0, NULL, NULL, NULL), CT_OK);
    ck_assert_int_eq(tsne_joint_init(&nn, nn.sqdistances, NULL, NULL, &P, NULL), CT_OK);
    mat_clear(&x);
    neighbors_clear(&nn);
    return P;
}

/* The same cells as in scikit-learn's tree: a map, a start 1e-4 wide, duplicates. */
START_TEST(tree_matches_sklearn)
{
    enum { MANY = 200 };
    struct mat want = fixture_load("tsne_tree.csv"), want_kl = fixture_load("tsne_tree_kl.csv");
    struct tsne_joint P = joint_of_x200();
    struct tsne_forces f = { 0 };
    const size_t padded = tsne_padded(MANY);
    float *const x = coordinates(padded), *const y = coordinates(padded);
    float *const gx = coordinates(padded), *const gy = coordinates(padded);

    ck_assert_int_eq(tsne_forces_init(&f, MANY, 0.5, NULL), CT_OK);
    for (size_t k = 0; k < 3; k++) {
        double largest = 0.0;
        for (size_t i = 0; i < MANY; i++) {
            x[i] = (float)mat_row(&want, i)[4 * k];
            y[i] = (float)mat_row(&want, i)[4 * k + 1];
            largest = fmax(largest, fabs(mat_row(&want, i)[4 * k + 2]));
        }
        tsne_forces_compute(&f, &P, x, y, NULL);
        tsne_gradient(&f, 1.0F, 0, MANY, gx, gy);
        for (size_t i = 0; i < MANY; i++) {
            const double got[2] = { (double)gx[i], (double)gy[i] };
            /* Both sum float32 terms, in different orders: 2e-6 of the largest. A cell used where
             * the reference opens it would give 1e-3. */
            assert_allclose(got, &mat_row(&want, i)[4 * k + 2], 2, 0.0, 2e-6 * largest);
        }
        const double kl = tsne_kl(&f, &P, x, y, 1.0F, NULL);
        assert_allclose(&kl, &want_kl.data[k], 1, 2e-5, 0.0); /* its sum is in float32 */
    }
    tsne_forces_clear(&f);
    tsne_joint_clear(&P);
    mat_clear(&want);
    mat_clear(&want_kl);
    free(x);
    free(y);
    free(gx);
    free(gy);
}
END_TEST

/* If tsne_walk() has a version for this processor, it visits the same cells, from the start to a
 * wide map with a duplicate. */
START_TEST(walks_agree)
{
    struct tsne_tree tree = { 0 };
    uint64_t pairs[TSNE_WALK_BLOCK];
    _Alignas(64) float fx[TSNE_WALK_BLOCK], fy[TSNE_WALK_BLOCK], z[TSNE_WALK_BLOCK];

    ck_assert_int_eq(tsne_tree_init(&tree, TSNE_WALK_BLOCK, 0.5, NULL), CT_OK);
    for (float width = 1e-4F; width < 1e3F; width *= 10.0F) {
        for (size_t i = 0; i < TSNE_WALK_BLOCK; i++)
            pairs[i] = tsne_pair(width * sinf((float)(i * i % 9973)),
                                 width * cosf((float)(i * i * i % 9967)));
        pairs[77] = pairs[33];
        tsne_tree_build(&tree, pairs);
        tsne_tree_repel(&tree, 0);
        tsne_walk_portable(tree.cells + tree.first, tree.cells + tree.end, tree.x, tree.y, fx, fy,
                           z);
        for (size_t i = 0; i < TSNE_WALK_BLOCK; i++) {
            const double got[3] = { (double)tree.fx[i], (double)tree.fy[i], (double)tree.z[i] };
            const double want[3] = { (double)fx[i], (double)fy[i], (double)z[i] };
            /* Float32, with and without fused multiply-add: 1e-5 of the largest possible sum. A
             * cell used where the other version opens it would give 1e-3. */
            assert_allclose(got, want, 2, 1e-5, 1e-5 * want[2] * fmin(1.0, (double)width));
            assert_allclose(got + 2, want + 2, 1, 1e-5, 0.0);
        }
    }
    tsne_tree_clear(&tree);
}
END_TEST

static void expect_attraction(const struct tsne_joint *P, const uint64_t *pairs, const float *fx,
                              const float *fy)
{
    for (size_t i = 0; i < P->n_samples; i++) {
        double want[2] = { 0 }, size = 0.0;
        for (size_t e = P->indptr[i]; e < P->indptr[i + 1]; e++) {
            const uint64_t other = pairs[P->indices[e]];
            const double dx = (double)tsne_pair_x(pairs[i]) - (double)tsne_pair_x(other);
            const double dy = (double)tsne_pair_y(pairs[i]) - (double)tsne_pair_y(other);
            const double pw = (double)P->data[e] / (1.0 + dx * dx + dy * dy);
            want[0] += pw * dx;
            want[1] += pw * dy;
            size += pw * hypot(dx, dy);
        }
        const double got[2] = { (double)fx[i], (double)fy[i] };
        assert_allclose(got, want, 2, 0.0, 1e-6 * size); /* float32 terms, about 12 per lane */
    }
}

/* For all points, and for some from the middle on, both with this processor's version and the
 * portable one. */
START_TEST(attraction_matches_the_formula)
{
    enum { MANY = 200, FIRST = 77 };
    struct tsne_joint P = joint_of_x200();
    uint64_t pairs[MANY];
    float fx[MANY], fy[MANY], portable_x[MANY], portable_y[MANY];

    ck_assert_uint_eq(P.n_samples, MANY);
    for (size_t i = 0; i < MANY; i++)
        pairs[i] = tsne_pair(9.0F * sinf((float)(i * i)), 9.0F * cosf((float)(i * i * i)));
    tsne_attract(&P, pairs, 0, FIRST, fx, fy);
    tsne_attract(&P, pairs, FIRST, MANY, fx, fy);
    expect_attraction(&P, pairs, fx, fy);
    tsne_attract_portable(&P, pairs, 0, MANY, portable_x, portable_y);
    expect_attraction(&P, pairs, portable_x, portable_y);
    tsne_joint_clear(&P);
}
END_TEST

/* In the order of the tree, consecutive points of a grid are adjacent. */
START_TEST(neighbours_on_the_curve_are_close)
{
    enum { SIDE = 16, MANY = SIDE * SIDE };
    struct tsne_tree tree = { 0 };
    uint64_t pairs[MANY];

    ck_assert_int_eq(tsne_tree_init(&tree, MANY, 0.5, NULL), CT_OK);
    for (size_t i = 0; i < MANY; i++) {
        const size_t at = i * 77 % MANY;
        pairs[i] = tsne_pair((float)(at % SIDE), (float)(at / SIDE));
    }
    tsne_tree_build(&tree, pairs);
    for (size_t i = 1; i < MANY; i++)
        ck_assert(fabsf(tree.x[i] - tree.x[i - 1]) + fabsf(tree.y[i] - tree.y[i - 1]) == 1.0F);
    tsne_tree_clear(&tree);
}
END_TEST

/* Points with equal coordinates are one cell, which repels none of them. */
START_TEST(equal_points_are_one_cell)
{
    enum { MANY = 130 };
    struct tsne_tree tree = { 0 };
    uint64_t pairs[MANY];

    ck_assert_int_eq(tsne_tree_init(&tree, MANY, 0.5, NULL), CT_OK);
    for (size_t i = 0; i < MANY; i++)
        pairs[i] = tsne_pair(0.1F, -3.0F);
    tsne_tree_build(&tree, pairs);
    ck_assert_uint_eq(tree.end - tree.first, 1);
    ck_assert(tree.cells[tree.first].size == (float)MANY);
    for (size_t block = 0; block < tsne_tree_n_blocks(MANY); block++)
        tsne_tree_repel(&tree, block);
    for (size_t i = 0; i < MANY; i++)
        ck_assert(tree.fx[i] == 0.0F && tree.fy[i] == 0.0F && tree.z[i] == 0.0F);
    tsne_tree_clear(&tree);
}
END_TEST

/* scikit-learn's quad tree, in simple form: a cell [low, high) of both axes, with its points. */
struct plain_cell {
    const float *x, *y;
    double low[2], high[2];
    size_t *points; /* [n] */
    size_t n;
};

static void plain_repel(const struct plain_cell *c, size_t i, double angle, double *force,
                        double *z)
{
    double mean[2] = { 0.0, 0.0 };
    const double width = fmax(c->high[0] - c->low[0], c->high[1] - c->low[1]);

    for (size_t k = 0; k < c->n; k++) {
        mean[0] += (double)c->x[c->points[k]] / (double)c->n;
        mean[1] += (double)c->y[c->points[k]] / (double)c->n;
    }
    const double d[2] = { (double)c->x[i] - mean[0], (double)c->y[i] - mean[1] };
    const double d2 = d[0] * d[0] + d[1] * d[1];
    if (c->n == 1 ? d2 > 1e-12 : width * width < angle * angle * d2) {
        const double w = 1.0 / (1.0 + d2);
        *z += (double)c->n * w;
        force[0] += (double)c->n * w * w * d[0];
        force[1] += (double)c->n * w * w * d[1];
    }
    if (c->n == 1 || width * width < angle * angle * d2)
        return;
    ck_assert(width > 1e-6); /* no two points are equal */
    for (int quarter = 0; quarter < 4; quarter++) {
        struct plain_cell child = *c;
        size_t points[200];
        child.points = points;
        child.n = 0;
        for (int axis = 0; axis < 2; axis++) {
            const double middle = (c->low[axis] + c->high[axis]) / 2.0;
            (quarter >> axis & 1 ? child.low : child.high)[axis] = middle;
        }
        for (size_t k = 0; k < c->n; k++) {
            const double at[2] = { (double)c->x[c->points[k]], (double)c->y[c->points[k]] };
            if (at[0] >= child.low[0] && at[0] < child.high[0] && at[1] >= child.low[1] &&
                at[1] < child.high[1])
                points[child.n++] = c->points[k];
        }
        if (child.n > 0)
            plain_repel(&child, i, angle, force, z);
    }
}

/* The end of the root cell: a thousandth beyond the largest coordinate, or 0.001. */
static void set_root(double *low, double *high, const float *values, size_t n)
{
    *low = *high = (double)values[0];
    for (size_t i = 0; i < n; i++) {
        *low = fmin(*low, (double)values[i]);
        *high = fmax(*high, (double)values[i]);
    }
    *high = fmax(*high + 0.001 * fabs(*high), *high + 0.001);
}

/* The map on each side of both axes, where the largest coordinates are above 0 or below. */
START_TEST(cells_match_sklearn_wherever_the_map_is)
{
    enum { MANY = 200 };
    static const float shifts[][2] = { { 0, 0 },    { -20, -20 }, { -20, 30 }, { 25, -7 },
                                       { -300, 5 }, { 40, 40 },   { -9, -500 } };
    struct tsne_joint none = { .n_samples = MANY };
    struct tsne_forces tree = { 0 };
    float *const x = coordinates(tsne_padded(MANY)), *const y = coordinates(tsne_padded(MANY));
    size_t points[MANY];

    none.indptr = calloc(MANY + 1, sizeof *none.indptr);
    ck_assert_int_eq(tsne_forces_init(&tree, MANY, 0.5, NULL), CT_OK);
    for (size_t s = 0; s < sizeof shifts / sizeof *shifts; s++) {
        struct plain_cell root = { .x = x, .y = y, .points = points, .n = MANY };
        double z = 0.0;
        for (size_t i = 0; i < MANY; i++) {
            x[i] = shifts[s][0] + 7.0F * sinf(1.7F * (float)i);
            y[i] = shifts[s][1] + 5.0F * cosf(2.3F * (float)i + 0.1F);
            points[i] = i;
        }
        set_root(&root.low[0], &root.high[0], x, MANY);
        set_root(&root.low[1], &root.high[1], y, MANY);
        tsne_forces_compute(&tree, &none, x, y, NULL);
        for (size_t i = 0; i < MANY; i++) {
            double want[2] = { 0.0, 0.0 };
            plain_repel(&root, i, 0.5, want, &z);
            const double got[2] = { tree.repel_x[i], tree.repel_y[i] };
            /* Float32 sums of up to 199 terms of at most 0.33, in different orders; differences of
             * coordinates far from 0 have their rounding. A different cell would give 1e-3. */
            assert_allclose(got, want, 2, 0.0, 1e-4);
        }
        assert_allclose(&tree.z, &z, 1, 1e-5, 0.0);
    }
    tsne_joint_clear(&none);
    tsne_forces_clear(&tree);
    free(x);
    free(y);
}
END_TEST

static void expect_exact_tree(size_t n)
{
    struct tsne_joint none = { .n_samples = n };
    struct tsne_forces tree = { 0 }, exact = { 0 };
    float *const x = coordinates(tsne_padded(n)), *const y = coordinates(tsne_padded(n));

    none.indptr = calloc(n + 1, sizeof *none.indptr);
    ck_assert_int_eq(tsne_forces_init(&tree, n, 1e-9, NULL), CT_OK);
    ck_assert_int_eq(tsne_forces_init(&exact, n, 0.0, NULL), CT_OK);
    for (int far_away = 0; far_away < 2; far_away++) {
        for (size_t i = 0; i < n; i++) {
            x[i] = 7.0F * sinf((float)(i * i % 9973));
            y[i] = 5.0F * cosf((float)(i * i * i % 9967));
        }
        x[n / 3] = far_away != 0 ? 1e6F : x[n / 3];
        tsne_forces_compute(&tree, &none, x, y, NULL);
        tsne_forces_compute(&exact, &none, x, y, NULL);
        for (size_t i = 0; i < n; i++) {
            const double got[2] = { tree.repel_x[i], tree.repel_y[i] };
            const double want[2] = { exact.repel_x[i], exact.repel_y[i] };
            /* Float32 sums of 333 terms of at most 0.33, in different orders. */
            assert_allclose(got, want, 2, 0.0, 2e-5);
        }
        assert_allclose(&tree.z, &exact.z, 1, 1e-6, 1e-7 * (double)n); /* rows end with a - 1 */
    }
    tsne_joint_clear(&none);
    tsne_forces_clear(&tree);
    tsne_forces_clear(&exact);
    free(x);
    free(y);
}

/* A tiny angle opens every cell, so the sum over all pairs must agree. One point far away moves the
 * others into one corner of the tree. */
START_TEST(tree_without_summaries_is_exact)
{
    static const size_t sizes[] = { 2, 3, 333 };

    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++)
        expect_exact_tree(sizes[s]);
}
END_TEST

/* 1300 points: three chunks of sources, many blocks; Z and repulsion compared with plain
 * float64. */
START_TEST(repulsion_is_accurate)
{
    enum { MANY = 1300 };
    static const float widths[] = { 1e-4F, 1.0F, 60.0F };
    struct tsne_joint none = { .n_samples = MANY };
    struct tsne_forces f = { 0 };
    float *const x = coordinates(tsne_padded(MANY)), *const y = coordinates(tsne_padded(MANY));

    none.indptr = calloc(MANY + 1, sizeof *none.indptr);
    ck_assert_int_eq(tsne_forces_init(&f, MANY, 0.0, NULL), CT_OK);
    for (size_t w = 0; w < sizeof widths / sizeof *widths; w++) {
        double z = 0.0;
        for (size_t i = 0; i < MANY; i++) {
            x[i] = widths[w] * sinf((float)(i * i % 9973));
            y[i] = widths[w] * cosf((float)(i * i * i % 9967));
        }
        tsne_forces_compute(&f, &none, x, y, NULL);
        for (size_t i = 0; i < MANY; i++) {
            double rx = 0.0, ry = 0.0, size = 0.0;
            for (size_t j = 0; j < MANY; j++) {
                const double dx = (double)x[i] - (double)x[j], dy = (double)y[i] - (double)y[j];
                const double q = 1.0 / (1.0 + dx * dx + dy * dy);
                z += j == i ? 0.0 : q;
                rx += q * q * dx;
                ry += q * q * dy;
                size += q * q * hypot(dx, dy);
            }
            /* Of the sum of absolute terms: float32 rounding of 512 terms in sequence. */
            const double got[2] = { f.repel_x[i], f.repel_y[i] };
            assert_allclose(got, (double[]){ rx, ry }, 2, 0.0, 3e-6 * size);
        }
        assert_allclose(&f.z, &z, 1, 1e-6, 0.0);
    }
    tsne_joint_clear(&none);
    tsne_forces_clear(&f);
    free(x);
    free(y);
}
END_TEST

/* Coordinates far apart, infinite or NaN: no crash, no endless loop, and NaN is not hidden. */
static void expect_survival(double angle)
{
    struct fixture f = setup_angle(angle);

    for (size_t i = 0; i < N; i++)
        f.x[i] = i % 2 == 0 ? 1e30F : -1e30F;
    tsne_forces_compute(&f.forces, &f.P, f.x, f.y, NULL);
    ck_assert(isfinite(tsne_kl(&f.forces, &f.P, f.x, f.y, 1.0F, NULL)));
    f.x[3] = NAN;
    f.x[7] = INFINITY;
    tsne_forces_compute(&f.forces, &f.P, f.x, f.y, NULL);
    ck_assert(isnan(tsne_kl(&f.forces, &f.P, f.x, f.y, 1.0F, NULL)));
    for (size_t i = 0; i < N; i++)
        f.x[i] = f.y[i] = NAN;
    tsne_forces_compute(&f.forces, &f.P, f.x, f.y, NULL);
    teardown(&f);
}

START_TEST(survives_extreme_coordinates)
{
    expect_survival(0.0);
    expect_survival(0.5);
}
END_TEST

static void run_phase(struct tsne_schedule *s, size_t iterations, double error, double norm)
{
    for (size_t i = 0; i < iterations; i++) {
        ck_assert(!s->ended);
        tsne_schedule_advance(s, error, norm);
    }
}

START_TEST(schedule_runs_to_the_end)
{
    struct tsne_schedule s;

    tsne_schedule_init(&s, 1000);
    for (size_t i = 0; i < 1000; i++) {
        ck_assert(!s.ended);
        ck_assert_uint_eq(s.iter, i);
        ck_assert_int_eq(s.exaggerating, i < 250);
        ck_assert_int_eq(tsne_schedule_checks(&s), i % 50 == 49);
        ck_assert_int_eq(tsne_schedule_advance(&s, 1.0 / (double)(i + 1), 1.0), i == 249);
    }
    ck_assert(s.ended);

    tsne_schedule_init(&s, 0);
    ck_assert(s.ended);
    tsne_schedule_init(&s, 250);
    run_phase(&s, 250, 1.0, 1.0);
    ck_assert(s.ended);
    tsne_schedule_init(&s, 7);
    run_phase(&s, 7, 1.0, 1.0);
    ck_assert(s.ended);
}
END_TEST

/* The error is constant: that does not stop phase 1; in phase 2 the best was at iteration 299, and
 * at 649 it is 350 iterations old. */
START_TEST(schedule_stops_without_progress)
{
    struct tsne_schedule s;

    tsne_schedule_init(&s, 1000);
    run_phase(&s, 650, 1.0, 1.0);
    ck_assert(s.ended);
    ck_assert_uint_eq(s.iter, 650);

    /* Exactly 300 iterations without progress are not more than 300. */
    tsne_schedule_init(&s, 1000);
    run_phase(&s, 649, 1.0, 1.0);
    ck_assert(!s.ended);
    tsne_schedule_advance(&s, 0.5, 1.0);
    ck_assert(!s.ended);
    run_phase(&s, 350, 0.7, 1.0);
    ck_assert(s.ended);
    ck_assert_uint_eq(s.iter, 1000);
}
END_TEST

/* A vanishing gradient ends the phase; after phase 1, phase 2 still runs. NaN does not end it. */
START_TEST(schedule_stops_on_a_flat_gradient)
{
    struct tsne_schedule s;

    tsne_schedule_init(&s, 1000);
    run_phase(&s, 49, 1.0, 0.0);
    ck_assert(s.exaggerating);
    ck_assert(tsne_schedule_advance(&s, 1.0, 1e-7));
    ck_assert(!s.exaggerating && !s.ended);
    run_phase(&s, 50, 1.0, 1e-8);
    ck_assert(s.ended);
    ck_assert_uint_eq(s.iter, 100);

    tsne_schedule_init(&s, 1000);
    run_phase(&s, 300, (double)NAN, (double)NAN);
    ck_assert(!s.ended);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        gradient_matches_the_formula,
        kl_matches_the_formula,
        repulsion_is_accurate,
        tree_matches_sklearn,
        cells_match_sklearn_wherever_the_map_is,
        walks_agree,
        attraction_matches_the_formula,
        neighbours_on_the_curve_are_close,
        equal_points_are_one_cell,
        tree_without_summaries_is_exact,
        survives_extreme_coordinates,
        schedule_runs_to_the_end,
        schedule_stops_without_progress,
        schedule_stops_on_a_flat_gradient,
    };
    return RUN_TESTS("tsne_gradient", tests);
}
