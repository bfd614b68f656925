#include "config.h"
#include "tui/session.h"
#include "tui/run.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/path.h"
#include "io/outfile.h"
#include "pipeline/stage_load.h"
#include "pipeline/stages.h"
#include "report/manifest.h"
#include "report/tables.h"

/* `cut-off-20260731-235959`: sorts by date; renamed to `session-...` once the user was asked. */
static const char prefix[] = "cut-off-";
static const char other_prefix[] = "session-";
enum { PREFIX_SIZE = sizeof prefix - 1, NAME_SIZE = 64 };

/* ---- saving ---- */

static char *new_folder(const struct app *app, struct ct_error *err)
{
    const time_t now = time(NULL);
    struct tm local = { 0 };
    char name[NAME_SIZE];

    localtime_r(&now, &local);
    strftime(name, sizeof name, "cut-off-%Y%m%d-%H%M%S", &local);
    if (outfile_make_folder(app->sessions, err) != CT_OK)
        return NULL;
    char *const folder = path_join(app->sessions, name);
    if (folder == NULL)
        ct_fail_nomem(err, "session", 0);
    else if (mkdir(folder, 0700) == 0) /* sentences are private */
        return folder;
    else
        ct_fail_errno(err, "%s", folder);
    free(folder);
    return NULL;
}

enum ct_status session_save(struct app *app, struct ct_error *err)
{
    static const char *const command[] = { "circuittui" };
    struct results results = { .formats = FORMAT_CSV };

    if (!app->unsaved || app->sessions == NULL)
        return CT_OK;
    app_leave_layer(app);
    char *const folder = new_folder(app, err);
    if (folder == NULL)
        return CT_EIO;
    results.out = folder;
    const enum ct_status status = results_end(&results, &app->whole, command, 1, err);
    results_clear(&results);
    free(folder);
    return status;
}

/* ---- resuming ---- */

/* The newest folder with a manifest, owned by the caller; NULL: none. */
static char *find_newest(const char *sessions)
{
    char newest[NAME_SIZE] = "";
    DIR *const directory = opendir(sessions);
    const struct dirent *entry;

    while (directory != NULL && (entry = readdir(directory)) != NULL)
        if (strncmp(entry->d_name, prefix, PREFIX_SIZE) == 0 && strlen(entry->d_name) < NAME_SIZE &&
            strcmp(entry->d_name, newest) > 0)
            memcpy(newest, entry->d_name, strlen(entry->d_name) + 1);
    if (directory != NULL)
        closedir(directory);
    return newest[0] != '\0' ? path_join(sessions, newest) : NULL;
}

/* Changes the prefix of folder to that of a session the user was asked about; true on success. */
static bool rename_asked(char *folder)
{
    char *const name = strrchr(folder, '/') + 1;
    char *const before = strdup(folder);

    _Static_assert(sizeof prefix == sizeof other_prefix, "one takes the other's place");
    memcpy(name, other_prefix, PREFIX_SIZE);
    const bool renamed = before != NULL && rename(before, folder) == 0;
    free(before);
    return renamed;
}

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
    app_say(app, INK_GOOD, "continuing; the files of that session stay in %s", app->session);
    app_run(app, app->stage);
}

void session_offer(struct app *app)
{
    char *const folder = app->sessions != NULL ? find_newest(app->sessions) : NULL;

    if (folder == NULL || !rename_asked(folder)) {
        free(folder);
        return;
    }
    free(app->session);
    app->session = folder;
    const char *const at = strrchr(folder, '/') + 1 + PREFIX_SIZE; /* 20260731-235959 */
    app_confirm(app, resume, "The session of %.4s-%.2s-%.2s was interrupted; continue with it?", at,
                at + 4, at + 6);
}
