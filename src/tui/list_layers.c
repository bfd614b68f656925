#include "config.h"
#include "tui/lists.h"
#include "tui/run.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "pipeline/stage_extract.h"
#include "pipeline/stage_layers.h"
#include "pipeline/stage_ttest.h"
#include "report/layers.h"

/* Rows: all hook points together, then each one. */

static size_t count_layers(struct app *app, const struct view_state *state)
{
    (void)state;
    return layers_of(&app->whole)->n_rows + 1;
}

static size_t chosen_layer(const struct app *app)
{
    return app_is_in_layer(app) ? app->layer + 1 : 0;
}

static void draw_layer(struct app *app, const struct view_state *state, size_t i, struct canvas *c,
                       size_t row, size_t col, size_t cols)
{
    const struct layers_result *const layers = layers_of(&app->whole);
    const bool is_chosen = i == chosen_layer(app);
    char line[LAYER_LINE_SIZE];

    (void)state;
    if (i == 0)
        snprintf(line, sizeof line, " all hook points");
    else
        layer_line(&layers->rows[i - 1], line);
    if (cols < LIST_WIDE)
        line[LAYER_LINE_COLS] = '\0';
    const bool is_empty = i > 0 && layers->rows[i - 1].n_significant == 0;
    canvas_text(c, row, col, cols, line,
                is_chosen  ? INK_ACCENT
                : is_empty ? INK_DIM
                           : INK_DEFAULT,
                0);
    canvas_text(c, row, col, 1, is_chosen ? ">" : " ", INK_ACCENT, 0);
}

/* Switches to the row's analysis at the t-test, its first stage of its own. */
static void choose_layer(struct app *app, size_t i)
{
    if (i == chosen_layer(app) || app_is_busy(app))
        return;
    if (i > 0)
        app_enter_layer(app, i - 1);
    else
        app_leave_layer(app);
    if (i != chosen_layer(app))
        return; /* switching failed */
    app_run(app, &stage_ttest);
    if (i > 0)
        app_say(app, INK_GOOD, "%s alone from now on; enter continues",
                layers_of(&app->whole)->rows[i - 1].hook);
    else
        app_say(app, INK_GOOD, "all hook points together from now on");
}

static void layer_text(struct app *app, const struct view_state *state, size_t i, char *out,
                       size_t size)
{
    (void)state;
    snprintf(out, size, "%s", i > 0 ? layers_of(&app->whole)->rows[i - 1].hook : "all hook points");
}

static double layer_significant(struct app *app, const struct view_state *state, size_t i)
{
    (void)state;
    return i > 0 ? (double)layers_of(&app->whole)->rows[i - 1].n_significant : NAN;
}

static double layer_t(struct app *app, const struct view_state *state, size_t i)
{
    (void)state;
    return i > 0 ? layers_of(&app->whole)->rows[i - 1].strongest_t : NAN;
}

static double layer_abs_t(struct app *app, const struct view_state *state, size_t i)
{
    return fabs(layer_t(app, state, i));
}

static const struct list_value layer_values[] = {
    { "significant", layer_significant }, { "t", layer_t }, { "|t|", layer_abs_t }, { .name = NULL }
};

/* Selects the neuron with the row's largest t, which the panel below then shows. */
static void select_strongest(struct app *app, const struct view_state *state, size_t i)
{
    const struct extract_result *const e = extract_of(app->a);
    const struct layer_row *const row = i > 0 ? &layers_of(&app->whole)->rows[i - 1] : NULL;

    (void)state;
    for (size_t b = 0; row != NULL && e != NULL && !isnan(row->strongest_t) && b < e->n_blocks; b++)
        if (strcmp(e->blocks[b].hook, row->hook) == 0)
            app_select_neuron(app, e->blocks[b].first + row->strongest);
}

const struct list layer_list = {
    .select = select_strongest,
    .text = layer_text,
    .values = layer_values,
    .is_searched = true,
    .header = layers_header,
    .more = layers_header_more,
    .count = count_layers,
    .draw = draw_layer,
    .act = choose_layer,
    .act_help = "continue with that hook point alone",
    .chosen = chosen_layer,
};
