#include "config.h"
#include "report/plots/space.h"

#include <stdio.h>

#include "pipeline/stage_map.h"
#include "report/plots/places.h"

/* Cells of the map: x is the token, y the layer; item: tokens times layers plus layer. */

static bool place_at(const struct plot *plot, const struct analysis *a, double x, double y,
                     struct pick *pick)
{
    const struct map_result *const m = map_of(a);

    (void)plot;
    if (m->n_layers == 0 || !(x >= 0.0) || !(y >= 0.0) || x >= (double)m->n_positions ||
        y >= (double)m->n_layers)
        return false;
    pick->has_item = true;
    pick->item = (size_t)x * m->n_layers + (size_t)y;
    return true;
}

static bool is_picked(const struct map_result *m, const struct pick *pick)
{
    return pick->has_item && pick->item < m->n_layers * m->n_positions;
}

static bool place(const struct plot *plot, const struct analysis *a, const struct pick *pick,
                  double *x, double *y)
{
    const struct map_result *const m = map_of(a);

    (void)plot;
    if (!is_picked(m, pick))
        return false;
    const size_t token = pick->item / m->n_layers;
    const size_t layer = pick->item % m->n_layers;
    *x = (double)token + 0.5;
    *y = (double)layer + 0.5;
    return true;
}

static void move(const struct plot *plot, const struct analysis *a, int dx, int dy, bool y_down,
                 struct pick *pick)
{
    const struct map_result *const m = map_of(a);
    size_t layer = 0;
    size_t position = 0;

    (void)plot;
    if (m->n_layers == 0)
        return;
    if (is_picked(m, pick)) {
        layer = stepped(pick->item % m->n_layers, y_down ? -dy : dy, m->n_layers);
        position = stepped(pick->item / m->n_layers, dx, m->n_positions);
    }
    pick->has_item = true;
    pick->item = position * m->n_layers + layer;
}

static void describe(const struct plot *plot, const struct analysis *a, const struct pick *pick,
                     char *out, size_t size)
{
    struct plot_item item;

    out[0] = '\0';
    if (is_picked(map_of(a), pick) && plot->item(a, pick->item, &item) > pick->item)
        snprintf(out, size, "%s", item.words);
}

const struct plot_space space_map = {
    .at = place_at, .place = place, .move = move, .describe = describe
};
