#include "config.h"
#include "report/plots/space.h"

#include <stdio.h>

#include "base/mat.h"
#include "pipeline/stage_extract.h"
#include "pipeline/stage_load.h"
#include "report/plots/places.h"

/* Sentences along an axis, group after group. */

static bool has_place(const struct analysis *a, const struct pick *pick, size_t *k)
{
    return pick->has_sentence &&
           place_of(pick->sentence, load_of(a)->by_group, load_of(a)->n_sentences, k);
}

static bool place_at(const struct plot *plot, const struct analysis *a, double x, double y,
                     struct pick *pick)
{
    (void)plot;
    (void)y;
    return pick_sentence(a, x, false, pick);
}

static void move(const struct plot *plot, const struct analysis *a, int dx, int dy, bool y_down,
                 struct pick *pick)
{
    (void)plot;
    (void)y_down;
    move_sentence(a, dx != 0 ? dx : dy, pick);
}

/* ---- mean activation ---- */

static bool place_mean(const struct plot *plot, const struct analysis *a, const struct pick *pick,
                       double *x, double *y)
{
    size_t k;

    (void)plot;
    if (!has_place(a, pick, &k))
        return false;
    *x = (double)k;
    *y = extract_of(a)->sentence_means[pick->sentence];
    return true;
}

static void describe_mean(const struct plot *plot, const struct analysis *a,
                          const struct pick *pick, char *out, size_t size)
{
    double x;
    double y;

    out[0] = '\0';
    if (place_mean(plot, a, pick, &x, &y))
        snprintf(out, size, "sentence %zu: mean %.6g", pick->sentence, y);
}

const struct plot_space space_sentences = {
    .can_zoom = true, .at = place_at, .place = place_mean, .move = move, .describe = describe_mean
};

/* ---- activation of one neuron ---- */

static bool place_value(const struct plot *plot, const struct analysis *a, const struct pick *pick,
                        double *x, double *y)
{
    size_t k;

    (void)plot;
    if (!has_place(a, pick, &k))
        return false;
    *x = (double)k;
    *y = matview_get(&extract_of(a)->X, pick->sentence,
                     neuron_to_show(a, pick->has_neuron, pick->neuron));
    return true;
}

static void describe_value(const struct plot *plot, const struct analysis *a,
                           const struct pick *pick, char *out, size_t size)
{
    char name[120];
    double x;
    double y;

    out[0] = '\0';
    if (!place_value(plot, a, pick, &x, &y))
        return;
    name_neuron(a, neuron_to_show(a, pick->has_neuron, pick->neuron), name, sizeof name);
    snprintf(out, size, "sentence %zu: %.6g, %s", pick->sentence, y, name);
}

const struct plot_space space_neuron = {
    .can_zoom = true, .at = place_at, .place = place_value, .move = move, .describe = describe_value
};

/* ---- activations of all neurons ---- */

static bool cell_at(const struct plot *plot, const struct analysis *a, double x, double y,
                    struct pick *pick)
{
    (void)plot;
    return pick_neuron(a, x, true, pick) && pick_sentence(a, y, true, pick);
}

static bool place_cell(const struct plot *plot, const struct analysis *a, const struct pick *pick,
                       double *x, double *y)
{
    size_t k;

    (void)plot;
    if (!has_place(a, pick, &k))
        return false;
    *x = (double)pick->neuron + 0.5;
    *y = (double)k + 0.5;
    return pick->has_neuron;
}

static void move_cell(const struct plot *plot, const struct analysis *a, int dx, int dy,
                      bool y_down, struct pick *pick)
{
    (void)plot;
    move_neuron(a, dx, pick);
    move_sentence(a, y_down ? -dy : dy, pick);
}

static void describe_cell(const struct plot *plot, const struct analysis *a,
                          const struct pick *pick, char *out, size_t size)
{
    char name[120];
    double x;
    double y;

    out[0] = '\0';
    if (!place_cell(plot, a, pick, &x, &y))
        return;
    name_neuron(a, pick->neuron, name, sizeof name);
    snprintf(out, size, "%s, sentence %zu: %.6g", name, pick->sentence,
             matview_get(&extract_of(a)->X, pick->sentence, pick->neuron));
}

const struct plot_space space_activations = { .can_zoom = true,
                                              .at = cell_at,
                                              .place = place_cell,
                                              .move = move_cell,
                                              .describe = describe_cell };
