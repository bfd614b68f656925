#include "config.h"
#include "tui/keys.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "io/number.h"
#include "io/outfile.h"
#include "pipeline/settings.h"
#include "tui/draw.h"
#include "tui/inputs.h"
#include "tui/prompt.h"
#include "tui/save.h"
#include "tui/views.h"

enum { MAX_SETTINGS = 16 };

/* ---- parameters ---- */

/* A change that is quick to follow is shown at once. */
static void after_change(struct app *app, const struct setting *setting)
{
    app->message[0] = '\0';
    if (setting->stage == STAGE_CLUSTER && app->a.cluster != NULL && app->news.state == WORKER_IDLE)
        app_run(app, STAGE_CLUSTER);
}

static enum ct_status accept_setting(struct app *app, const char *text, struct ct_error *err)
{
    const struct setting *const setting = &settings[app->prompt.item];
    enum ct_status status;

    if (setting->kind == SETTING_PATH)
        return inputs_set(app, setting, text, err);
    status = setting_parse(setting, &app->a.params, text, err);
    if (status == CT_OK)
        after_change(app, setting);
    return status;
}

static const struct setting *current_setting(const struct app *app)
{
    size_t rows[MAX_SETTINGS];
    const size_t n = stage_settings(app->stage, rows, MAX_SETTINGS);

    return app->parameter < n ? &settings[rows[app->parameter]] : NULL;
}

static void edit_setting(struct app *app)
{
    const struct setting *const setting = current_setting(app);
    char value[PROMPT_SIZE];

    if (setting == NULL)
        return;
    setting_format(setting, &app->a.params, value, sizeof value);
    app_prompt(app, setting->name, value, (size_t)(setting - settings), accept_setting);
}

/* The next value up (1) or down (-1): a tenth of the leading digit's place, or the next choice. */
static void stepped_value(const struct setting *setting, const char *value, int step, char *out,
                          size_t size)
{
    double x = 0.0;
    size_t n = 0;

    number_parse(value, strlen(value), &x);
    switch (setting->kind) {
    case SETTING_NUMBER:
        snprintf(out, size, "%.6g", x + step * pow(10, floor(log10(x) + 1e-9) - 1));
        break;
    case SETTING_COUNT:
    case SETTING_SEED:
        snprintf(out, size, "%.0f", x + step);
        break;
    case SETTING_CHOICE:
        while (setting->choices[n] != NULL && strcmp(setting->choices[n], value) != 0)
            n++;
        n = step > 0 ? n + 1 : n - 1;
        snprintf(out, size, "%s",
                 n < 8 && setting->choices[n] != NULL ? setting->choices[n] : setting->choices[0]);
        break;
    case SETTING_FLAG:
        snprintf(out, size, "%s", strcmp(value, "yes") == 0 ? "no" : "yes");
        break;
    case SETTING_PATH:
    case SETTING_HOOKS:
    case SETTING_PAIR:
        snprintf(out, size, "%s", value);
        break;
    }
}

static void step_setting(struct app *app, int step)
{
    const struct setting *const setting = current_setting(app);
    char value[PROMPT_SIZE];
    char next[PROMPT_SIZE];
    struct ct_error err;

    if (setting == NULL || setting->kind == SETTING_PATH || setting->kind == SETTING_PAIR)
        return;
    setting_format(setting, &app->a.params, value, sizeof value);
    stepped_value(setting, value, step, next, sizeof next);
    if (setting_parse(setting, &app->a.params, next, &err) == CT_OK)
        after_change(app, setting);
    else
        app_say(app, INK_WARN, "%s", err.text);
}

/* ---- neurons ---- */

static enum ct_status accept_neuron(struct app *app, const char *text, struct ct_error *err)
{
    const struct extract_result *const e = app->a.extract;
    const char *const colon = strrchr(text, ':');
    const char *const digits = colon != NULL ? colon + 1 : text;
    size_t number;

