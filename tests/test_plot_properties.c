/* Documented properties of every plot, checked on random data and sizes. */
#include "config.h"
#include "support.h"

#include <float.h>
#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "plot/bars.h"
#include "plot/heatmap.h"
#include "plot/palette.h"
#include "plot/scatter.h"
#include "plot/series.h"

static uint64_t state = 88172645463325252u;

static uint64_t next(void)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state;
}

static size_t below(size_t n)
{
    return n > 0 ? (size_t)(next() >> 20) % n : 0;
}

static double uniform(void)
{
    return (double)(next() >> 11) / 9007199254740992.0;
}

static struct canvas canvas_of(size_t rows, size_t cols, bool ascii, bool color)
{
    struct canvas c;

    ck_assert_int_eq(canvas_init(&c, rows, cols, ascii, color, NULL), CT_OK);
    return c;
}

static const struct cell *cell_at(const struct canvas *c, size_t row, size_t col)
{
    return &c->cells[row * c->cols + col];
}

static size_t *shuffled(size_t n)
{
    size_t *const order = calloc(n + 1, sizeof *order);

    for (size_t i = 0; i < n; i++) {
        const size_t j = below(i + 1);
        order[i] = order[j];
        order[j] = i;
    }
    return order;
}

/* Whether the centre of place i is in pixel k of n_pixels over n places: exact, in integers. */
static bool is_under(size_t i, size_t n, size_t k, size_t n_pixels)
{
    return (2 * i + 1) * n_pixels >= 2 * k * n && (2 * i + 1) * n_pixels < 2 * (k + 1) * n;
}

/* The mean by definition: every entry is tested for being in the pixel. */
static double mean_under(const struct heatmap *h, size_t pixel_row, size_t rows, size_t pixel_col,
                         size_t cols)
{
    double sum = 0.0;
    size_t count = 0;
    const size_t n = h->data.rows, m = h->data.cols;
    const size_t row_at = (2 * pixel_row + 1) * n / (2 * rows); /* contains the pixel's centre */
    const size_t col_at = (2 * pixel_col + 1) * m / (2 * cols);

    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < m; j++)
            if ((rows <= n ? is_under(i, n, pixel_row, rows) : i == row_at) &&
                (cols <= m ? is_under(j, m, pixel_col, cols) : j == col_at)) {
                sum += matview_get(&h->data, h->row_order[i], h->col_order[j]);
                count++;
            }
    return sum / (double)count;
}

/* Integers, so that sums are exact and inks can be compared for equality. */
START_TEST(a_pixel_is_the_mean_of_its_entries)
{
    for (int round = 0; round < 60; round++) {
        const size_t n = 1 + below(90), m = 1 + below(150);
        struct mat values;
        size_t *const row_order = shuffled(n), *const col_order = shuffled(m);
        ck_assert_int_eq(mat_init(&values, n, m, "test", NULL), CT_OK);
        for (size_t i = 0; i < n * m; i++)
            values.data[i] = (double)below(1001);
        struct heatmap_cache cache = { .pixels = NULL };
        const struct heatmap h = { .data = mat_view(&values),
                                   .row_order = row_order,
                                   .col_order = col_order,
                                   .vmax = 1000,
                                   .lower = round % 2,
                                   .cache = round % 3 ? &cache : NULL };
        struct canvas c = canvas_of(1 + below(30), 1 + below(90), false, true);
        struct plot_view v;
        heatmap_draw(&c, canvas_area(&c), &h, &v);
        const size_t rows = 2 * v.area.rows;
        ck_assert_uint_gt(rows, 0);
        for (size_t i = 0; i < v.area.rows; i++)
            for (size_t j = 0; j < v.area.cols; j++) {
                const struct cell *const at = cell_at(&c, v.area.row + i, v.area.col + j);
                const size_t upper = h.lower ? rows - 1 - 2 * i : 2 * i;
                const size_t lower = h.lower ? upper - 1 : upper + 1;
                const ink fg =
                    palette_ink(mean_under(&h, upper, rows, j, v.area.cols), 0, 1000, false);
                const ink bg =
                    palette_ink(mean_under(&h, lower, rows, j, v.area.cols), 0, 1000, false);
                if (at->ch != 0x2580 || at->fg != fg || at->bg != bg) /* ck_assert is slow */
                    ck_abort_msg("%zu x %zu: cell %zu %zu has %d %d, not %d %d", n, m, i, j, at->fg,
                                 at->bg, fg, bg);
            }
        heatmap_cache_clear(&cache);
        canvas_clear(&c);
        mat_clear(&values);
        free(row_order);
        free(col_order);
    }
}
END_TEST

