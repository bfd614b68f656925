#include "config.h"
#include "plot_cases.h"

#include <math.h>

#define LENGTH(a) (sizeof(a) / sizeof(a)[0])

/* A wave of exact fractions: the same on every machine. */
static double wave(size_t i, size_t j)
{
    return (double)((i * 7 + j * 11 + i * j) % 23) / 8.0 - 1.25;
}

/* ---- heatmaps ---- */

static const struct plot_text map_text = { .title = "a matrix of waves",
                                           .x_label = "neuron",
                                           .y_label = "sentence" };

static void fill(double *values, size_t rows, size_t cols)
{
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < cols; j++)
            values[i * cols + j] = wave(i, j);
}

static void sequential(const struct plot_target *target, struct plot_view *view)
{
    enum { ROWS = 7, COLS = 13 };
    static double values[ROWS * COLS];
    static const size_t rows[] = { 3 };
    static const size_t cols[] = { 5, 9 };

    fill(values, ROWS, COLS);
    for (size_t j = 0; j < 4; j++)
        values[2 * COLS + j] = NAN;
    values[5 * COLS + 12] = INFINITY;
    const struct heatmap h = { .text = map_text,
                               .data = { values, DTYPE_F64, ROWS, COLS, COLS },
                               .bar_label = "activation",
                               .row_breaks = rows,
                               .n_row_breaks = LENGTH(rows),
                               .col_breaks = cols,
                               .n_col_breaks = LENGTH(cols),
                               .cursor = true,
                               .cursor_row = 4,
                               .cursor_col = 10 };
    show_heatmap(target, &h, view);
}

static void diverging(const struct plot_target *target, struct plot_view *view)
{
    enum { ROWS = 9, COLS = 11, STRIDE = 12 };
    static float values[ROWS * STRIDE];
    static const size_t row_order[ROWS] = { 8, 0, 7, 1, 6, 2, 5, 3, 4 };
    static const size_t col_order[COLS] = { 3, 1, 4, 10, 5, 9, 2, 6, 99, 8, 7 };
    static const size_t breaks[] = { 2, 4, 6 };

    for (size_t i = 0; i < ROWS; i++)
        for (size_t j = 0; j < STRIDE; j++)
            values[i * STRIDE + j] = (float)wave(i + 2, j);
    const struct heatmap h = { .text = map_text,
                               .data = { values, DTYPE_F32, ROWS, COLS, STRIDE },
                               .row_order = row_order,
                               .col_order = col_order,
                               .diverging = true,
                               .lower = true,
                               .window = { 0.5, 10.25, 1.0, 8.0 },
                               .row_breaks = breaks,
                               .n_row_breaks = LENGTH(breaks),
                               .col_breaks = breaks,
                               .n_col_breaks = LENGTH(breaks),
                               .cursor = true,
                               .cursor_row = 2,
                               .cursor_col = 4,
                               .no_bar = true };
    show_heatmap(target, &h, view);
}

static void products(const struct plot_target *target, struct plot_view *view)
{
    enum { N = 40, D = 3 };
    static double values[N * D];
    static double factors[N];
    static size_t order[N];
    static size_t breaks[20];
    struct heatmap_cache cache = { .pixels = NULL };

    fill(values, N, D);
    for (size_t i = 0; i < N; i++) {
        factors[i] = 1.0 / (double)(1 + i % 4);
        order[i] = i * 7 % N;
    }
    for (size_t k = 0; k < 20; k++)
        breaks[k] = 2 * k + 1;
    const struct heatmap h = { .text = { .title = "products of rows" },
                               .data = { values, DTYPE_F64, N, D, D },
                               .products = true,
                               .factors = factors,
                               .row_order = order,
                               .vmin = -2.0,
                               .vmax = 2.0,
                               .diverging = true,
                               .bar_label = "product",
                               .row_breaks = breaks,
                               .n_row_breaks = LENGTH(breaks),
                               .col_breaks = breaks,
                               .n_col_breaks = 2,
                               .cache = &cache };
    show_heatmap(target, &h, view);
    heatmap_cache_clear(&cache);
}

static double entry(const void *context, size_t i, size_t j)
{
    return wave(i, j) * *(const double *)context + (double)j / 64.0;
}

