#include "config.h"
#include "report/plots/parts.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "pipeline/stage_layers.h"
#include "report/effect_text.h"

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
            edges[l] = (double)l - 0.5;
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
            .x_integer = true,
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
    item->x = (double)i;
    item->y = (double)row->n_significant;
    snprintf(item->words, sizeof item->words, "%s: %zu of %zu, %zu clusters", name,
             row->n_significant, row->n_neurons, row->by[0].n_clusters);
    return layers->n_rows;
}

/* ---- curves ---- */

static void name_of(const struct layer_row *row, char out[60])
{
    text_visible(out, 60, row->hook, strlen(row->hook));
}

static double share_of(const struct layer_row *row)
{
    return 100.0 * (double)row->n_significant / (double)row->n_neurons;
}

struct percent { /* of a hook point, with its interval; NaN: none */
    double value, low, high;
};

static struct percent share_percent(const struct layer_row *row)
{
    return (struct percent){ share_of(row), 100.0 * row->share_low, 100.0 * row->share_high };
}

/* A point with its interval for each hook point. */
static void draw_percents(const struct analysis *a, const struct plot_target *target,
                          const struct plot_request *request, const char *title,
                          const char *y_label, struct percent (*of)(const struct layer_row *row))
{
    const struct layers_result *const layers = layers_of(a);
    const size_t n = layers->n_rows;
    double *const y = plot_scratch(target, n, sizeof *y);
    struct plot_range *const bars = plot_scratch(target, n, sizeof *bars);
    const bool is_ready = y != NULL && bars != NULL;

    for (size_t l = 0; is_ready && l < n; l++) {
        const struct percent percent = of(&layers->rows[l]);
        y[l] = percent.value;
        bars[l] = (struct plot_range){ percent.low, percent.high };
    }
    const struct plot_rule zero = { .at = 0.0, .across = true, .ink = INK_DIM };
    const struct series series = {
        .text = { .title = title, .x_label = "hook point", .y_label = y_label },
        .y = y,
        .bars = bars,
        .n = is_ready ? n : 0,
        .ink = INK_ACCENT,
        .rules = &zero,
        .n_rules = of == share_percent ? 0 : 1, /* it cannot be below */
        .from_zero = true,
        .window = request->window,
    };
    show_series(target, &series, request->view);
    free(y);
    free(bars);
}

void draw_layer_shares(const struct analysis *a, const struct plot_target *target,
                       const struct plot_request *request)
{
    const struct layers_result *const layers = layers_of(a);
    double least = INFINITY, most = -INFINITY;
    char title[TITLE_SIZE];

    for (size_t l = 0; l < layers->n_rows; l++) {
        least = fmin(least, share_of(&layers->rows[l]));
        most = fmax(most, share_of(&layers->rows[l]));
    }
    snprintf(title, sizeof title, "Share significant: %.1f to %.1f %% (bars: 95 %% intervals)",
             least, most);
    draw_percents(a, target, request, title, "% significant", share_percent);
}

size_t item_layer_shares(const struct analysis *a, size_t i, struct plot_item *item)
{
    const struct layers_result *const layers = layers_of(a);
    char name[60];

    if (i >= layers->n_rows)
        return layers->n_rows;
    const struct layer_row *const row = &layers->rows[i];
    name_of(row, name);
    item->x = (double)i;
    item->y = share_of(row);
    snprintf(item->words, sizeof item->words, "%s: %.1f %% significant, 95 %%: %.1f to %.1f", name,
             share_of(row), 100.0 * row->share_low, 100.0 * row->share_high);
    return layers->n_rows;
}

bool has_layer_answers(const struct analysis *a)
{
    return layers_of(a)->has_answers;
}

/* 95 % of the draws of both null models. */
static struct plot_range nulls_of(const struct layer_answer *r)
{
    return (struct plot_range){ fmin(r->cloud.low, r->context.low),
                                fmax(r->cloud.high, r->context.high) };
}

