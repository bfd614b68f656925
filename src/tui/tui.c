#include "config.h"
#include "tui/tui.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "pipeline/stage_answer.h"
#include "pipeline/stage_cluster.h"
#include "pipeline/stage_extract.h"
#include "pipeline/stage_layers.h"
#include "pipeline/stage_load.h"
#include "pipeline/stages.h"
#include "report/canvas_svg.h"
#include "tui/app.h"
#include "tui/draw.h"
#include "tui/follow.h"
#include "tui/keys.h"
#include "tui/layout_file.h"
#include "tui/prompt.h"
#include "tui/screen.h"
#include "tui/session.h"
#include "tui/views.h"
#include "tui/run.h"

/* Resizes the canvas to the screen's current size. */
static enum ct_status fit_canvas(const struct screen *screen, struct canvas *c,
                                 struct ct_error *err)
{
    size_t rows;
    size_t cols;

    screen_size(screen, &rows, &cols);
    if (c->rows == rows && c->cols == cols && c->cells != NULL) {
        canvas_fill(c, (struct rect){ 0, 0, rows, cols }, ' ', INK_DEFAULT, INK_DEFAULT);
        return CT_OK;
    }
    canvas_clear(c);
    return canvas_init(c, rows, cols, screen_is_ascii(screen), screen_has_color(screen), err);
}

static void place_cursor(const struct app *app, struct screen *screen, const struct canvas *c)
{
    const struct prompt *const p = &app->prompt;
    char before[PROMPT_SIZE];

    if (app->mode != MODE_PROMPT) {
        screen_cursor(screen, false, 0, 0);
        return;
    }
    const char *const shown = prompt_shown(p, c);
    snprintf(before, sizeof before, "%.*s", (int)(p->text + p->cursor - shown), shown);
    screen_cursor(screen, true, c->rows - 1,
                  canvas_text_width(c, p->label) + 2 + canvas_text_width(c, before));
}

static enum ct_status show(struct app *app, struct screen *screen, struct canvas *c,
                           struct ct_error *err)
{
    const enum ct_status status = fit_canvas(screen, c, err);

    if (status != CT_OK)
        return status;
    draw_screen(app, c);
    place_cursor(app, screen, c);
    if (app->redraw)
        screen_redraw(screen);
    app->redraw = false;
    screen_show(screen, c);
    return CT_OK;
}

/* Runs until the user quits or the terminal closes; sleeps while there are no events. */
static enum ct_status loop(struct app *app, struct screen *screen, int *signal_number,
                           struct ct_error *err)
{
    struct canvas c = { 0 };
    struct event event = { 0 };
    enum ct_status status = show(app, screen, &c, err);

    while (status == CT_OK && !app->quit) {
        screen_wait(screen, worker_fd(app->worker), -1, &event);
        switch (event.kind) {
        case EVENT_HANGUP:
            if (event.signal == SIGINT && app->news.state == WORKER_RUNNING &&
                app->news.job.can_cancel && !app->news.canceling) {
                app_cancel(app);
                break;
            }
            if (event.signal == SIGINT && app->unsaved && app->mode != MODE_CONFIRM) {
                app_quit(app); /* an accidental ctrl-C loses nothing; a second one quits */
                break;
            }
            *signal_number = event.signal;
            app->quit = true;
            continue;
        case EVENT_BELL:
            app_take_news(app);
            views_follow(app);
            break;
        case EVENT_RESIZE:
            app->redraw = true;
            break;
        case EVENT_NONE:
            continue;
        case EVENT_KEY:
        case EVENT_CLICK:
        case EVENT_WHEEL:
            keys_handle(app, &event, c.rows, c.cols);
            if (app->copied != NULL)
                screen_copy(screen, app->copied);
            free(app->copied);
            app->copied = NULL;
            break;
        }
        if (!app->quit)
            status = show(app, screen, &c, err);
    }
    canvas_clear(&c);
    return status;
}

/* The application with the options; the parameters are handed over. */
static enum ct_status set_up(struct app *app, const struct tui_options *options,
                             struct ct_error *err)
{
    views_init(options->units != NULL);
    const enum ct_status status = app_init(app, err);

