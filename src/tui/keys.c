#include "config.h"
#include "tui/keys.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/text.h"
#include "pipeline/stage_cluster.h"
#include "pipeline/stage_contrast.h"
#include "pipeline/stage_extract.h"
#include "pipeline/stage_load.h"
#include "pipeline/stage_similarity.h"
#include "pipeline/stage_ttest.h"
#include "pipeline/stages.h"
#include "report/canvas_svg.h"
#include "report/canvas_text.h"
#include "tui/draw.h"
#include "tui/inputs.h"
#include "tui/lists.h"
#include "tui/prompt.h"
#include "tui/save.h"
#include "tui/view.h"
#include "tui/run.h"

/* ---- parameters ---- */

/* Quick results of a change are computed immediately. */
static void after_change(struct app *app, const struct setting *setting)
{
    enum { QUICK = 1 }; /* effort of a stage that takes milliseconds, but for huge results */
    static const double is_long = 0.2; /* seconds */
    const struct stage *const stage = setting_stage(setting);
    const struct analysis *const a = app_analysis(app, stage);
    const struct stage *next = NULL;

    app->message[0] = '\0';
    app_follow_params(app);
    if (app->news.state == WORKER_IDLE && app_has(app, stage) && stage->effort <= QUICK &&
        analysis_seconds(a, stage) < is_long && analysis_next(a, stage, &next, NULL) == CT_OK &&
        next == stage)
        app_run(app, stage);
}

/* Whether the sentences that are loaded have the groups of the contrast. */
static enum ct_status check_groups(struct app *app, struct ct_error *err)
{
    struct result *contrast = NULL;
    enum ct_status status = CT_OK;

    if (app_has(app, &stage_load) && !app_is_stale(app, &stage_load))
        status = analysis_compute(app->a, &stage_contrast, NULL, &contrast, err);
    result_release(contrast);
    return status;
}

/* Like any other value that is refused, a contrast of other groups leaves the one before. */
static enum ct_status accept_pair(struct app *app, const struct setting *setting, const char *text,
                                  struct ct_error *err)
{
    char before[PROMPT_SIZE];
    enum ct_status status;

    setting->kind->format(setting, &app->whole.params, before, sizeof before);
    status = setting->kind->parse(setting, &app->whole.params, text, err);
    if (status != CT_OK)
        return status;
    app_follow_params(app);
    status = check_groups(app, err);
    if (status != CT_OK && before[0] != '\0')
        setting->kind->parse(setting, &app->whole.params, before, NULL);
    if (status != CT_OK && before[0] == '\0') {
        params_set(&app->whole.params.contrast[0], NULL, NULL);
        params_set(&app->whole.params.contrast[1], NULL, NULL);
    }
    app_follow_params(app);
    return status;
}

static enum ct_status accept_setting(struct app *app, const char *text, struct ct_error *err)
{
    const struct setting *const setting = setting_at(app->prompt.item);
    enum ct_status status;

    if (setting->kind == &kind_path)
        return inputs_set(app, setting, text, err);
    status = setting->kind == &kind_pair
                 ? accept_pair(app, setting, text, err)
                 : setting->kind->parse(setting, &app->whole.params, text, err);
    if (status == CT_OK)
        after_change(app, setting);
    return status;
}

static const struct setting *current_setting(const struct app *app)
{
    return stage_setting(app->stage, app->parameter);
}

static void edit_setting(struct app *app)
{
    const struct setting *const setting = current_setting(app);
    char value[PROMPT_SIZE];
    size_t i = 0;

    if (setting == NULL)
        return;
    while (setting_at(i) != setting)
        i++;
    setting->kind->format(setting, &app->whole.params, value, sizeof value);
    app_prompt(app, setting->name, value, i, accept_setting);
    app->prompt.completes = setting->kind == &kind_path   ? COMPLETES_PATHS
                            : setting->kind == &kind_pair ? COMPLETES_GROUPS
                                                          : COMPLETES_NOTHING;
}

