/* Ranges, axis numbers, and plots of values that are not finite, constant, or subnormal. */
#include "config.h"
#include "support.h"

#include <float.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "plot/bars.h"
#include "plot/frame.h"
#include "plot/heatmap.h"
#include "plot/palette.h"
#include "plot/ticks.h"

/* ---- ranges ---- */

START_TEST(ranges_cover_finite_values)
{
    static const struct {
        double y[4];
        double lo, hi;
    } cases[] = {
        { { 1, 2, 3, -4 }, -4, 3 },
        { { NAN, 2, INFINITY, -1 }, -1, 2 },
        { { -INFINITY, NAN, 5, NAN }, 5, 5 },
        { { NAN, NAN, INFINITY, -INFINITY }, 0, 1 },
        { { -INFINITY, -7, -3, -9 }, -9, -3 },
        { { INFINITY, 7, 3, 9 }, 3, 9 },
        { { DBL_MAX, -DBL_MAX, INFINITY, 0 }, -DBL_MAX, DBL_MAX },
        { { 5e-324, 0, -5e-324, NAN }, -5e-324, 5e-324 },
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        double spaced[8] = { 0 }, got[2];
        range_finite(cases[i].y, 4, 1, &got[0], &got[1]);
        ck_assert_msg(got[0] == cases[i].lo && got[1] == cases[i].hi, "case %zu: %g .. %g", i,
                      got[0], got[1]);
        for (size_t k = 0; k < 4; k++) {
            spaced[2 * k] = cases[i].y[k];
            spaced[2 * k + 1] = 1e300 * (k % 2 ? 1 : -1);
        }
        range_finite(spaced, 4, 2, &got[0], &got[1]);
        ck_assert(got[0] == cases[i].lo && got[1] == cases[i].hi);
        range_finite(cases[i].y, 0, 1, &got[0], &got[1]);
        ck_assert(got[0] == 0.0 && got[1] == 1.0);
    }
}
END_TEST

START_TEST(ranges_are_padded_to_a_width)
{
    static const double cases[][5] = { /* lo, hi, share, then the padded range */
                                       { 0, 10, 0.1, -1, 11 },
                                       { -2, 2, 0.25, -3, 3 },
                                       { 3, 5, 0, 3, 5 },
                                       { 0, 0, 0.1, -0.5, 0.5 },
                                       { 8, 8, 0.1, 4, 12 },
                                       { -8, -8, 0.1, -12, -4 },
                                       { -DBL_MAX, DBL_MAX, 0.1, -DBL_MAX, DBL_MAX },
                                       { DBL_MAX, DBL_MAX, 0.1, DBL_MAX / 2, DBL_MAX }
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        double lo = cases[i][0], hi = cases[i][1];
        range_pad(&lo, &hi, cases[i][2]);
        assert_allclose((double[]){ lo, hi }, &cases[i][3], 2, 1e-15, 0.0);
        ck_assert(range_ok(lo, hi));
    }
    for (double tiny = 5e-324; tiny < 1e-300; tiny *= 16) { /* half of it may underflow */
        double lo = tiny, hi = tiny;
        range_pad(&lo, &hi, 0.05);
        ck_assert_msg(range_ok(lo, hi) && lo <= tiny && hi >= tiny, "%g .. %g", lo, hi);
    }
}
END_TEST

START_TEST(sides_of_windows_are_distinguished)
{
    ck_assert(range_ok(0, 1) && range_ok(-DBL_MAX, DBL_MAX) && range_ok(1, 1 + DBL_EPSILON));
    ck_assert(range_ok(0, DBL_MIN) && !range_ok(0, 5e-324)); /* whose halves are equal */
    ck_assert(!range_ok(1, 1) && !range_ok(1, 0) && !range_ok(-1, -2));
    ck_assert(!range_ok(NAN, 1) && !range_ok(0, NAN) && !range_ok(NAN, NAN));
    ck_assert(!range_ok(-INFINITY, 1) && !range_ok(0, INFINITY) && !range_ok(-INFINITY, INFINITY));
}
END_TEST