static void computed(const struct plot_target *target, struct plot_view *view)
{
    static const double factor = 3.0;
    static const size_t rows[] = { 20, 41 };
    const struct heatmap h = { .text = { .y_label = "row" },
                               .data = { .rows = 61, .cols = 310 },
                               .at = entry,
                               .context = &factor,
                               .lower = true,
                               .row_breaks = rows,
                               .n_row_breaks = LENGTH(rows),
                               .bar_label = "entry" };

    show_heatmap(target, &h, view);
}

static void constant(const struct plot_target *target, struct plot_view *view)
{
    static const double values[] = { 2.5, 2.5, 2.5, 2.5, NAN, 2.5 };
    const struct heatmap h = { .data = { values, DTYPE_F64, 2, 3, 3 }, .bar_label = "constant" };

    show_heatmap(target, &h, view);
}

static void constant_signed(const struct plot_target *target, struct plot_view *view)
{
    static const double values[] = { 0.0, 0.0, 0.0, 0.0 };
    const struct heatmap h = { .data = { values, DTYPE_F64, 2, 2, 2 }, .diverging = true };

    show_heatmap(target, &h, view);
}

static void no_entries(const struct plot_target *target, struct plot_view *view)
{
    const struct heatmap h = { .text = map_text, .data = { .cols = 4 }, .bar_label = "none" };

    show_heatmap(target, &h, view);
}

/* ---- scatters ---- */

static const struct plot_legend legend[] = { { "noise", INK_NOISE, MARKER_NOISE },
                                             { "cluster 0", INK_CLUSTER_0, MARKER_CLUSTER_0 },
                                             { "cluster 1", INK_CLUSTER_0 + 1,
                                               MARKER_CLUSTER_0 + 1 },
                                             { "larger", INK_GROUP_A, MARKER_CIRCLE },
                                             { "smaller", INK_GROUP_B, MARKER_CROSS },
                                             { "not significant", INK_DIM, MARKER_SMALL },
                                             { "band", INK_GOOD, 0 },
                                             { NULL, INK_BAD, MARKER_DOT },
                                             { "centroids of all clusters", 0, MARKER_CENTROID } };

static const struct plot_rule rules[] = {
    { .at = 0.5, .across = true, .ink = INK_WARN, .label = "eps" },
    { .at = 1.0, .ink = INK_BAD },
    { .at = -1.5, .ink = INK_GOOD, .label = "critical" },
    { .at = 77.0, .across = true, .ink = INK_DIM, .label = "far" }
};

static void clusters(const struct plot_target *target, struct plot_view *view)
{
    enum { N = 24 };
    static double points[2 * N];
    static ink inks[N];
    static uint8_t markers[N];
    static const uint8_t kinds[] = { MARKER_NOISE,         MARKER_SMALL,
                                     MARKER_CIRCLE,        MARKER_CROSS,
                                     MARKER_DOT,           MARKER_CLUSTER_0,
                                     MARKER_CLUSTER_0 + 1, 0 };
    static const double centroids[] = { -1.0, 0.75, 9.9, 1.0, -0.25, 9.9 };
    static const ink centroid_inks[] = { INK_CLUSTER_0, INK_CLUSTER_0 + 1 };
    static const struct scatter_line lines[] = { { -1.0, -1.0, 1.25, 1.25, INK_FRAME },
                                                 { -1.0, 1.0, 1.0, -3.0, INK_FRAME },
                                                 { -4.0, 0.0, 4.0, 0.0, INK_DIM },
                                                 { 0.25, -4.0, 0.25, 4.0, INK_DIM } };

    for (size_t i = 0; i < N; i++) {
        points[2 * i] = wave(i, 1);
        points[2 * i + 1] = wave(3 * i, 2);
        inks[i] = (ink)(INK_GOOD + i % 4);
        markers[i] = kinds[i % LENGTH(kinds)];
    }
    points[2 * 9] = NAN;
    const struct scatter s = { .text = { "points of all kinds", "t-SNE 1", "t-SNE 2", legend,
                                         LENGTH(legend), false },
                               .x = points,
                               .y = points + 1,
                               .x_stride = 2,
                               .y_stride = 2,
                               .n = N,
                               .inks = inks,
                               .markers = markers,
                               .over_x = centroids,
                               .over_y = centroids + 1,
                               .over_stride = 3,
                               .n_over = 2,
                               .over_inks = centroid_inks,
                               .lines = lines,
                               .n_lines = LENGTH(lines),
                               .rules = rules,
                               .n_rules = LENGTH(rules),
                               .equal_aspect = true,
                               .has_selected = true,
                               .selected = 5 };
    show_scatter(target, &s, view);
}

