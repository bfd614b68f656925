#include "config.h"
#include "support.h"

#include <float.h>
#include <locale.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

#include "base/text.h"
#include "plot/canvas.h"
#include "plot/palette.h"
#include "plot/ticks.h"

static struct canvas canvas_of(size_t rows, size_t cols, bool ascii)
{
    struct canvas c;

    ck_assert_int_eq(canvas_init(&c, rows, cols, ascii, true, NULL), CT_OK);
    return c;
}

/* One row as UTF-8; right halves of wide characters are skipped. */
static const char *row_text(const struct canvas *c, size_t row)
{
    static char out[512];
    size_t used = 0;

    for (size_t j = 0; j < c->cols; j++) {
        const struct cell *const at = &c->cells[row * c->cols + j];
        if (at->ch == 0)
            continue;
        used += utf8_put(at->ch, out + used);
        if (at->mark != 0)
            used += utf8_put(at->mark, out + used);
    }
    out[used] = '\0';
    return out;
}

START_TEST(rectangles_are_clipped_without_overflow)
{
    const struct rect bounds = { 2, 3, 10, 20 };
    const struct {
        struct rect r, want;
    } cases[] = {
        { { 0, 0, 5, 5 }, { 2, 3, 3, 2 } },
        { { 4, 5, 100, 2 }, { 4, 5, 8, 2 } },
        { { 0, 0, SIZE_MAX, SIZE_MAX }, { 2, 3, 10, 20 } },
        { { 5, 6, SIZE_MAX, SIZE_MAX }, { 5, 6, 7, 17 } },
        { { 50, 4, 3, 3 }, { 50, 4, 0, 3 } },
        { { 0, 0, 1, 1 }, { 2, 3, 0, 0 } },
        { { SIZE_MAX, SIZE_MAX, 2, 2 }, { SIZE_MAX, SIZE_MAX, 0, 0 } },
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct rect got = rect_clip(cases[i].r, bounds);
        ck_assert_msg(memcmp(&got, &cases[i].want, sizeof got) == 0, "case %zu: %zu %zu %zu %zu", i,
                      got.row, got.col, got.rows, got.cols);
    }
}
END_TEST

START_TEST(sizes_beyond_memory_are_refused)
{
    struct canvas c = { .rows = 7 };
    struct ct_error err;

    ck_assert_int_eq(canvas_init(&c, SIZE_MAX / 2, 8, false, false, &err), CT_ENOMEM);
    ck_assert_uint_eq(c.rows, 7); /* unchanged */
    ck_assert_int_eq(canvas_init(&c, 0, 0, false, false, NULL), CT_OK);
    canvas_put(&c, 0, 0, 'x', INK_DEFAULT, INK_DEFAULT, 0);
    ck_assert_uint_eq(canvas_text(&c, 0, 0, 9, "x", INK_DEFAULT, 0), 0);
    canvas_clear(&c);
}
END_TEST

START_TEST(truncated_text_ends_with_an_ellipsis)
{
    struct canvas c = canvas_of(1, 8, false);
    struct canvas a = canvas_of(1, 8, true);

    ck_assert_uint_eq(canvas_text(&c, 0, 1, 5, "neuron", INK_DEFAULT, 0), 5);
    ck_assert_str_eq(row_text(&c, 0), " neur\u2026  ");
    ck_assert_uint_eq(canvas_text(&a, 0, 1, 5, "neuron", INK_DEFAULT, 0), 5);
    ck_assert_str_eq(row_text(&a, 0), " neur~  ");
    ck_assert_uint_eq(canvas_text(&c, 0, 1, 6, "neuron", INK_DEFAULT, 0), 6);
    ck_assert_str_eq(row_text(&c, 0), " neuron ");
    ck_assert_uint_eq(canvas_text(&c, 0, 5, 100, "neuron", INK_DEFAULT, 0), 3); /* at the edge */
    ck_assert_str_eq(row_text(&c, 0), " neurne\u2026");
    ck_assert_uint_eq(canvas_text(&c, 0, 8, 5, "x", INK_DEFAULT, 0), 0);
    ck_assert_uint_eq(canvas_text(&c, 0, 0, 0, "x", INK_DEFAULT, 0), 0);
    ck_assert_uint_eq(canvas_text(&c, 0, 0, 5, NULL, INK_DEFAULT, 0), 0);
    canvas_clear(&c);
    canvas_clear(&a);
}
END_TEST

