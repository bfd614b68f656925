#include "config.h"
#include "report/plots/parts.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include "pipeline/stage_cluster.h"
#include "pipeline/stage_space.h"
#include "pipeline/stage_ttest.h"

ink cluster_ink(int32_t label)
{
    return (ink)(label < 0 ? INK_NOISE : INK_CLUSTER_0 + label % INK_N_CLUSTERS);
}

uint8_t cluster_marker(int32_t label)
{
    return (uint8_t)(label < 0 ? MARKER_NOISE : MARKER_CLUSTER_0 + label % MARKER_N_CLUSTERS);
}

const char *space_words(const struct analysis *a)
{
    static const char *const words[] = { "", " (correlation)", " (context)" };
    const struct space_stage *const s = space_of(a);

    return words[s != NULL ? s->space : SPACE_RAW];
}

const int32_t *marked_labels(const struct analysis *a, const struct cluster_mark *mark)
{
    const struct clustering *const c = clustering_of(a, mark->method);

    return c != NULL ? c->labels : NULL;
}

void mark_point(const int32_t *labels, const struct plot_request *request, size_t i, ink *color,
                uint8_t *marker)
{
    if (labels == NULL)
        return;
    if (labels[i] != request->mark.label) {
        *color = INK_DIM;
        *marker = MARKER_SMALL;
    }
}

/* ---- marks at the axes ---- */

static void put_mark(struct canvas *c, size_t row, size_t col, uint32_t ch, ink color)
{
    canvas_put(c, row, col, c->ascii ? '#' : ch, color, INK_DEFAULT, CELL_BOLD);
}

/* Clips at .. at + 1 to lo .. hi, slightly reduced; false: empty. */
static bool shown_part(double at, double lo, double hi, double *from, double *to)
{
    const double a = fmax(at, lo);
    const double b = fmin(at + 1.0, hi);

    *from = a + 0.01 * (b - a);
    *to = b - 0.01 * (b - a);
    return a < b;
}

void mark_column(const struct plot_target *target, const struct plot_view *view, double x,
                 ink color)
{
    const struct plot_window *const w = &view->window;
    const double y = (w->y0 + w->y1) / 2;
    const size_t below = view->area.row + view->area.rows;
    const struct rect area = target->area;
    double from;
    double to;
    size_t row;
    size_t first;
    size_t last;

    if (target->canvas == NULL || below >= area.row + area.rows ||
        !shown_part(x, w->x0, w->x1, &from, &to) || !plot_view_cell(view, from, y, &row, &first) ||
        !plot_view_cell(view, to, y, &row, &last))
        return;
    for (size_t col = first; col <= last; col++)
        put_mark(target->canvas, below, col, 0x2580, color); /* upper half */
}

void mark_row(const struct plot_target *target, const struct plot_view *view, double y, ink color)
{
    const struct plot_window *const w = &view->window;
    const double x = (w->x0 + w->x1) / 2;
    double from;
    double to;
    size_t first;
    size_t last;
    size_t col;

    if (target->canvas == NULL || view->area.col <= target->area.col ||
        !shown_part(y, w->y0, w->y1, &from, &to) || !plot_view_cell(view, x, from, &first, &col) ||
        !plot_view_cell(view, x, to, &last, &col))
        return;
    for (size_t row = first < last ? first : last; row <= (first < last ? last : first); row++)
        put_mark(target->canvas, row, view->area.col - 1, 0x2590, color); /* right half */
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
    for (size_t j = 1; ttest_of(a) != NULL && j < ttest_of(a)->n_neurons; j++) {
        const double t = fabs(ttest_of(a)->neurons[j].statistic);
        const double largest = fabs(ttest_of(a)->neurons[best].statistic);
        if (t > largest || (isnan(largest) && !isnan(t)))
            best = j;
    }
    return best;
}

bool plot_has_clusters(const struct plot *plot, const struct analysis *a)
{
    return plot->method == NULL || clustering_of(a, plot->method) != NULL;
}

bool plot_is_drawn(const struct plot *plot, const struct analysis *a)
{
    return plot_has_clusters(plot, a) && (plot->is_drawn == NULL || plot->is_drawn(a));
}

void plot_draw(const struct plot *plot, const struct analysis *a, const struct plot_target *target,
               const struct plot_request *request)
{
    if (!plot_has_clusters(plot, a))
        show_words(target, plot->title, "this method was left out");
    else if (plot->draw_by != NULL)
        plot->draw_by(plot->method, a, target, request);
    else
        plot->draw(a, target, request);
}
