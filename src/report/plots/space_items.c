#include "config.h"
#include "report/plots/space.h"

#include <stdint.h>
#include <stdio.h>

#include "report/plots/places.h"

/* Bins of a histogram, points of a curve. */

/* The item nearest to x; x is ascending. */
static bool place_at(const struct plot *plot, const struct analysis *a, double x, double y,
                     struct pick *pick)
{
    struct plot_item item;
    size_t low = 0;
    size_t high = plot->item(a, SIZE_MAX, &item);

    (void)y;
    if (high == 0)
        return false;
    while (high - low > 1) { /* low: the last with x at most x, or the first */
        const size_t middle = low + (high - low) / 2;
        plot->item(a, middle, &item);
        if (item.x <= x)
            low = middle;
        else
            high = middle;
    }
    plot->item(a, low, &item);
    const double left = x - item.x;
    if (plot->item(a, low + 1, &item) > low + 1 && item.x - x < left)
        low++;
    pick->has_item = true;
    pick->item = low;
    return true;
}

static bool place(const struct plot *plot, const struct analysis *a, const struct pick *pick,
                  double *x, double *y)
{
    struct plot_item item;

    if (!pick->has_item || plot->item(a, pick->item, &item) <= pick->item)
        return false;
    *x = item.x;
    *y = item.y;
    return true;
}

static void move(const struct plot *plot, const struct analysis *a, int dx, int dy, bool y_down,
                 struct pick *pick)
{
    struct plot_item item;
    const size_t n = plot->item(a, SIZE_MAX, &item);

    (void)y_down;
    if (n == 0)
        return;
    pick->item = pick->has_item && pick->item < n ? stepped(pick->item, dx != 0 ? dx : dy, n) : 0;
    pick->has_item = true;
}

static void describe(const struct plot *plot, const struct analysis *a, const struct pick *pick,
                     char *out, size_t size)
{
    struct plot_item item;

    out[0] = '\0';
    if (pick->has_item && plot->item(a, pick->item, &item) > pick->item)
        snprintf(out, size, "%s", item.words);
}

const struct plot_space space_bins = {
    .at = place_at, .place = place, .move = move, .describe = describe
};
const struct plot_space space_curve = {
    .can_zoom = true, .at = place_at, .place = place, .move = move, .describe = describe
};