START_TEST(controls_never_reach_a_cell)
{
    struct canvas c = canvas_of(1, 24, false);

    canvas_text(&c, 0, 0, 24, "a\033[31m\n\xff\xe2\x80\xae", INK_DEFAULT, 0);
    ck_assert_str_eq(row_text(&c, 0), "a\\u{1b}[31m\\n\\xff\u2026      ");
    canvas_put(&c, 0, 0, '\033', INK_DEFAULT, INK_DEFAULT, 0);
    canvas_put(&c, 0, 1, 0, INK_DEFAULT, INK_DEFAULT, 0);
    ck_assert_int_eq((int)c.cells[0].ch, '?');
    ck_assert_int_eq((int)c.cells[1].ch, '?');
    canvas_clear(&c);
}
END_TEST

START_TEST(ascii_canvases_contain_only_ascii)
{
    struct canvas c = canvas_of(1, 6, true);

    canvas_text(&c, 0, 0, 6, "caf\u00e9 \u00e9", INK_DEFAULT, 0);
    ck_assert_str_eq(row_text(&c, 0), "caf? ?");
    canvas_clear(&c);
}
END_TEST

START_TEST(wide_characters_take_two_cells)
{
    struct canvas c = canvas_of(1, 6, false);

    if (setlocale(LC_CTYPE, "C.UTF-8") == NULL) {
        SKIP("no locale C.UTF-8");
        canvas_clear(&c);
        return;
    }
    ck_assert_uint_eq(canvas_text_width(&c, "\u4e2d\u6587e\u0301"), 5);
    ck_assert_uint_eq(canvas_text(&c, 0, 0, 6, "\u4e2d\u6587e\u0301", INK_DEFAULT, 0), 5);
    ck_assert_str_eq(row_text(&c, 0), "\u4e2d\u6587e\u0301 ");
    canvas_put(&c, 0, 1, 'x', INK_DEFAULT, INK_DEFAULT, 0); /* over a right half */
    ck_assert_str_eq(row_text(&c, 0), " x\u6587e\u0301 ");
    canvas_put(&c, 0, 2, 'y', INK_DEFAULT, INK_DEFAULT, 0); /* over a left half */
    ck_assert_str_eq(row_text(&c, 0), " xy e\u0301 ");
    canvas_put(&c, 0, 5, 0x4e2d, INK_DEFAULT, INK_DEFAULT, 0); /* no space for its other half */
    ck_assert_str_eq(row_text(&c, 0), " xy e\u0301?");
    ck_assert_uint_eq(canvas_text(&c, 0, 0, 4, "a\u4e2d\u6587", INK_DEFAULT, 0), 4);
    ck_assert_str_eq(row_text(&c, 0), "a\u4e2d\u2026e\u0301?");
    canvas_clear(&c);
}
END_TEST

