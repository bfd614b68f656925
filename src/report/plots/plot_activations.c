#include "config.h"
#include "report/plots/parts.h"

#include <stdio.h>
#include <stdlib.h>

#include "num/histogram.h"
#include "pipeline/stage_extract.h"
#include "pipeline/stage_load.h"
#include "pipeline/stage_ttest.h"

enum { MEAN_BINS = 60 };

/* The same for every model, so that plots can be compared. */
static const double ACTIVATION_SCALE = 2.0;

void draw_activations(const struct analysis *a, const struct plot_target *target,
                      const struct plot_request *request)
{
    const struct load_result *const load = load_of(a);
    const int32_t *const labels = marked_labels(a, &request->mark);
    const double scale = ACTIVATION_SCALE * (request->scale > 0.0 ? request->scale : 1.0);
    struct plot_view view = { 0 };
    const struct heatmap map = {
        .text = { .title = "Activations", .x_label = "neuron", .y_label = "sentence" },
        .data = extract_of(a)->X,
        .row_order = load->by_group,
        .row_breaks = load->group_starts + 1,
        .n_row_breaks = load->n_groups - 1,
        .vmin = -scale,
        .vmax = scale,
        .diverging = true,
        .bar_label = "activation",
        .window = request->window,
        .cache = request->cache,
        .version = request->version,
    };
    show_heatmap(target, &map, &view);
    for (size_t i = 0; labels != NULL && i < ttest_of(a)->n_significant; i++)
        if (labels[i] == request->mark.label)
            mark_column(target, &view, (double)ttest_of(a)->significant[i],
                        cluster_ink(request->mark.label));
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
