#include "config.h"
#include "report/plots/cluster_names.h"
#include "report/plots/parts.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "num/tests/test.h"
#include "pipeline/stage_contrast.h"
#include "pipeline/stage_extract.h"
#include "pipeline/stage_load.h"
#include "pipeline/stage_ttest.h"

/* ---- several hook points: a Manhattan plot ---- */

enum { MOST_BLOCKS = 64, LEAST_OF_BLOCK = 8 }; /* more, or smaller ones, are not told apart */

static bool has_blocks(const struct analysis *a)
{
    const size_t n = extract_of(a)->n_blocks;

    return n > 1 && n <= MOST_BLOCKS && n * LEAST_OF_BLOCK <= extract_of(a)->X.cols;
}

/* Significant neurons of one hook point after the other in two colours. */
static void colour_blocks(const struct analysis *a, ink *inks)
{
    const struct extract_result *const e = extract_of(a);
    const struct ttest_stage *const t = ttest_of(a);
    size_t b = 0;

    for (size_t i = 0; i < t->n_significant; i++) {
        while (b + 1 < e->n_blocks && t->significant[i] >= e->blocks[b + 1].first)
            b++;
        inks[t->significant[i]] = (ink)(INK_CLUSTER_0 + b % 2);
    }
}

struct block_marks { /* lines between hook points, and their numbers at the top */
    struct plot_rule rules[MOST_BLOCKS + 2]; /* and those of the caller */
    struct scatter_label labels[MOST_BLOCKS];
    char texts[MOST_BLOCKS][8];
    size_t n_rules, n_labels;
};

static void mark_blocks(const struct analysis *a, struct block_marks *marks)
{
    double top = 0.0;

    const struct extract_result *const e = extract_of(a);

    for (size_t j = 0; has_blocks(a) && j < ttest_of(a)->n_neurons; j++)
        if (isfinite(ttest_of(a)->neurons[j].statistic))
            top = fmax(top, ttest_of(a)->neurons[j].statistic);
    for (size_t b = 0; has_blocks(a) && b < e->n_blocks; b++) {
        const double first = (double)e->blocks[b].first;
        const double end =
            (double)(b + 1 < e->n_blocks ? e->blocks[b + 1].first : ttest_of(a)->n_neurons);
        if (b > 0)
            marks->rules[marks->n_rules++] =
                (struct plot_rule){ .at = first - 0.5, .ink = INK_FRAME };
        snprintf(marks->texts[b], sizeof marks->texts[b], "%zu", b % 1000);
        marks->labels[marks->n_labels++] =
            (struct scatter_label){ (first + end) / 2, top, marks->texts[b],
                                    (ink)(INK_CLUSTER_0 + b % 2) };
    }
}

/* Ink and marker of every neuron: significant or not, in the marked cluster or not. */
static void mark_neurons(const struct analysis *a, const struct plot_request *request, ink *inks,
                         uint8_t *markers)
{
    const struct ttest_stage *const t = ttest_of(a);
    const int32_t *const labels = marked_labels(a, &request->mark);

    for (size_t j = 0; j < t->n_neurons; j++) {
        inks[j] = INK_DIM;
        markers[j] = MARKER_SMALL;
    }
    for (size_t i = 0; i < t->n_significant; i++) {
        const size_t j = t->significant[i];
        if (labels != NULL && labels[i] != request->mark.label)
            continue;
        inks[j] = labels != NULL                  ? cluster_ink(request->mark.label)
                  : t->neurons[j].statistic > 0.0 ? (ink)INK_GROUP_A
                                                  : (ink)INK_GROUP_B;
        markers[j] = MARKER_CIRCLE;
    }
    if (labels == NULL && has_blocks(a))
        colour_blocks(a, inks);
}

struct neuron_legend {
    struct plot_legend entries[3];
    size_t n;
    char texts[2][CLUSTER_WORDS_SIZE];
};

/* The legend for these: by sign, or the marked cluster. */
static void fill_legend(const struct analysis *a, const struct plot_request *request,
                        struct neuron_legend *legend)
{
    const bool is_marked = marked_labels(a, &request->mark) != NULL;
    const size_t *const groups = contrast_of(a)->groups;

    legend->n = 0;
    if (is_marked)
        cluster_words(a, request->mark, legend->texts[0]);
    for (size_t g = 0; g < 2 && !is_marked; g++)
        snprintf(legend->texts[g], sizeof legend->texts[g], "more in %.30s",
                 load_of(a)->group_names[groups[g]]);
    legend->entries[legend->n++] =
        (struct plot_legend){ legend->texts[0],
                              is_marked ? cluster_ink(request->mark.label) : (ink)INK_GROUP_A,
                              MARKER_CIRCLE };
    if (!is_marked)
        legend->entries[legend->n++] =
            (struct plot_legend){ legend->texts[1], INK_GROUP_B, MARKER_CIRCLE };
    legend->entries[legend->n++] =
        (struct plot_legend){ is_marked ? "others" : "not significant", INK_DIM, MARKER_SMALL };
}