static bool same_cells(const struct canvas *a, const struct canvas *b)
{
    return memcmp(a->cells, b->cells, a->rows * a->cols * sizeof *a->cells) == 0;
}

/* The matrix of products, computed and not computed. Integers again: sums are exact. */
START_TEST(products_are_never_materialised)
{
    for (int round = 0; round < 40; round++) {
        const size_t n = 1 + below(120), d = 1 + below(9);
        const bool narrow = round % 2;
        float vectors[120 * 9];
        double factors[120];
        struct mat gram;
        size_t *const order = shuffled(n);
        ck_assert_int_eq(mat_init(&gram, n, n, "test", NULL), CT_OK);
        for (size_t k = 0; k < n * d; k++)
            vectors[k] = (float)below(41) - 20.0F;
        const struct matview X = { vectors, DTYPE_F32, n, d, d };
        struct mat wide;
        ck_assert_int_eq(mat_init(&wide, n, d, "test", NULL), CT_OK);
        for (size_t i = 0; i < n; i++) {
            factors[i] = (double)below(5);
            matview_read(&X, i, 0, d, mat_row(&wide, i));
        }
        for (size_t i = 0; i < n; i++)
            for (size_t j = 0; j < n; j++)
                for (size_t k = 0; k < d; k++)
                    mat_row(&gram, i)[j] +=
                        factors[i] * factors[j] * mat_row(&wide, i)[k] * mat_row(&wide, j)[k];
        /* So low that products are not drawn square. */
        struct canvas a = canvas_of(15, 70, false, true), b = canvas_of(15, 70, false, true);
        struct heatmap h = { .data = mat_view(&gram),
                             .row_order = order,
                             .col_order = order,
                             .vmin = -999,
                             .vmax = 999,
                             .diverging = true,
                             .lower = round % 3 == 0 };
        if (round % 4 > 1)
            h.window = (struct plot_window){ 0.3 * (double)n, (double)n, 0, 0.6 * (double)n };
        heatmap_draw(&a, canvas_area(&a), &h, NULL);
        h.data = narrow ? X : mat_view(&wide);
        h.products = true;
        h.factors = factors;
        heatmap_draw(&b, canvas_area(&b), &h, NULL);
        ck_assert(same_cells(&a, &b));
        canvas_clear(&a);
        canvas_clear(&b);
        mat_clear(&gram);
        mat_clear(&wide);
        free(order);
    }
}
END_TEST

static double entry(const void *context, size_t i, size_t j)
{
    return matview_get(context, i, j);
}

START_TEST(a_cache_and_a_getter_change_nothing)
{
    struct heatmap_cache cache = { .pixels = NULL };
    struct mat values;

    ck_assert_int_eq(mat_init(&values, 70, 90, "test", NULL), CT_OK);
    for (int round = 0; round < 40; round++) {
        struct canvas a = canvas_of(20, 60, false, true), b = canvas_of(20, 60, false, true);
        struct heatmap h = { .data = mat_view(&values), .diverging = true, .version = 1 };
        if (round % 4 == 0)
            for (size_t i = 0; i < 70 * 90; i++)
                values.data[i] = uniform() < 0.02 ? NAN : uniform() - 0.3;
        h.version += (size_t)round / 4;
        h.lower = round % 8 > 3;
        h.vmax = round % 2 ? 0.5 : 0.0; /* 0: from the data */
        h.vmin = -h.vmax;
        if (round % 4 > 1)
            h.window = (struct plot_window){ 10.5, 44, 20, 21.5 };
        heatmap_draw(&a, canvas_area(&a), &h, NULL);
        h.cache = &cache;
        heatmap_draw(&b, canvas_area(&b), &h, NULL);
        ck_assert(same_cells(&a, &b));
        heatmap_draw(&b, canvas_area(&b), &h, NULL);
        ck_assert(same_cells(&a, &b));
        const struct matview v = h.data;
        h.cache = NULL;
        h.data.data = NULL;
        h.at = entry;
        h.context = &v;
        heatmap_draw(&b, canvas_area(&b), &h, NULL);
        ck_assert(same_cells(&a, &b));
        canvas_clear(&a);
        canvas_clear(&b);
    }
    heatmap_cache_clear(&cache);
    mat_clear(&values);
}
END_TEST

