/* Every plot compared with golden text: tiny, 80 x 24, wide; ASCII, UTF-8 and with colour. */
#include "config.h"
#include "golden_canvas.h"
#include "support.h"

#include <math.h>
#include <string.h>

#include "plot/bars.h"
#include "plot/heatmap.h"
#include "plot/palette.h"
#include "plot/scatter.h"
#include "plot/series.h"

/* Numbers in -1 .. 1 that are the same on every machine. */
static uint32_t noise_state;

static double noise(void)
{
    noise_state = noise_state * 1664525u + 1013904223u;
    return (double)(noise_state >> 8) / 8388608.0 - 1.0;
}

/* Approximately normal: the sum of four uniforms, with variance 1. */
static double bell(void)
{
    return (noise() + noise() + noise() + noise()) * 0.8660254037844386;
}

/* Draws one plot at every size and in every style. */
static void add_all(struct golden *g, const char *heading,
                    void (*draw)(struct canvas *c, const void *plot), const void *plot)
{
    static const struct {
        size_t rows, cols;
        bool ascii, color;
    } cases[] = { { 3, 8, true, false },    { 3, 8, false, true },   { 24, 80, true, false },
                  { 24, 80, false, false }, { 24, 80, false, true }, { 40, 160, false, false } };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct canvas c;
        ck_assert_int_eq(canvas_init(&c, cases[i].rows, cases[i].cols, cases[i].ascii,
                                     cases[i].color, NULL),
                         CT_OK);
        draw(&c, plot);
        golden_add(g, heading, &c);
        canvas_clear(&c);
    }
}

static void draw_heatmap(struct canvas *c, const void *plot)
{
    heatmap_draw(c, canvas_area(c), plot, NULL);
}

static void draw_scatter(struct canvas *c, const void *plot)
{
    scatter_draw(c, canvas_area(c), plot, NULL);
}

static void draw_series(struct canvas *c, const void *plot)
{
    series_draw(c, canvas_area(c), plot, NULL);
}

static void draw_bars(struct canvas *c, const void *plot)
{
    bars_draw(c, canvas_area(c), plot, NULL);
}

START_TEST(heatmap_of_activations)
{
    enum { ROWS = 54, COLS = 300 };
    static double values[ROWS * COLS];
    const struct mat m = { ROWS, COLS, values };
    static const size_t border[] = { 27 };
    struct golden g = { .text = NULL };

    /* The two halves differ in every third column; values grow to the right. */
    for (size_t i = 0; i < ROWS; i++)
        for (size_t j = 0; j < COLS; j++)
            values[i * COLS + j] =
                (double)j / COLS - 0.5 + (j / 20 % 3 == 0 ? (i < 27 ? 1.2 : -1.2) : 0.0);
    values[5] = NAN;
    const struct heatmap h = { .text = { .title = "Activations of h.5.mlp.c_fc",
                                         .x_label = "neuron",
                                         .y_label = "sentence" },
                               .data = mat_view(&m),
                               .vmin = -2,
                               .vmax = 2,
                               .diverging = true,
                               .bar_label = "activation",
                               .row_breaks = border,
                               .n_row_breaks = 1 };
    add_all(&g, "activations", draw_heatmap, &h);
    golden_compare(&g, "plot_activations.txt");
}
END_TEST

