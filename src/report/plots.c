#include "config.h"
#include "report/plots.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "num/histogram.h"
#include "plot/bars.h"
#include "plot/heatmap.h"
#include "plot/scatter.h"
#include "plot/series.h"

enum { TITLE_SIZE = 200, MEAN_BINS = 60 };

/* Scales that are the same for every model, so that pictures can be compared; data that stay well
 * below them are shown by their own range. */
static const double ACTIVATION_SCALE = 2.0;
static const double GRAM_SCALE = 80.0;

static double scale_for(double largest, double usual)
{
    return largest > 0.0 && largest < usual ? largest : usual;
}

static void say(struct canvas *c, struct rect area, const char *title, const char *words)
{
    canvas_text(c, area.row, area.col, area.cols, title, INK_TITLE, CELL_BOLD);
    if (area.rows > 2)
        canvas_text(c, area.row + 2, area.col + 2, area.cols > 2 ? area.cols - 2 : 0, words,
                    INK_DIM, 0);
}

static ink cluster_ink(int32_t label)
{
    return label < 0 ? (ink)INK_NOISE : (ink)(INK_CLUSTER_0 + label % INK_N_CLUSTERS);
}

static uint8_t cluster_marker(int32_t label)
{
    return label < 0 ? (uint8_t)MARKER_NOISE
                     : (uint8_t)(MARKER_CLUSTER_0 + label % MARKER_N_CLUSTERS);
}

/* ---- extraction ---- */

static void draw_activations(const struct analysis *a, struct canvas *c, struct rect area,
                             const struct plot_request *request)
{
    const struct load_result *const load = a->load;
    const struct heatmap map = {
        .text = { .title = "Activations", .x_label = "neuron", .y_label = "sentence" },
        .data = a->extract->X,
        .row_order = load->by_group,
        .row_breaks = load->group_starts + 1,
        .n_row_breaks = load->n_groups - 1,
        .vmin = -ACTIVATION_SCALE,
        .vmax = ACTIVATION_SCALE,
        .diverging = true,
        .window = request->window,
    };
    heatmap_draw(c, area, &map, request->view);
}

static void draw_neuron_means(const struct analysis *a, struct canvas *c, struct rect area,
                              const struct plot_request *request)
{
    uint64_t counts[MEAN_BINS];
    double edges[MEAN_BINS + 1];
    struct ct_error err;
    const struct bars bars = {
        .text = { .title = "Mean of each neuron over the sentences",
                  .x_label = "mean activation",
                  .y_label = "neurons" },
        .counts = counts,
        .edges = edges,
        .n_bins = MEAN_BINS,
        .ink = INK_CLUSTER_0,
    };

    if (histogram(a->extract->neuron_means, a->extract->X.cols, MEAN_BINS, counts, edges, &err) !=
        CT_OK)
        say(c, area, bars.text.title, err.text);
    else
        bars_draw(c, area, &bars, request->view);
}

/* Values by sentence, group after group, with the line between the first two. */
static void draw_by_sentence(const struct analysis *a, struct canvas *c, struct rect area,
                             const struct plot_request *request, const char *title,
                             double (*value)(const struct analysis *a, size_t row, size_t neuron),
                             size_t neuron)
{
    const struct load_result *const load = a->load;
    double *const y = ct_malloc_array(load->n_sentences, sizeof *y);

    if (y == NULL)
        return;
    for (size_t i = 0; i < load->n_sentences; i++)
        y[i] = value(a, load->by_group[i], neuron);
    const struct series series = {
        .text = { .title = title, .x_label = "sentence", .y_label = "activation" },
        .y = y,
        .n = load->n_sentences,
        .style = SERIES_STEPS,
        .ink = INK_GROUP_A,
        .split = load->n_groups > 1 ? load->group_starts[1] : 0,
        .split_labels = { load->group_names[0], load->n_groups > 1 ? load->group_names[1] : NULL },
        .window = request->window,
    };
    series_draw(c, area, &series, request->view);
    free(y);
}

