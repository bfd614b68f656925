#include "config.h"
#include "report/plots/parts.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "pipeline/stage_answer.h"

/* ---- clumping of the draws, and the observed ---- */

enum { BINS = 24 };

struct histogram {
    uint64_t counts[BINS];
    double edges[BINS + 1];
};

/* Of the draws of the cloud; the range covers the draws of the context and the observed value. */
static void histogram_of_draws(const struct answer_result *r, struct histogram *h)
{
    double low = r->observed.clumping;
    double high = r->observed.clumping;

    *h = (struct histogram){ .counts = { 0 } };
    for (size_t b = 0; b < r->n_draws; b++) {
        low = fmin(low, fmin(r->draws[b].clumping_cloud, r->draws[b].clumping_context));
        high = fmax(high, fmax(r->draws[b].clumping_cloud, r->draws[b].clumping_context));
    }
    const double width = high > low ? (high - low) / BINS : 1.0 / BINS;
    for (size_t k = 0; k <= BINS; k++)
        h->edges[k] = low + width * (double)k;
    for (size_t b = 0; b < r->n_draws; b++) {
        const double at = (r->draws[b].clumping_cloud - low) / width;
        h->counts[at < BINS ? (size_t)at : BINS - 1]++;
    }
}

void draw_null(const struct analysis *a, const struct plot_target *target,
               const struct plot_request *request)
{
    const struct answer_result *const r = answer_of(a);
    struct histogram h;
    char title[TITLE_SIZE];

    if (r->n_draws == 0) {
        show_words(target, "Clumping", "cannot be answered");
        return;
    }
    histogram_of_draws(r, &h);
    snprintf(title, sizeof title,
             "Clumping %.3f, p = %.2g; cloud %.3f +- %.3f, context %.3f +- %.3f",
             r->observed.clumping, r->pvalue, r->cloud.mean, r->cloud.sd, r->context.mean,
             r->context.sd);
    const struct plot_rule rules[] = {
        { .at = r->context.mean, .ink = INK_DIM, .label = "context" },
        { .at = r->observed.clumping, .ink = INK_ACCENT, .label = "observed" },
    };
    const struct bars bars = {
        .text = { .title = title, .x_label = "clumping", .y_label = "draws of the cloud" },
        .counts = h.counts,
        .edges = h.edges,
        .n_bins = BINS,
        .ink = INK_CLUSTER_0,
        .rules = rules,
        .n_rules = sizeof rules / sizeof *rules,
    };
    show_bars(target, &bars, request->view);
}

size_t item_null(const struct analysis *a, size_t i, struct plot_item *item)
{
    const struct answer_result *const r = answer_of(a);
    struct histogram h;

    if (r->n_draws == 0)
        return 0;
    if (i < BINS) {
        histogram_of_draws(r, &h);
        item_of_bin(h.counts, h.edges, BINS, i, "clumping", item);
    }
    return BINS;
}

/* ---- groups ---- */

void draw_recovery(const struct analysis *a, const struct plot_target *target,
                   const struct plot_request *request)
{
    const struct recovery *const g = &answer_of(a)->recovery;
    double *const y = g->n_groups > 0 ? plot_scratch(target, g->n_groups, sizeof *y) : NULL;
    char title[TITLE_SIZE];

    if (g->n_groups == 0) {
        show_words(target, "Groups that come back", "no groups");
        return;
    }
    for (size_t i = 0; y != NULL && i < g->n_groups; i++)
        y[i] = g->groups[i].recovery;
    snprintf(title, sizeof title, "Groups that come back with other sentences: %zu of %zu",
             answer_of(a)->n_firm, g->n_groups);
    const struct plot_rule rules[] = {
        { .at = 0.75, .across = true, .ink = INK_DIM, .label = "comes back" },
        { .at = 1.0, .across = true, .ink = INK_DIM },
    };
    const struct series series = {
        .text = { .title = title, .x_label = "group", .y_label = "recovery" },
        .y = y,
        .n = y != NULL ? g->n_groups : 0,
        .style = SERIES_BARS,
        .ink = INK_CLUSTER_0,
        .rules = rules,
        .n_rules = sizeof rules / sizeof *rules,
        .from_zero = true,
        .window = request->window,
    };
    show_series(target, &series, request->view);
    free(y);
}

size_t item_recovery(const struct analysis *a, size_t i, struct plot_item *item)
{
    const struct recovery *const g = &answer_of(a)->recovery;
    char gap[40] = "no gap known";

    if (i >= g->n_groups)
        return g->n_groups;
    if (!isnan(g->groups[i].gap_p))
        snprintf(gap, sizeof gap, "gap p = %.3f", g->groups[i].gap_p);
    item->x = (double)i;
    item->y = g->groups[i].recovery;
    snprintf(item->words, sizeof item->words, "group %zu: %zu neurons, comes back %.2f, %s", i,
             g->groups[i].size, g->groups[i].recovery, gap);
    return g->n_groups;
}

static double consensus_at(const void *context, size_t i, size_t j)
{
    const struct answer_result *const r = context;

    return (double)r->recovery.consensus[i * r->n_selected + j];
}

void draw_consensus(const struct analysis *a, const struct plot_target *target,
                    const struct plot_request *request)
{
    const struct answer_result *const r = answer_of(a);
    const size_t n = r->recovery.n_groups > 0 ? r->n_selected : 0;
    size_t *const breaks = n > 0 ? plot_scratch(target, n, sizeof *breaks) : NULL;
    size_t n_breaks = 0;
    struct plot_view view = { 0 };

    if (n == 0) {
        show_words(target, "Consensus", "no groups");
        return;
    }
    for (size_t k = 1; breaks != NULL && k < n; k++)
        if (r->recovery.labels[r->order[k]] != r->recovery.labels[r->order[k - 1]])
            breaks[n_breaks++] = k;
    const struct heatmap map = {
        .text = { .title = "Share of draws in which two neurons are in one group",
                  .x_label = "neuron",
                  .y_label = "neuron" },
        .data = { .rows = n, .cols = n },
        .at = consensus_at,
        .context = r,
        .row_order = r->order,
        .col_order = r->order,
        .row_breaks = breaks,
        .n_row_breaks = n_breaks,
        .col_breaks = breaks,
        .n_col_breaks = n_breaks,
        .vmin = 0.0,
        .vmax = 1.0,
        .bar_label = "share",
        .lower = true,
        .window = request->window,
        .cache = request->cache,
        .version = request->version,
    };
    show_heatmap(target, &map, &view);
    if (request->view != NULL)
        *request->view = view;
    free(breaks);
}