START_TEST(heatmap_of_similarities)
{
    enum { N = 60 };
    static double values[N * N];
    const struct mat m = { N, N, values };
    size_t order[N];
    static const size_t borders[] = { 10, 30 };
    struct golden g = { .text = NULL };

    /* Neuron i is in cluster i % 6: 0 noise, 1 and 2 one cluster, 3, 4 and 5 the other; sorted by
     * the order. */
    for (size_t k = 0, n = 0; k < 6; k++)
        for (size_t i = k; i < N; i += 6)
            order[n++] = i;
    static const int cluster[] = { 0, 1, 1, 2, 2, 2 };
    for (size_t i = 0; i < N; i++)
        for (size_t j = 0; j < N; j++) {
            const int a = cluster[i % 6], b = cluster[j % 6];
            values[i * N + j] = i == j ? 1.0 : a == 0 || b == 0 ? 0.0 : a == b ? 0.8 : -0.6;
        }
    struct heatmap h = { .text = { .title = "Cosine similarity, sorted by cluster",
                                   .x_label = "neuron",
                                   .y_label = "neuron" },
                         .data = mat_view(&m),
                         .row_order = order,
                         .col_order = order,
                         .vmin = -1,
                         .vmax = 1,
                         .diverging = true,
                         .lower = true,
                         .bar_label = "cosine",
                         .row_breaks = borders,
                         .n_row_breaks = 2,
                         .col_breaks = borders,
                         .n_col_breaks = 2 };
    add_all(&g, "similarities", draw_heatmap, &h);
    h.window = (struct plot_window){ 25, 45, 25, 45 };
    h.cursor = true;
    h.cursor_row = 29;
    h.cursor_col = 40;
    add_all(&g, "zoomed, with cursor", draw_heatmap, &h);
    golden_compare(&g, "plot_similarities.txt");
}
END_TEST

START_TEST(heatmap_sequential_and_empty)
{
    static const double values[] = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9 };
    const struct matview v = { values, DTYPE_F64, 2, 5, 5 };
    struct heatmap h = { .text = { .title = "Two rows of five", .x_label = "column" },
                         .data = v,
                         .bar_label = "value" };
    struct golden g = { .text = NULL };

    add_all(&g, "2 x 5", draw_heatmap, &h);
    h.data.cols = 0;
    add_all(&g, "empty", draw_heatmap, &h);
    golden_compare(&g, "plot_sequential.txt");
}
END_TEST

enum { N_POINTS = 120 };

/* Three round clusters of 30 and 30 points of noise; t grows with the cluster. */
static struct cloud {
    double xy[2 * N_POINTS], t[N_POINTS];
    ink by_t[N_POINTS], by_cluster[N_POINTS];
    uint8_t markers[N_POINTS];
    struct scatter_line lines[N_POINTS];
} cloud;
static const double centres[6] = { -20, -8, 0, 10, 21, -4 };

static void make_cloud(void)
{
    noise_state = 7;
    for (size_t i = 0; i < N_POINTS; i++) {
        const size_t k = i % 4;
        const double x = k < 3 ? centres[2 * k] + 2.5 * bell() : 30.0 * noise();
        const double y = k < 3 ? centres[2 * k + 1] + 2.5 * bell() : 14.0 * noise();
        cloud.xy[2 * i] = x;
        cloud.xy[2 * i + 1] = y;
        cloud.t[i] = k < 3 ? 10.0 * ((double)k - 1.0) + noise() : 12.0 * noise();
        cloud.by_t[i] = palette_ink(cloud.t[i], -12, 12, true);
        cloud.by_cluster[i] = k < 3 ? (ink)(INK_CLUSTER_0 + k) : (ink)INK_NOISE;
        cloud.markers[i] = (uint8_t)(k < 3 ? MARKER_CLUSTER_0 + k : MARKER_NOISE);
        const size_t to = k < 3 ? k : 1;
        cloud.lines[i] = (struct scatter_line){ x, y, centres[2 * to], centres[2 * to + 1],
                                                (ink)(INK_CLUSTER_0 + to) };
    }
}

START_TEST(scatter_by_value)
{
    struct golden g = { .text = NULL };

    make_cloud();
    const struct scatter s = { .text = { .title = "t-SNE of 120 neurons, coloured by t",
                                         .x_label = "t-SNE 1",
                                         .y_label = "t-SNE 2" },
                               .x = cloud.xy,
                               .y = cloud.xy + 1,
                               .x_stride = 2,
                               .y_stride = 2,
                               .n = N_POINTS,
                               .inks = cloud.by_t,
                               .marker = MARKER_VALUE,
                               .bar = { true, true, -12, 12, "t", false },
                               .equal_aspect = true,
                               .has_selected = true,
                               .selected = 3 };
    add_all(&g, "scatter by t", draw_scatter, &s);
    golden_compare(&g, "plot_scatter_t.txt");
}
END_TEST