static const char *p_text(double p, char out[20])
{
    snprintf(out, 20, isnan(p) ? "none" : "%.2g", p);
    return out;
}

void draw_layer_clumping(const struct analysis *a, const struct plot_target *target,
                         const struct plot_request *request)
{
    const struct layers_result *const layers = layers_of(a);
    const size_t n = layers->n_rows;
    char title[TITLE_SIZE], text[20];
    double least = NAN;

    if (!layers->has_answers) {
        show_words(target, "Clumping of each hook point", "not asked for (--answer)");
        return;
    }
    double *const y = plot_scratch(target, n, sizeof *y);
    struct plot_range *const band = plot_scratch(target, n, sizeof *band);
    for (size_t l = 0; y != NULL && band != NULL && l < n; l++) {
        y[l] = layers->rows[l].answer.clumping;
        band[l] = nulls_of(&layers->rows[l].answer);
        least = fmin(least, layers->rows[l].answer.p_holm);
    }
    snprintf(title, sizeof title,
             "Clumping, and 95 %% of null models (dotted); smallest p by Holm %s",
             p_text(least, text));
    const struct series series = {
        .text = { .title = title, .x_label = "hook point", .y_label = "clumping" },
        .y = y,
        .band = band,
        .n = y != NULL && band != NULL ? n : 0,
        .ink = INK_ACCENT,
        .window = request->window,
    };
    show_series(target, &series, request->view);
    free(y);
    free(band);
}

/* Those without clumping are not drawn. */
size_t item_layer_clumping(const struct analysis *a, size_t i, struct plot_item *item)
{
    const struct layers_result *const layers = layers_of(a);
    char name[60], text[20];
    size_t n = 0;

    for (size_t l = 0; layers->has_answers && l < layers->n_rows; l++) {
        const struct layer_answer *const r = &layers->rows[l].answer;
        if (isnan(r->clumping) || n++ != i)
            continue;
        name_of(&layers->rows[l], name);
        item->x = (double)l;
        item->y = r->clumping;
        snprintf(item->words, sizeof item->words, "%.30s: clumping %.3f, p = %s by Holm: %s", name,
                 r->clumping, p_text(r->p_holm, text), verdict_name(r->verdict));
    }
    return n;
}

/* ---- effects ---- */

bool has_layer_effects(const struct analysis *a)
{
    return layers_of(a)->has_effects;
}

static struct percent effect_percent(const struct layer_row *row)
{
    return (struct percent){ 100.0 * row->moved_end, 100.0 * row->moved_low,
                             100.0 * row->moved_high };
}

void draw_layer_effects(const struct analysis *a, const struct plot_target *target,
                        const struct plot_request *request)
{
    const struct layers_result *const layers = layers_of(a);
    double most = NAN;
    char title[TITLE_SIZE];

    if (!layers->has_effects) {
        show_words(target, "Moved by each hook point", "not asked for (--swap)");
        return;
    }
    for (size_t l = 0; l < layers->n_rows; l++)
        most = fmax(most, layers->rows[l].moved_end);
    snprintf(title, sizeof title,
             "Share moved by the significant neurons, at most %s (bars: 95 %% intervals)",
             effect_share(most).text);
    draw_percents(a, target, request, title, "% moved", effect_percent);
}

/* Those without significant neurons are not drawn. */
size_t item_layer_effects(const struct analysis *a, size_t i, struct plot_item *item)
{
    const struct layers_result *const layers = layers_of(a);
    char name[60];
    size_t n = 0;

    for (size_t l = 0; layers->has_effects && l < layers->n_rows; l++) {
        const struct layer_row *const row = &layers->rows[l];
        if (isnan(row->moved_end) || n++ != i)
            continue;
        name_of(row, name);
        item->x = (double)l;
        item->y = 100.0 * row->moved_end;
        snprintf(item->words, sizeof item->words, "%.30s: %s, 95 %%: %s to %s", name,
                 effect_share(row->moved_end).text, effect_share(row->moved_low).text,
                 effect_share(row->moved_high).text);
    }
    return n;
}