/* Of sequences that terminals draw in one width or another, the parts of agreed width are drawn. */
START_TEST(sequences_of_unsure_width_are_drawn_in_parts)
{
    static const struct {
        const char *text, *shown;
        size_t cols;
    } cases[] = {
        { "\U0001F468\u200D\U0001F469\u200D\U0001F467!", "\U0001F468\U0001F469\U0001F467!", 7 },
        { "\u2764\uFE0F!", "\u2764!", 2 },             /* a heart as emoji */
        { "\U0001F44D\U0001F3FD!", "\U0001F44D!", 3 }, /* a skin tone */
        { "x\U0001F3FD!", "x\U0001F3FD!", 4 },         /* the tone alone */
        { "\U0001F1E9\U0001F1EA!", "DE!", 3 },         /* a flag */
        { "1\uFE0F\u20E3!", "1!", 2 },                 /* a keycap */
        { "a\u200Cb\u200Dc\U000E0100!", "abc!", 4 },   /* joiners, variation of an ideograph */
        { "a\u200Bb", "a\\u{200b}b", 10 },             /* zero width space */
        { "a\u00ADb", "a\\u{ad}b", 8 },                /* soft hyphen */
        { "\U0003FFFD!", "\\u{3fffd}!", 10 },          /* unknown to the C library */
    };

    if (setlocale(LC_CTYPE, "C.UTF-8") == NULL) {
        SKIP("no locale C.UTF-8");
        return;
    }
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct canvas c = canvas_of(1, cases[i].cols, false);

        ck_assert_uint_eq(canvas_text_width(&c, cases[i].text), cases[i].cols);
        ck_assert_uint_eq(canvas_text(&c, 0, 0, cases[i].cols, cases[i].text, INK_DEFAULT, 0),
                          cases[i].cols);
        ck_assert_str_eq(row_text(&c, 0), cases[i].shown);
        canvas_clear(&c);
    }
}
END_TEST

static const char *joined(const struct ticks *t)
{
    static char out[1024];

    out[0] = '\0';
    for (size_t i = 0; i < t->n; i++)
        snprintf(out + strlen(out), sizeof out - strlen(out), "%s%s", i > 0 ? " " : "", t->text[i]);
    return out;
}

START_TEST(ticks_are_nice_numbers)
{
    static const struct {
        double lo, hi;
        size_t most;
        bool integer;
        const char *want;
    } cases[] = {
        { -2, 2, 5, false, "-2 -1 0 1 2" },
        { -1, 1, 5, false, "-1.0 -0.5 0.0 0.5 1.0" },
        { -80, 80, 6, false, "-50 0 50" },
        { -4, 4, 3, false, "-4 4" }, /* steps of 5 would leave only 0 */
        { -3.7, 4.9, 3, false, "-2 4" },
        { 0, 107, 6, true, "0 20 40 60 80 100" },
        { -0.5, 2.5, 9, true, "0 1 2" },
        { 0.1, 0.5, 5, false, "0.1 0.2 0.3 0.4 0.5" },
        { 0, 4e-5, 5, false, "0 1e-05 2e-05 3e-05 4e-05" },
        { 0, 3e6, 4, false, "0 1e+06 2e+06 3e+06" },
        { 0, 900000, 4, false, "0 500000" },
        { 1e9, 1.00000001e9, 3, false, "1000000000 1000000005 1000000010" },
        { 5, 5, 4, false, "5" },
        { 2, 1, 4, false, "" },
        { 0, 1, 0, false, "" },
        { 0.3, 0.6, 4, true, "" },
    };
    struct ticks t;

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        ticks_make(&t, cases[i].lo, cases[i].hi, cases[i].most, cases[i].integer);
        ck_assert_str_eq(joined(&t), cases[i].want);
    }
    ticks_make(&t, -DBL_MAX, DBL_MAX, 1, false); /* the width exceeds double */
    ck_assert_str_eq(joined(&t), "");            /* and so would the step */
    ticks_make(&t, -DBL_MAX, DBL_MAX, 3, false);
    ck_assert_str_eq(joined(&t), "-1e+308 0 1e+308");
    ticks_make(&t, NAN, 1, 4, false);
    ck_assert_uint_eq(t.n, 0);
    ticks_make(&t, 0, INFINITY, 4, false);
    ck_assert_uint_eq(t.n, 0);
}
END_TEST

/* For every range: at most `most` ticks, ascending, within the range, none when they would
 * touch. */