static void valued(const struct plot_target *target, struct plot_view *view)
{
    enum { N = 40 };
    static double x[N];
    static double y[N];
    static ink inks[N];

    for (size_t i = 0; i < N; i++) {
        x[i] = (double)i * 0.25;
        y[i] = wave(i, 4) * 1e6;
        inks[i] = (ink)(INK_SEQUENTIAL + i * 63 / (N - 1));
    }
    const struct scatter s = { .text = { .title = "values",
                                         .y_label = "p",
                                         .legend = legend,
                                         .n_legend = 2,
                                         .legend_on_page = true },
                               .x = x,
                               .y = y,
                               .n = N,
                               .inks = inks,
                               .ink = INK_BAD,
                               .marker = MARKER_VALUE,
                               .over_x = x + 2,
                               .over_y = y + 2,
                               .n_over = 1,
                               .window = { 0.5, 9.0, 0.0, 0.0 },
                               .bar = { true, false, 0.0, 0.125, "-log10 p", false } };
    show_scatter(target, &s, view);
}

static void one_point(const struct plot_target *target, struct plot_view *view)
{
    static const double x[] = { 5.0, INFINITY };
    static const double y[] = { 0.0, 1.0 };
    const struct scatter s = { .x = x,
                               .y = y,
                               .n = 2,
                               .ink = INK_ACCENT,
                               .text = { .x_label = "x" },
                               .bar = { true, true, 3.0, 3.0, "single", false } };

    show_scatter(target, &s, view);
}

static void many_points(const struct plot_target *target, struct plot_view *view)
{
    enum { N = 5400 };
    static double x[N];
    static double y[N];

    for (size_t i = 0; i < N; i++) {
        x[i] = (double)(i % 90);
        y[i] = (double)(i * i % 101) - 50.0;
    }
    const struct scatter s = { .x = x, .y = y, .n = N, .marker = MARKER_SMALL, .ink = INK_GROUP_A };
    show_scatter(target, &s, view);
}

/* ---- series ---- */

enum { N_VALUES = 30 };

static const double *values_of(size_t seed)
{
    static double y[N_VALUES];

    for (size_t i = 0; i < N_VALUES; i++)
        y[i] = wave(i, seed);
    return y;
}

static void two_groups(const struct plot_target *target, struct plot_view *view)
{
    const struct series s = { .text = { "values of two groups", "sentence", "activation", NULL, 0,
                                        false },
                              .y = values_of(3),
                              .n = N_VALUES,
                              .split = 11,
                              .split_labels = { "\xE6\x97\xA5 before", "after the change" },
                              .rules = rules,
                              .n_rules = LENGTH(rules),
                              .has_selected = true,
                              .selected = 17 };

    show_series(target, &s, view);
}

static void groups_with_legend(const struct plot_target *target, struct plot_view *view)
{
    const struct series s = { .text = { .y_label = "activation", .legend = legend, .n_legend = 3 },
                              .y = values_of(5),
                              .n = N_VALUES,
                              .style = SERIES_LINE,
                              .split = 27,
                              .split_labels = { "a group", "another group" } };

    show_series(target, &s, view);
}

static void gaps(const struct plot_target *target, struct plot_view *view)
{
    static double x[N_VALUES];
    static double y[N_VALUES];
    static ink inks[N_VALUES];

    for (size_t i = 0; i < N_VALUES; i++) {
        x[i] = (double)(i * i) / 10.0;
        y[i] = i % 7 == 3 ? NAN : 5.0 + wave(i, 2);
        inks[i] = i < 12 ? INK_GROUP_A : INK_GROUP_B;
    }
    const struct series s = { .text = { .title = "a line with gaps", .x_label = "iteration" },
                              .y = y,
                              .x = x,
                              .n = N_VALUES,
                              .style = SERIES_LINE,
                              .inks = inks,
                              .from_zero = true };
    show_series(target, &s, view);
}

