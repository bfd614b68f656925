/*
 * What the worker computes without being asked, for what is in front of the user: its state, and
 * the key of what it is of. A result with another key is none.
 */
#ifndef CT_TUI_ASIDE_H
#define CT_TUI_ASIDE_H

#include "base/progress.h"
#include "tui/app.h"

/* Whether it has been begun for this key. */
bool aside_is_of(const struct aside *aside, uint64_t key);

/* Starts a job that computes it; the worker is idle. False: out of memory, and the state is
 * ASIDE_FAILED. */
bool aside_start(struct app *app, struct aside *aside, uint64_t key, const struct job *job);

/* For done() of the job: one that gave way is begun again, other errors are told. */
void aside_end(struct app *app, struct aside *aside, enum ct_status status,
               const struct ct_error *err);

/* For run() of the job; borrows watch. */
struct progress aside_progress(const struct analysis_watch *watch);

#endif
