#include "config.h"
#include "tui/key_parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "report/canvas_svg.h"
#include "report/canvas_text.h"
#include "tui/card.h"
#include "tui/draw.h"
#include "tui/edits.h"
#include "tui/lists.h"
#include "tui/save.h"
#include "tui/view.h"

static enum ct_status write_view(struct app *app, const char *path, struct ct_error *err)
{
    enum { ROWS = 40, COLS = 120 };
    struct canvas c = { 0 };
    struct view_state *state;
    const struct view *const view = view_current(app, &state);
    struct view_state copy = *state; /* the screen's own state is unchanged */
    enum ct_status status = canvas_init(&c, ROWS, COLS, false, false, err);

    if (status == CT_OK) {
        view->ops->draw(app, view, &copy, &c, (struct rect){ 0, 0, ROWS, COLS });
        status = canvas_text_write(&c, path, err);
    }
    canvas_clear(&c);
    if (status == CT_OK)
        app_say(app, INK_GOOD, "view written to %s", path);
    return status;
}

/* The screen as it is without the prompt, in colours. */
static enum ct_status write_picture(struct app *app, const char *path, struct ct_error *err)
{
    struct canvas c = { 0 };
    enum ct_status status = canvas_init(&c, app->rows, app->cols, false, true, err);

    if (status == CT_OK) {
        draw_screen(app, &c);
        status = canvas_svg_write(&c, path, err);
    }
    canvas_clear(&c);
    if (status == CT_OK)
        app_say(app, INK_GOOD, "screen written to %s", path);
    return status;
}

enum { PRINT_VIEW, PRINT_PICTURE };

static enum ct_status print_to(struct app *app, const char *path, struct ct_error *err)
{
    return app->prompt.item == PRINT_PICTURE ? write_picture(app, path, err)
                                             : write_view(app, path, err);
}

static void print_over(struct app *app)
{
    struct ct_error err;

    if (print_to(app, app->prompt.text, &err) != CT_OK)
        app_say(app, INK_BAD, "%s", err.text);
}

static enum ct_status accept_print(struct app *app, const char *path, struct ct_error *err)
{
    struct stat info;

    if (app->force || lstat(path, &info) != 0 || S_ISDIR(info.st_mode))
        return print_to(app, path, err);
    app_confirm(app, print_over, "%s already exists; overwrite it?", path);
    return CT_OK;
}

static void print_view(struct app *app)
{
    struct view_state *state;
    const struct view *const view = view_current(app, &state);

    if (!app_has(app, view->needs))
        app_say(app, INK_WARN, "nothing to write: the view is empty");
    else
        app_prompt_path(app, "write the view to", "view.txt", PRINT_VIEW, accept_print);
}

static void copy_command(struct app *app)
{
    struct ct_error err;

    free(app->copied);
    app->copied = NULL;
    if (edits_command(app, &app->copied, &err) != CT_OK)
        app_say(app, INK_WARN, "%s", err.text);
    else
        app_say(app, INK_GOOD, "the command line is given to the terminal's clipboard (OSC 52)");
}

static void copy_card(struct app *app)
{
    struct view_state *state;

    if (view_current(app, &state)->what == &edit_list && app->edits.n > 0) {
        copy_command(app);
        return;
    }
    free(app->copied);
    app->copied = card_write(app);
    if (app->copied == NULL)
        app_say(app, INK_WARN, "nothing to copy: the t-test is needed, and a neuron");
    else
        app_say(app, INK_GOOD, "the card is given to the terminal's clipboard (OSC 52)");
}

bool files_act(struct app *app, enum action action)
{
    switch (action) {
    case ACTION_COPY:
        copy_card(app);
        return true;
    case ACTION_EXPORT:
        save_results(app);
        return true;
    case ACTION_FIGURES:
        save_figures(app);
        return true;
    case ACTION_PRINT:
        print_view(app);
        return true;
    case ACTION_PICTURE:
        app_prompt_path(app, "write the screen to", "screen.svg", PRINT_PICTURE, accept_print);
        return true;
    default:
        return false;
    }
}