static void stairs(const struct plot_target *target, struct plot_view *view)
{
    const struct series s = { .y = values_of(9),
                              .n = N_VALUES,
                              .style = SERIES_STEPS,
                              .ink = INK_GOOD,
                              .rules = rules + 1,
                              .n_rules = 2,
                              .window = { 2.0, 20.0, -1.0, 1.25 } };

    show_series(target, &s, view);
}

static void signed_bars(const struct plot_target *target, struct plot_view *view)
{
    const struct series s = { .text = { .y_label = "t" },
                              .y = values_of(1),
                              .n = N_VALUES,
                              .style = SERIES_BARS,
                              .ink = INK_WARN };

    show_series(target, &s, view);
}

static void few_bars(const struct plot_target *target, struct plot_view *view)
{
    static const double y[] = { 3.0, 1.5, INFINITY, 2.0 };
    const struct series s = { .y = y, .n = 4, .style = SERIES_BARS, .ink = INK_GROUP_A };

    show_series(target, &s, view);
}

static void negative_bars(const struct plot_target *target, struct plot_view *view)
{
    static const double y[] = { -3.0, -1.5, -2.0 };
    const struct series s = { .y = y, .n = 3, .style = SERIES_BARS, .ink = INK_GROUP_B };

    show_series(target, &s, view);
}

static void marked(const struct plot_target *target, struct plot_view *view)
{
    static const double x[] = { 1.0, 2.0, 4.0, 8.0, 16.0 };
    static const double y[] = { 0.5, 0.25, 0.125, 1.0, 0.75 };
    static const uint8_t markers[] = { MARKER_NOISE, MARKER_CROSS, MARKER_CIRCLE, MARKER_SMALL,
                                       MARKER_CLUSTER_0 + 30 };
    const struct series s = { .x = x,
                              .y = y,
                              .n = 5,
                              .markers = markers,
                              .ink = INK_BAD,
                              .window = { 0.0, 17.0, 0.0, 0.0 } };

    show_series(target, &s, view);
}

static void ranges(const struct plot_target *target, struct plot_view *view)
{
    static const double y[] = { 0.7, 0.8, NAN, 0.65, 0.6, 0.9 };
    static const struct plot_range bars[] = { { 0.6, 0.75 }, { 0.8, 0.85 }, { 0.5, 0.7 },
                                              { NAN, 0.8 },  { 0.55, 0.7 }, { 0.7, 0.95 } };
    static const struct plot_range band[] = { { 0.66, 0.72 }, { 0.7, 0.75 }, { 0.6, 0.8 },
                                              { 0.6, 0.7 },   { 0.5, NAN },  { 0.85, 1.1 } };
    const struct series s = { .text = { .title = "bars and a band", .x_label = "layer" },
                              .y = y,
                              .n = 6,
                              .bars = bars,
                              .band = band,
                              .ink = INK_ACCENT };

    show_series(target, &s, view);
}

static void no_values(const struct plot_target *target, struct plot_view *view)
{
    static const double y[] = { NAN };
    const struct series s = { .y = y, .n = 1, .text = { .title = "nothing to draw" } };

    show_series(target, &s, view);
}

/* ---- bars ---- */

static const double *edges_of(size_t n_bins, double lo, double width)
{
    static double edges[1000];

    for (size_t i = 0; i <= n_bins; i++)
        edges[i] = lo + width * (double)i;
    return edges;
}

static void few_bins(const struct plot_target *target, struct plot_view *view)
{
    static const uint64_t counts[] = { 1, 0, 40, 22, 3, 17, 9, 100 };
    static const ink inks[] = { INK_GROUP_A, INK_GROUP_A, INK_GROUP_A, INK_BAD,
                                INK_BAD,     INK_GROUP_B, INK_GROUP_B, INK_DIM };
    const struct bars b = { .text = { "counts", "t", "neurons", NULL, 0, false },
                            .counts = counts,
                            .edges = edges_of(8, -2.0, 0.5),
                            .n_bins = 8,
                            .inks = inks,
                            .rules = rules,
                            .n_rules = LENGTH(rules) };

    show_bars(target, &b, view);
}

