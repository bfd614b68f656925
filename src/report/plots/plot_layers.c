#include "config.h"
#include "report/plots/parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "pipeline/stage_layers.h"

void draw_layers(const struct analysis *a, const struct plot_target *target,
                 const struct plot_request *request)
{
    const struct layers_result *const layers = layers_of(a);
    const size_t n = layers->n_rows;
    uint64_t *const counts = plot_scratch(target, n, sizeof *counts);
    double *const edges = plot_scratch(target, n + 1, sizeof *edges);
    size_t sum = 0;
    char title[TITLE_SIZE];

    if (counts != NULL && edges != NULL) {
        for (size_t l = 0; l <= n; l++)
            edges[l] = (double)l;
        for (size_t l = 0; l < n; l++) {
            counts[l] = layers->rows[l].n_significant;
            sum += layers->rows[l].n_significant;
        }
        snprintf(title, sizeof title, "Significant neurons of each hook point: %zu in %zu", sum, n);
        const struct bars bars = {
            .text = { .title = title, .x_label = "hook point", .y_label = "neurons" },
            .counts = counts,
            .edges = edges,
            .n_bins = n,
            .ink = INK_ACCENT,
        };
        show_bars(target, &bars, request->view);
    }
    free(counts);
    free(edges);
}

size_t item_layers(const struct analysis *a, size_t i, struct plot_item *item)
{
    const struct layers_result *const layers = layers_of(a);
    char name[60];

    if (i >= layers->n_rows)
        return layers->n_rows;
    const struct layer_row *const row = &layers->rows[i];
    text_visible(name, sizeof name, row->hook, strlen(row->hook));
    item->x = (double)i + 0.5;
    item->y = (double)row->n_significant;
    snprintf(item->words, sizeof item->words, "%s: %zu of %zu, %zu clusters", name,
             row->n_significant, row->n_neurons, row->by[0].n_clusters);
    return layers->n_rows;
}