/* The number that an ASCII axis shows at a column or row, read from the canvas. */
static double number_around(const struct canvas *c, size_t row, size_t col)
{
    char text[32] = "";
    size_t from = col, n = 0;

    while (from > 0 && cell_at(c, row, from - 1)->ch != ' ')
        from--;
    while (from + 1 < c->cols && cell_at(c, row, from)->ch == ' ')
        from++;
    for (; from < c->cols && n < sizeof text - 1; from++) {
        const uint32_t ch = cell_at(c, row, from)->ch;
        if (ch == ' ' || ch == '+' || ch == '|')
            break;
        text[n++] = (char)ch;
    }
    return atof(text);
}

/* For points at the numbers of the axes: the tick of the axis is directly below and next to
 * them. */
START_TEST(points_are_drawn_where_the_axes_say)
{
    size_t checked = 0;

    for (int round = 0; round < 400; round++) {
        const double scale = ldexp(1.0, (int)below(12) - 4);
        const double x0 = scale * (uniform() - 0.5), y0 = scale * (uniform() - 0.5);
        const struct plot_window w = { x0, x0 + scale * (0.1 + uniform()), y0,
                                       y0 + scale * (0.1 + uniform()) };
        struct canvas c = canvas_of(8 + below(40), 30 + below(100), true, false);
        struct plot_view v;
        double x, y;
        struct scatter s = { .x = &x, .y = &y, .n = 1, .window = w };

        x = y = NAN;
        scatter_draw(&c, canvas_area(&c), &s, &v);
        const size_t line = v.area.row + v.area.rows;
        for (size_t j = v.area.col; j < v.area.col + v.area.cols; j++)
            for (size_t i = v.area.row; i < line; i++) {
                if (cell_at(&c, line, j)->ch != '+' || cell_at(&c, i, v.area.col - 1)->ch != '+')
                    continue;
                x = number_around(&c, line + 1, j);
                y = number_around(&c, i, 0);
                scatter_draw(&c, canvas_area(&c), &s, NULL);
                if (cell_at(&c, i, j)->ch != '*')
                    ck_abort_msg("%g %g is not at %zu %zu", x, y, i, j);
                checked++;
            }
        canvas_clear(&c);
    }
    ck_assert_uint_gt(checked, 2000);
}
END_TEST

START_TEST(views_convert_cells_to_points_and_back)
{
    const struct plot_view v = { { 3, 5, 20, 60 }, { -1e300, 1e300, 0, 7 }, false };
    size_t row, col;
    double x, y;

    for (size_t i = 3; i < 23; i++)
        for (size_t j = 5; j < 65; j++) {
            ck_assert(plot_view_point(&v, i, j, &x, &y));
            ck_assert(plot_view_cell(&v, x, y, &row, &col));
            ck_assert_uint_eq(row, i);
            ck_assert_uint_eq(col, j);
        }
    ck_assert(!plot_view_point(&v, 2, 5, &x, &y));
    ck_assert(!plot_view_point(&v, 3, 65, &x, &y));
    ck_assert(plot_view_cell(&v, 1e300, 7, &row, &col)); /* the far edges belong to the plot */
    ck_assert_uint_eq(row, 3);
    ck_assert_uint_eq(col, 64);
    ck_assert(!plot_view_cell(&v, 0, 7.01, &row, &col));
    ck_assert(!plot_view_cell(&v, NAN, 1, &row, &col));
}
END_TEST