    if (!number_parse_size(digits, strlen(digits), &number))
        return ct_fail(err, CT_EINVAL, "give the number of a neuron, or HOOK:NUMBER");
    for (size_t b = 0; b < e->n_blocks; b++) {
        const struct neuron_block *const block = &e->blocks[b];
        const bool is_hook =
            colon == NULL || (strlen(block->hook) == (size_t)(colon - text) &&
                              strncmp(block->hook, text, (size_t)(colon - text)) == 0);
        for (size_t k = 0; is_hook && k < block->n; k++)
            if ((block->index != NULL ? block->index[k] : k) == number) {
                app_select_neuron(app, block->first + k);
                return CT_OK;
            }
    }
    return ct_fail(err, CT_EINVAL, "no neuron %.60s among %zu", text, e->X.cols);
}

static void find_neuron(struct app *app)
{
    if (app->a.extract == NULL)
        app_say(app, INK_WARN, "no activations yet: enter on Extract computes them");
    else
        app_prompt(app, "neuron", "", 0, accept_neuron);
}

static void next_significant(struct app *app, int step)
{
    const struct ttest_stage *const t = app->a.ttest;
    size_t i = 0;

    if (t == NULL || t->n_significant == 0)
        return;
    if (app->has_neuron && app_significant_index(app, app->neuron, &i))
        i = (i + (step > 0 ? 1 : t->n_significant - 1)) % t->n_significant;
    app_select_neuron(app, t->significant[i]);
}

/* ---- the view as text ---- */

static void write_cell(struct outfile *file, const struct cell *cell)
{
    char bytes[4];

    if (cell->ch == 0)
        return;
    outfile_write(file, bytes, utf8_encode(cell->ch, bytes));
    if (cell->mark != 0)
        outfile_write(file, bytes, utf8_encode(cell->mark, bytes));
}

static enum ct_status accept_print(struct app *app, const char *path, struct ct_error *err)
{
    enum { ROWS = 40, COLS = 120 };
    struct canvas c = { 0 };
    struct outfile *file = NULL;
    struct view_state *state;
    const struct view *const view = view_current(app, &state);
    struct view_state copy = *state; /* the screen's own stays as it is */
    enum ct_status status = canvas_init(&c, ROWS, COLS, false, false, err);

    if (status == CT_OK)
        status = outfile_open(path, &file, err);
    if (status == CT_OK) {
        view->ops->draw(app, view, &copy, &c, (struct rect){ 0, 0, ROWS, COLS });
        for (size_t row = 0; row < ROWS; row++) {
            size_t used = COLS;
            while (used > 0 && c.cells[row * COLS + used - 1].ch == ' ')
                used--;
            for (size_t col = 0; col < used; col++)
                write_cell(file, &c.cells[row * COLS + col]);
            outfile_puts(file, "\n");
        }
        status = outfile_commit(file, err);
    }
    canvas_clear(&c);
    if (status == CT_OK)
        app_say(app, INK_GOOD, "the view is in %s", path);
    return status;
}

static void print_view(struct app *app)
{
    struct view_state *state;
    const struct view *const view = view_current(app, &state);

    if (!app_has(app, view->needs))
        app_say(app, INK_WARN, "nothing to write: the view is empty");
    else
        app_prompt(app, "write the view to", "view.txt", 0, accept_print);
}

/* ---- panes and stages ---- */

static void go_to_stage(struct app *app, size_t stage)
{
    if (stage >= N_STAGES)
        return;
    app->stage = (enum stage_id)stage;
    app->parameter = 0;
}

/* Layers come next where there are several, and all of them are looked at. */
static bool has_next_stage(const struct app *app)
{
    if (app->stage == STAGE_SIMILARITY)
        return !app->is_in_layer && app->a.extract != NULL && app->a.extract->n_layers > 1;
    return app->stage + 1 < N_STAGES;
}

/* Computes the stage; one that is done, or on its way, leads on to the next. */
static void enter(struct app *app)
{
    const bool leads_on = !analysis_is_stale(&app->a, app->stage) || app_is_due(app, app->stage);

    if (leads_on && has_next_stage(app))
        go_to_stage(app, app->stage + 1);
    if (analysis_is_stale(&app->a, app->stage))
        app_run(app, app->stage);
    else
        app_say(app, INK_DEFAULT, "everything is computed; e writes the results");
}