/* ---- ticks ---- */

/* An end that is a multiple of the step except for rounding has a tick. */
START_TEST(ends_moved_by_rounding_have_ticks)
{
    struct ticks t;

    ticks_make(&t, 0.1 * 3, 0.7 + 0.2, 10, false); /* 0.30000000000000004 .. 0.8999999999999999 */
    ck_assert_uint_eq(t.n, 7);
    ck_assert_str_eq(t.text[0], "0.3");
    ck_assert_str_eq(t.text[6], "0.9");
    ck_assert(t.at[0] == 0.1 * 3 && t.at[6] == 0.7 + 0.2); /* still within the range */
    ticks_make(&t, 0.3001, 0.8999, 10, false);
    ck_assert_str_eq(t.text[0], "0.4"); /* a difference of a thousandth is not rounding */
    ticks_make(&t, -0.1 * 3, 0.1 * 3, 7, false);
    ck_assert_str_eq(t.text[0], "-0.3");
    ck_assert_str_eq(t.text[t.n - 1], "0.3");
}
END_TEST

/* Every multiple of the step in the range has a tick, as many as allowed, with distinct texts. */
START_TEST(no_tick_is_omitted)
{
    for (int round = 0; round < 4000; round++) {
        const double scale = pow(10.0, round % 13 - 6);
        const double lo = scale * sin(round) * 3.0, width = scale * (1.0 + round % 97 / 10.0);
        const size_t most = (size_t)round % 12 + 3;
        struct ticks t;
        ticks_make(&t, lo, lo + width, most, false);
        ck_assert_uint_ge(t.n, 2);
        ck_assert_uint_le(t.n, most);
        const double step = t.at[1] - t.at[0];
        for (size_t i = 1; i < t.n; i++) {
            ck_assert(fabs(t.at[i] - t.at[i - 1] - step) < 1e-6 * step);
            ck_assert_str_ne(t.text[i], t.text[i - 1]);
            ck_assert(fabs(strtod(t.text[i], NULL) - t.at[i]) < 0.01 * step);
        }
        ck_assert_msg(t.at[0] - step < lo && t.at[t.n - 1] + step > lo + width,
                      "%g .. %g: %zu ticks from %g by %g", lo, lo + width, t.n, t.at[0], step);
        /* The next finer step, at most half of this one, would give too many. */
        ck_assert(width / (step / 2.5) > (double)most - 1.0 - 1e-6);
    }
}
END_TEST

START_TEST(invalid_ranges_have_no_ticks)
{
    static const double ranges[][2] = { { NAN, 1 },
                                        { 0, NAN },
                                        { -INFINITY, 0 },
                                        { 0, INFINITY },
                                        { 1, -1 },
                                        { -INFINITY, INFINITY },
                                        { INFINITY, INFINITY } };
    struct ticks t;

    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++) {
        ticks_make(&t, ranges[i][0], ranges[i][1], 5, i % 2);
        ck_assert_uint_eq(t.n, 0);
        ticks_fit(&t, ranges[i][0], ranges[i][1], 80, i % 2);
        ck_assert_uint_eq(t.n, 0);
    }
    ticks_make(&t, -3, -3, 5, false);
    ck_assert(t.n == 1 && t.at[0] == -3.0 && t.width == 2);
    ticks_make(&t, 0, 100, 1000, false);
    ck_assert_uint_le(t.n, TICKS_MAX);
    ck_assert_uint_gt(t.n, TICKS_MAX / 3);
}
END_TEST

START_TEST(numbers_that_are_not_finite_are_words)
{
    char out[TICK_TEXT_SIZE];

    number_short(out, NAN, 3);
    ck_assert_str_eq(out, "nan");
    number_short(out, -NAN, 3);
    ck_assert_str_eq(out, "nan");
    number_short(out, INFINITY, 3);
    ck_assert_str_eq(out, "inf");
    number_short(out, -INFINITY, 0);
    ck_assert_str_eq(out, "-inf");
    number_short(out, -0.0, 3);
    ck_assert_str_eq(out, "0");
    number_short(out, -DBL_MAX, 99);
    ck_assert_str_eq(out, "-1.79769313486232e+308");
}
END_TEST