START_TEST(ticks_have_their_documented_properties)
{
    uint64_t state = 1;
    struct ticks t;

    for (size_t round = 0; round < 20000; round++) {
        double v[3];
        for (int k = 0; k < 3; k++) {
            state = state * 6364136223846793005u + 1442695040888963407u;
            v[k] = ldexp((double)(int64_t)state, (int)(state >> 33 & 1023) - 575);
        }
        const double lo = fmin(v[0], v[1]), hi = fmax(v[0], v[1]);
        const size_t cols = (size_t)(state >> 40) % 200;
        ticks_fit(&t, lo, hi, cols, round % 2);
        ck_assert_uint_le(t.n, TICKS_MAX);
        for (size_t i = 0; i < t.n; i++) {
            const bool within = t.at[i] >= lo && t.at[i] <= hi;
            if (!within || (i > 0 && !(t.at[i] > t.at[i - 1])) || strlen(t.text[i]) > t.width)
                ck_abort_msg("%a .. %a: tick %zu is %a, '%s'", lo, hi, i, t.at[i], t.text[i]);
        }
        if (t.n > 1)
            ck_assert_uint_le((t.n - 1) * (t.width + 3), cols + t.n);
        ticks_make(&t, lo, hi, round % 7, false);
        ck_assert_uint_le(t.n, round % 7);
        if (round % 7 >= 2 && lo < hi)
            ck_assert_uint_ge(t.n, 2);
    }
}
END_TEST

START_TEST(numbers_are_formatted_short)
{
    char out[TICK_TEXT_SIZE];
    static const struct {
        double value;
        int digits;
        const char *want;
    } cases[] = { { -0.5, 3, "-0.5" },    { 1500, 2, "1500" },        { 0.00001, 3, "1e-05" },
                  { -0.0, 3, "0" },       { 1234567, 3, "1.23e+06" }, { 4.590469, 3, "4.59" },
                  { 1e300, 3, "1e+300" }, { 2.50e-7, 3, "2.5e-07" } };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        number_short(out, cases[i].value, cases[i].digits);
        ck_assert_str_eq(out, cases[i].want);
    }
    number_short(out, NAN, 3);
    ck_assert_str_eq(out, "nan");
    number_short(out, -INFINITY, 3);
    ck_assert_str_eq(out, "-inf");
}
END_TEST

START_TEST(values_map_to_inks)
{
    ck_assert_uint_eq(palette_ink(-5, 0, 1, false), INK_SEQUENTIAL);
    ck_assert_uint_eq(palette_ink(0.5, 0, 1, false), INK_SEQUENTIAL + 32);
    ck_assert_uint_eq(palette_ink(INFINITY, 0, 1, false), INK_SEQUENTIAL + 63);
    ck_assert_uint_eq(palette_ink(-80, -80, 80, true), INK_DIVERGING);
    ck_assert_uint_eq(palette_ink(0, -80, 80, true), INK_DIVERGING + 32);
    ck_assert_uint_eq(palette_ink(80, -80, 80, true), INK_DIVERGING + 63);
    ck_assert_uint_eq(palette_ink(NAN, -80, 80, true), INK_DIM);
    ck_assert_uint_eq(palette_point_ink(NAN, -80, 80), INK_DIM);
    ck_assert_uint_eq(palette_point_ink(80, -80, 80), INK_POINTS + 63);
    ck_assert_uint_eq(palette_ink(3, 3, 3, false), INK_SEQUENTIAL);
    ck_assert_uint_eq(palette_ink(3, 3, 3, true), INK_DIVERGING + 32);
    ck_assert_uint_eq(palette_ink(0, -1.7e308, 1.7e308, true), INK_DIVERGING + 32);
    ck_assert_int_eq(palette_letter(-1), '+');
    ck_assert_int_eq(palette_letter(0), 'a');
    ck_assert_int_eq(palette_letter(51), 'Z');
    ck_assert_int_eq(palette_letter(52), 'a');
}
END_TEST

static double lightness(uint32_t rgb) /* relative luminance, WCAG 2 */
{
    static const double weights[3] = { 0.0722, 0.7152, 0.2126 };
    double sum = 0.0;

    for (int k = 0; k < 3; k++) {
        const double v = (double)(rgb >> 8 * k & 0xFF) / 255.0;
        sum += weights[k] * (v <= 0.04045 ? v / 12.92 : pow((v + 0.055) / 1.055, 2.4));
    }
    return sum;
}