static double sentence_mean(const struct analysis *a, size_t row, size_t neuron)
{
    (void)neuron;
    return a->extract->sentence_means[row];
}

static void draw_sentence_means(const struct analysis *a, struct canvas *c, struct rect area,
                                const struct plot_request *request)
{
    draw_by_sentence(a, c, area, request, "Mean of each sentence over the neurons", sentence_mean,
                     0);
}

static double activation(const struct analysis *a, size_t row, size_t neuron)
{
    return matview_get(&a->extract->X, row, neuron);
}

/* The selected neuron, else the one whose |t| is largest, else the first. */
static size_t neuron_to_show(const struct analysis *a, const struct plot_request *request)
{
    size_t best = 0;

    if (request->has_neuron)
        return request->neuron;
    for (size_t j = 1; a->ttest != NULL && j < a->ttest->n_neurons; j++) {
        const double t = fabs(a->ttest->neurons[j].statistic);
        const double largest = fabs(a->ttest->neurons[best].statistic);
        if (t > largest || (isnan(largest) && !isnan(t)))
            best = j;
    }
    return best;
}

static void draw_neuron(const struct analysis *a, struct canvas *c, struct rect area,
                        const struct plot_request *request)
{
    const size_t neuron = neuron_to_show(a, request);
    char title[TITLE_SIZE];
    size_t index;
    const char *const hook = neuron_hook(a->extract, neuron, &index);

    if (a->ttest != NULL)
        snprintf(title, sizeof title, "Neuron %s:%zu in every sentence, t %.2f%s", hook, index,
                 a->ttest->neurons[neuron].statistic,
                 request->has_neuron ? "" : " (the largest |t|)");
    else
        snprintf(title, sizeof title, "Neuron %s:%zu in every sentence", hook, index);
    draw_by_sentence(a, c, area, request, title, activation, neuron);
}

/* ---- t-test ---- */

static void draw_t_values(const struct analysis *a, struct canvas *c, struct rect area,
                          const struct plot_request *request)
{
    const struct ttest_stage *const t = a->ttest;
    const size_t n = t->n_neurons;
    double *const x = ct_malloc_array(2 * n, sizeof *x);
    uint8_t *const markers = ct_malloc_array(n, sizeof *markers);
    ink *const inks = ct_malloc_array(n, sizeof *inks);
    const struct plot_legend legend[] = {
        { "significant", INK_ACCENT, MARKER_CIRCLE },
        { "not significant", INK_DIM, MARKER_SMALL },
    };
    const struct plot_rule rules[] = { { -t->t_critical, true, INK_DIM, NULL },
                                       { t->t_critical, true, INK_DIM, NULL } };
    char title[TITLE_SIZE];

    if (x == NULL || markers == NULL || inks == NULL)
        goto done;
    for (size_t j = 0; j < n; j++) {
        x[j] = (double)j;
        x[n + j] = t->neurons[j].statistic;
        markers[j] = t->is_significant[j] ? MARKER_CIRCLE : MARKER_SMALL;
        inks[j] = t->is_significant[j] ? INK_ACCENT : INK_DIM;
    }
    snprintf(title, sizeof title, "t of each neuron: %zu of %zu significant", t->n_significant, n);
    const struct scatter scatter = {
        .text = { title, "neuron", "t", legend, 2 },
        .x = x,
        .y = x + n,
        .n = n,
        .inks = inks,
        .markers = markers,
        .rules = rules,
        .n_rules = isfinite(t->t_critical) ? 2 : 0,
        .window = request->window,
        .has_selected = request->has_neuron,
        .selected = request->neuron,
    };
    scatter_draw(c, area, &scatter, request->view);
done:
    free(x);
    free(markers);
    free(inks);
}

/* ---- Gram and cosine matrices ---- */

