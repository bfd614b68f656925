/*
 * Schedules computations: the stages needed for a goal, one after another in the worker; and
 * switches between all hook points and a single one.
 */
#ifndef CT_TUI_RUN_H
#define CT_TUI_RUN_H

#include "tui/app.h"

/* True, with a message to the user, while the worker reads the analysis. */
bool app_is_busy(struct app *app);

/* Starts the next job if the worker is idle, and handles jobs that finish immediately. */
void app_start_next(struct app *app);

/* Computes the stale stages that `stage` needs, and the stage itself, in the worker; queued if a
 * job is running. */
void app_run(struct app *app, const struct stage *stage);

/* Computes again, one after the other, what has results that are stale; those that took long only
 * if they are the current stage. */
void app_update(struct app *app);
/* The same for what takes milliseconds only. */
#define QUICK_SECONDS 0.2
void app_follow(struct app *app);
void app_cancel(struct app *app);

/* Ends t-SNE, if it runs: what it has is its result, and the iterations so far become its
 * parameter. */
void app_keep(struct app *app);

/* Starts computing a stage in the idle worker; done() is called when it has finished. layer (NULL:
 * nothing) is for stages that cover hook points, see struct analysis_watch; its context is the app.
 * CT_ENOMEM. */
enum ct_status app_compute(struct app *app, const struct stage *stage, layer_function *layer,
                           job_done *done, struct ct_error *err);

/* Accepts the worker's result into the analysis. False: there is none. */
bool app_take_computed(struct app *app, const struct stage *stage);

/* Continues with only one hook point of the layers. */
void app_enter_layer(struct app *app, size_t layer);

/* Returns to all hook points. */
void app_leave_layer(struct app *app);

/* Call after changing whole.params: updates the hook point that is shown. */
void app_follow_params(struct app *app);

/* Call on the worker's notification: takes what has finished and starts the next job. */
void app_take_news(struct app *app);

#endif
