#include "config.h"
#include "tui/key_parts.h"

#include <stdio.h>
#include <stdlib.h>

#include "pipeline/stage_extract.h"
#include "pipeline/stage_ttest.h"
#include "tui/edits.h"
#include "tui/lists.h"
#include "tui/view.h"

static enum ct_status accept_neuron(struct app *app, const char *text, struct ct_error *err)
{
    size_t column;
    const enum ct_status status = neuron_find(extract_of(app->a), text, &column, err);

    if (status == CT_OK)
        app_select_neuron(app, column);
    return status;
}

/* What enter would go to. */
static void show_neuron(struct app *app, const char *text)
{
    const struct ttest_stage *const t = ttest_of(app->a);
    char *const note = app->prompt.note;
    size_t column;
    size_t index;

    note[0] = '\0';
    if (text[0] == '\0')
        return;
    if (neuron_find(extract_of(app->a), text, &column, NULL) != CT_OK)
        snprintf(note, sizeof app->prompt.note, "no such neuron");
    else if (t == NULL || column >= t->n_neurons)
        snprintf(note, sizeof app->prompt.note, "%.50s",
                 neuron_hook(extract_of(app->a), column, &index));
    else
        snprintf(note, sizeof app->prompt.note, "t %.2f%s", t->neurons[column].statistic,
                 t->is_significant[column] ? " *" : "");
}

static void find_neuron(struct app *app)
{
    if (extract_of(app->a) == NULL)
        app_say(app, INK_WARN, "no activations yet: %s in Extract computes them",
                app_key(app, ACTION_RUN).text);
    else {
        app_prompt(app, "neuron", "", 0, accept_neuron);
        app->prompt.changed = show_neuron;
    }
}

/* In the order of the table of neurons. */
static void next_significant(struct app *app, int step)
{
    const struct ttest_stage *const t = ttest_of(app->a);
    const size_t *const order = t != NULL ? lists_neuron_order(app) : NULL;
    const size_t n = t != NULL ? t->n_neurons : 0;
    size_t at = step > 0 ? n - 1 : 0; /* so that the first or last is next */

    if (order == NULL || n == 0 || t->n_significant == 0)
        return;
    for (size_t i = 0; app->has_neuron && i < n; i++)
        if (order[i] == app->neuron)
            at = i;
    do
        at = (at + (step > 0 ? 1 : n - 1)) % n;
    while (!t->is_significant[order[at]]);
    app_select_neuron(app, order[at]);
}

/* What the current view searches itself. */
static bool find_in_view(struct app *app)
{
    struct view_state *state;
    const struct view *const view = view_current(app, &state);

    return (view->ops == &list_view || view->ops == &choice_view) && app_has(app, view->needs) &&
           view->ops->act(app, view, state, ACTION_FIND);
}

bool selection_act(struct app *app, enum action action)
{
    switch (action) {
    case ACTION_FIND:
        if (!find_in_view(app))
            find_neuron(app);
        return true;
    case ACTION_NEXT_SIGNIFICANT:
        next_significant(app, 1);
        return true;
    case ACTION_PREVIOUS_SIGNIFICANT:
        next_significant(app, -1);
        return true;
    case ACTION_RANDOM_NEURON:
        app_select_neuron(app, (size_t)random());
        return true;
    case ACTION_MARK:
        clusters_mark_own(app);
        return true;
    case ACTION_NAME:
        clusters_name(app);
        return true;
    case ACTION_NEXT_CLUSTER:
        clusters_step(app, 1);
        return true;
    case ACTION_PREVIOUS_CLUSTER:
        clusters_step(app, -1);
        return true;
    case ACTION_EDIT:
        edits_add(app);
        return true;
    case ACTION_EDIT_KIND:
        edits_next_kind(app);
        return true;
    case ACTION_UNDO:
        edits_undo(app);
        return true;
    default:
        return false;
    }
}
