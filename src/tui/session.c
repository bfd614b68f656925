#include "config.h"
#include "tui/session.h"
#include "tui/edits_file.h"
#include "tui/run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/path.h"
#include "pipeline/stage_load.h"
#include "pipeline/stages.h"
#include "report/manifest.h"
#include "report/sessions.h"
#include "report/tables.h"

/* Writes aside, and names the folder last: until then it is no offer. */
enum ct_status session_save(struct app *app, struct ct_error *err)
{
    static const char *const command[] = { "circuittui" };
    struct results results = { .formats = FORMAT_CSV };
    char *folder = NULL;

    if (!app->unsaved || app->sessions == NULL)
        return CT_OK;
    app_leave_layer(app);
    enum ct_status status = session_begin(app->sessions, &folder, err);
    if (status != CT_OK)
        return status;
    results.out = folder;
    status = results_end(&results, &app->whole, command, 1, err);
    results_clear(&results);
    if (status == CT_OK)
        status = edits_write(app, folder, err);
    if (status == CT_OK)
        status = session_commit(app->sessions, folder, err);
    free(folder);
    return status;
}

/* ---- resuming ---- */

/* The last stage in the panel with results among the files. */
static const struct stage *last_stage(const struct manifest *m)
{
    const struct stage *last = panel_stage(0);
    const struct table *table;

    for (size_t i = 0; (table = table_at(i)) != NULL; i++)
        if (panel_row(table->stage) > panel_row(last) &&
            written_find(&m->tables, NULL, table->file) != NULL)
            last = stage_shown(table->stage);
    return last;
}

/* Computes the saved stages again: equal parameters give equal results. */
static void resume(struct app *app)
{
    struct manifest m = { 0 };
    struct ct_error err;
    char *const path = path_join(app->session, "manifest.json");
    enum ct_status status =
        path != NULL ? manifest_read(path, &m, &err) : ct_fail_nomem(&err, "session", 0);

    free(path);
    if (status != CT_OK) {
        app_say(app, INK_BAD, "%s", err.text);
        return;
    }
    m.params.threads = app->a->params.threads;
    params_clear(&app->whole.params);
    app->whole.params = m.params; /* handed over */
    m.params = (struct params){ 0 };
    app->stage = last_stage(&m);
    manifest_clear(&m);
    if (edits_read(app, app->session, &err) == CT_OK)
        app_say(app, INK_GOOD, "continuing; the files of that session stay in %s", app->session);
    else
        app_say(app, INK_BAD, "%s", err.text);
    app_run(app, app->stage);
}

void session_offer(struct app *app)
{
    char name[SESSION_NAME_SIZE];
    char date[11];
    char others[80] = "";
    char *folder = NULL;
    size_t n = 0;

    if (app->sessions == NULL || !session_newest(app->sessions, name, &n) ||
        session_mark(app->sessions, name, &folder, NULL) != CT_OK)
        return;
    free(app->session);
    app->session = folder;
    session_date(name, date);
    if (n > 1)
        snprintf(others, sizeof others, " (%zu more: circuittui sessions)", n - 1);
    app_confirm(app, resume, "The session of %s was interrupted; continue with it?%s", date,
                others);
}
