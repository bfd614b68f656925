#include "config.h"
#include "tui/edits_file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/path.h"
#include "io/outfile.h"
#include "pipeline/effect_chosen.h"
#include "pipeline/effect_edits.h"
#include "tui/edits.h"

#define FILE_NAME "edits.txt"

enum { MOST_LINES = 10000 };

/* ---- writing ---- */

static void put_command(const struct app *app, struct outfile *file)
{
    char *command = NULL;

    if (edits_command(app, &command, NULL) != CT_OK)
        return;
    outfile_puts(file, "# ");
    outfile_puts(file, command);
    outfile_puts(file, "\n");
    free(command);
}

enum ct_status edits_write(const struct app *app, const char *folder, struct ct_error *err)
{
    char *const path = path_join(folder, FILE_NAME);
    struct outfile *file = NULL;

    if (path == NULL)
        return ct_fail_nomem(err, "edits", 0);
    enum ct_status st = app->edits.n > 0 ? outfile_open(path, &file, err) : CT_OK;
    if (st == CT_OK && file != NULL) {
        put_command(app, file);
        for (size_t i = 0; i < app->edits.n; i++) {
            const struct edit_step *const step = &app->edits.steps[i];
            char name[EFFECT_EDIT_NAME];
            effect_edit_name(&step->edit, name);
            outfile_puts(file, name);
            outfile_puts(file, ":");
            outfile_puts(file, step->neurons);
            outfile_puts(file, "\t");
            outfile_puts(file, step->what);
            outfile_puts(file, "\n");
        }
        st = outfile_commit(file, err);
    }
    free(path);
    return st;
}

/* ---- reading ---- */

static enum ct_status take_line(struct app *app, char *line, struct ct_error *err)
{
    char *const colon = strchr(line, ':');
    char *const tab = strchr(line, '\t');
    struct effect_edit edit;

    if (tab != NULL)
        *tab = '\0';
    if (colon == NULL || tab == NULL || colon > tab || !chosen_sets_are(line) ||
        chosen_sets_count(line) != 1 || !effect_edit_read(line, (size_t)(colon - line), &edit))
        return ct_fail(err, CT_EINVAL, "not an edit; remove the file");
    char *const neurons = strdup(colon + 1);
    if (neurons == NULL)
        return ct_fail_nomem(err, "edits", 0);
    const enum ct_status st = edits_push(app, &edit, neurons, tab + 1, err);
    if (st != CT_OK)
        free(neurons);
    return st;
}

static enum ct_status read_lines(struct app *app, FILE *file, const char *path,
                                 struct ct_error *err)
{
    char *line = NULL;
    size_t room = 0;
    ssize_t size;
    enum ct_status st = CT_OK;

    for (int number = 1; st == CT_OK && (size = getline(&line, &room, file)) > 0; number++) {
        if (line[size - 1] == '\n')
            line[size - 1] = '\0';
        if (line[0] == '#')
            continue;
        st = number <= MOST_LINES ? take_line(app, line, err)
                                  : ct_fail(err, CT_EINVAL, "too many edits; remove the file");
        if (st != CT_OK)
            ct_error_where(err, st, "%s:%d", path, number);
    }
    if (st == CT_OK && ferror(file))
        st = ct_fail_errno(err, "%s: cannot be read", path);
    free(line);
    return st;
}

enum ct_status edits_read(struct app *app, const char *folder, struct ct_error *err)
{
    char *const path = path_join(folder, FILE_NAME);
    FILE *const file = path != NULL ? fopen(path, "re") : NULL;
    enum ct_status st = CT_OK;

    if (path == NULL)
        return ct_fail_nomem(err, "edits", 0);
    if (file == NULL && errno != ENOENT)
        st = ct_fail_errno(err, "%s: cannot be opened", path);
    edits_clear(app);
    if (file != NULL) {
        st = read_lines(app, file, path, err);
        fclose(file);
    }
    if (st != CT_OK)
        edits_clear(app);
    free(path);
    return st;
}