/* One column per bin: its height in thirds of a cell is the rounded count. */
START_TEST(heights_of_bars_match_their_counts)
{
    enum { N = 40 };
    uint64_t counts[N];
    double edges[N + 1];
    struct canvas c = canvas_of(20, 50, true, false);
    struct plot_view v;

    for (size_t i = 0; i < N; i++)
        counts[i] = below(1000);
    counts[7] = 1000;
    counts[8] = 0;
    counts[9] = 1;
    for (size_t i = 0; i <= N; i++)
        edges[i] = (double)i;
    const struct bars b = { .counts = counts, .edges = edges, .n_bins = N };
    bars_draw(&c, canvas_area(&c), &b, &v);
    ck_assert_uint_eq(v.area.cols, N);
    for (size_t j = 0; j < N; j++) {
        double thirds = 0.0;
        for (size_t i = 0; i < v.area.rows; i++) {
            const uint32_t ch = cell_at(&c, v.area.row + i, v.area.col + j)->ch;
            thirds += ch == '#' ? 3.0 : ch == ':' ? 2.0 : ch == '.' ? 1.0 : 0.0;
        }
        const double want = round((double)counts[j] / v.window.y1 * 3.0 * (double)v.area.rows);
        ck_assert_double_eq(thirds, counts[j] > 0 ? fmax(want, 1.0) : 0.0);
    }
    canvas_clear(&c);
}
END_TEST

/* Any value: small, large, not finite. */
static double wild(void)
{
    static const double odd[] = { NAN,      INFINITY, -INFINITY, 0.0,  DBL_MAX,
                                  -DBL_MAX, DBL_MIN,  5e-324,    -1.0, 1e15 };

    switch (below(8)) {
    case 0:
        return odd[below(sizeof odd / sizeof *odd)];
    case 1:
        return ldexp(uniform() - 0.5, (int)below(2000) - 1000);
    default:
        return 10.0 * (uniform() - 0.5);
    }
}

static double *wild_values(size_t n, bool tame)
{
    double *const out = malloc((n + (n == 0)) * sizeof *out);

    for (size_t i = 0; i < n; i++)
        out[i] = tame ? 10.0 * uniform() : wild();
    return out;
}

static struct plot_text wild_text(void)
{
    static const char *const texts[] = { NULL,
                                         "",
                                         "a title",
                                         "a much longer title than there is room",
                                         "\033[31m\n\xff",
                                         "\u4e2d\u6587\u4e2d\u6587 \u00e9e\u0301" };
    enum { N = sizeof texts / sizeof *texts };
    static struct plot_legend legend[30];

    for (size_t i = 0; i < 30; i++)
        legend[i] = (struct plot_legend){ texts[below(N)], (ink)below(200), (uint8_t)below(90) };
    return (struct plot_text){ texts[below(N)], texts[below(N)], texts[below(N)],
                               legend,          below(31),       false };
}

static struct plot_window wild_window(void)
{
    const bool any = below(3) == 0;

    return any ? (struct plot_window){ wild(), wild(), wild(), wild() }
               : (struct plot_window){ 0, 0, 0, 0 };
}

static void wild_heatmap(struct canvas *c, struct rect area, struct plot_view *v, bool tame)
{
    const size_t n = below(40), m = below(200);
    double *const values = wild_values(n * m, tame);
    size_t *const rows = shuffled(n), *const cols = shuffled(m);
    size_t breaks[12];

    for (size_t i = 0; i < 12; i++)
        breaks[i] = below(250);
    struct heatmap h = { .text = wild_text(),
                         .data = { values, DTYPE_F64, n, m, m },
                         .products = below(3) == 0,
                         .row_order = below(2) ? rows : NULL,
                         .col_order = below(2) ? cols : NULL,
                         .vmin = wild(),
                         .vmax = wild(),
                         .diverging = below(2),
                         .lower = below(2),
                         .bar_label = "bar",
                         .no_bar = below(2),
                         .window = wild_window(),
                         .row_breaks = breaks,
                         .n_row_breaks = below(13),
                         .col_breaks = breaks,
                         .n_col_breaks = below(13),
                         .cursor = below(2),
                         .cursor_row = below(40),
                         .cursor_col = below(200) };
    if (below(2))
        h.vmin = h.vmax = 0.0;
    if (n > 0)
        rows[below(n)] = below(100); /* an index out of range shows as NaN */
    heatmap_draw(c, area, &h, v);
    free(values);
    free(rows);
    free(cols);
}

