#include "config.h"
#include "tui/keys.h"

#include "pipeline/stage_extract.h"
#include "pipeline/stages.h"
#include "tui/follow.h"
#include "tui/layout.h"
#include "tui/key_parts.h"
#include "tui/prompt.h"
#include "tui/run.h"
#include "tui/save.h"
#include "tui/scroll.h"
#include "tui/view.h"
#include "tui/view_beside.h"

/* ---- panes and stages ---- */

static void go_to_stage(struct app *app, size_t row)
{
    const struct stage *const stage = panel_stage(row);

    if (stage == NULL)
        return;
    app->stage = stage;
    app->parameter = 0;
}

/* The next stage in the panel; those that cover hook points count if there are several and all of
 * them are shown, and are the end. The number of stages: there is none. */
static size_t next_stage(const struct app *app)
{
    const struct extract_result *const e = extract_of(app->a);
    const bool has_layers = !app_is_in_layer(app) && e != NULL && e->n_layers > 1;
    size_t row = panel_row(app->stage) + 1;

    if (app->stage->repeats != NULL)
        return panel_count();
    while (row < panel_count() && panel_stage(row)->repeats != NULL && !has_layers)
        row++;
    return row;
}

/* Computes the stage; if it is done or running, moves to the next one first. */
static void enter(struct app *app)
{
    const struct stage *const here = stage_with_parts(app->stage);
    const bool leads_on = !app_is_stale(app, here) || app_is_due(app, here);

    if (leads_on && next_stage(app) < panel_count())
        go_to_stage(app, next_stage(app));
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

static bool view_act(struct app *app, enum action action)
{
    struct view_state *state;
    const struct view *const view = view_current(app, &state);

    return app_has(app, view->needs) && view->ops->act(app, view, state, action);
}

/* Actions with the same meaning in every pane. */
static void global_act(struct app *app, enum action action)
{
    if (action >= ACTION_STAGE_1 && action <= ACTION_STAGE_10) {
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
    case ACTION_BENCH:
        app->is_bench = !app->is_bench;
        break;
    case ACTION_CANCEL:
        app_cancel(app);
        break;
    case ACTION_KEEP:
        app_keep(app);
        break;
    case ACTION_HELP:
        app->help.top = 0;
        app->mode = MODE_HELP;
        break;
    case ACTION_REDRAW:
        app->redraw = true;
        break;
    case ACTION_QUIT:
        app_quit(app);
        break;
    case ACTION_BACK:
        if (view_act(app, action))
            break;
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

    struct view_state *other_state;
    const struct view *const other = view_beside(app, &other_state);

    layout_make(&l, rows, cols, app->is_wide);
    if (other != NULL)
        layout_split(&l);
    if (is_in(l.pipeline, event->row, event->col) && event->kind == EVENT_CLICK) {
        app->pane = PANE_PIPELINE;
        go_to_stage(app, panel_top(app, &l) + event->row - l.pipeline.row - 1);
    } else if (is_in(l.parameters, event->row, event->col) && event->kind == EVENT_CLICK) {
        app->pane = PANE_PARAMETERS;
        app->parameter = event->row > l.parameters.row ? event->row - l.parameters.row - 1 : 0;
    } else if (other != NULL && is_in(l.beside, event->row, event->col)) {
        other->ops->mouse(app, other, other_state, event->row, event->col, event->wheel);
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
        if (!scroll_act(app, NULL, &app->help, keymap_find(&app->keymap, event->key)))
            app->mode = MODE_NORMAL;
        break;
    case MODE_PROMPT:
        prompt_key(app, event->key);
        break;
    case MODE_CONFIRM:
        confirm_key(app, event->key);
        break;
    }
    views_follow(app);
}
