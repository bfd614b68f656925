#include "config.h"
#include "report/plots/parts.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pipeline/effect_chosen.h"
#include "pipeline/stage_effect.h"
#include "report/effect_text.h"

/* The controls that count, of those that there are: write, then t, then random. */
static const struct effect_control_row *control_of(const struct effect_row *row)
{
    for (size_t k = N_CONTROLS; k-- > 0;)
        if (row->by[k].is_comparable)
            return &row->by[k];
    return NULL;
}

/* What bars are drawn of: the share moved, or without twins the divergence. */
static double height(const struct effect_result *r, const struct effect_row *row)
{
    return r->twins != TWINS_NONE ? 100.0 * row->moved_end : row->divergence_end;
}

static void fill(const struct effect_result *r, size_t n, double *y, struct plot_range *controls,
                 ink *inks)
{
    for (size_t i = 0; i < n; i++) {
        const struct effect_row *const row = effect_shown(r, i);
        const struct effect_control_row *const control = control_of(row);
        y[i] = height(r, row);
        inks[i] = row->group != NO_GROUP ? cluster_ink((int32_t)row->group) : INK_ACCENT;
        controls[i] = control != NULL
                          ? (struct plot_range){ 100.0 * (control->mean - 2.0 * control->sd),
                                                 100.0 * (control->mean + 2.0 * control->sd) }
                          : (struct plot_range){ NAN, NAN };
    }
}

static void make_title(const struct effect_result *r, char title[TITLE_SIZE])
{
    const struct effect_row *const row = effect_row_find(r, "significant");

    if (r->twins == TWINS_NONE)
        snprintf(title, TITLE_SIZE, "How the next word changes, %.60s",
                 effect_done(&r->edits[0]).text);
    else
        snprintf(title, TITLE_SIZE, "Share moved, %.60s: significant %s (dots: controls +- 2 sd)",
                 effect_done(&r->edits[0]).text,
                 effect_share(row != NULL ? row->moved_end : NAN).text);
}

void draw_effect(const struct analysis *a, const struct plot_target *target,
                 const struct plot_request *request)
{
    const struct effect_result *const r = effect_of(a);
    const size_t n = effect_n_shown(r);
    char title[TITLE_SIZE];

    if (n == 0) {
        show_words(target, "Effect", "not asked without a model");
        return;
    }
    double *const y = plot_scratch(target, n, sizeof *y);
    struct plot_range *const controls = plot_scratch(target, n, sizeof *controls);
    ink *const inks = plot_scratch(target, n, sizeof *inks);
    const bool is_ready = y != NULL && controls != NULL && inks != NULL;
    if (is_ready)
        fill(r, n, y, controls, inks);
    make_title(r, title);
    const struct plot_rule rules[] = {
        { .at = 0.0, .across = true, .ink = INK_DIM },
        { .at = 100.0, .across = true, .ink = INK_DIM, .label = "as the twin" },
    };
    const struct series series = {
        .text = { .title = title,
                  .x_label = effect_shown(r, n - 1)->edit == OWN_EDITS ||
                                     strcmp(effect_shown(r, n - 1)->source, CHOSEN_SOURCE) == 0
                                 ? "all, significant, others, t > 0, t < 0, clusters, chosen"
                                 : "all, significant, others, t > 0, t < 0, clusters",
                  .y_label = r->twins != TWINS_NONE ? "% moved" : "KL, nats" },
        .y = y,
        .n = is_ready ? n : 0,
        .style = SERIES_BARS,
        .inks = inks,
        .band = controls,
        .rules = rules,
        .n_rules = r->twins != TWINS_NONE ? 2 : 1,
        .from_zero = true,
        .window = request->window,
    };
    show_series(target, &series, request->view);
    free(y);
    free(controls);
    free(inks);
}

size_t item_effect(const struct analysis *a, size_t i, struct plot_item *item)
{
    const struct effect_result *const r = effect_of(a);
    const size_t n = effect_n_shown(r);
    char controls[60] = "";

    if (i >= n)
        return n;
    const struct effect_row *const row = effect_shown(r, i);
    const struct effect_control_row *const control = control_of(row);
    if (control != NULL)
        snprintf(controls, sizeof controls, ", controls %s, p = %.2g",
                 effect_share(control->mean).text, control->pvalue);
    item->x = (double)i;
    item->y = height(r, row);
    if (r->twins != TWINS_NONE)
        snprintf(item->words, sizeof item->words, "%.30s: %zu neurons, %s; without them %s%s",
                 effect_set_name(row->source, row->group).text, row->size,
                 effect_share(row->moved_end).text, effect_share(row->without_end).text, controls);
    else
        snprintf(item->words, sizeof item->words, "%.30s: %zu neurons, KL %.3g nats",
                 effect_set_name(row->source, row->group).text, row->size, row->divergence_end);
    return n;
}