START_TEST(colours_are_distinguishable)
{
    for (ink k = 1; k < INK_STEPS; k++) {
        const double step = lightness(palette_rgb(INK_SEQUENTIAL + k)) -
                            lightness(palette_rgb((ink)(INK_SEQUENTIAL + k - 1)));
        const double sign = lightness(palette_rgb(INK_DIVERGING + k)) -
                            lightness(palette_rgb((ink)(INK_DIVERGING + k - 1)));
        ck_assert_msg(step > 0.0, "cividis gets darker at %d", k);
        ck_assert_msg(k == 32 || (k < 32) == (sign > 0.0), "red-blue at %d", k);
    }
    /* The colours of all clusters and the ends of the maps are visible on black and on white:
     * contrast at least 1.2 with white (yellow), 2.5 with black. */
    for (ink i = INK_POINTS; i < INK_MAPS_END; i++) { /* graphics need 3, WCAG 2.1 */
        const double l = lightness(palette_rgb(i)), paper = lightness(palette_paper_rgb(i));
        ck_assert_msg((l + 0.05) / 0.05 > 3.0 && 1.05 / (l + 0.05) > 3.0, "point of ink %d", i);
        ck_assert_msg(1.05 / (paper + 0.05) > 3.0, "point of ink %d on paper", i);
    }
    for (ink i = 0; i < INK_MAPS_END; i++) {
        const double l = lightness(palette_rgb(i));
        ck_assert_int_ge(palette_256(i), -1);
        ck_assert_int_le(palette_256(i), 255);
        ck_assert_int_ge(palette_16(i), -1);
        ck_assert_int_le(palette_16(i), 15);
        ck_assert_int_eq(palette_256(i) < 0, palette_16(i) < 0);
        if (i < INK_SEQUENTIAL || i >= INK_DIVERGING)
            ck_assert_msg((l + 0.05) / 0.05 > 2.5 && 1.05 / (l + 0.05) > 1.2, "ink %d", i);
        for (ink j = INK_CLUSTER_0; j < i && i < INK_CLUSTER_0 + INK_N_CLUSTERS; j++)
            ck_assert_uint_ne(palette_rgb(i), palette_rgb(j));
    }
    ck_assert_int_eq(palette_16(INK_DEFAULT), -1);
    ck_assert_int_eq(palette_16(60000), -1);
}
END_TEST

START_TEST(glyphs_distinguish_signs)
{
    for (ink k = 0; k < INK_STEPS; k++) {
        const uint32_t low = palette_glyph(INK_DIVERGING + k, true);
        const uint32_t high = palette_glyph((ink)(INK_DIVERGING + INK_STEPS - 1 - k), true);
        ck_assert(low == ' ' || low != high);
        ck_assert(palette_glyph(INK_DIVERGING + k, true) < 127);
        ck_assert(palette_glyph(INK_SEQUENTIAL + k, true) < 127);
    }
    ck_assert_int_eq((int)palette_glyph(INK_DIVERGING, true), 'Z');
    ck_assert_int_eq((int)palette_glyph(INK_DIVERGING + 32, true), ' ');
    ck_assert_int_eq((int)palette_glyph(INK_DIVERGING + 63, true), '#');
    ck_assert_int_eq((int)palette_glyph(INK_SEQUENTIAL, true), ' ');
    ck_assert_int_eq((int)palette_glyph(INK_SEQUENTIAL + 63, true), '@');
    ck_assert_int_eq((int)palette_glyph(INK_DEFAULT, true), ' ');
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        rectangles_are_clipped_without_overflow,
        sizes_beyond_memory_are_refused,
        truncated_text_ends_with_an_ellipsis,
        controls_never_reach_a_cell,
        ascii_canvases_contain_only_ascii,
        wide_characters_take_two_cells,
        sequences_of_unsure_width_are_drawn_in_parts,
        ticks_are_nice_numbers,
        ticks_have_their_documented_properties,
        numbers_are_formatted_short,
        values_map_to_inks,
        colours_are_distinguishable,
        glyphs_distinguish_signs,
    };
    return RUN_TESTS("canvas", tests);
}
