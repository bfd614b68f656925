#include "config.h"
#include "report/plot_parts.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

void plot_say(struct canvas *c, struct rect area, const char *title, const char *words)
{
    canvas_fill(c, area, ' ', INK_DEFAULT, INK_DEFAULT);
    canvas_text(c, area.row, area.col, area.cols, title, INK_TITLE, CELL_BOLD);
    if (area.rows > 2)
        canvas_text(c, area.row + 2, area.col + 2, area.cols > 2 ? area.cols - 2 : 0, words,
                    INK_DIM, 0);
}

ink cluster_ink(int32_t label)
{
    return label < 0 ? (ink)INK_NOISE : (ink)(INK_CLUSTER_0 + label % INK_N_CLUSTERS);
}

uint8_t cluster_marker(int32_t label)
{
    return label < 0 ? (uint8_t)MARKER_NOISE
                     : (uint8_t)(MARKER_CLUSTER_0 + label % MARKER_N_CLUSTERS);
}

const int32_t *marked_labels(const struct analysis *a, const struct plot_request *request)
{
    return request->has_cluster && a->cluster != NULL ? a->cluster->dbscan : NULL;
}

void mark_point(const int32_t *labels, const struct plot_request *request, size_t i, ink *color,
                uint8_t *marker)
{
    if (labels == NULL)
        return;
    if (labels[i] != request->cluster) {
        *color = INK_DIM;
        *marker = MARKER_SMALL;
    }
}

/* ---- marks at the axes ---- */

static void put_mark(struct canvas *c, size_t row, size_t col, uint32_t ch, ink color)
{
    canvas_put(c, row, col, c->ascii ? '#' : ch, color, INK_DEFAULT, CELL_BOLD);
}

void mark_column(struct canvas *c, struct rect area, const struct plot_view *view, double x,
                 ink color)
{
    const size_t below = view->area.row + view->area.rows;
    size_t row;
    size_t col;

    if (below < area.row + area.rows &&
        plot_view_cell(view, x + 0.5, (view->window.y0 + view->window.y1) / 2, &row, &col))
        put_mark(c, below, col, 0x2580, color); /* upper half */
}

void mark_row(struct canvas *c, struct rect area, const struct plot_view *view, double y, ink color)
{
    size_t row;
    size_t col;

    if (view->area.col > area.col &&
        plot_view_cell(view, (view->window.x0 + view->window.x1) / 2, y + 0.5, &row, &col))
        put_mark(c, row, view->area.col - 1, 0x2590, color); /* right half */
}

/* ---- what is shown ---- */

void item_of_bin(const uint64_t *counts, const double *edges, size_t n_bins, size_t i,
                 const char *thing, struct plot_item *item)
{
    item->x = (edges[i] + edges[i + 1]) / 2;
    item->y = (double)counts[i];
    snprintf(item->words, sizeof item->words, "%.4g to %.4g: %" PRIu64 " %s%s (bin %zu of %zu)",
             edges[i], edges[i + 1], counts[i], thing, counts[i] == 1 ? "" : "s", i + 1, n_bins);
}

size_t neuron_to_show(const struct analysis *a, bool has_neuron, size_t neuron)
{
    size_t best = 0;

    if (has_neuron)
        return neuron;
    for (size_t j = 1; a->ttest != NULL && j < a->ttest->n_neurons; j++) {
        const double t = fabs(a->ttest->neurons[j].statistic);
        const double largest = fabs(a->ttest->neurons[best].statistic);
        if (t > largest || (isnan(largest) && !isnan(t)))
            best = j;
    }
    return best;
}

const struct mat *gram_of(const struct analysis *a)
{
    if (a->ttest->has_gram)
        return &a->ttest->gram;
    return a->similarity != NULL && a->similarity->is_whole ? &a->similarity->gram : NULL;
}