struct matrix_plot {
    const char *title;
    const size_t *order;   /* NULL: as the neurons lie */
    const int32_t *labels; /* of the clusters in that order, for the borders */
    bool is_cosine;
};

static double gram_entry(const void *context, size_t i, size_t j)
{
    const struct similarity_result *const s = context;

    return mat_row(&s->gram, i)[j];
}

/* The largest entry of a Gram matrix lies on its diagonal. */
static double largest_norm(const struct similarity_result *s)
{
    double largest = 0.0;

    for (size_t i = 0; i < s->gram.rows; i++)
        largest = fmax(largest, mat_row(&s->gram, i)[i]);
    return largest;
}

static double cosine_entry(const void *context, size_t i, size_t j)
{
    return similarity_cosine(context, i, j);
}

static void draw_matrix(const struct analysis *a, struct canvas *c, struct rect area,
                        const struct plot_request *request, const struct matrix_plot *m)
{
    const struct similarity_result *const s = a->similarity;
    const size_t n = a->ttest->n_significant;
    const double scale = m->is_cosine ? 1.0 : scale_for(largest_norm(s), GRAM_SCALE);
    size_t *const breaks = ct_malloc_array(n, sizeof *breaks);
    size_t n_breaks = 0;

    if (!s->is_whole || n == 0) {
        say(c, area, m->title,
            n == 0 ? "no significant neuron" : "too many neurons; ask for it with --matrices");
        free(breaks);
        return;
    }
    for (size_t k = 1; breaks != NULL && m->order != NULL && k < n; k++)
        if (m->labels[m->order[k]] != m->labels[m->order[k - 1]])
            breaks[n_breaks++] = k;
    const struct heatmap map = {
        .text = { .title = m->title, .x_label = "neuron", .y_label = "neuron" },
        .data = { .rows = n, .cols = n },
        .at = m->is_cosine ? cosine_entry : gram_entry,
        .context = s,
        .row_order = m->order,
        .col_order = m->order,
        .row_breaks = breaks,
        .n_row_breaks = n_breaks,
        .col_breaks = breaks,
        .n_col_breaks = n_breaks,
        .vmin = -scale,
        .vmax = scale,
        .diverging = true,
        .lower = true,
        .window = request->window,
    };
    heatmap_draw(c, area, &map, request->view);
    free(breaks);
}

static void draw_gram(const struct analysis *a, struct canvas *c, struct rect area,
                      const struct plot_request *request)
{
    draw_matrix(a, c, area, request,
                &(struct matrix_plot){ .title = "Gram matrix of the significant neurons" });
}

static void draw_gram_sorted(const struct analysis *a, struct canvas *c, struct rect area,
                             const struct plot_request *request)
{
    draw_matrix(a, c, area, request,
                &(struct matrix_plot){ "Gram matrix, sorted by DBSCAN cluster",
                                       a->similarity->by_dbscan, a->cluster->dbscan, false });
}

static void draw_cosine_dbscan(const struct analysis *a, struct canvas *c, struct rect area,
                               const struct plot_request *request)
{
    draw_matrix(a, c, area, request,
                &(struct matrix_plot){ "Cosine similarity, sorted by DBSCAN cluster",
                                       a->similarity->by_dbscan, a->cluster->dbscan, true });
}

static void draw_cosine_kmeans(const struct analysis *a, struct canvas *c, struct rect area,
                               const struct plot_request *request)
{
    draw_matrix(a, c, area, request,
                &(struct matrix_plot){ "Cosine similarity, sorted by k-means cluster",
                                       a->similarity->by_kmeans, a->cluster->kmeans.labels, true });
}