static void wild_scatter(struct canvas *c, struct rect area, struct plot_view *v, bool tame)
{
    const size_t n = below(300);
    double *const x = wild_values(n, tame), *const y = wild_values(n, tame);
    uint8_t *const markers = malloc(n + 1);
    ink *const inks = malloc((n + 1) * sizeof *inks);
    struct scatter_line lines[5];
    const struct plot_rule rules[2] = {
        { .at = wild(), .across = true, .ink = INK_ACCENT, .label = "rule" },
        { .at = wild(), .across = false, .ink = INK_ACCENT, .label = NULL }
    };

    for (size_t i = 0; i < n; i++) {
        markers[i] = (uint8_t)below(256);
        inks[i] = (ink)below(220);
    }
    for (size_t i = 0; i < 5; i++)
        lines[i] = (struct scatter_line){ wild(), wild(), wild(), wild(), INK_GOOD };
    const struct scatter s = { .text = wild_text(),
                               .x = x,
                               .y = y,
                               .n = n,
                               .inks = below(2) ? inks : NULL,
                               .markers = below(2) ? markers : NULL,
                               .over_x = x,
                               .over_y = y,
                               .n_over = n > 3 ? 3 : 0,
                               .lines = lines,
                               .n_lines = below(6),
                               .rules = rules,
                               .n_rules = below(3),
                               .window = wild_window(),
                               .equal_aspect = below(2),
                               .bar = { below(2), below(2), wild(), wild(), "t", below(2) },
                               .has_selected = below(2),
                               .selected = below(300) };
    scatter_draw(c, area, &s, v);
    free(x);
    free(y);
    free(markers);
    free(inks);
}

static void wild_series(struct canvas *c, struct rect area, struct plot_view *v, bool tame)
{
    const size_t n = below(300);
    double *const y = wild_values(n, tame), *const x = wild_values(n, tame);
    const struct plot_rule rules[1] = {
        { .at = wild(), .across = below(2), .ink = INK_ACCENT, .label = "rule" }
    };
    const struct series s = { .text = wild_text(),
                              .y = y,
                              .x = below(4) ? NULL : x,
                              .n = n,
                              .style = (enum series_style)below(4),
                              .split = below(300),
                              .split_labels = { "him", below(2) ? "her" : NULL },
                              .rules = rules,
                              .n_rules = below(2),
                              .window = wild_window(),
                              .from_zero = below(2),
                              .has_selected = below(2),
                              .selected = below(300) };

    series_draw(c, area, &s, v);
    free(x);
    free(y);
}

static void wild_bars(struct canvas *c, struct rect area, struct plot_view *v, bool tame)
{
    const size_t n = below(300);
    uint64_t *const counts = malloc((n + 1) * sizeof *counts);
    double *const edges = malloc((n + 1) * sizeof *edges);
    const double from = tame ? -1.0 : wild(), width = tame ? 0.5 : fabs(wild());
    const struct plot_rule rules[1] = {
        { .at = wild(), .across = below(2), .ink = INK_ACCENT, .label = "rule" }
    };

    for (size_t i = 0; i <= n; i++) {
        counts[i] = below(4) ? below(1000) : next() >> below(64);
        edges[i] = from + width * (double)i;
    }
    const struct bars b = { .text = wild_text(),
                            .counts = counts,
                            .edges = edges,
                            .n_bins = n,
                            .rules = rules,
                            .n_rules = below(2) };
    bars_draw(c, area, &b, v);
    free(counts);
    free(edges);
}

static void wild_sparkline(struct canvas *c, struct rect area, struct plot_view *v, bool tame)
{
    const size_t n = below(300);
    double *const y = wild_values(n, tame);
    const struct sparkline s = { .y = y, .n = n, .split = below(300), .lo = wild(), .hi = wild() };

    *v = (struct plot_view){ .area = area };
    if (area.rows > 0)
        sparkline_draw(c, area.row, area.col, area.cols, &s);
    free(y);
}

static bool is_within(struct rect r, size_t row, size_t col)
{
    return row >= r.row && row - r.row < r.rows && col >= r.col && col - r.col < r.cols;
}

