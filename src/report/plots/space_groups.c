#include "config.h"
#include "report/plots/space.h"

#include <stdio.h>

#include "pipeline/stage_answer.h"
#include "pipeline/stage_ttest.h"
#include "report/plots/places.h"

/* Pairs of the neurons that the answer is about, by group. */

static size_t count(const struct analysis *a)
{
    return answer_of(a)->recovery.n_groups > 0 ? answer_of(a)->n_selected : 0;
}

static size_t neuron_of(const struct analysis *a, size_t place)
{
    const struct answer_result *const r = answer_of(a);

    return ttest_of(a)->significant[r->selected[r->order[place]]];
}

static bool place_of_neuron(const struct analysis *a, size_t neuron, size_t *place)
{
    for (size_t k = 0; k < count(a); k++)
        if (neuron_of(a, k) == neuron) {
            *place = k;
            return true;
        }
    return false;
}

static bool place_at(const struct plot *plot, const struct analysis *a, double x, double y,
                     struct pick *pick)
{
    size_t column;
    size_t row;

    (void)plot;
    if (!entry_at(x, count(a), true, &column) || !entry_at(y, count(a), true, &row))
        return false;
    *pick = (struct pick){ .has_neuron = true,
                           .neuron = neuron_of(a, column),
                           .has_other = true,
                           .other = neuron_of(a, row) };
    return true;
}

static bool place(const struct plot *plot, const struct analysis *a, const struct pick *pick,
                  double *x, double *y)
{
    size_t column;
    size_t row;

    (void)plot;
    if (!pick->has_neuron || !place_of_neuron(a, pick->neuron, &column) ||
        !place_of_neuron(a, pick->has_other ? pick->other : pick->neuron, &row))
        return false;
    *x = (double)column + 0.5;
    *y = (double)row + 0.5;
    return true;
}

static void move(const struct plot *plot, const struct analysis *a, int dx, int dy, bool y_down,
                 struct pick *pick)
{
    const size_t n = count(a);
    size_t column = 0;
    size_t row = 0;

    (void)plot;
    if (n == 0)
        return;
    if (pick->has_neuron)
        place_of_neuron(a, pick->neuron, &column);
    row = column;
    if (pick->has_other)
        place_of_neuron(a, pick->other, &row);
    pick->neuron = neuron_of(a, stepped(column, dx, n));
    pick->other = neuron_of(a, stepped(row, y_down ? -dy : dy, n));
    pick->has_neuron = true;
    pick->has_other = true;
}

static void describe(const struct plot *plot, const struct analysis *a, const struct pick *pick,
                     char *out, size_t size)
{
    const struct answer_result *const r = answer_of(a);
    char names[240];
    size_t column;
    size_t row;

    (void)plot;
    out[0] = '\0';
    if (!pick->has_neuron || !place_of_neuron(a, pick->neuron, &column) ||
        !place_of_neuron(a, pick->has_other ? pick->other : pick->neuron, &row))
        return;
    name_pair(a, neuron_of(a, column), neuron_of(a, row), names, sizeof names);
    snprintf(out, size, "share %.2f, groups %d, %d: %s",
             (double)r->recovery.consensus[r->order[row] * r->n_selected + r->order[column]],
             (int)r->recovery.labels[r->order[column]], (int)r->recovery.labels[r->order[row]],
             names);
}

const struct plot_space space_groups = {
    .can_zoom = true, .at = place_at, .place = place, .move = move, .describe = describe
};
