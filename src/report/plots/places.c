#include "config.h"
#include "report/plots/places.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "pipeline/stage_extract.h"
#include "pipeline/stage_load.h"
#include "pipeline/stage_ttest.h"

bool entry_at(double x, size_t n, bool is_cell, size_t *k)
{
    const double at = floor(is_cell ? x : x + 0.5);

    if (!(at >= 0.0) || at >= (double)n)
        return false;
    *k = (size_t)at;
    return true;
}

bool place_of(size_t value, const size_t *order, size_t n, size_t *place)
{
    if (order == NULL) {
        *place = value;
        return value < n;
    }
    for (size_t k = 0; k < n; k++)
        if (order[k] == value) {
            *place = k;
            return true;
        }
    return false;
}

bool significant_place(const struct analysis *a, size_t neuron, size_t *k)
{
    return place_of(neuron, ttest_of(a)->significant, ttest_of(a)->n_significant, k);
}

bool pick_sentence(const struct analysis *a, double y, bool is_cell, struct pick *pick)
{
    size_t k;

    if (!entry_at(y, load_of(a)->n_sentences, is_cell, &k))
        return false;
    pick->has_sentence = true;
    pick->sentence = load_of(a)->by_group[k];
    return true;
}

bool pick_neuron(const struct analysis *a, double x, bool is_cell, struct pick *pick)
{
    pick->has_neuron = entry_at(x, extract_of(a)->X.cols, is_cell, &pick->neuron);
    return pick->has_neuron;
}

size_t stepped(size_t k, int step, size_t n)
{
    if (step < 0)
        return k > 0 ? k - 1 : 0;
    return step > 0 && k + 1 < n ? k + 1 : k;
}

void move_sentence(const struct analysis *a, int step, struct pick *pick)
{
    const size_t n = load_of(a)->n_sentences;
    size_t k = 0;

    if (pick->has_sentence && place_of(pick->sentence, load_of(a)->by_group, n, &k))
        k = stepped(k, step, n);
    pick->has_sentence = n > 0;
    pick->sentence = n > 0 ? load_of(a)->by_group[k] : 0;
}

void move_neuron(const struct analysis *a, int step, struct pick *pick)
{
    pick->neuron = pick->has_neuron ? stepped(pick->neuron, step, extract_of(a)->X.cols) : 0;
    pick->has_neuron = true;
}

void name_neuron(const struct analysis *a, size_t neuron, char *out, size_t size)
{
    size_t index;
    char hook[80];
    const char *const raw = neuron_hook(extract_of(a), neuron, &index);

    text_visible(hook, sizeof hook, raw, strlen(raw));
    snprintf(out, size, "%s:%zu", hook, index);
}

void name_pair(const struct analysis *a, size_t first, size_t second, char *out, size_t size)
{
    char names[2][120];

    name_neuron(a, first, names[0], sizeof names[0]);
    name_neuron(a, second, names[1], sizeof names[1]);
    const char *const colon = strrchr(names[0], ':');
    const size_t hook = colon != NULL ? (size_t)(colon - names[0]) + 1 : 0;
    const bool is_same = strncmp(names[0], names[1], hook) == 0;
    snprintf(out, size, "%s x %s", names[0], is_same ? names[1] + hook : names[1]);
}