void draw_t_values(const struct analysis *a, const struct plot_target *target,
                   const struct plot_request *request)
{
    const struct ttest_stage *const t = ttest_of(a);
    const size_t n = t->n_neurons;
    double *const x = plot_scratch(target, 2 * n, sizeof *x);
    uint8_t *const markers = plot_scratch(target, n, sizeof *markers);
    ink *const inks = plot_scratch(target, n, sizeof *inks);
    struct neuron_legend legend;
    char label[40];
    struct block_marks marks = { .n_rules = 0 };
    char title[TITLE_SIZE];
    char x_label[TITLE_SIZE];

    if (x == NULL || markers == NULL || inks == NULL)
        goto done;
    for (size_t j = 0; j < n; j++) {
        x[j] = (double)j;
        x[n + j] = t->neurons[j].statistic;
    }
    mark_neurons(a, request, inks, markers);
    fill_legend(a, request, &legend);
    snprintf(label, sizeof label, "|%s| > %.3g", tests[a->params.test].statistic, t->t_critical);
    mark_blocks(a, &marks);
    if (isfinite(t->t_critical)) {
        marks.rules[marks.n_rules++] =
            (struct plot_rule){ .at = -t->t_critical, .across = true, .ink = INK_DIM };
        marks.rules[marks.n_rules++] = (struct plot_rule){
            .at = t->t_critical, .across = true, .ink = INK_DIM, .label = label
        };
    }
    snprintf(x_label, sizeof x_label, "neuron");
    if (has_blocks(a))
        snprintf(x_label, sizeof x_label, "neuron, of %zu hook points in order",
                 extract_of(a)->n_blocks);
    snprintf(title, sizeof title, "%s of each neuron: %zu of %zu significant",
             tests[a->params.test].statistic, t->n_significant, n);
    const struct scatter scatter = {
        .text = { title, x_label, tests[a->params.test].statistic, legend.entries, legend.n,
                  false },
        .x = x,
        .y = x + n,
        .n = n,
        .inks = inks,
        .markers = markers,
        .rules = marks.rules,
        .n_rules = marks.n_rules,
        .labels = marks.labels,
        .n_labels = marks.n_labels,
        .window = request->window,
        .has_selected = request->has_neuron,
        .selected = request->neuron,
    };
    show_scatter(target, &scatter, request->view);
done:
    free(x);
    free(markers);
    free(inks);
}

/* ---- volcano ---- */

double volcano_ceiling(const struct analysis *a)
{
    double smallest = 1.0;

    for (size_t j = 0; j < ttest_of(a)->n_neurons; j++) {
        const double p = ttest_of(a)->neurons[j].pvalue;
        if (p > 0.0 && p < smallest)
            smallest = p;
    }
    return fmax(1.0, -1.05 * log10(smallest));
}

bool volcano_point(const struct analysis *a, size_t neuron, double ceiling, double *x, double *y)
{
    const struct ttest_result *const r = &ttest_of(a)->neurons[neuron];

    *x = r->mean_a - r->mean_b;
    *y = r->pvalue > 0.0 ? fabs(log10(r->pvalue)) : ceiling;
    return !isnan(r->pvalue) && isfinite(*x);
}

void draw_volcano(const struct analysis *a, const struct plot_target *target,
                  const struct plot_request *request)
{
    const struct ttest_stage *const t = ttest_of(a);
    const size_t n = t->n_neurons;
    const double ceiling = volcano_ceiling(a);
    double *const points = plot_scratch(target, n, 2 * sizeof *points);
    uint8_t *const markers = plot_scratch(target, n, sizeof *markers);
    ink *const inks = plot_scratch(target, n, sizeof *inks);
    struct neuron_legend legend;
    char title[TITLE_SIZE];
    char x_label[TITLE_SIZE];
    char label[40];
    size_t n_zero = 0;

    if (points == NULL || markers == NULL || inks == NULL)
        goto done;
    for (size_t j = 0; j < n; j++) {
        if (!volcano_point(a, j, ceiling, &points[2 * j], &points[2 * j + 1]))
            points[2 * j] = NAN; /* not drawn */
        n_zero += t->neurons[j].pvalue == 0.0;
    }
    mark_neurons(a, request, inks, markers);
    fill_legend(a, request, &legend);
    snprintf(title, sizeof title, "Volcano: %zu of %zu significant%s", t->n_significant, n,
             n_zero > 0 ? ", p = 0 at the top" : "");
    snprintf(x_label, sizeof x_label, "mean of %s - mean of %s",
             load_of(a)->group_names[contrast_of(a)->groups[0]],
             load_of(a)->group_names[contrast_of(a)->groups[1]]);
    snprintf(label, sizeof label, "p < %.3g", t->p_threshold);
    const struct plot_rule rule = {
        .at = -log10(t->p_threshold), .across = true, .ink = INK_DIM, .label = label
    };
    const struct scatter scatter = {
        .text = { title, x_label, "-log10 p", legend.entries, legend.n, false },
        .x = points,
        .y = points + 1,
        .x_stride = 2,
        .y_stride = 2,
        .n = n,
        .inks = inks,
        .markers = markers,
        .rules = &rule,
        .n_rules = t->p_threshold > 0.0 ? 1 : 0,
        .window = request->window,
        .has_selected = request->has_neuron,
        .selected = request->neuron,
    };
    show_scatter(target, &scatter, request->view);
done:
    free(points);
    free(markers);
    free(inks);
}
