/*
 * Saves a session interrupted by a lost connection (SIGHUP) or a shutdown (SIGTERM): its result
 * files and manifest in a separate folder, from which the next session can resume.
 */
#ifndef CT_TUI_SESSION_H
#define CT_TUI_SESSION_H

#include "base/status.h"
#include "tui/app.h"

/* Writes computed results that were not saved; the worker must be idle or gone. CT_EIO,
 * CT_ENOMEM. */
enum ct_status session_save(struct app *app, struct ct_error *err);

/* Asks whether to resume the last interrupted session, if there is one. Asked only once: the folder
 * is renamed and kept. */
void session_offer(struct app *app);

#endif