/* ---- heatmaps ---- */

/* A matrix of two rows and three columns on a canvas where each cell shows two of its rows. */
struct tiny {
    double values[6];
    struct canvas canvas;
    struct plot_view view;
};

static void draw_tiny(struct tiny *t, bool color, bool diverging, const struct heatmap *more)
{
    struct heatmap h = more != NULL ? *more : (struct heatmap){ .vmin = 0 };
    struct mat m = { 2, 3, t->values };

    h.data = mat_view(&m);
    h.diverging = diverging;
    h.no_bar = true;
    ck_assert_int_eq(canvas_init(&t->canvas, 1, 3, false, color, NULL), CT_OK);
    heatmap_draw(&t->canvas, canvas_area(&t->canvas), &h, &t->view);
    ck_assert(t->view.area.rows == 1 && t->view.area.cols == 3);
}

static const struct cell *cell(const struct tiny *t, size_t col)
{
    return &t->canvas.cells[t->view.area.col + col];
}

START_TEST(half_cells_without_a_value_are_empty)
{
    struct tiny t = { .values = { NAN, 2, NAN, 1, NAN, NAN } };

    draw_tiny(&t, true, false, &(struct heatmap){ .vmax = 4 });
    ck_assert(cell(&t, 0)->ch == 0x2584 && cell(&t, 0)->fg == palette_ink(1, 0, 4, false));
    ck_assert(cell(&t, 1)->ch == 0x2580 && cell(&t, 1)->fg == palette_ink(2, 0, 4, false));
    ck_assert(cell(&t, 0)->bg == INK_DEFAULT && cell(&t, 1)->bg == INK_DEFAULT);
    ck_assert_uint_eq(cell(&t, 2)->ch, '?');
    canvas_clear(&t.canvas);
    draw_tiny(&t, false, false, &(struct heatmap){ .vmax = 4 }); /* one mean per cell */
    ck_assert(cell(&t, 0)->fg == palette_ink(1, 0, 4, false));
    ck_assert(cell(&t, 1)->fg == palette_ink(2, 0, 4, false));
    ck_assert_uint_eq(cell(&t, 2)->ch, '?');
    canvas_clear(&t.canvas);
}
END_TEST

/* The mark is on the mean colour of both halves, on that of the only one, or on none. */
START_TEST(marks_have_the_colour_of_the_cell_behind)
{
    static const double rows[][3] = {
        { 1, 3, 2 }, { NAN, 3, 3 }, { 1, NAN, 1 }, { NAN, NAN, NAN }
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct tiny t = { .values = { 0, rows[i][0], 4, 0, rows[i][1], 4 } };
        draw_tiny(&t, true, false,
                  &(struct heatmap){ .vmax = 4, .cursor = true, .cursor_row = 0, .cursor_col = 1 });
        const ink want = isnan(rows[i][2]) ? INK_DEFAULT : palette_ink(rows[i][2], 0, 4, false);
        ck_assert_msg(cell(&t, 1)->bg == want, "case %zu: %d, not %d", i, cell(&t, 1)->bg, want);
        canvas_clear(&t.canvas);
    }
}
END_TEST

START_TEST(infinite_values_have_the_colour_of_the_end)
{
    struct tiny t = { .values = { INFINITY, -INFINITY, 0, 1, 5, 9 } };

    draw_tiny(&t, true, false, NULL); /* the range covers the finite values: 0 .. 9 */
    ck_assert(cell(&t, 0)->fg == palette_ink(9, 0, 9, false));
    ck_assert(cell(&t, 1)->fg == palette_ink(0, 0, 9, false));
    ck_assert(cell(&t, 2)->fg == palette_ink(0, 0, 9, false));
    ck_assert(cell(&t, 0)->bg == palette_ink(1, 0, 9, false));
    ck_assert(cell(&t, 2)->bg == palette_ink(9, 0, 9, false));
    canvas_clear(&t.canvas);
    draw_tiny(&t, true, true, NULL); /* symmetric */
    ck_assert(cell(&t, 1)->fg == palette_ink(-9, -9, 9, true));
    ck_assert(cell(&t, 1)->bg == palette_ink(5, -9, 9, true));
    canvas_clear(&t.canvas);
}
END_TEST

