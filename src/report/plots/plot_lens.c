#include "config.h"
#include "report/plots/parts.h"

#include <stdio.h>
#include <stdlib.h>

#include "pipeline/stage_contrast.h"
#include "pipeline/stage_lens.h"
#include "pipeline/stage_load.h"
#include "report/page.h"

/* The words' difference at the last token, after each block: a point for each group. */

static struct shown group_name(const struct analysis *a, size_t g)
{
    return show_text(load_of(a)->group_names[contrast_of(a)->groups[g]]);
}

bool has_lens(const struct analysis *a)
{
    return lens_of(a)->n_layers > 0;
}

void draw_lens(const struct analysis *a, const struct plot_target *target,
               const struct plot_request *request)
{
    const struct lens_result *const r = lens_of(a);
    const size_t n = 2 * r->n_layers;
    char title[TITLE_SIZE];

    if (!has_lens(a)) {
        show_words(target, "Logit lens", "not asked for (--lens), or no model");
        return;
    }
    double *const x = plot_scratch(target, n, 2 * sizeof *x); /* and y */
    ink *const inks = plot_scratch(target, n, sizeof *inks);
    uint8_t *const markers = plot_scratch(target, n, sizeof *markers);
    const bool is_ready = x != NULL && inks != NULL && markers != NULL;
    for (size_t i = 0; is_ready && i < n; i++) {
        const size_t layer = i / 2;
        x[i] = (double)layer;
        x[n + i] = lens_row(r, layer, i % 2, LENS_END)->difference;
        inks[i] = i % 2 == 0 ? INK_GROUP_A : INK_GROUP_B;
        markers[i] = i % 2 == 0 ? MARKER_CIRCLE : MARKER_CROSS;
    }
    snprintf(title, sizeof title, "After each block, last token (o %.30s, x %.30s)",
             group_name(a, 0).text, group_name(a, 1).text);
    struct plot_window window = request->window;
    if (!(window.x0 < window.x1)) {
        window.x0 = -0.5;
        window.x1 = (double)r->n_layers - 0.5;
    }
    const struct plot_rule zero = { .at = 0.0, .across = true, .ink = INK_DIM };
    const struct series series = {
        .text = { .title = title, .x_label = "block", .y_label = "logit difference of the words" },
        .x = x,
        .x_integer = true,
        .y = is_ready ? x + n : NULL,
        .n = is_ready ? n : 0,
        .inks = inks,
        .markers = markers,
        .rules = &zero,
        .n_rules = 1,
        .from_zero = true,
        .window = window,
    };
    show_series(target, &series, request->view);
    free(x);
    free(inks);
    free(markers);
}

size_t item_lens(const struct analysis *a, size_t i, struct plot_item *item)
{
    const struct lens_result *const r = lens_of(a);

    if (i >= r->n_layers)
        return r->n_layers;
    const struct lens_row *const x = lens_row(r, i, 0, LENS_END);
    const struct lens_row *const y = lens_row(r, i, 1, LENS_END);
    item->x = (double)i;
    item->y = x->difference;
    snprintf(item->words, sizeof item->words,
             "%.24s: %.16s %.3f, %.16s %.3f; likeliest: %.0f %%, %.0f %%", r->hooks[i],
             group_name(a, 0).text, x->difference, group_name(a, 1).text, y->difference,
             100.0 * x->agreement, 100.0 * y->agreement);
    return r->n_layers;
}
