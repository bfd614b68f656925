#include "config.h"
#include "report/plots/parts.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "pipeline/stage_answer.h"
#include "pipeline/stage_cluster.h"
#include "pipeline/stage_picture.h"

/* ---- clumping of the draws, and the observed ---- */

enum { BINS = 24 };

struct histogram {
    uint64_t cloud[BINS], context[BINS];
    double edges[BINS + 1];
};

static size_t bin_of(const struct histogram *h, double at)
{
    const double k = (at - h->edges[0]) / (h->edges[1] - h->edges[0]);

    return k < BINS ? (size_t)k : BINS - 1;
}

/* Of the draws of both null models; the range covers the observed value as well. */
static void histogram_of_draws(double observed, const struct null_draw *draws, size_t n,
                               struct histogram *h)
{
    double low = observed;
    double high = observed;

    *h = (struct histogram){ .cloud = { 0 } };
    for (size_t b = 0; b < n; b++) {
        low = fmin(low, fmin(draws[b].clumping_cloud, draws[b].clumping_context));
        high = fmax(high, fmax(draws[b].clumping_cloud, draws[b].clumping_context));
    }
    const double width = high > low ? (high - low) / BINS : 1.0 / BINS;
    for (size_t k = 0; k <= BINS; k++)
        h->edges[k] = low + width * (double)k;
    for (size_t b = 0; b < n; b++) {
        h->cloud[bin_of(h, draws[b].clumping_cloud)]++;
        h->context[bin_of(h, draws[b].clumping_context)]++;
    }
}

void null_draws_draw(const struct plot_target *target, struct plot_view *view, const char *title,
                     double observed, const struct null_draw *draws, size_t n)
{
    struct histogram h;
    char label[40];

    histogram_of_draws(observed, draws, n, &h);
    snprintf(label, sizeof label, "observed %.3f", observed);
    const struct plot_rule rules[] = {
        { .at = observed, .over = true, .ink = INK_ACCENT, .label = label },
    };
    const struct bars bars = {
        .text = { .title = title,
                  .x_label = "clumping",
                  .y_label = "draws: cloud; outlined: context" },
        .counts = h.cloud,
        .outline = h.context,
        .outline_ink = INK_CLUSTER_0 + 1,
        .edges = h.edges,
        .n_bins = BINS,
        .ink = INK_CLUSTER_0,
        .rules = rules,
        .n_rules = sizeof rules / sizeof *rules,
    };
    show_bars(target, &bars, view);
}

void draw_null(const struct analysis *a, const struct plot_target *target,
               const struct plot_request *request)
{
    const struct answer_result *const r = answer_of(a);
    char title[TITLE_SIZE];

    if (r->n_draws == 0) {
        show_words(target, "Clumping", "cannot be answered");
        return;
    }
    snprintf(title, sizeof title,
             "Clumping %.3f, p = %.2g; cloud %.3f +- %.3f, context %.3f +- %.3f",
             r->observed.clumping, r->pvalue, r->cloud.mean, r->cloud.sd, r->context.mean,
             r->context.sd);
    null_draws_draw(target, request->view, title, r->observed.clumping, r->draws, r->n_draws);
}

size_t item_null(const struct analysis *a, size_t i, struct plot_item *item)
{
    const struct answer_result *const r = answer_of(a);
    struct histogram h;

    if (r->n_draws == 0)
        return 0;
    if (i < BINS) {
        histogram_of_draws(r->observed.clumping, r->draws, r->n_draws, &h);
        item_of_bin(h.cloud, h.edges, BINS, i, "clumping", item);
    }
    return BINS;
}

/* ---- clusters in the pictures of clouds ---- */

/* One bin per number of clusters, from the smallest on; the picture's own number is in the range.
 */
static size_t range_of_pictures(const struct analysis *a, size_t *low)
{
    const struct pictures *const p = &picture_of(a)->pictures;
    size_t high = clusters_of(a)->by[0].n_clusters;

    *low = high;
    for (size_t b = 0; b < p->n_clouds; b++) {
        const size_t n = p->looks[b * n_plane_methods].n_clusters;
        *low = n < *low ? n : *low;
        high = n > high ? n : high;
    }
    return high - *low + 1;
}

