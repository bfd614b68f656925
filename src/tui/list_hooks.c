#include "config.h"
#include "tui/list_parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pipeline/stage_hook.h"
#include "pipeline/stages.h"

static size_t count_hooks(struct app *app, const struct view_state *state)
{
    (void)state;
    return app->n_hook_points;
}

static bool is_chosen(const struct app *app, const char *name)
{
    const struct hook_result *const hook = hook_of(app->a);

    if (app->whole.params.n_hooks > 0) {
        for (size_t i = 0; i < app->whole.params.n_hooks; i++)
            if (strcmp(app->whole.params.hooks[i], name) == 0)
                return true;
        if (analysis_is_stale(&app->whole, &stage_hook))
            return false;
    }
    for (size_t i = 0; hook != NULL && i < hook->n_hooks; i++)
        if (strcmp(hook->hooks[i].name, name) == 0)
            return true;
    return false;
}

static void draw_hook(struct app *app, const struct view_state *state, size_t i, struct canvas *c,
                      size_t row, size_t col, size_t cols)
{
    const struct hook_point *const hook = &app->hook_points[i];
    const bool is_inside = hook->is_in_block && hook->place != PLACE_BLOCK;
    const bool chosen = is_chosen(app, hook->name);

    (void)state;
    /* the names last: those of some families are long */
    PUT(c, row, col, cols, chosen ? INK_ACCENT : INK_DEFAULT, "%s %6zu  %s%s",
        chosen ? "[x]" : "[ ]", hook->width, is_inside ? "  " : "", hook->name);
}

static size_t first_chosen_hook(struct app *app)
{
    size_t i = 0;

    while (i < app->n_hook_points && !is_chosen(app, app->hook_points[i].name))
        i++;
    return i;
}

/* Replaces globs or defaults by the names of those that are wanted. */
static void choose_hooks(struct app *app, size_t i,
                         bool (*is_wanted)(const struct app *app, size_t k, size_t i))
{
    struct params chosen = { 0 };
    struct ct_error err = { 0 };
    enum ct_status status = CT_OK;

    for (size_t k = 0; k < app->n_hook_points && status == CT_OK; k++)
        if (is_wanted(app, k, i))
            status = params_add_hook(&chosen, app->hook_points[k].name, &err);
    if (status != CT_OK) {
        app_say(app, INK_BAD, "%s", err.text);
        params_clear(&chosen);
        return;
    }
    params_clear_hooks(&app->whole.params);
    app->whole.params.hooks = chosen.hooks; /* handed over */
    app->whole.params.n_hooks = chosen.n_hooks;
    app_say(app, INK_DEFAULT, "%zu hook point%s chosen; %s computes", chosen.n_hooks,
            chosen.n_hooks == 1 ? "" : "s", app_key(app, ACTION_RUN).text);
}

static bool is_toggled(const struct app *app, size_t k, size_t i)
{
    return is_chosen(app, app->hook_points[k].name) != (k == i);
}

static void toggle_hook(struct app *app, size_t i)
{
    choose_hooks(app, i, is_toggled);
}

static bool is_alike(const struct app *app, size_t k, size_t i)
{
    const struct hook_point *const one = &app->hook_points[k];
    const struct hook_point *const other = &app->hook_points[i];

    return k == i || (one->is_in_block && other->is_in_block && one->place == other->place);
}

static void choose_every_block(struct app *app, size_t i)
{
    choose_hooks(app, i, is_alike);
}

static void hook_text(struct app *app, const struct view_state *state, size_t i, char *out,
                      size_t size)
{
    (void)state;
    snprintf(out, size, "%s", app->hook_points[i].name);
}

static double hook_width(struct app *app, const struct view_state *state, size_t i)
{
    (void)state;
    return (double)app->hook_points[i].width;
}

static const struct list_value hook_values[] = { { "width", hook_width }, { .name = NULL } };

const struct list hook_list = {
    .text = hook_text,
    .values = hook_values,
    .goes_on = true,
    .is_searched = true,
    .header = "     width  hook point",
    .count = count_hooks,
    .draw = draw_hook,
    .start = first_chosen_hook,
    .act = toggle_hook,
    .act_help = "add or remove the hook point",
    .every = choose_every_block,
};
