#include "config.h"
#include "report/plots/parts.h"

#include <math.h>
#include <stdio.h>

#include "pipeline/stage_map.h"
#include "report/effect_text.h"

static double moved_at(const void *context, size_t layer, size_t position)
{
    const struct map_result *const m = context;

    return 100.0 * m->moved[layer * m->n_positions + position];
}

bool has_map(const struct analysis *a)
{
    return map_of(a)->n_layers > 0;
}

void draw_map(const struct analysis *a, const struct plot_target *target,
              const struct plot_request *request)
{
    const struct map_result *const m = map_of(a);
    const double scale = 100.0 * (request->scale > 0.0 ? request->scale : 1.0);

    if (!has_map(a)) {
        show_words(target, "Layer by token", "not asked for (--map), or no twins");
        return;
    }
    const struct heatmap map = {
        .text = { .title = "Share moved when a token's residual stream is the twin's",
                  .x_label = "tokens after the target; last column: the last token",
                  .y_label = "block" },
        .data = { .rows = m->n_layers, .cols = m->n_positions },
        .at = moved_at,
        .context = m,
        .vmin = -scale,
        .vmax = scale,
        .diverging = true,
        .lower = true,
        .bar_label = "% moved",
        .window = request->window,
        .cache = request->cache,
        .version = request->version,
    };
    show_heatmap(target, &map, request->view);
}

size_t item_map(const struct analysis *a, size_t i, struct plot_item *item)
{
    const struct map_result *const m = map_of(a);
    const size_t n = m->n_layers * m->n_positions;

    if (i >= n)
        return n;
    const size_t l = i % m->n_layers; /* from left to right */
    const size_t p = i / m->n_layers;
    char token[40] = "last token";
    item->x = (double)p + 0.5;
    item->y = (double)l + 0.5;
    if (p + 1 < m->n_positions)
        snprintf(token, sizeof token, "token +%zu", p);
    snprintf(item->words, sizeof item->words, "%.40s, %s: %s of %zu sentences", m->hooks[l], token,
             effect_share(m->moved[l * m->n_positions + p]).text, m->n_sentences[p]);
    return n;
}
