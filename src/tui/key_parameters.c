#include "config.h"
#include "tui/key_parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pipeline/stage_contrast.h"
#include "pipeline/stage_load.h"
#include "pipeline/stages.h"
#include "tui/layout.h"
#include "tui/inputs.h"
#include "tui/run.h"

/* Quick results of a change are computed immediately, with the quick ones that need them. */
static void after_change(struct app *app, const struct setting *setting)
{
    enum { QUICK = 1 }; /* effort of a stage that takes milliseconds, but for huge results */
    const struct stage *const stage = setting_stage(setting);
    const struct analysis *const a = app_analysis(app, stage);
    const struct stage *next = NULL;

    app->message[0] = '\0';
    app_follow_params(app);
    if ((app->news.state == WORKER_IDLE || app->news.job.gives_way) && app_has(app, stage) &&
        stage->effort <= QUICK && analysis_seconds(a, stage) < QUICK_SECONDS &&
        analysis_next(a, stage, &next, NULL) == CT_OK && next == stage)
        app_follow(app);
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

/* The text replaces the list, to which parse() would add. */
static enum ct_status accept_list(struct app *app, const struct setting *setting, const char *text,
                                  struct ct_error *err)
{
    char **const field = (char **)((char *)&app->whole.params + setting->field);
    char *const before = *field;
    enum ct_status status = CT_OK;

    *field = NULL;
    if (*text != '\0')
        status = setting->kind->parse(setting, &app->whole.params, text, err);
    if (status != CT_OK)
        *field = before;
    else
        free(before);
    app_follow_params(app);
    return status;
}

static enum ct_status accept_setting(struct app *app, const char *text, struct ct_error *err)
{
    const struct setting *const setting = setting_at(app->prompt.item);
    enum ct_status status;

    if (setting->kind == &kind_path)
        return inputs_set(app, setting, text, err);
    if (setting->kind == &kind_pair)
        status = accept_pair(app, setting, text, err);
    else if (setting->kind == &kind_list)
        status = accept_list(app, setting, text, err);
    else
        status = setting->kind->parse(setting, &app->whole.params, text, err);
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

static void step_one(struct app *app, const struct setting *setting, int step)
{
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

static void step_setting(struct app *app, int step)
{
    step_one(app, current_setting(app), step);
}

void parameters_step(struct app *app, const char *name, int step)
{
    const struct setting *setting;

    for (size_t i = 0; (setting = stage_setting(app->stage, i)) != NULL; i++)
        if (strcmp(setting->name, name) == 0)
            step_one(app, setting, step);
}

bool parameters_act(struct app *app, enum action action)
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