static size_t count_pictures(const struct analysis *a, size_t n_clusters)
{
    const struct pictures *const p = &picture_of(a)->pictures;
    size_t n = 0;

    for (size_t b = 0; b < p->n_clouds; b++)
        n += p->looks[b * n_plane_methods].n_clusters == n_clusters;
    return n;
}

void draw_pictures(const struct analysis *a, const struct plot_target *target,
                   const struct plot_request *request)
{
    const struct pictures *const p = &picture_of(a)->pictures;
    const struct clustering *const c = &clusters_of(a)->by[0];
    size_t low;
    char title[TITLE_SIZE];

    if (p->n_clouds == 0) {
        show_words(target, "Pictures of clouds", "none");
        return;
    }
    const size_t n = range_of_pictures(a, &low);
    uint64_t *const counts = plot_scratch(target, n, sizeof *counts);
    double *const edges = plot_scratch(target, n + 1, sizeof *edges);
    for (size_t k = 0; counts != NULL && edges != NULL && k <= n; k++) {
        edges[k] = (double)(low + k) - 0.5;
        if (k < n)
            counts[k] = count_pictures(a, low + k);
    }
    snprintf(title, sizeof title, "%s: %zu cluster%s; %zu clouds without clusters have %.1f",
             c->method->title, c->n_clusters, c->n_clusters == 1 ? "" : "s", p->n_clouds,
             p->clouds[0].n_clusters.mean);
    const struct plot_rule rules[] = {
        { .at = (double)c->n_clusters, .over = true, .ink = INK_ACCENT, .label = "here" },
    };
    const struct bars bars = {
        .text = { .title = title, .x_label = "clusters", .y_label = "pictures" },
        .counts = counts,
        .edges = edges,
        .n_bins = counts != NULL && edges != NULL ? n : 0,
        .ink = INK_CLUSTER_0,
        .rules = rules,
        .n_rules = sizeof rules / sizeof *rules,
    };
    show_bars(target, &bars, request->view);
    free(counts);
    free(edges);
}

size_t item_pictures(const struct analysis *a, size_t i, struct plot_item *item)
{
    size_t low;

    if (picture_of(a)->pictures.n_clouds == 0)
        return 0;
    const size_t n = range_of_pictures(a, &low);
    if (i < n) {
        item->x = (double)(low + i);
        item->y = (double)count_pictures(a, low + i);
        snprintf(item->words, sizeof item->words, "%zu clusters: %.0f pictures of clouds", low + i,
                 item->y);
    }
    return n;
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

/* The places where groups begin but the first, and the groups. Returns the number of breaks. */
static size_t find_groups(const struct answer_result *r, size_t *breaks,
                          struct heatmap_group *groups)
{
    size_t n = 0;

    for (size_t k = 0; k < r->n_selected; k++) {
        const int32_t label = r->recovery.labels[r->order[k]];
        if (k > 0 && label == groups[n].number)
            continue;
        if (k > 0)
            breaks[n++] = k;
        groups[n] = (struct heatmap_group){ label, cluster_ink(label) };
    }
    return n;
}

void draw_consensus(const struct analysis *a, const struct plot_target *target,
                    const struct plot_request *request)
{
    const struct answer_result *const r = answer_of(a);
    const size_t n = r->recovery.n_groups > 0 ? r->n_selected : 0;
    size_t *const breaks = n > 0 ? plot_scratch(target, n, sizeof *breaks) : NULL;
    struct heatmap_group *const groups =
        n > 0 ? plot_scratch(target, r->recovery.n_groups, sizeof *groups) : NULL;
    struct plot_view view = { 0 };

    if (n == 0) {
        show_words(target, "Consensus", "no groups");
        return;
    }
    const size_t n_breaks = breaks != NULL && groups != NULL ? find_groups(r, breaks, groups) : 0;
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
        .row_groups = breaks != NULL ? groups : NULL,
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
    free(groups);
    free(breaks);
}