static bool pipeline_key(struct app *app, uint32_t key)
{
    switch (key) {
    case KEYCODE_UP:
    case 'k':
        go_to_stage(app, app->stage > 0 ? app->stage - 1 : 0);
        return true;
    case KEYCODE_DOWN:
    case 'j':
        go_to_stage(app, app->stage + 1);
        return true;
    case KEYCODE_LEFT:
    case 'h':
        view_step(app, -1);
        return true;
    case KEYCODE_RIGHT:
    case 'l':
        view_step(app, 1);
        return true;
    default:
        return false;
    }
}

static bool parameters_key(struct app *app, uint32_t key)
{
    size_t rows[MAX_SETTINGS];
    const size_t n = stage_settings(app->stage, rows, MAX_SETTINGS);

    switch (key) {
    case KEYCODE_UP:
    case 'k':
        app->parameter -= app->parameter > 0;
        return true;
    case KEYCODE_DOWN:
    case 'j':
        app->parameter += app->parameter + 1 < n;
        return true;
    case KEYCODE_LEFT:
    case 'h':
        step_setting(app, -1);
        return true;
    case KEYCODE_RIGHT:
    case 'l':
        step_setting(app, 1);
        return true;
    case KEYCODE_ENTER:
        edit_setting(app);
        return true;
    default:
        return false;
    }
}

static bool view_key(struct app *app, uint32_t key)
{
    struct view_state *state;
    const struct view *const view = view_current(app, &state);

    return app_has(app, view->needs) && view->ops->key(app, view, state, key);
}

/* Keys that mean the same in every pane. */
static void global_key(struct app *app, uint32_t key)
{
    if (key >= '1' && key < '1' + N_STAGES) {
        go_to_stage(app, key - '1');
        return;
    }
    switch (key) {
    case KEYCODE_ENTER:
        enter(app);
        break;
    case KEYCODE_TAB:
        app->pane = (app->pane + 1) % N_PANES;
        break;
    case KEYCODE_BACKTAB:
        app->pane = (app->pane + N_PANES - 1) % N_PANES;
        break;
    case 'v':
        view_step(app, 1);
        break;
    case 'V':
        view_step(app, -1);
        break;
    case 'z':
        app->is_wide = !app->is_wide;
        app->pane = app->is_wide ? PANE_VIEW : app->pane;
        break;
    case '/':
        find_neuron(app);
        break;
    case 'n':
        next_significant(app, 1);
        break;
    case 'N':
        next_significant(app, -1);
        break;
    case 'r':
        app_select_neuron(app, (size_t)random());
        break;
    case 'e':
        save_results(app);
        break;
    case 'f':
        save_figures(app);
        break;
    case 'p':
        print_view(app);
        break;
    case 'x':
        app_cancel(app);
        break;
    case '?':
    case KEYCODE_F1:
        app->mode = MODE_HELP;
        break;
    case 12: /* ctrl-L */
    case 'R':
        app->redraw = true;
        break;
    case 'q':
    case 'Q':
        app_quit(app);
        break;
    case KEYCODE_ESCAPE:
        if (app->mark.method == CLUSTER_NONE)
            app->is_wide = false;
        app->mark.method = CLUSTER_NONE;
        break;
    default:
        view_key(app, key); /* + - 0 and the like, from any pane */
        break;
    }
}

static void normal_key(struct app *app, uint32_t key)
{
    static bool (*const panes[N_PANES])(struct app *, uint32_t) = {
        [PANE_PIPELINE] = pipeline_key,
        [PANE_PARAMETERS] = parameters_key,
        [PANE_VIEW] = view_key,
    };

    app->message[0] = '\0';
    if (!panes[app->pane](app, key))
        global_key(app, key);
}

static void confirm_key(struct app *app, uint32_t key)
{
    app->mode = MODE_NORMAL;
    if (key == 'y' || key == 'Y')
        app->confirmed(app);
    else if (key == 'e')
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
        go_to_stage(app, event->row - l.pipeline.row - 1);
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
