/* Helpers shared by the drawing functions, and their declarations for the rows of plots. */
#ifndef CT_REPORT_PLOTS_PARTS_H
#define CT_REPORT_PLOTS_PARTS_H

#include "report/plots/plot.h"

enum { TITLE_SIZE = 200 };

uint8_t cluster_marker(int32_t label);

/* ` (context)`: the space in which neurons are compared, for titles; empty for raw activations. */
const char *space_words(const struct analysis *a);

/* Ink and marker of significant neuron i when a cluster is marked: others are dimmed. */
void mark_point(const int32_t *labels, const struct plot_request *request, size_t i, ink *color,
                uint8_t *marker);

/* Marks ticks on the axes of a plot drawn into a canvas: below column x .. x + 1, next to row y ..
 * y + 1. */
void mark_column(const struct plot_target *target, const struct plot_view *view, double x,
                 ink color);
void mark_row(const struct plot_target *target, const struct plot_view *view, double y, ink color);

/* Describes bin i of a histogram of things. */
void item_of_bin(const uint64_t *counts, const double *edges, size_t n_bins, size_t i,
                 const char *thing, struct plot_item *item);

/* The position of a neuron in the volcano plot; false without a p-value. ceiling:
 * volcano_ceiling(). */
bool volcano_point(const struct analysis *a, size_t neuron, double ceiling, double *x, double *y);

/* The height at which p = 0 is drawn: above all others. */
double volcano_ceiling(const struct analysis *a);

#define DECLARE_PLOT(name)                                                                         \
    void draw_##name(const struct analysis *a, const struct plot_target *target,                   \
                     const struct plot_request *request)
#define DECLARE_PLOT_BY(name)                                                                      \
    void draw_##name(const struct cluster_method *method, const struct analysis *a,                \
                     const struct plot_target *target, const struct plot_request *request)
#define DECLARE_ITEM(name)                                                                         \
    size_t item_##name(const struct analysis *a, size_t i, struct plot_item *item)

DECLARE_PLOT(activations);
DECLARE_PLOT(neuron_means);
DECLARE_ITEM(neuron_means);
DECLARE_PLOT(sentence_means);
DECLARE_PLOT(neuron);
DECLARE_PLOT(t_values);
DECLARE_PLOT(volcano);
DECLARE_PLOT(tsne);
DECLARE_PLOT(layer_effects);
DECLARE_ITEM(layer_effects);
bool has_layer_effects(const struct analysis *a);
DECLARE_PLOT(map);
DECLARE_ITEM(map);
bool has_map(const struct analysis *a);
DECLARE_PLOT(lens);
DECLARE_ITEM(lens);
bool has_lens(const struct analysis *a);
DECLARE_PLOT(effect);
DECLARE_ITEM(effect);
DECLARE_PLOT(kl);
DECLARE_ITEM(kl);
DECLARE_PLOT_BY(clusters);
DECLARE_PLOT(k_distance);
DECLARE_ITEM(k_distance);
DECLARE_PLOT(gram);
DECLARE_PLOT_BY(gram_by);
DECLARE_PLOT_BY(cosine_by);
DECLARE_PLOT(cosines);
DECLARE_ITEM(cosines);
DECLARE_PLOT(null);
DECLARE_ITEM(null);
DECLARE_PLOT(pictures);
DECLARE_ITEM(pictures);
DECLARE_PLOT(recovery);
DECLARE_ITEM(recovery);
DECLARE_PLOT(consensus);
DECLARE_PLOT(layers);
DECLARE_ITEM(layers);
DECLARE_PLOT(layer_shares);
DECLARE_ITEM(layer_shares);
DECLARE_PLOT(layer_clumping);
DECLARE_ITEM(layer_clumping);
bool has_layer_answers(const struct analysis *a);

#endif