static void bins(const struct plot_target *target, size_t n_bins, struct plot_view *view)
{
    static uint64_t counts[1000];

    for (size_t i = 0; i < n_bins; i++)
        counts[i] = i * i * 31 % 97 + (i % 9 == 4 ? 0 : 5);
    const struct bars b = { .counts = counts,
                            .edges = edges_of(n_bins, 0.0, 1.0 / 64.0),
                            .n_bins = n_bins,
                            .ink = INK_GROUP_A };
    show_bars(target, &b, view);
}

static void bins_60(const struct plot_target *target, struct plot_view *view)
{
    bins(target, 60, view);
}

static void bins_75(const struct plot_target *target, struct plot_view *view)
{
    bins(target, 75, view);
}

static void bins_500(const struct plot_target *target, struct plot_view *view)
{
    bins(target, 500, view);
}

static void no_bins(const struct plot_target *target, struct plot_view *view)
{
    static const double edges[] = { 1.0, INFINITY };
    static const uint64_t counts[] = { 4 };
    const struct bars b = {
        .counts = counts, .edges = edges, .n_bins = 1, .text = { .title = "none" }
    };

    show_bars(target, &b, view);
}

/* Bars with a second histogram as a line: above, inside and beside them. */
static void outlined(const struct plot_target *target, size_t n, struct plot_view *view)
{
    uint64_t counts[200], outline[200];
    double edges[201];

    for (size_t i = 0; i <= n; i++)
        edges[i] = (double)i;
    for (size_t i = 0; i < n; i++) {
        counts[i] = i < n / 2 ? 9 * i / n : 0;
        outline[i] = i > n / 4 ? 12 - 12 * i / n : i == 0 ? 0 : 1;
    }
    const struct bars b = { .counts = counts,
                            .edges = edges,
                            .n_bins = n,
                            .ink = INK_CLUSTER_0,
                            .outline = outline,
                            .outline_ink = INK_CLUSTER_0 + 1,
                            .text = { .title = "bars and an outline" } };

    show_bars(target, &b, view);
}

static void outlined_12(const struct plot_target *target, struct plot_view *view)
{
    outlined(target, 12, view);
}

static void outlined_200(const struct plot_target *target, struct plot_view *view)
{
    outlined(target, 200, view);
}

/* Rows in three groups, the middle one partly outside of the window. */
static void grouped_rows(const struct plot_target *target, struct plot_view *view)
{
    static const double values[] = { 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0 };
    static const size_t breaks[] = { 2, 7 };
    static const struct heatmap_group groups[] = { { 0, INK_CLUSTER_0 },
                                                   { 12, INK_CLUSTER_0 + 1 },
                                                   { 3, INK_CLUSTER_0 + 2 } };
    struct heatmap h = { .text = { .title = "groups of rows" },
                         .data = { values, DTYPE_F64, 8, 1, 1 },
                         .bar_label = "value",
                         .row_breaks = breaks,
                         .n_row_breaks = 2,
                         .row_groups = groups };

    h.window = (struct plot_window){ 0.0, 1.0, 0.0, 6.0 };
    show_heatmap(target, &h, view);
}

static void words(const struct plot_target *target, struct plot_view *view)
{
    *view = (struct plot_view){ .y_down = false };
    show_words(target, "A title", "and a sentence that says why there is nothing");
}

const struct plot_case plot_cases[] = { { "sequential", sequential },
                                        { "diverging", diverging },
                                        { "products", products },
                                        { "computed", computed },
                                        { "constant", constant },
                                        { "constant-signed", constant_signed },
                                        { "no-entries", no_entries },
                                        { "clusters", clusters },
                                        { "valued", valued },
                                        { "one-point", one_point },
                                        { "many-points", many_points },
                                        { "two-groups", two_groups },
                                        { "groups-with-legend", groups_with_legend },
                                        { "gaps", gaps },
                                        { "stairs", stairs },
                                        { "signed-bars", signed_bars },
                                        { "few-bars", few_bars },
                                        { "negative-bars", negative_bars },
                                        { "marked", marked },
                                        { "ranges", ranges },
                                        { "no-values", no_values },
                                        { "few-bins", few_bins },
                                        { "bins-60", bins_60 },
                                        { "bins-75", bins_75 },
                                        { "bins-500", bins_500 },
                                        { "no-bins", no_bins },
                                        { "outlined-12", outlined_12 },
                                        { "outlined-200", outlined_200 },
                                        { "grouped-rows", grouped_rows },
                                        { "words", words },
                                        { NULL, NULL } };
