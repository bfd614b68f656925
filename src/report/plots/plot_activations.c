#include "config.h"
#include "report/plots/parts.h"

#include <stdio.h>
#include <stdlib.h>

#include "num/histogram.h"
#include "pipeline/stage_cluster.h"
#include "pipeline/stage_extract.h"
#include "pipeline/stage_load.h"
#include "pipeline/stage_ttest.h"
#include "report/plots/column_order.h"
#include "report/plots/places.h"

enum { MEAN_BINS = 60 };

/* The same for every model, so that plots can be compared. */
static const double ACTIVATION_SCALE = 2.0;

/* The colour of a neuron in the margin: its cluster, or the sign of a significant t. */
static ink margin_ink(const struct analysis *a, const struct column_order *columns, size_t neuron)
{
    const struct ttest_stage *const t = ttest_of(a);
    size_t i;

    if (t == NULL || !significant_place(a, neuron, &i))
        return INK_FRAME;
    if (columns->kind == COLUMNS_BY_CLUSTER)
        return cluster_ink(clusters_of(a)->by[0].labels[i]);
    return t->neurons[neuron].statistic > 0.0 ? INK_GROUP_A : INK_GROUP_B;
}

/* Strips of cluster or sign below, of the group at the left. */
static void draw_margins(const struct analysis *a, const struct plot_target *target,
                         const struct column_order *columns, const struct plot_view *view)
{
    const struct load_result *const load = load_of(a);

    if (target->canvas == NULL || !target->canvas->color)
        return;
    for (size_t k = 0; k < columns->n; k++)
        mark_column(target, view, (double)k, margin_ink(a, columns, columns->order[k]));
    for (size_t k = 0; k < load->n_sentences; k++) {
        const size_t group = load->sentences[load->by_group[k]].group;
        mark_row(target, view, (double)k,
                 group == 0   ? INK_GROUP_A
                 : group == 1 ? INK_GROUP_B
                              : INK_FRAME);
    }
}

static void mark_cluster(const struct analysis *a, const struct plot_target *target,
                         const struct plot_request *request, const struct plot_view *view)
{
    const int32_t *const labels = marked_labels(a, &request->mark);

    for (size_t i = 0; labels != NULL && i < ttest_of(a)->n_significant; i++) {
        const size_t j = ttest_of(a)->significant[i];
        if (labels[i] == request->mark.label)
            mark_column(target, view,
                        (double)(request->columns != NULL ? request->columns->place[j] : j),
                        cluster_ink(request->mark.label));
    }
}

void draw_activations(const struct analysis *a, const struct plot_target *target,
                      const struct plot_request *request)
{
    const struct load_result *const load = load_of(a);
    const struct column_order *const columns = request->columns;
    const double scale = (columns != NULL ? columns->scale : ACTIVATION_SCALE) *
                         (request->scale > 0.0 ? request->scale : 1.0);
    struct plot_window window = request->window;
    struct plot_view view = { 0 };
    char title[TITLE_SIZE];

    if (columns != NULL && !(window.x0 < window.x1))
        window.x1 = (double)columns->n_shown;
    snprintf(title, sizeof title, "Activations%s%s",
             columns != NULL ? column_order_words(columns) : "",
             columns != NULL ? ", fitted scale" : "");
    const struct heatmap map = {
        .text = { .title = title,
                  .x_label = columns != NULL ? "position" : "neuron",
                  .y_label = "sentence" },
        .data = extract_of(a)->X,
        .row_order = load->by_group,
        .col_order = columns != NULL ? columns->order : NULL,
        .peaks = columns != NULL && columns->peaks,
        .row_breaks = load->group_starts + 1,
        .n_row_breaks = load->n_groups - 1,
        .vmin = -scale,
        .vmax = scale,
        .diverging = true,
        .bar_label = "activation",
        .window = window,
        .cache = request->cache,
        .version = request->version,
    };
    show_heatmap(target, &map, &view);
    if (columns != NULL && request->mark.method == NULL)
        draw_margins(a, target, columns, &view);
    mark_cluster(a, target, request, &view);
    if (request->view != NULL)
        *request->view = view;
}

static enum ct_status count_means(const struct analysis *a, uint64_t counts[MEAN_BINS],
                                  double edges[MEAN_BINS + 1], struct ct_error *err)
{
    return histogram(extract_of(a)->neuron_means, extract_of(a)->X.cols, MEAN_BINS, counts, edges,
                     err);
}

size_t item_neuron_means(const struct analysis *a, size_t i, struct plot_item *item)
{
    uint64_t counts[MEAN_BINS];
    double edges[MEAN_BINS + 1];

    if (count_means(a, counts, edges, NULL) != CT_OK)
        return 0;
    if (i < MEAN_BINS)
        item_of_bin(counts, edges, MEAN_BINS, i, "neuron", item);
    return MEAN_BINS;
}

void draw_neuron_means(const struct analysis *a, const struct plot_target *target,
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

    if (count_means(a, counts, edges, &err) != CT_OK)
        show_words(target, bars.text.title, err.text);
    else
        show_bars(target, &bars, request->view);
}

/* Draws values by sentence, group after group, with a line between the first two. */
static void draw_by_sentence(const struct analysis *a, const struct plot_target *target,
                             const struct plot_request *request, const char *title,
                             double (*value)(const struct analysis *a, size_t row, size_t neuron),
                             size_t neuron)
{
    const struct load_result *const load = load_of(a);
    double *const y = plot_scratch(target, load->n_sentences, sizeof *y);

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
    show_series(target, &series, request->view);
    free(y);
}

static double sentence_mean(const struct analysis *a, size_t row, size_t neuron)
{
    (void)neuron;
    return extract_of(a)->sentence_means[row];
}

void draw_sentence_means(const struct analysis *a, const struct plot_target *target,
                         const struct plot_request *request)
{
    draw_by_sentence(a, target, request, "Mean of each sentence over the neurons", sentence_mean,
                     0);
}

static double activation(const struct analysis *a, size_t row, size_t neuron)
{
    return matview_get(&extract_of(a)->X, row, neuron);
}

void draw_neuron(const struct analysis *a, const struct plot_target *target,
                 const struct plot_request *request)
{
    const size_t neuron = neuron_to_show(a, request->has_neuron, request->neuron);
    char title[TITLE_SIZE];
    size_t index;
    const char *const hook = neuron_hook(extract_of(a), neuron, &index);

    if (ttest_of(a) != NULL)
        snprintf(title, sizeof title, "%s:%zu by sentence, t %.2f%s", hook, index,
                 ttest_of(a)->neurons[neuron].statistic,
                 request->has_neuron ? "" : " (largest |t|)");
    else
        snprintf(title, sizeof title, "%s:%zu by sentence", hook, index);
    draw_by_sentence(a, target, request, title, activation, neuron);
}
