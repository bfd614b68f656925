/*
 * What is computed, and when: stages on the way to a goal, one after another beside the user
 * interface; and the way from all hook points to one alone, and back.
 */
#ifndef CT_TUI_RUN_H
#define CT_TUI_RUN_H

#include "tui/app.h"

/* True, with a word to the user, while the worker reads what the analysis holds. */
bool app_is_busy(struct app *app);

/* Has an idle worker do what comes next, and hears at once when that is done. */
void app_go_on(struct app *app);

/* Computes what is stale of stage and of what it needs, beside the user interface; while something
 * runs, after it. */
void app_run(struct app *app, const struct stage *stage);
void app_cancel(struct app *app);

/* Has the idle worker compute a stage, done() being told when it has. layer (NULL: nothing) is for
 * stages that go over hook points, see struct analysis_watch; its context is the app. CT_ENOMEM. */
enum ct_status app_compute(struct app *app, const struct stage *stage, layer_function *layer,
                           job_done *done, struct ct_error *err);

/* What it has computed becomes part of the analysis. False: it has not. */
bool app_take_computed(struct app *app, const struct stage *stage);

/* Goes on with one hook point of the layers alone. */
void app_enter_layer(struct app *app, size_t layer);

/* Goes back to all of them. */
void app_leave_layer(struct app *app);

/* whole.params have been changed: a hook point that is looked at alone follows. */
void app_follow_params(struct app *app);

/* The worker has rung: takes what it has finished and starts what comes next. */
void app_hear(struct app *app);

#endif