    if (status != CT_OK)
        return status;
    params_clear(&app->whole.params);
    app->whole.params = *options->params;
    *options->params = (struct params){ 0 };
    app->keymap = *options->keymap;
    app->demo = options->demo;
    app->hub = options->hub;
    app->out = options->out;
    app->figures = options->figures;
    app->force = options->force;
    app->whole.units = options->units;
    app->stage = options->units != NULL ? &stage_extract
                 : options->per_layer   ? goal_layers
                                        : panel_stage(0);
    app->formats = options->formats;
    app->sessions = options->sessions;
    return CT_OK;
}

enum ct_status tui_run(const struct tui_options *options, int *signal_number, struct ct_error *err)
{
    struct screen *screen = NULL;
    struct app app = { 0 };
    enum ct_status status = screen_new(options->no_color ? SCREEN_COLORS_NEVER : SCREEN_COLORS_AUTO,
                                       options->ascii, &screen, err);

    *signal_number = 0;
    if (status != CT_OK)
        return status;
    status = set_up(&app, options, err);
    if (status == CT_OK) {
        srandom((unsigned)time(NULL));
        layout_file_read(&app);
        app_run(&app, options->units != NULL ? &stage_extract : panel_stage(0));
        session_offer(&app);
        status = loop(&app, screen, signal_number, err);
    }
    /* Further signals stay queued in the screen's pipe. The error of a loop that ended by one
     * counts more than that of saving. */
    if (status != CT_OK || *signal_number == SIGHUP || *signal_number == SIGTERM) {
        app_stop(&app);
        const enum ct_status saved = session_save(&app, status == CT_OK ? err : NULL);
        status = status == CT_OK ? saved : status;
    }
    (void)layout_file_write(&app, NULL); /* not worth a message: the next start is as this one */
    screen_free(screen);
    app_clear(&app);
    return status;
}

/* ---- a picture of the screen, without a terminal ---- */

/* From the environment, as a shell says it. */
static size_t size_from(const char *name, size_t usual)
{
    enum { MOST = 1000 };
    const char *const text = getenv(name);
    char *end = NULL;
    const unsigned long n = text != NULL ? strtoul(text, &end, 10) : 0;

    return n > 0 && n <= MOST && *end == '\0' ? (size_t)n : usual;
}

static enum ct_status wait_for_goal(struct app *app, struct ct_error *err)
{
    app_take_news(app);
    views_follow(app);
    while (app->goal != NULL || app->news.state != WORKER_IDLE) {
        struct pollfd bell = { worker_fd(app->worker), POLLIN, 0 };
        poll(&bell, 1, -1);
        app_take_news(app);
        views_follow(app);
    }
    return app->message_ink == INK_BAD ? ct_fail(err, CT_EINVAL, "%s", app->message) : CT_OK;
}

static enum ct_status draw_picture(struct app *app, bool is_ascii, const char *path,
                                   struct ct_error *err)
{
    enum { ROWS = 40, COLS = 120 };
    struct canvas c = { 0 };
    enum ct_status status =
        canvas_init(&c, size_from("LINES", ROWS), size_from("COLUMNS", COLS), is_ascii, true, err);

    app->message[0] = '\0';
    if (status == CT_OK) {
        draw_screen(app, &c);
        status = canvas_svg_write(&c, path, err);
    }
    canvas_clear(&c);
    return status;
}

enum ct_status tui_screenshot(const struct tui_options *options, const char *path,
                              struct ct_error *err)
{
    struct app app = { 0 };
    enum ct_status status = set_up(&app, options, err);

    if (status != CT_OK)
        return status;
    app.stage = options->per_layer        ? goal_layers
                : app.whole.params.answer ? &stage_answer
                                          : &stage_cluster;
    app_run(&app, app.stage);
    status = wait_for_goal(&app, err);
    if (status == CT_OK)
        status = draw_picture(&app, options->ascii, path, err);
    app_clear(&app);
    return status;
}
