/*
 * What a session leaves behind that is cut off, by a line that drops (SIGHUP) or a server that
 * shuts down (SIGTERM): its result files and their manifest, in a folder of its own, from which
 * the next one can go on.
 */
#ifndef CT_TUI_SESSION_H
#define CT_TUI_SESSION_H

#include "base/status.h"
#include "tui/app.h"

/* Writes what has been computed and not been written; the worker must be idle or gone. CT_EIO,
 * CT_ENOMEM. */
enum ct_status session_save(struct app *app, struct ct_error *err);

/* Asks whether to go on with the last session that was cut off, if there is one. Asked once: the
 * folder gets another name, and stays. */
void session_offer(struct app *app);

#endif