/* The next or previous pair of different groups, in their order; empty: none are loaded. */
static void step_pair(const struct app *app, const char *value, int step, char *next, size_t size)
{
    const struct load_result *const load = load_of(app->a);
    const size_t n = load != NULL ? load->n_groups : 0;
    const size_t n_pairs = n > 1 ? n * (n - 1) : 0;
    size_t at = 0;

    next[0] = '\0';
    for (int pass = 0; pass < 2 && n_pairs > 0; pass++)
        for (size_t i = 0; i < n_pairs; i++) {
            const size_t first = i / (n - 1);
            const size_t second = i % (n - 1) + (i % (n - 1) >= first ? 1 : 0);
            char pair[PROMPT_SIZE];
            snprintf(pair, sizeof pair, "%s,%s", load->group_names[first],
                     load->group_names[second]);
            if (pass == 0 && strcmp(pair, value) == 0)
                at = (i + (step > 0 ? 1 : n_pairs - 1)) % n_pairs;
            else if (pass == 0 && value[0] == '\0' && i == 0)
                at = step > 0 ? 1 : n_pairs - 1; /* the first pair is what is used without one */
            else if (pass == 1 && i == at)
                snprintf(next, size, "%s", pair);
        }
}

static void step_setting(struct app *app, int step)
{
    const struct setting *const setting = current_setting(app);
    char value[PROMPT_SIZE];
    char next[PROMPT_SIZE];
    struct ct_error err;

    if (setting == NULL || (setting->kind->step == NULL && setting->kind != &kind_pair))
        return;
    setting->kind->format(setting, &app->whole.params, value, sizeof value);
    if (setting->kind == &kind_pair)
        step_pair(app, value, step, next, sizeof next);
    else
        setting->kind->step(setting, value, step, next, sizeof next);
    if (next[0] == '\0')
        return;
    if (setting->kind->parse(setting, &app->whole.params, next, &err) == CT_OK)
        after_change(app, setting);
    else
        app_say(app, INK_WARN, "%s", err.text);
}

/* ---- neurons ---- */

static enum ct_status accept_neuron(struct app *app, const char *text, struct ct_error *err)
{
    size_t column;
    const enum ct_status status = neuron_find(extract_of(app->a), text, &column, err);

    if (status == CT_OK)
        app_select_neuron(app, column);
    return status;
}

