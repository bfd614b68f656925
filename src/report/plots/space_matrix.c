#include "config.h"
#include "report/plots/space.h"

#include <stdio.h>

#include "num/linear/similarity.h"
#include "pipeline/stage_similarity.h"
#include "pipeline/stage_ttest.h"
#include "report/plots/places.h"

/* Pairs of significant neurons. */

static const size_t *matrix_order(const struct plot *plot, const struct analysis *a)
{
    return plot->method != NULL ? similarity_order(a, plot->method) : NULL;
}

/* The neuron at a place of a matrix. */
static size_t matrix_neuron(const struct plot *plot, const struct analysis *a, size_t place)
{
    const size_t *const order = matrix_order(plot, a);

    return ttest_of(a)->significant[order != NULL ? order[place] : place];
}

static bool matrix_place(const struct plot *plot, const struct analysis *a, size_t neuron,
                         size_t *place)
{
    size_t k;

    return significant_place(a, neuron, &k) &&
           place_of(k, matrix_order(plot, a), ttest_of(a)->n_significant, place);
}

static bool place_at(const struct plot *plot, const struct analysis *a, double x, double y,
                     struct pick *pick)
{
    const size_t n = ttest_of(a)->n_significant;
    size_t column;
    size_t row;

    if (!entry_at(x, n, true, &column) || !entry_at(y, n, true, &row))
        return false;
    *pick = (struct pick){ .has_neuron = true,
                           .neuron = matrix_neuron(plot, a, column),
                           .has_other = true,
                           .other = matrix_neuron(plot, a, row) };
    return true;
}

static bool place(const struct plot *plot, const struct analysis *a, const struct pick *pick,
                  double *x, double *y)
{
    size_t column;
    size_t row;

    if (!pick->has_neuron || !matrix_place(plot, a, pick->neuron, &column) ||
        !matrix_place(plot, a, pick->has_other ? pick->other : pick->neuron, &row))
        return false;
    *x = (double)column + 0.5;
    *y = (double)row + 0.5;
    return true;
}

static void move(const struct plot *plot, const struct analysis *a, int dx, int dy, bool y_down,
                 struct pick *pick)
{
    const size_t n = ttest_of(a)->n_significant;
    size_t column = 0;
    size_t row = 0;

    if (n == 0)
        return;
    if (pick->has_neuron)
        matrix_place(plot, a, pick->neuron, &column);
    row = column;
    if (pick->has_other)
        matrix_place(plot, a, pick->other, &row);
    pick->neuron = matrix_neuron(plot, a, stepped(column, dx, n));
    pick->other = matrix_neuron(plot, a, stepped(row, y_down ? -dy : dy, n));
    pick->has_neuron = true;
    pick->has_other = true;
}

/* The value, then both names: a narrow screen cuts the least important part. */
static void describe(const struct plot *plot, const struct analysis *a, const struct pick *pick,
                     char *out, size_t size)
{
    char names[240];
    size_t column;
    size_t row;

    (void)plot;
    out[0] = '\0';
    if (!pick->has_neuron || !significant_place(a, pick->neuron, &column) ||
        !significant_place(a, pick->has_other ? pick->other : pick->neuron, &row))
        return;
    name_pair(a, pick->neuron, ttest_of(a)->significant[row], names, sizeof names);
    const double product = row_product(&ttest_of(a)->selected, row, column);
    const double cosine =
        cosine_of_product(product, &ttest_of(a)->selected, ttest_of(a)->norms, row, column);
    snprintf(out, size, "product %.5g, cosine %.4f: %s", product, cosine, names);
}

const struct plot_space space_matrix = {
    .can_zoom = true, .at = place_at, .place = place, .move = move, .describe = describe
};
