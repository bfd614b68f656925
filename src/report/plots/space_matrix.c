#include "config.h"
#include "report/plots/space.h"

#include <stdio.h>

#include "num/linear/similarity.h"
#include "pipeline/stage_answer.h"
#include "pipeline/stage_similarity.h"
#include "pipeline/stage_space.h"
#include "pipeline/stage_ttest.h"
#include "report/plots/places.h"

/* Pairs of neurons of a list: the significant ones in some order, or those of the answer. */

static size_t matrix_count(const struct plot *plot, const struct analysis *a)
{
    if (plot->space != &space_groups)
        return ttest_of(a)->n_significant;
    return answer_of(a)->order != NULL ? answer_of(a)->n_selected : 0;
}

/* The neuron at a place of a matrix. */
static size_t matrix_neuron(const struct plot *plot, const struct analysis *a, size_t place)
{
    const size_t *order = NULL;

    if (plot->space == &space_groups)
        place = answer_of(a)->selected[answer_of(a)->order[place]];
    else if (plot->method != NULL)
        order = similarity_order(a, plot->method);
    return ttest_of(a)->significant[order != NULL ? order[place] : place];
}

static bool matrix_place(const struct plot *plot, const struct analysis *a, size_t neuron,
                         size_t *place)
{
    for (size_t k = 0; k < matrix_count(plot, a); k++)
        if (matrix_neuron(plot, a, k) == neuron) {
            *place = k;
            return true;
        }
    return false;
}

/* The places of both neurons of a pick; of its only one twice. */
static bool matrix_places(const struct plot *plot, const struct analysis *a,
                          const struct pick *pick, size_t *column, size_t *row)
{
    return pick->has_neuron && matrix_place(plot, a, pick->neuron, column) &&
           matrix_place(plot, a, pick->has_other ? pick->other : pick->neuron, row);
}

static bool place_at(const struct plot *plot, const struct analysis *a, double x, double y,
                     struct pick *pick)
{
    const size_t n = matrix_count(plot, a);
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

    if (!matrix_places(plot, a, pick, &column, &row))
        return false;
    *x = (double)column + 0.5;
    *y = (double)row + 0.5;
    return true;
}

static void move(const struct plot *plot, const struct analysis *a, int dx, int dy, bool y_down,
                 struct pick *pick)
{
    const size_t n = matrix_count(plot, a);
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
    const double product = row_product(&space_of(a)->points, row, column);
    const double cosine =
        cosine_of_product(product, &space_of(a)->points, space_of(a)->norms, row, column);
    snprintf(out, size, "product %.5g, cosine %.4f: %s", product, cosine, names);
}

static void describe_groups(const struct plot *plot, const struct analysis *a,
                            const struct pick *pick, char *out, size_t size)
{
    const struct answer_result *const r = answer_of(a);
    char names[240];
    size_t column;
    size_t row;

    out[0] = '\0';
    if (!matrix_places(plot, a, pick, &column, &row))
        return;
    name_pair(a, matrix_neuron(plot, a, column), matrix_neuron(plot, a, row), names, sizeof names);
    snprintf(out, size, "share %.2f, groups %d, %d: %s",
             (double)r->recovery.consensus[r->order[row] * r->n_selected + r->order[column]],
             (int)r->recovery.labels[r->order[column]], (int)r->recovery.labels[r->order[row]],
             names);
}

const struct plot_space space_matrix = {
    .can_zoom = true, .at = place_at, .place = place, .move = move, .describe = describe
};

const struct plot_space space_groups = {
    .can_zoom = true, .at = place_at, .place = place, .move = move, .describe = describe_groups
};