static void find_neuron(struct app *app)
{
    if (extract_of(app->a) == NULL)
        app_say(app, INK_WARN, "no activations yet: %s in Extract computes them",
                app_key(app, ACTION_RUN).text);
    else
        app_prompt(app, "neuron", "", 0, accept_neuron);
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

/* ---- the view as text ---- */

static enum ct_status write_view(struct app *app, const char *path, struct ct_error *err)
{
    enum { ROWS = 40, COLS = 120 };
    struct canvas c = { 0 };
    struct view_state *state;
    const struct view *const view = view_current(app, &state);
    struct view_state copy = *state; /* the screen's own state is unchanged */
    enum ct_status status = canvas_init(&c, ROWS, COLS, false, false, err);

    if (status == CT_OK) {
        view->ops->draw(app, view, &copy, &c, (struct rect){ 0, 0, ROWS, COLS });
        status = canvas_text_write(&c, path, err);
    }
    canvas_clear(&c);
    if (status == CT_OK)
        app_say(app, INK_GOOD, "view written to %s", path);
    return status;
}

/* The screen as it is without the prompt, in colours. */
static enum ct_status write_picture(struct app *app, const char *path, struct ct_error *err)
{
    struct canvas c = { 0 };
    enum ct_status status = canvas_init(&c, app->rows, app->cols, false, true, err);

    if (status == CT_OK) {
        draw_screen(app, &c);
        status = canvas_svg_write(&c, path, err);
    }
    canvas_clear(&c);
    if (status == CT_OK)
        app_say(app, INK_GOOD, "screen written to %s", path);
    return status;
}

enum { PRINT_VIEW, PRINT_PICTURE };

static enum ct_status print_to(struct app *app, const char *path, struct ct_error *err)
{
    return app->prompt.item == PRINT_PICTURE ? write_picture(app, path, err)
                                             : write_view(app, path, err);
}

static void print_over(struct app *app)
{
    struct ct_error err;

    if (print_to(app, app->prompt.text, &err) != CT_OK)
        app_say(app, INK_BAD, "%s", err.text);
}

static enum ct_status accept_print(struct app *app, const char *path, struct ct_error *err)
{
    struct stat info;

    if (app->force || lstat(path, &info) != 0 || S_ISDIR(info.st_mode))
        return print_to(app, path, err);
    app_confirm(app, print_over, "%s already exists; overwrite it?", path);
    return CT_OK;
}

static void print_view(struct app *app)
{
    struct view_state *state;
    const struct view *const view = view_current(app, &state);

    if (!app_has(app, view->needs))
        app_say(app, INK_WARN, "nothing to write: the view is empty");
    else
        app_prompt_path(app, "write the view to", "view.txt", PRINT_VIEW, accept_print);
}

/* ---- panes and stages ---- */

static void go_to_stage(struct app *app, size_t row)
{
    const struct stage *const stage = panel_stage(row);

    if (stage == NULL)
        return;
    app->stage = stage;
    app->parameter = 0;
}

/* Whether there is a next stage in the panel; stages that cover hook points count if there are
 * several and all of them are shown. */
static bool has_next_stage(const struct app *app)
{
    const struct stage *const next = panel_stage(panel_row(app->stage) + 1);
    const struct extract_result *const e = extract_of(app->a);

    if (next == NULL || next->repeats == NULL)
        return next != NULL;
    return !app_is_in_layer(app) && e != NULL && e->n_layers > 1;
}

/* Computes the stage; if it is done or running, moves to the next one first. */
static void enter(struct app *app)
{
    const struct stage *const here = stage_with_parts(app->stage);
    const bool leads_on = !app_is_stale(app, here) || app_is_due(app, here);

    if (leads_on && has_next_stage(app))
        go_to_stage(app, panel_row(app->stage) + 1);
    if (app_is_stale(app, stage_with_parts(app->stage)))
        app_run(app, app->stage);
    else
        app_say(app, INK_DEFAULT, "this stage is computed; %s writes the results",
                app_key(app, ACTION_EXPORT).text);
}

static bool pipeline_act(struct app *app, enum action action)
{
    switch (action) {
    case ACTION_UP:
    case ACTION_STEP_UP:
        go_to_stage(app, panel_row(app->stage) > 0 ? panel_row(app->stage) - 1 : 0);
        return true;
    case ACTION_DOWN:
    case ACTION_STEP_DOWN:
        go_to_stage(app, panel_row(app->stage) + 1);
        return true;
    case ACTION_LEFT:
    case ACTION_STEP_LEFT:
        view_step(app, -1);
        return true;
    case ACTION_RIGHT:
    case ACTION_STEP_RIGHT:
        view_step(app, 1);
        return true;
    default:
        return false;
    }
}

static bool parameters_act(struct app *app, enum action action)
{
    switch (action) {
    case ACTION_UP:
    case ACTION_STEP_UP:
        app->parameter -= app->parameter > 0;
        return true;
    case ACTION_DOWN:
    case ACTION_STEP_DOWN:
        app->parameter += stage_setting(app->stage, app->parameter + 1) != NULL;
        return true;
    case ACTION_LEFT:
    case ACTION_STEP_LEFT:
        step_setting(app, -1);
        return true;
    case ACTION_RIGHT:
    case ACTION_STEP_RIGHT:
        step_setting(app, 1);
        return true;
    case ACTION_RUN:
        edit_setting(app);
        return true;
    default:
        return false;
    }
}

static bool view_act(struct app *app, enum action action)
{
    struct view_state *state;
    const struct view *const view = view_current(app, &state);

    return app_has(app, view->needs) && view->ops->act(app, view, state, action);
}

/* What is selected or marked. */
static bool selection_act(struct app *app, enum action action)
{
    switch (action) {
    case ACTION_FIND:
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
    case ACTION_NEXT_CLUSTER:
        clusters_step(app, 1);
        return true;
    case ACTION_PREVIOUS_CLUSTER:
        clusters_step(app, -1);
        return true;
    default:
        return false;
    }
}

/* What is written. */
static bool files_act(struct app *app, enum action action)
{
    switch (action) {
    case ACTION_EXPORT:
        save_results(app);
        return true;
    case ACTION_FIGURES:
        save_figures(app);
        return true;
    case ACTION_PRINT:
        print_view(app);
        return true;
    case ACTION_PICTURE:
        app_prompt_path(app, "write the screen to", "screen.svg", PRINT_PICTURE, accept_print);
        return true;
    default:
        return false;
    }
}

/* Actions with the same meaning in every pane. */
static void global_act(struct app *app, enum action action)
{
    if (action >= ACTION_STAGE_1 && action <= ACTION_STAGE_9) {
        go_to_stage(app, action - ACTION_STAGE_1);
        if (app->pane == PANE_PARAMETERS) /* enter is to compute the stage, not to edit */
            app->pane = PANE_PIPELINE;
        return;
    }
    if (selection_act(app, action) || files_act(app, action))
        return;
    switch (action) {
    case ACTION_RUN:
        enter(app);
        break;
    case ACTION_UPDATE:
        app_update(app);
        break;
    case ACTION_NEXT_PANE:
        app->pane = (app->pane + 1) % N_PANES;
        break;
    case ACTION_PREVIOUS_PANE:
        app->pane = (app->pane + N_PANES - 1) % N_PANES;
        break;
    case ACTION_NEXT_VIEW:
        view_step(app, 1);
        break;
    case ACTION_PREVIOUS_VIEW:
        view_step(app, -1);
        break;
    case ACTION_WIDE:
        app->is_wide = !app->is_wide;
        app->pane = app->is_wide ? PANE_VIEW : app->pane;
        break;
    case ACTION_CANCEL:
        app_cancel(app);
        break;
    case ACTION_HELP:
        app->mode = MODE_HELP;
        break;
    case ACTION_REDRAW:
        app->redraw = true;
        break;
    case ACTION_QUIT:
        app_quit(app);
        break;
    case ACTION_BACK:
        if (app->mark.method == NULL)
            app->is_wide = false;
        app->mark.method = NULL;
        break;
    default:
        view_act(app, action); /* zoom and similar actions, from any pane */
        break;
    }
}

static void normal_key(struct app *app, uint32_t key)
{
    static bool (*const panes[N_PANES])(struct app *, enum action) = {
        [PANE_PIPELINE] = pipeline_act,
        [PANE_PARAMETERS] = parameters_act,
        [PANE_VIEW] = view_act,
    };
    const enum action action = keymap_find(&app->keymap, key);

    app->message[0] = '\0';
    if (!panes[app->pane](app, action))
        global_act(app, action);
}

static void confirm_key(struct app *app, uint32_t key)
{
    app->mode = MODE_NORMAL;
    if (key == 'y' || key == 'Y')
        app->confirmed(app);
    else if (keymap_find(&app->keymap, key) == ACTION_EXPORT)
        save_results(app);
}

/* ---- the mouse ---- */

static bool is_in(struct rect r, size_t row, size_t col)
{
    return row >= r.row && row < r.row + r.rows && col >= r.col && col < r.col + r.cols;
}

static void mouse(struct app *app, const struct event *event, size_t rows, size_t cols)
{
    struct view_state *state;
    const struct view *const view = view_current(app, &state);
    struct layout l;

    layout_make(&l, rows, cols, app->is_wide);
    if (is_in(l.pipeline, event->row, event->col) && event->kind == EVENT_CLICK) {
        app->pane = PANE_PIPELINE;
        go_to_stage(app, panel_top(app, &l) + event->row - l.pipeline.row - 1);
    } else if (is_in(l.parameters, event->row, event->col) && event->kind == EVENT_CLICK) {
        app->pane = PANE_PARAMETERS;
        app->parameter = event->row > l.parameters.row ? event->row - l.parameters.row - 1 : 0;
    } else if (is_in(l.view, event->row, event->col) && app_has(app, view->needs)) {
        app->pane = PANE_VIEW;
        view->ops->mouse(app, view, state, event->row, event->col, event->wheel);
    }
}

void keys_handle(struct app *app, const struct event *event, size_t rows, size_t cols)
{
    app->rows = rows;
    app->cols = cols;
    if (event->kind != EVENT_KEY) {
        if (app->mode == MODE_NORMAL && rows >= MIN_ROWS && cols >= MIN_COLS)
            mouse(app, event, rows, cols);
        return;
    }
    switch (app->mode) {
    case MODE_NORMAL:
        normal_key(app, event->key);
        break;
    case MODE_HELP:
        app->mode = MODE_NORMAL;
        break;
    case MODE_PROMPT:
        prompt_key(app, event->key);
        break;
    case MODE_CONFIRM:
        confirm_key(app, event->key);
        break;
    }
}