/* Any data, any size: cells outside the rectangle are unchanged, and those in it are safe for a
 * terminal. */
static void check_frame(void (*draw)(struct canvas *, struct rect, struct plot_view *, bool))
{
    enum { ROWS = 64, COLS = 124, ROUNDS = 700 };

    setlocale(LC_CTYPE, "C.UTF-8");
    for (int round = 0; round < ROUNDS; round++) {
        struct canvas c = canvas_of(ROWS, COLS, round % 2, round / 2 % 2);
        const struct rect area = { below(ROWS + 2), below(COLS + 2), below(61), below(121) };
        struct plot_view v = { .area = { 0, 0, 0, 0 } };
        canvas_fill(&c, canvas_area(&c), 'G', INK_BAD, INK_WARN);
        draw(&c, area, &v, round % 3 == 0);
        for (size_t i = 0; i < ROWS; i++)
            for (size_t j = 0; j < COLS; j++) {
                const struct cell *const at = cell_at(&c, i, j);
                const bool guard = at->ch == 'G' && at->fg == INK_BAD && at->bg == INK_WARN;
                if (!guard && !is_within(area, i, j))
                    ck_abort_msg("round %d wrote %zu %zu", round, i, j);
                if ((at->ch != 0 && text_is_control(at->ch)) ||
                    (c.ascii && (at->ch < ' ' || at->ch > '~')))
                    ck_abort_msg("round %d put U+%04X", round, (unsigned)at->ch);
            }
        ck_assert(v.area.rows == 0 || v.area.cols == 0 || is_within(area, v.area.row, v.area.col));
        canvas_clear(&c);
    }
}

START_TEST(no_plot_leaves_its_rectangle)
{
    check_frame(wild_heatmap);
    check_frame(wild_scatter);
    check_frame(wild_series);
    check_frame(wild_bars);
    check_frame(wild_sparkline);
}
END_TEST

/* The first and last quarter row of what a cell shows; false: nothing. */
static bool quarters(uint32_t ch, size_t *first, size_t *last)
{
    *first = 0;
    *last = 3;
    if (ch > 0x2800 && ch <= 0x28FF) {
        static const unsigned rows[4] = { 1 | 8, 2 | 16, 4 | 32, 64 | 128 };
        while ((ch & rows[*first]) == 0)
            ++*first;
        while ((ch & rows[*last]) == 0)
            --*last;
    } else if (ch == 0x2580 || ch == 0x2598 || ch == 0x259D) { /* upper half or quarter */
        *last = 1;
    } else if (ch == 0x2584 || ch == 0x2596 || ch == 0x2597) {
        *first = 2;
    }
    return ch != ' ' && ch != 0x2502 && ch != '|' && ch != 0x25C6;
}

/* The first and last quarter row that a plot shows anything in, within its data. */
static void find_rows(const struct canvas *c, const struct rect *data, size_t *first, size_t *last)
{
    size_t a, b;

    *first = SIZE_MAX;
    *last = 0;
    for (size_t i = 0; i < data->rows; i++)
        for (size_t j = 0; j < data->cols; j++)
            if (quarters(cell_at(c, data->row + i, data->col + j)->ch, &a, &b)) {
                *first = 4 * i + a < *first ? 4 * i + a : *first;
                *last = 4 * i + b > *last ? 4 * i + b : *last;
            }
}

