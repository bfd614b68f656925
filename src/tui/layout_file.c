#include "config.h"
#include "tui/layout_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/path.h"
#include "io/folder.h"
#include "io/number.h"
#include "io/outfile.h"
#include "pipeline/stage.h"
#include "tui/lists.h"
#include "tui/view.h"

#define FILE_NAME  "layout"
#define FIRST_LINE "# where the user interface of circuittui was left\n"

enum { MOST_LINES = 500, LINE_SIZE = 200, MOST_WORDS = 4 };

/* ---- writing ---- */

static void put_view(FILE *out, const char *what, const struct view *view, size_t value)
{
    fprintf(out, "%s\t%s\t%s\t%zu\n", what, view->stage->name, view->name, value);
}

/* The current view of a stage, unless it is the first. */
static void put_current(const struct app *app, size_t row, FILE *out)
{
    size_t k = 0;

    for (size_t i = 0; i < n_views; i++)
        if (views[i].stage == panel_stage(row) && k++ == app->view[row] && k > 1)
            put_view(out, "view", &views[i], 1);
}

/* The file's text, owned by the caller; NULL: out of memory. Nothing but the first line if all is
 * as at the first start. */
static char *write_text(const struct app *app)
{
    char *text = NULL;
    size_t size = 0;
    FILE *const out = open_memstream(&text, &size);

    if (out == NULL)
        return NULL;
    fputs(FIRST_LINE, out);
    if (!app->is_bench)
        fputs("bench\tno\n", out);
    if (app->is_wide)
        fputs("wide\tyes\n", out);
    for (size_t row = 0; row < panel_count(); row++)
        put_current(app, row, out);
    for (size_t i = 0; i < n_views; i++) {
        if (app->views[i].sort > 0)
            put_view(out, "sort", &views[i], app->views[i].sort);
        if (app->views[i].columns > 0)
            put_view(out, "order", &views[i], app->views[i].columns);
        if (app->views[i].peaks)
            put_view(out, "peaks", &views[i], 1);
    }
    if (fclose(out) == 0)
        return text;
    free(text);
    return NULL;
}

enum ct_status layout_file_write(const struct app *app, struct ct_error *err)
{
    struct outfile *file = NULL;
    enum ct_status st = CT_OK;

    if (app->sessions == NULL)
        return CT_OK;
    char *const text = write_text(app);
    char *const path = path_join(app->sessions, FILE_NAME);
    if (text == NULL || path == NULL)
        st = ct_fail_nomem(err, "layout", 0);
    else if (strcmp(text, app->layout_read != NULL ? app->layout_read : FIRST_LINE) != 0) {
        st = folder_make(app->sessions, err);
        if (st == CT_OK)
            st = outfile_open(path, &file, err);
        if (st == CT_OK) {
            outfile_puts(file, text);
            st = outfile_commit(file, err);
        }
    }
    free(text);
    free(path);
    return st;
}

/* ---- reading ---- */

static size_t count_sorts(const struct view *view)
{
    const struct list *const list = view->what;
    size_t n = 0;

    if (view->ops != &list_view && view->ops != &changes_view)
        return 0;
    while (list->sorts != NULL && list->sorts[n] != NULL)
        n++;
    return n;
}

/* The place of a view among those of its stage. */
static size_t place_of(const struct view *view)
{
    size_t k = 0;

    for (const struct view *other = views; other != view; other++)
        k += other->stage == view->stage;
    return k;
}

static void take_view(struct app *app, const char *what, const struct view *view, size_t value)
{
    struct view_state *const state = &app->views[view - views];

    if (strcmp(what, "view") == 0)
        app->view[panel_row(view->stage)] = place_of(view);
    else if (strcmp(what, "sort") == 0 && value < count_sorts(view))
        state->sort = value;
    else if (strcmp(what, "order") == 0 && value < N_COLUMN_KINDS && view->ops == &plot_view)
        state->columns = (enum column_kind)value;
    else if (strcmp(what, "peaks") == 0 && view->ops == &plot_view)
        state->peaks = value > 0;
}

static void take_line(struct app *app, char *line)
{
    char *words[MOST_WORDS] = { NULL };
    size_t n = 0;
    size_t value;

    for (char *word; n < MOST_WORDS && (word = strsep(&line, "\t")) != NULL;)
        words[n++] = word;
    if (n == 2 && strcmp(words[0], "bench") == 0)
        app->is_bench = strcmp(words[1], "no") != 0;
    else if (n == 2 && strcmp(words[0], "wide") == 0) {
        app->is_wide = strcmp(words[1], "yes") == 0;
        app->pane = app->is_wide ? PANE_VIEW : app->pane;
    }
    if (n != MOST_WORDS || !number_parse_size(words[3], strlen(words[3]), &value))
        return;
    for (size_t i = 0; i < n_views; i++)
        if (strcmp(views[i].stage->name, words[1]) == 0 && strcmp(views[i].name, words[2]) == 0)
            take_view(app, words[0], &views[i], value);
}

/* A regular file: anything else might never end. */
static FILE *open_file(const char *path)
{
    const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    struct stat info;

    if (fd < 0)
        return NULL;
    FILE *const file = fstat(fd, &info) == 0 && S_ISREG(info.st_mode) ? fdopen(fd, "r") : NULL;
    if (file == NULL)
        close(fd);
    return file;
}

void layout_file_read(struct app *app)
{
    char *const path = app->sessions != NULL ? path_join(app->sessions, FILE_NAME) : NULL;
    FILE *const file = path != NULL ? open_file(path) : NULL;
    char line[LINE_SIZE];

    free(path);
    for (size_t n = 0; file != NULL && n < MOST_LINES && fgets(line, sizeof line, file) != NULL;
         n++) {
        line[strcspn(line, "\n")] = '\0';
        take_line(app, line);
    }
    if (file != NULL)
        fclose(file);
    free(app->layout_read);
    app->layout_read = write_text(app);
}