START_TEST(scatter_by_cluster)
{
    static const struct plot_legend legend[] = {
        { "0: 30 neurons", INK_CLUSTER_0, MARKER_CLUSTER_0 },
        { "1: 30", INK_CLUSTER_0 + 1, MARKER_CLUSTER_0 + 1 },
        { "2: 30", INK_CLUSTER_0 + 2, MARKER_CLUSTER_0 + 2 },
        { "noise: 30", INK_NOISE, MARKER_NOISE },
    };
    struct golden g = { .text = NULL };

    make_cloud();
    struct scatter s = { .text = { .title = "DBSCAN: 3 clusters",
                                   .x_label = "t-SNE 1",
                                   .y_label = "t-SNE 2",
                                   .legend = legend,
                                   .n_legend = 4 },
                         .x = cloud.xy,
                         .y = cloud.xy + 1,
                         .x_stride = 2,
                         .y_stride = 2,
                         .n = N_POINTS,
                         .inks = cloud.by_cluster,
                         .markers = cloud.markers };
    add_all(&g, "scatter by cluster", draw_scatter, &s);
    s.text.title = "k-means: 3 clusters and their centroids";
    s.lines = cloud.lines;
    s.n_lines = N_POINTS;
    s.over_x = centres;
    s.over_y = centres + 1;
    s.over_stride = 2;
    s.n_over = 3;
    add_all(&g, "with lines to the centroids", draw_scatter, &s);
    golden_compare(&g, "plot_scatter_clusters.txt");
}
END_TEST

START_TEST(scatter_of_t_by_neuron)
{
    enum { N = 400 };
    static double neuron[N], t[N];
    static ink inks[N];
    static uint8_t markers[N];
    static const struct plot_rule rules[] = {
        { .at = 4.59, .across = true, .ink = INK_ACCENT, .label = "|t| = 4.59" },
        { .at = -4.59, .across = true, .ink = INK_ACCENT, .label = NULL }
    };
    static const struct plot_legend legend[] = { { "significant", INK_GROUP_A, MARKER_CIRCLE },
                                                 { "not significant", INK_DIM, MARKER_SMALL } };
    struct golden g = { .text = NULL };

    noise_state = 11;
    for (size_t i = 0; i < N; i++) {
        neuron[i] = (double)i;
        t[i] = 3.0 * bell();
        inks[i] = fabs(t[i]) > 4.59 ? INK_GROUP_A : INK_DIM;
        markers[i] = fabs(t[i]) > 4.59 ? MARKER_CIRCLE : MARKER_SMALL;
    }
    const struct scatter s = { .text = { .title = "t by neuron",
                                         .x_label = "neuron",
                                         .y_label = "t",
                                         .legend = legend,
                                         .n_legend = 2 },
                               .x = neuron,
                               .y = t,
                               .n = N,
                               .inks = inks,
                               .markers = markers,
                               .rules = rules,
                               .n_rules = 2,
                               .window = { 0, N - 1, 0, 0 } };
    add_all(&g, "t by neuron", draw_scatter, &s);
    golden_compare(&g, "plot_t.txt");
}
END_TEST

START_TEST(series_in_every_style)
{
    enum { N = 108 };
    double y[N];
    static const char *const names[] = { "points", "line", "steps", "bars" };
    struct golden g = { .text = NULL };

    noise_state = 5;
    for (size_t i = 0; i < N; i++)
        y[i] = (i < 54 ? -0.8 : 0.9) + 0.3 * bell();
    y[20] = NAN; /* a gap */
    struct series s = { .text = { .title = "Neuron h.5.mlp.c_fc:712",
                                  .x_label = "sentence",
                                  .y_label = "activation" },
                        .y = y,
                        .n = N,
                        .split = 54,
                        .split_labels = { "him", "her" } };
    for (int style = SERIES_POINTS; style <= (int)SERIES_BARS; style++) {
        s.style = (enum series_style)style;
        s.has_selected = style == SERIES_POINTS;
        s.selected = 90;
        add_all(&g, names[style], draw_series, &s);
    }
    golden_compare(&g, "plot_series.txt");
}
END_TEST