/* A point on a line across or ever so little beside it is not drawn on the other side. */
START_TEST(points_are_on_their_side_of_lines)
{
    static const size_t sizes[][2] = {
        { 12, 40 }, { 17, 57 }, { 24, 80 }, { 33, 101 }, { 50, 200 }
    };

    for (size_t round = 0; round < 2000; round++) {
        const size_t *const size = sizes[round % 5];
        const double x = 0.5, line = 0.05 + 0.9 * uniform();
        const double side = round % 3 == 0 ? 0.0 : round % 3 == 1 ? 1e-12 : -1e-12;
        const double y = line + side;
        const bool color = round % 2 == 0;
        const struct plot_rule rule = { .at = line, .across = true, .ink = INK_DIM };
        const struct plot_window window = { 0.0, 1.0, 0.0, 1.0 };
        struct scatter s = { .x = &x, .y = &y, .n = 0, .window = window, .ink = INK_ACCENT };
        struct plot_view v;
        struct canvas c = canvas_of(size[0], size[1], false, color);
        size_t line_first, line_last, first, last;

        s.rules = &rule;
        s.n_rules = 1;
        scatter_draw(&c, canvas_area(&c), &s, &v);
        find_rows(&c, &v.area, &line_first, &line_last);
        ck_assert_uint_eq(line_first, line_last);
        s.n_rules = 0;
        s.n = 1;
        scatter_draw(&c, canvas_area(&c), &s, &v);
        find_rows(&c, &v.area, &first, &last);
        if (side >= 0.0)
            ck_assert_msg(first <= line_first, "%zu below %zu", first, line_first);
        if (side <= 0.0)
            ck_assert_msg(last >= line_first, "%zu above %zu", last, line_first);
        canvas_clear(&c);
    }
}
END_TEST

/* Whether the upper, the lower pixel or the left half of a cell is a border. */
static unsigned borders_of(const struct cell *cell, bool color)
{
    static const struct {
        uint32_t ch;
        unsigned borders;
    } of[] = { { ' ', 3 },    { 0x2580, 2 }, { 0x2584, 1 }, { 0x259D, 6 }, { 0x2597, 5 },
               { 0x2590, 4 }, { '-', 3 },    { '|', 4 },    { '+', 7 } };

    if (color && cell->bg != INK_SEQUENTIAL) /* the line on red-blue */
        return 0;
    if (!color && cell->fg != INK_FRAME)
        return 0;
    for (size_t i = 0; i < sizeof of / sizeof *of; i++)
        if (of[i].ch == cell->ch)
            return of[i].borders;
    ck_abort_msg("U+%04X is no part of a border", (unsigned)cell->ch);
}

/* Lines across and down go through their crossings, and all of them are there, at every size. */
START_TEST(borders_of_clusters_are_whole)
{
    static const size_t sizes[][2] = { { 14, 50 }, { 18, 51 }, { 30, 90 }, { 41, 170 } };

    for (int round = 0; round < 200; round++) {
        const size_t *const size = sizes[round % 4];
        const bool color = round % 2 == 0;
        const size_t n = 40 + below(200), step = n / 3;
        const size_t breaks[] = { step - below(5), 2 * step + below(5) };
        double *const zeros = calloc(n, sizeof *zeros);
        const struct heatmap map = { .data = { zeros, DTYPE_F64, n, n, 0 },
                                     .diverging = true,
                                     .lower = round % 3 == 0,
                                     .vmin = -1.0,
                                     .vmax = 1.0,
                                     .row_breaks = breaks,
                                     .n_row_breaks = 2,
                                     .col_breaks = breaks,
                                     .n_col_breaks = 2 };
        struct plot_view v;
        struct canvas c = canvas_of(size[0], size[1], !color, color);
        size_t across = 0, down = 0;

        ck_assert_ptr_nonnull(zeros);
        heatmap_draw(&c, canvas_area(&c), &map, &v);
        const struct cell *const first = cell_at(&c, v.area.row, v.area.col);
        for (size_t i = 0; i < v.area.rows; i++) {
            const unsigned of_row = borders_of(first + i * c.cols, color) & 3;
            across += of_row != 0;
            for (size_t j = 0; j < v.area.cols; j++) {
                const unsigned of_col = borders_of(first + j, color) & 4;
                const unsigned want = of_row | of_col;
                const unsigned got = borders_of(first + i * c.cols + j, color);
                ck_assert_msg(got == want, "cell %zu, %zu of %zu x %zu: %u, not %u", i, j, n, n,
                              got, want);
                down += i == 0 && of_col != 0;
            }
        }
        ck_assert_uint_eq(across, 2);
        ck_assert_uint_eq(down, 2);
        free(zeros);
        canvas_clear(&c);
    }
}
END_TEST