static void draw_cosine_histogram(const struct analysis *a, struct canvas *c, struct rect area,
                                  const struct plot_request *request)
{
    const struct bars bars = {
        .text = { .title = "All cosine similarities", .x_label = "cosine", .y_label = "entries" },
        .counts = a->similarity->cosine_counts,
        .edges = a->similarity->cosine_edges,
        .n_bins = COSINE_BINS,
        .ink = INK_CLUSTER_0,
    };

    if (!a->similarity->is_whole || a->ttest->n_significant == 0)
        say(c, area, bars.text.title,
            a->ttest->n_significant == 0 ? "no significant neuron"
                                         : "too many neurons; ask for it with --matrices");
    else
        bars_draw(c, area, &bars, request->view);
}

/* ---- the plane of t-SNE ---- */

/* Fills in the points, the window and the selection, and draws. */
static void draw_plane(const struct analysis *a, struct canvas *c, struct rect area,
                       const struct plot_request *request, struct scatter *scatter)
{
    const struct mat *const points = &a->tsne->result.embedding;

    if (points->rows == 0) {
        say(c, area, scatter->text.title, "no significant neuron");
        return;
    }
    scatter->x = points->data;
    scatter->y = points->data + 1;
    scatter->x_stride = 2;
    scatter->y_stride = 2;
    scatter->n = points->rows;
    scatter->equal_aspect = true;
    scatter->window = request->window;
    for (size_t i = 0; request->has_neuron && i < points->rows; i++)
        if (a->ttest->significant[i] == request->neuron) {
            scatter->has_selected = true;
            scatter->selected = i;
        }
    scatter_draw(c, area, scatter, request->view);
}

/* The largest finite |t| of the significant neurons: the end of the colour scale. */
static double largest_t(const struct ttest_stage *t)
{
    double largest = 0.0;

    for (size_t i = 0; i < t->n_significant; i++) {
        const double x = fabs(t->neurons[t->significant[i]].statistic);
        if (isfinite(x))
            largest = fmax(largest, x);
    }
    return largest > 0.0 ? largest : 1.0;
}

static void draw_tsne(const struct analysis *a, struct canvas *c, struct rect area,
                      const struct plot_request *request)
{
    const struct ttest_stage *const t = a->ttest;
    const double scale = largest_t(t);
    ink *const inks = ct_malloc_array(t->n_significant, sizeof *inks);
    char title[TITLE_SIZE];

    if (inks == NULL)
        return;
    for (size_t i = 0; i < t->n_significant; i++) {
        const double x = t->neurons[t->significant[i]].statistic / scale;
        const double u = 0.5 + 0.5 * fmin(fmax(x, -1.0), 1.0);
        inks[i] = (ink)(INK_DIVERGING + lround(u * (INK_STEPS - 1)));
    }
    snprintf(title, sizeof title, "t-SNE of %zu neurons, perplexity %.3g, KL %.3f",
             t->n_significant, a->tsne->perplexity, a->tsne->result.kl_divergence);
    struct scatter scatter = {
        .text = { .title = title },
        .inks = inks,
        .marker = MARKER_VALUE,
        .bar = { true, true, -scale, scale, "t" },
    };
    draw_plane(a, c, area, request, &scatter);
    free(inks);
}

static void draw_labelled(const struct analysis *a, struct canvas *c, struct rect area,
                          const struct plot_request *request, const int32_t *labels,
                          struct scatter *scatter)
{
    const size_t n = a->ttest->n_significant;
    ink *const inks = ct_malloc_array(n, sizeof *inks);
    uint8_t *const markers = ct_malloc_array(n, sizeof *markers);

    for (size_t i = 0; inks != NULL && markers != NULL && i < n; i++) {
        inks[i] = cluster_ink(labels[i]);
        markers[i] = cluster_marker(labels[i]);
    }
    scatter->inks = inks;
    scatter->markers = markers;
    if (inks != NULL && markers != NULL)
        draw_plane(a, c, area, request, scatter);
    free(inks);
    free(markers);
}