START_TEST(curves)
{
    enum { N = 40 };
    double x[N], y[N];
    struct golden g = { .text = NULL };
    static const struct plot_rule rules[] = {
        { .at = 250, .across = false, .ink = INK_FRAME, .label = "exaggeration ends" }
    };

    for (size_t i = 0; i < N; i++) {
        x[i] = 25.0 * (double)(i + 1);
        y[i] = 1.2 + 40.0 / (x[i] + 10.0);
    }
    struct series s = {
        .text = { .title = "KL divergence", .x_label = "iteration", .y_label = "KL" },
        .x = x,
        .y = y,
        .n = N,
        .style = SERIES_LINE,
        .ink = INK_GROUP_A,
        .rules = rules,
        .n_rules = 1,
        .from_zero = true
    };
    add_all(&g, "KL", draw_series, &s);
    s.n = 1;
    s.n_rules = 0;
    add_all(&g, "one value", draw_series, &s);
    golden_compare(&g, "plot_curves.txt");
}
END_TEST

START_TEST(histograms)
{
    enum { MOST = 200 };
    uint64_t counts[MOST];
    double edges[MOST + 1];
    static const size_t sizes[] = { 10, 60, 80, MOST };
    static const struct plot_rule zero[] = {
        { .at = 0.0, .across = false, .ink = INK_FRAME, .label = NULL }
    };
    struct golden g = { .text = NULL };

    for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++) {
        const size_t n = sizes[k];
        char heading[32];
        for (size_t i = 0; i <= n; i++)
            edges[i] = -1.0 + 2.0 * (double)i / (double)n;
        for (size_t i = 0; i < n; i++) { /* a hill left of the centre, a lower one on the right */
            const double u = (edges[i] + edges[i + 1]) / 2.0;
            const double hill = 1.0 / (1.0 + 30.0 * (u + 0.3) * (u + 0.3));
            const double low = 0.3 / (1.0 + 80.0 * (u - 0.6) * (u - 0.6));
            counts[i] = (uint64_t)((hill + low) * 24000.0 / (double)n);
        }
        counts[n - 1] = 1; /* very small, but visible */
        const struct bars b = {
            .text = { .title = "Cosine similarities", .x_label = "cosine", .y_label = "pairs" },
            .counts = counts,
            .edges = edges,
            .n_bins = n,
            .ink = INK_GROUP_A,
            .rules = zero,
            .n_rules = 1
        };
        snprintf(heading, sizeof heading, "%zu bins", n);
        add_all(&g, heading, draw_bars, &b);
    }
    golden_compare(&g, "plot_histograms.txt");
}
END_TEST

static void draw_sparkline(struct canvas *c, const void *plot)
{
    const struct sparkline *const s = plot;

    for (size_t i = 0; i < 3; i++)
        sparkline_draw(c, i, i, c->cols >> i, s);
}

START_TEST(sparklines)
{
    double y[54];
    struct golden g = { .text = NULL };

    for (size_t i = 0; i < 54; i++)
        y[i] = (double)(i % 9) + (i < 27 ? 0.0 : 9.0);
    y[3] = INFINITY;
    struct sparkline s = { .y = y, .n = 54, .ink = INK_ACCENT };
    add_all(&g, "a saw", draw_sparkline, &s);
    s.split = 27;
    add_all(&g, "in two groups", draw_sparkline, &s);
    golden_compare(&g, "plot_sparklines.txt");
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        heatmap_of_activations,
        heatmap_of_similarities,
        heatmap_sequential_and_empty,
        scatter_by_value,
        scatter_by_cluster,
        scatter_of_t_by_neuron,
        series_in_every_style,
        curves,
        histograms,
        sparklines,
    };
    return RUN_TESTS("plot", tests);
}