/* Matrices of products are square, with whole pixels for each entry where they fit. */
START_TEST(matrices_are_square)
{
    for (int round = 0; round < 100; round++) {
        const size_t n = 1 + below(90);
        const bool color = round % 3 > 0;
        double *const rows = calloc(n, sizeof *rows);
        struct canvas c = canvas_of(26 + below(40), 60 + below(120), !color, color);
        struct plot_view v;

        for (size_t i = 0; i < n; i++)
            rows[i] = (double)(i % 7) - 3.0;
        const struct heatmap h = { .data = { rows, DTYPE_F64, n, 1, 1 },
                                   .products = true,
                                   .diverging = true,
                                   .lower = round % 2 == 0,
                                   .vmin = -9.0,
                                   .vmax = 9.0 };
        heatmap_draw(&c, canvas_area(&c), &h, &v);
        const size_t high = v.area.rows * 2;
        ck_assert_msg(v.area.cols <= high && high <= v.area.cols + 1, "%zu x %zu", v.area.rows,
                      v.area.cols);
        if (v.area.cols >= n && color)
            ck_assert_uint_eq(v.area.cols % n, 0);
        if (v.area.cols >= 2 * n && !color)
            ck_assert_uint_eq(v.area.cols % (2 * n), 0);
        const double unit = (v.window.x1 - v.window.x0) / (double)v.area.cols;
        ck_assert_double_eq_tol((v.window.y1 - v.window.y0) / (double)high, unit, 1e-9 * unit);
        free(rows);
        canvas_clear(&c);
    }
}
END_TEST

/* Rows of ticks on the axis left of the data; returns their number. */
static size_t find_ticks(const struct canvas *c, const struct rect *data, size_t rows[64])
{
    size_t n = 0;

    for (size_t i = 0; data->col > 0 && i < data->rows; i++)
        if (cell_at(c, data->row + i, data->col - 1)->ch == 0x2524)
            rows[n++] = i;
    return n;
}

/* Steps of numbers beside a plot are of the same number of rows, unless it has only a few. */
START_TEST(ticks_are_evenly_spaced)
{
    for (int round = 0; round < 600; round++) {
        const double scale = pow(10.0, (double)below(9) - 4.0);
        double xy[40];
        const uint64_t counts[] = { below(500), 1 + below(500), below(500) };
        const double edges[] = { 0.0, 1.0, 2.0, 3.0 };
        struct canvas c = canvas_of(8 + below(43), 40 + below(120), false, true);
        struct plot_view v;
        size_t rows[64];

        for (size_t i = 0; i < 40; i++)
            xy[i] = scale * (uniform() - 0.3);
        const struct scatter s = { .x = xy, .y = xy + 20, .n = 20, .equal_aspect = round % 4 == 1 };
        const struct series line = { .y = xy, .n = 40, .style = SERIES_LINE };
        const struct bars bars = { .counts = counts, .edges = edges, .n_bins = 3 };
        if (round % 4 < 2)
            scatter_draw(&c, canvas_area(&c), &s, &v);
        else if (round % 4 == 2)
            series_draw(&c, canvas_area(&c), &line, &v);
        else
            bars_draw(&c, canvas_area(&c), &bars, &v);
        const size_t n = find_ticks(&c, &v.area, rows);
        for (size_t k = 2; k < n && v.area.rows >= 10; k++)
            ck_assert_msg(rows[k] - rows[k - 1] == rows[1] - rows[0],
                          "round %d, %zu rows, %g to %g: %zu, %zu, %zu", round, v.area.rows,
                          v.window.y0, v.window.y1, rows[0], rows[1], rows[k]);
        for (size_t i = 0; i < 20 && round % 4 < 2; i++) {
            size_t row, col;
            ck_assert(plot_view_cell(&v, xy[i], xy[20 + i], &row, &col));
        }
        canvas_clear(&c);
    }
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        a_pixel_is_the_mean_of_its_entries,
        a_cache_and_a_getter_change_nothing,
        products_are_never_materialised,
        points_are_drawn_where_the_axes_say,
        views_convert_cells_to_points_and_back,
        heights_of_bars_match_their_counts,
        no_plot_leaves_its_rectangle,
        points_are_on_their_side_of_lines,
        borders_of_clusters_are_whole,
        ticks_are_evenly_spaced,
        matrices_are_square,
    };
    return RUN_TESTS("plot_properties", tests);
}
