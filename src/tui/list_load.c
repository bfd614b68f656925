#include "config.h"
#include "tui/lists.h"

#include <stdio.h>
#include <string.h>

#include "pipeline/stages.h"
#include "tui/fit.h"
#include "tui/inputs.h"
#include "tui/screen.h"
#include "tui/view.h"

/* Rows: the demo, cached models, a folder by its path; a note when there are no models. */

static size_t count_choices(struct app *app, const struct view_state *state)
{
    (void)state;
    inputs_find_models(app);
    return app->n_models + 2 + (app->models_error.text[0] != '\0');
}

static struct hub_model *model_at(const struct app *app, size_t i)
{
    return i > 0 && i <= app->n_models ? &app->models[i - 1] : NULL;
}

/* The folder of a row; NULL: none. */
static const char *folder_at(const struct app *app, size_t i)
{
    const struct hub_model *const m = model_at(app, i);

    if (i == 0)
        return app->demo;
    return m != NULL ? m->folder : NULL;
}

/* The row of the current model; the path row when no other matches. */
static size_t chosen_row(const struct app *app)
{
    const struct params *const p = &app->whole.params;

    if (p->activations != NULL || p->model == NULL)
        return SIZE_MAX;
    for (size_t i = 0; i <= app->n_models; i++)
        if (folder_at(app, i) != NULL && strcmp(p->model, folder_at(app, i)) == 0)
            return i;
    return app->n_models + 1;
}

/* `name`, or `name@revision` when it is not the main branch. */
static void label_model(const struct hub_model *m, char *out, size_t size)
{
    if (strcmp(m->revision, "main") == 0 || m->revision[0] == '\0')
        snprintf(out, size, "%s", m->name);
    else
        snprintf(out, size, "%s@%.12s", m->name, m->revision);
}

static void label_path(const struct app *app, bool is_chosen, char *out, size_t size)
{
    if (is_chosen)
        snprintf(out, size, "folder %.240s", app->a->params.model);
    else
        snprintf(out, size, "another folder: enter its path");
}

static void describe_model(const struct hub_model *m, char *out, size_t size)
{
    const double bytes = (double)m->bytes;

    if (m->problem != NULL)
        snprintf(out, size, "%s", m->problem);
    else
        snprintf(out, size, "%3zu x %-5zu %6.*f %s", m->n_layers, m->hidden_size,
                 bytes < 1e9 ? 1 : 2, bytes < 1e9 ? bytes / 1e6 : bytes / 1e9,
                 bytes < 1e9 ? "MB" : "GB");
}

static void draw_choice(struct app *app, const struct view_state *state, size_t i, struct canvas *c,
                        size_t row, size_t col, size_t cols)
{
    enum { ABOUT_COLS = 21 };
    struct hub_model *const m = model_at(app, i);
    const bool is_path = i == app->n_models + 1;
    const bool chosen = i == chosen_row(app);
    char name[256] = "demo";
    char about[CT_ERROR_SIZE] = "built in";

    (void)state;
    if (i > app->n_models + 1) {
        fit_message(c, app->models_error.text, cols, about, sizeof about);
        canvas_text(c, row, col, cols, about, INK_DIM, 0);
        return;
    }
    if (is_path)
        label_path(app, chosen, name, sizeof name), about[0] = '\0';
    if (m != NULL) {
        hub_model_examine(m); /* only those that become visible */
        label_model(m, name, sizeof name);
        describe_model(m, about, sizeof about);
    }
    const size_t room = cols > ABOUT_COLS + 24 ? cols - ABOUT_COLS - 5 : 20;
    const size_t width = room < 44 ? room : 44;
    const bool is_usable = m == NULL || m->problem == NULL;
    const ink color = chosen ? INK_ACCENT : is_usable ? INK_DEFAULT : INK_DIM;
    canvas_text(c, row, col, cols,
                is_path     ? ""
                : chosen    ? "[x]"
                : is_usable ? "[ ]"
                            : " - ",
                color, 0);
    if (cols <= 5 + width)
        return;
    canvas_text(c, row, col + 4, is_path ? cols - 4 : width, name, color, 0);
    const size_t rest = cols - 5 - width;
    const size_t used =
        canvas_text(c, row, col + 5 + width, rest, about, is_usable ? color : INK_WARN, 0);
    if (is_usable && folder_at(app, i) != NULL && rest > used + 20)
        fit_draw_tail(c, row, col + 7 + width + used, rest - used - 2, folder_at(app, i), INK_DIM,
                      0);
}

/* Shows what does not fit in the row. */
static void show_choice(struct app *app, const struct view_state *state, size_t i)
{
    const struct hub_model *const m = model_at(app, i);

    (void)state;
    if (m != NULL && m->problem != NULL)
        app_say(app, INK_WARN, "%s: %s", m->name, m->problem);
    else if (folder_at(app, i) != NULL)
        app_say(app, INK_DIM, "%s", folder_at(app, i));
}

static enum ct_status accept_path(struct app *app, const char *text, struct ct_error *err)
{
    return inputs_set(app, setting_find("model"), text, err);
}

static void choose(struct app *app, size_t i)
{
    const struct hub_model *const m = model_at(app, i);
    const char *const folder = folder_at(app, i);
    struct ct_error err;

    if (m != NULL && m->problem != NULL)
        app_say(app, INK_WARN, "%s is unusable: %s", m->name, m->problem);
    else if (i == app->n_models + 1)
        app_prompt_path(app, "model", "", 0, accept_path);
    else if (folder == NULL)
        return;
    else if (inputs_set_model(app, folder, &err) != CT_OK)
        app_say(app, INK_BAD, "%s", err.text);
    else
        app_say(app, INK_GOOD, "%s chosen; %s loads it", m != NULL ? m->name : "the demo",
                app_key(app, ACTION_RUN).text);
}

const struct list choice_list = {
    .header = "    model",
    .count = count_choices,
    .draw = draw_choice,
    .select = show_choice,
    .act = choose,
    .act_help = "choose the model",
    .chosen = chosen_row,
};