static void draw_dbscan(const struct analysis *a, struct canvas *c, struct rect area,
                        const struct plot_request *request)
{
    char title[TITLE_SIZE];
    struct scatter scatter = { .text = { .title = title } };

    snprintf(title, sizeof title, "DBSCAN: %zu cluster%s, %zu noise (+), eps %g, min_samples %zu",
             a->cluster->n_dbscan, a->cluster->n_dbscan == 1 ? "" : "s", a->cluster->n_noise,
             a->params.eps, a->params.min_samples);
    draw_labelled(a, c, area, request, a->cluster->dbscan, &scatter);
}

static void draw_kmeans(const struct analysis *a, struct canvas *c, struct rect area,
                        const struct plot_request *request)
{
    const struct mat *const centers = &a->cluster->kmeans.cluster_centers;
    const struct mat *const points = &a->tsne->result.embedding;
    struct scatter_line *const lines = ct_malloc_array(points->rows, sizeof *lines);
    char title[TITLE_SIZE];
    struct scatter scatter = {
        .text = { .title = title },
        .over_x = centers->data,
        .over_y = centers->rows > 0 ? centers->data + 1 : NULL,
        .over_stride = 2,
        .n_over = centers->rows,
        .lines = lines,
        .n_lines = lines != NULL ? points->rows : 0,
    };

    for (size_t i = 0; i < scatter.n_lines; i++) {
        const int32_t label = a->cluster->kmeans.labels[i];
        const double *const point = mat_row(points, i);
        const double *const center = mat_row(centers, (size_t)label);
        lines[i] =
            (struct scatter_line){ point[0], point[1], center[0], center[1], cluster_ink(label) };
    }
    snprintf(title, sizeof title, "k-means: k = %zu, centroids X", a->cluster->n_clusters);
    draw_labelled(a, c, area, request, a->cluster->kmeans.labels, &scatter);
    free(lines);
}

static const size_t *order_by_dbscan(const struct analysis *a)
{
    return a->similarity->by_dbscan;
}

static const size_t *order_by_kmeans(const struct analysis *a)
{
    return a->similarity->by_kmeans;
}

const struct plot plots[] = {
    { "activations", "activations", STAGE_EXTRACT, SPACE_ACTIVATIONS, draw_activations, NULL },
    { "neuron-means", "means of the neurons", STAGE_EXTRACT, SPACE_OTHER, draw_neuron_means, NULL },
    { "sentence-means", "means of the sentences", STAGE_EXTRACT, SPACE_SENTENCES,
      draw_sentence_means, NULL },
    { "neuron", "one neuron", STAGE_EXTRACT, SPACE_SENTENCES, draw_neuron, NULL },
    { "t-values", "t of each neuron", STAGE_TTEST, SPACE_NEURONS, draw_t_values, NULL },
    { "gram", "Gram matrix", STAGE_SIMILARITY, SPACE_MATRIX, draw_gram, NULL },
    { "tsne", "t-SNE", STAGE_TSNE, SPACE_PLANE, draw_tsne, NULL },
    { "dbscan", "DBSCAN", STAGE_CLUSTER, SPACE_PLANE, draw_dbscan, NULL },
    { "gram-dbscan", "Gram matrix by DBSCAN", STAGE_SIMILARITY, SPACE_MATRIX, draw_gram_sorted,
      order_by_dbscan },
    { "cosine-dbscan", "cosines by DBSCAN", STAGE_SIMILARITY, SPACE_MATRIX, draw_cosine_dbscan,
      order_by_dbscan },
    { "cosines", "histogram of cosines", STAGE_SIMILARITY, SPACE_OTHER, draw_cosine_histogram,
      NULL },
    { "kmeans", "k-means", STAGE_CLUSTER, SPACE_PLANE, draw_kmeans, NULL },
    { "cosine-kmeans", "cosines by k-means", STAGE_SIMILARITY, SPACE_MATRIX, draw_cosine_kmeans,
      order_by_kmeans },
};
const size_t n_plots = sizeof plots / sizeof *plots;
