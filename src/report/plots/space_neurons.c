#include "config.h"
#include "report/plots/space.h"

#include <stdio.h>

#include "pipeline/stage_ttest.h"
#include "report/plots/places.h"

/* Neurons in column order, by t. */

static bool place_at(const struct plot *plot, const struct analysis *a, double x, double y,
                     struct pick *pick)
{
    (void)plot;
    (void)y;
    return pick_neuron(a, x, false, pick);
}

static bool place(const struct plot *plot, const struct analysis *a, const struct pick *pick,
                  double *x, double *y)
{
    (void)plot;
    *x = (double)pick->neuron;
    *y = pick->has_neuron ? ttest_of(a)->neurons[pick->neuron].statistic : 0.0;
    return pick->has_neuron;
}

static void move(const struct plot *plot, const struct analysis *a, int dx, int dy, bool y_down,
                 struct pick *pick)
{
    (void)plot;
    (void)y_down;
    move_neuron(a, dx != 0 ? dx : dy, pick);
}

static void describe(const struct plot *plot, const struct analysis *a, const struct pick *pick,
                     char *out, size_t size)
{
    char name[120];

    (void)plot;
    out[0] = '\0';
    if (!pick->has_neuron)
        return;
    const struct ttest_result *const r = &ttest_of(a)->neurons[pick->neuron];
    name_neuron(a, pick->neuron, name, sizeof name);
    snprintf(out, size, "%s: t %.6g, p %.3g", name, r->statistic, r->pvalue);
}

const struct plot_space space_neurons = {
    .can_zoom = true, .at = place_at, .place = place, .move = move, .describe = describe
};
