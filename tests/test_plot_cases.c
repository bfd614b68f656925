/* Every kind of plot at every size at which its layout changes, with the view that it reports and
 * the attributes of its cells; and the tables of palette.c and ticks.c. */
#include "config.h"
#include "golden_canvas.h"
#include "plot_cases.h"
#include "support.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "plot/frame.h"
#include "plot/palette.h"
#include "plot/raster.h"
#include "plot/ticks.h"

static void open_golden(struct golden *g)
{
    g->stream = open_memstream(&g->text, &g->size);
    ck_assert_ptr_nonnull(g->stream);
}

/* What golden_add() leaves out: runs of cells with attributes or marks. */
static void add_attributes(FILE *out, const struct canvas *c)
{
    for (size_t i = 0; i < c->rows * c->cols; i++) {
        const struct cell *const at = &c->cells[i];
        size_t n = 1;
        if (at->attr == 0 && at->mark == 0)
            continue;
        while ((i + n) % c->cols > 0 && at[n].attr == at->attr && at[n].mark == at->mark)
            n++;
        fprintf(out, "attr %d mark %x: row %zu col %zu, %zu\n", at->attr, (unsigned)at->mark,
                i / c->cols, i % c->cols, n);
        i += n - 1;
    }
}

static void add_view(FILE *out, const struct plot_view *v)
{
    fprintf(out, "-- row %zu col %zu, %zu x %zu, x %.6g .. %.6g, y %.6g .. %.6g%s\n", v->area.row,
            v->area.col, v->area.rows, v->area.cols, v->window.x0, v->window.x1, v->window.y0,
            v->window.y1, v->y_down ? ", down" : "");
}

/* In a rectangle that begins inside the canvas and may end outside. */
static void add_case(struct golden *g, const struct plot_case *p, size_t rows, size_t cols,
                     size_t more, bool ascii, bool color)
{
    struct canvas c = { 0 };
    struct plot_view view = { .area = { 9, 9, 9, 9 } };

    ck_assert_int_eq(canvas_init(&c, rows + 1, cols + 2, ascii, color, NULL), CT_OK);
    const struct plot_target target = canvas_target(&c, (struct rect){ 1, 2, rows + more, cols });
    p->show(&target, &view);
    golden_add(g, p->name, &c);
    add_view(g->stream, &view);
    add_attributes(g->stream, &c);
    ck_assert(!c.starved);
    canvas_clear(&c);
}

START_TEST(every_field_of_a_plot_is_drawn)
{
    struct golden g = { 0 };

    open_golden(&g);
    for (const struct plot_case *p = plot_cases; p->name != NULL; p++) {
        add_case(&g, p, 17, 62, 0, true, false);
        add_case(&g, p, 21, 50, 3, false, true);
        add_case(&g, p, 12, 44, 0, false, false);
    }
    golden_compare(&g, "plot_cases.txt");
}
END_TEST

/* The rows and columns at which title, legend, names and numbers come and go. */
START_TEST(small_plots_drop_parts_in_order)
{
    static const char names[] = "sequential clusters two-groups groups-with-legend few-bins";
    struct golden g = { 0 };

    open_golden(&g);
    for (const struct plot_case *p = plot_cases; p->name != NULL; p++) {
        if (strstr(names, p->name) == NULL)
            continue;
        for (size_t rows = 1; rows <= 10; rows++)
            add_case(&g, p, rows, 34, 0, true, false);
        for (size_t cols = 1; cols <= 31; cols += cols < 10 ? 3 : cols < 26 ? 2 : 1)
            add_case(&g, p, 9, cols, 0, false, false);
        add_case(&g, p, 15, 30, 0, true, false);
        add_case(&g, p, 16, 30, 0, true, false);
        add_case(&g, p, 24, 30, 0, true, false);
    }
    golden_compare(&g, "plot_sizes.txt");
}
END_TEST

