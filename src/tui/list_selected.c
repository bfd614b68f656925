#include "config.h"
#include "tui/list_parts.h"

#include <math.h>
#include <stdlib.h>

#include "pipeline/stage_extract.h"
#include "pipeline/stage_similarity.h"
#include "pipeline/stage_space.h"
#include "pipeline/stage_ttest.h"

/* Sorts a list for the selected neuron; cached until another is selected. */
static const size_t *ranked(struct app *app, struct ranking *ranking, const void *of, size_t n,
                            double (*value)(const struct app *app, size_t i))
{
    if (ranking->of == of && ranking->neuron == app->neuron && ranking->order != NULL)
        return ranking->order;
    free(ranking->order);
    *ranking =
        (struct ranking){ .of = of, .neuron = app->neuron, .order = list_sorted(app, n, value) };
    return ranking->order;
}

static double drive(const struct app *app, size_t sentence)
{
    return -fabs(matview_get(&extract_of(app->a)->X, sentence, app->neuron));
}

static const size_t *driver_order(struct app *app)
{
    return ranked(app, &app->drivers, extract_of(app->a), extract_of(app->a)->X.rows, drive);
}

static size_t count_drivers(struct app *app, const struct view_state *state)
{
    (void)state;
    return app->has_neuron && driver_order(app) != NULL ? extract_of(app->a)->X.rows : 0;
}

static void draw_driver(struct app *app, const struct view_state *state, size_t i, struct canvas *c,
                        size_t row, size_t col, size_t cols)
{
    const size_t sentence = driver_order(app)[i];
    const size_t used = PUT(c, row, col, cols, INK_DEFAULT, "%9.4f ",
                            matview_get(&extract_of(app->a)->X, sentence, app->neuron));

    if (used < cols)
        list_draw_sentence(app, state, sentence, c, row, col + used, cols - used);
}

static void select_driver(struct app *app, const struct view_state *state, size_t i)
{
    (void)state;
    app->sentence = driver_order(app)[i];
}

static double filter_value(struct app *app, const struct view_state *state, size_t i)
{
    (void)state;
    return matview_get(&extract_of(app->a)->X, driver_order(app)[i], app->neuron);
}

static const struct list_value driver_values[] = { { "value", filter_value }, { .name = NULL } };

static size_t depends_on_neuron(const struct app *app)
{
    return app->neuron;
}

const struct list driver_list = {
    .values = driver_values,
    .depends = depends_on_neuron,
    .is_searched = true,
    .header = "    value   row group    token  text",
    .empty = "finds a neuron by number",
    .empty_action = ACTION_FIND,
    .count = count_drivers,
    .draw = draw_driver,
    .select = select_driver,
};

/* The neuron itself comes last, where the list does not reach. */
static double nearness(const struct app *app, size_t other)
{
    size_t i = 0;

    app_significant_index(app, app->neuron, &i);
    if (other == i)
        return NAN;
    return -row_cosine(&space_of(app->a)->points, space_of(app->a)->norms, i, other);
}

static const size_t *neighbour_order(struct app *app)
{
    return ranked(app, &app->neighbours, similarity_of(app->a), ttest_of(app->a)->n_significant,
                  nearness);
}

static size_t count_neighbours(struct app *app, const struct view_state *state)
{
    size_t i;

    (void)state;
    return app->has_neuron && app_significant_index(app, app->neuron, &i) &&
                   neighbour_order(app) != NULL
               ? ttest_of(app->a)->n_significant - 1
               : 0;
}

static void draw_neighbour(struct app *app, const struct view_state *state, size_t i,
                           struct canvas *c, size_t row, size_t col, size_t cols)
{
    const size_t other = neighbour_order(app)[i];
    const size_t used = PUT(c, row, col, cols, INK_DEFAULT, "%7.4f ", -nearness(app, other));

    (void)state;
    if (used < cols)
        list_draw_neuron(app, ttest_of(app->a)->significant[other], c, row, col + used,
                         cols - used);
}

static void go_to_neighbour(struct app *app, size_t i)
{
    app_select_neuron(app, ttest_of(app->a)->significant[neighbour_order(app)[i]]);
}

static void open_neighbour(struct app *app, size_t i)
{
    list_open_neuron(app, ttest_of(app->a)->significant[neighbour_order(app)[i]]);
}

static double filter_cosine(struct app *app, const struct view_state *state, size_t i)
{
    (void)state;
    return -nearness(app, neighbour_order(app)[i]);
}

static double filter_t(struct app *app, const struct view_state *state, size_t i)
{
    const struct ttest_stage *const t = ttest_of(app->a);

    (void)state;
    return t->neurons[t->significant[neighbour_order(app)[i]]].statistic;
}

static const struct list_value neighbour_values[] = { { "cosine", filter_cosine },
                                                      { "t", filter_t },
                                                      { .name = NULL } };

static size_t depends_on_neuron_and_method(const struct app *app)
{
    return app->neuron ^ list_depends_on_method(app);
}

static size_t neighbour_at(struct app *app, const struct view_state *state, size_t i)
{
    (void)state;
    return ttest_of(app->a)->significant[neighbour_order(app)[i]];
}

const struct list neighbour_list = {
    .neuron = neighbour_at,
    .values = neighbour_values,
    .depends = depends_on_neuron_and_method,
    .header = " cosine  neuron                  t        p  clust",
    .more_words = list_mean_words,
    .open = open_neighbour,
    .empty = "selects a significant neuron",
    .empty_action = ACTION_NEXT_SIGNIFICANT,
    .count = count_neighbours,
    .draw = draw_neighbour,
    .act = go_to_neighbour,
    .act_help = "select that neuron",
};