START_TEST(constant_data_have_the_colour_of_low_end_or_middle)
{
    static const double constants[] = { 0.0, 7.0, -3.0, 1e-300 };

    for (size_t i = 0; i < 4; i++) {
        const double c = constants[i];
        struct tiny t = { .values = { c, c, c, c, c, c } };
        draw_tiny(&t, true, false, NULL);
        ck_assert_msg(cell(&t, 0)->fg == palette_ink(0, 0, 1, false), "constant %g", c);
        ck_assert(cell(&t, 2)->bg == palette_ink(0, 0, 1, false));
        canvas_clear(&t.canvas);
    }
    struct tiny zeros = { .values = { 0 } };
    draw_tiny(&zeros, true, true, NULL);
    ck_assert(cell(&zeros, 1)->fg == palette_ink(0, -1, 1, true));
    canvas_clear(&zeros.canvas);
    ck_assert(palette_ink(5, 5, 5, false) == palette_ink(0, 0, 1, false));
    ck_assert(palette_ink(5, 5, 5, true) == palette_ink(0, -1, 1, true));
    ck_assert(palette_ink(NAN, 0, 1, true) == INK_DIM && palette_ink(NAN, 0, 1, false) == INK_DIM);
    ck_assert(palette_ink(-INFINITY, 0, 1, false) == palette_ink(0, 0, 1, false));
    ck_assert(palette_ink(INFINITY, 0, 1, false) == palette_ink(1, 0, 1, false));
}
END_TEST

/* ---- bars ---- */

static size_t height(const struct canvas *c, const struct plot_view *v, size_t col)
{
    size_t n = 0;

    for (size_t row = 0; row < v->area.rows; row++)
        n += c->cells[(v->area.row + row) * c->cols + v->area.col + col].ch != ' ';
    return n;
}

START_TEST(bars_of_any_counts)
{
    static const uint64_t counts[][4] = {
        { 0, 0, 0, 0 }, { 5, 5, 5, 5 }, { 1, UINT64_MAX, 0, UINT64_MAX / 2 }, { 0, 1, 0, 0 }
    };
    const double edges[] = { -1e-300, -5e-301, 0, 5e-301, 1e-300 };

    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        const struct bars b = { .counts = counts[i], .edges = edges, .n_bins = 4 };
        struct canvas c;
        struct plot_view v;
        ck_assert_int_eq(canvas_init(&c, 12, 40, false, false, NULL), CT_OK);
        bars_draw(&c, canvas_area(&c), &b, &v);
        const size_t width = v.area.cols / 4;
        for (size_t k = 0; k < 4; k++) {
            const size_t cells = height(&c, &v, k * width);
            ck_assert_msg((cells > 0) == (counts[i][k] > 0), "case %zu, bar %zu", i, k);
            if (counts[i][k] > 0)
                ck_assert_uint_eq(cells, (size_t)ceil((double)counts[i][k] / v.window.y1 *
                                                      (double)v.area.rows));
        }
        canvas_clear(&c);
    }
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        ranges_cover_finite_values,
        ranges_are_padded_to_a_width,
        sides_of_windows_are_distinguished,
        ends_moved_by_rounding_have_ticks,
        no_tick_is_omitted,
        invalid_ranges_have_no_ticks,
        numbers_that_are_not_finite_are_words,
        half_cells_without_a_value_are_empty,
        marks_have_the_colour_of_the_cell_behind,
        infinite_values_have_the_colour_of_the_end,
        constant_data_have_the_colour_of_low_end_or_middle,
        bars_of_any_counts,
    };
    return RUN_TESTS("plot_limits", tests);
}