START_TEST(a_legend_counts_what_does_not_fit)
{
    static const struct plot_legend entries[] = { { "aaaa", INK_GOOD, MARKER_CIRCLE },
                                                  { "bbbbb", INK_WARN, MARKER_CROSS },
                                                  { "cccccc", INK_BAD, MARKER_NOISE },
                                                  { "ddd", INK_DIM, MARKER_SMALL } };
    static const struct plot_rule rule = { .at = 1.0, .ink = INK_BAD, .label = "limit" };
    static const double y[] = { 0.0, 1.0, 2.0 };
    struct golden g = { 0 };

    open_golden(&g);
    for (size_t rows = 9; rows <= 16; rows += 7)
        for (size_t cols = 12; cols <= 56; cols++) {
            struct canvas c = { 0 };
            const struct series s = { .text = { .y_label = "y", .legend = entries, .n_legend = 4 },
                                      .y = y,
                                      .n = 3,
                                      .rules = &rule,
                                      .n_rules = 1 };
            ck_assert_int_eq(canvas_init(&c, rows, cols, true, false, NULL), CT_OK);
            series_draw(&c, canvas_area(&c), &s, NULL);
            c.rows = rows / 8; /* the head only */
            golden_add(&g, "legend", &c);
            canvas_clear(&c);
        }
    golden_compare(&g, "plot_legends.txt");
}
END_TEST

START_TEST(sparklines_of_every_width)
{
    static const double y[] = { 1.0, 2.0, NAN, 4.0, 8.0, -3.0, 0.5, 6.0, 6.5, INFINITY, 2.0 };
    static const double same[] = { 4.0, 4.0 };
    const struct sparkline lines[] = { { .y = y, .n = 11, .ink = INK_GOOD },
                                       { .y = y, .n = 11, .split = 2 },
                                       { .y = y, .n = 11, .split = 10 },
                                       { .y = y, .n = 11, .split = 11, .ink = INK_BAD },
                                       { .y = y, .n = 11, .split = 5, .lo = 0.0, .hi = 4.0 },
                                       { .y = same, .n = 2, .ink = INK_WARN },
                                       { .y = y, .n = 0, .ink = INK_WARN } };
    struct golden g = { 0 };

    open_golden(&g);
    for (size_t k = 0; k < sizeof lines / sizeof *lines; k++)
        for (size_t mode = 0; mode < 2; mode++) {
            struct canvas c = { 0 };
            char heading[40];
            ck_assert_int_eq(canvas_init(&c, 16, 20, mode == 0, mode == 1, NULL), CT_OK);
            canvas_fill(&c, canvas_area(&c), '!', INK_DEFAULT, INK_DEFAULT);
            for (size_t cols = 0; cols < 16; cols++)
                sparkline_draw(&c, cols, 3, cols + (cols == 15 ? 99 : 0), &lines[k]);
            snprintf(heading, sizeof heading, "sparkline %zu", k);
            golden_add(&g, heading, &c);
            canvas_clear(&c);
        }
    golden_compare(&g, "plot_sparks.txt");
}
END_TEST

/* ---- tables ---- */

static void add_ink(FILE *out, ink i)
{
    const char *const name = palette_role_name(i);

    fprintf(out, "%3d %s: %06x paper %06x, 256: %d, 16: %d, attr %d, glyph %x %x\n", i,
            name != NULL ? name : "-", (unsigned)palette_rgb(i), (unsigned)palette_paper_rgb(i),
            palette_256(i), palette_16(i), palette_attr(i), (unsigned)palette_glyph(i, true),
            (unsigned)palette_glyph(i, false));
}

START_TEST(every_ink_has_its_colours)
{
    struct golden g = { 0 };

    open_golden(&g);
    for (ink i = 0; i <= INK_DIVERGING + INK_STEPS; i++)
        add_ink(g.stream, i);
    fprintf(g.stream, "-- paper\n");
    for (int k = -1; k <= 21; k++)
        fprintf(g.stream, "%g: %06x %06x\n", k / 20.0, (unsigned)palette_paper_map(k / 20.0, false),
                (unsigned)palette_paper_map(k / 20.0, true));
    fprintf(g.stream, "-- letters:");
    for (long label = -2; label < 60; label++)
        fputc(palette_letter(label), g.stream);
    fprintf(g.stream, "\n-- values\n");
    for (int k = -5; k <= 25; k++)
        fprintf(g.stream, "%d: %d %d %d\n", k, palette_ink(k, 0.0, 20.0, false),
                palette_ink(k, 0.0, 20.0, true), palette_ink(k, 3.0, 3.0, true));
    fprintf(g.stream, "-- chosen\n");
    for (int color = -1; color < 256; color += color < 20 ? 1 : 7) {
        char text[PALETTE_COLOR_SIZE];
        int parsed = -9;
        palette_color_text(color, text);
        ck_assert(palette_color_parse(text, &parsed));
        ck_assert_int_eq(parsed, color);
        palette_choose(INK_ACCENT, color);
        fprintf(g.stream, "%s = ", text);
        add_ink(g.stream, INK_ACCENT);
    }
    golden_compare(&g, "palette.txt");
}
END_TEST

START_TEST(colours_and_roles_are_parsed_exactly)
{
    static const char *const bad[] = { "",   "256", "1x",     "-1",      "+1",
                                       " 1", "Red", "bright", "default " };
    int color = 77;

    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        ck_assert_msg(!palette_color_parse(bad[i], &color), "'%s'", bad[i]);
    ck_assert_int_eq(color, 77);
    ck_assert(palette_color_parse("255", &color));
    ck_assert_int_eq(color, 255);
    ck_assert_int_eq(palette_role("group-b"), INK_GROUP_B);
    ck_assert_int_eq(palette_role("cluster-19"), INK_CLUSTER_0 + 19);
    ck_assert_int_eq(palette_role("cluster-20"), INK_DEFAULT);
}
END_TEST

START_TEST(numbers_of_axes)
{
    static const double ranges[][2] = {
        { 0.0, 1.0 },          { -1.0, 1.0 },     { 0.0, 0.3 },
        { 0.05, 0.0625 },      { -3.7, 12.2 },    { 1e6, 2e6 },
        { 999.0, 1001.0 },     { 0.0, 999999.0 }, { 1e-5, 9e-5 },
        { -1e-12, 3e-12 },     { 1e15, 7e15 },    { 123456.0, 123458.0 },
        { -DBL_MAX, DBL_MAX }, { 5.0, 5.0 },      { 0.0, 59.0 },
        { -0.5, 9.5 },         { 0.0, 1e-300 },   { 1000000.0, 1000000.5 }
    };
    struct golden g = { 0 };

    open_golden(&g);
    for (size_t k = 0; k < sizeof ranges / sizeof *ranges; k++)
        for (size_t most = 1; most <= 40; most += most < 8 ? 1 : 8)
            for (int integer = 0; integer < 2; integer++) {
                struct ticks t;
                ticks_make(&t, ranges[k][0], ranges[k][1], most, integer);
                fprintf(g.stream, "%g .. %g, %zu%s:", ranges[k][0], ranges[k][1], most,
                        integer ? " integers" : "");
                for (size_t i = 0; i < t.n; i++)
                    fprintf(g.stream, " %s", t.text[i]);
                fprintf(g.stream, " (%zu)\n", t.width);
                for (size_t i = 0; i < t.n && k < 6; i++)
                    ck_assert_double_eq_tol(strtod(t.text[i], NULL), t.at[i],
                                            1e-9 * (1.0 + fabs(t.at[i])));
                ticks_fit(&t, ranges[k][0], ranges[k][1], 9 * most, integer);
                fprintf(g.stream, "  in %zu columns: %zu ticks, %zu wide\n", 9 * most, t.n,
                        t.width);
            }
    golden_compare(&g, "ticks.txt");
}
END_TEST

START_TEST(numbers_in_few_digits)
{
    static const double values[] = { 0.0,      -0.0,      1.0,      0.1,       123.456, 1234.5678,
                                     -99999.5, 999999.4,  999999.6, 1e7,       1.5e-5,  1e-4,
                                     1e100,    -2.50e-10, 0.99999,  12345678.0 };
    struct golden g = { 0 };

    open_golden(&g);
    for (size_t k = 0; k < sizeof values / sizeof *values; k++) {
        fprintf(g.stream, "%.17g:", values[k]);
        for (int digits = -1; digits <= 17; digits += 2) {
            char text[TICK_TEXT_SIZE];
            number_short(text, values[k], digits);
            fprintf(g.stream, " %s", text);
        }
        fputc('\n', g.stream);
    }
    golden_compare(&g, "numbers.txt");
}
END_TEST

int main(void)
{
    const TTest *const tests[] = { every_field_of_a_plot_is_drawn,
                                   small_plots_drop_parts_in_order,
                                   a_legend_counts_what_does_not_fit,
                                   sparklines_of_every_width,
                                   every_ink_has_its_colours,
                                   colours_and_roles_are_parsed_exactly,
                                   numbers_of_axes,
                                   numbers_in_few_digits };

    return RUN_TESTS("plot cases", tests);
}
