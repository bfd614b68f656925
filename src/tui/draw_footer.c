#include "config.h"
#include "tui/draw_parts.h"

#include <stdio.h>
#include <string.h>

#include "tui/fit.h"
#include "tui/prompt.h"

/* Draws a message whose last line is in this row; a long one takes up to three. */
static void draw_message(const struct app *app, struct canvas *c, size_t bottom, uint8_t attr)
{
    enum { MOST_LINES = 3 };
    char text[MESSAGE_SIZE];
    size_t lines[MOST_LINES];
    size_t n = 0;
    size_t at = 0;

    fit_message(c, app->message, (MOST_LINES - 1) * c->cols, text, sizeof text);
    while (n < MOST_LINES && n <= bottom && (lines[n] = fit_line(c, text + at, c->cols)) > 0)
        at += lines[n++];
    at = 0;
    for (size_t i = 0; i < n; i++) {
        const struct rect row = { bottom + 1 + i - n, 0, 1, c->cols };
        const int size =
            i + 1 < n ? (int)lines[i] : MESSAGE_SIZE; /* the rest, truncated if necessary */
        canvas_fill(c, row, ' ', INK_DEFAULT, INK_DEFAULT);
        canvas_printf(c, row.row, 0, row.cols, app->message_ink, attr, "%.*s", size, text + at);
        at += lines[i];
    }
}

/* Draws `up/down move  space choose  `; returns the columns used. */
static size_t draw_hint_keys(const struct app *app, const struct view_key *keys, struct canvas *c,
                             struct rect r)
{
    size_t used = 0;

    for (; keys->what != NULL && used < r.cols; keys++) {
        const size_t n = count_actions(keys);
        const struct keys_text text = keymap_keys(&app->keymap, keys->actions, n, '/');
        const struct key_text first = app_key(app, keys->actions[0]);
        if (app->keymap.keys[keys->actions[0]][0] != 0)
            used +=
                canvas_printf(c, r.row, r.col + used, r.cols - used, INK_DIM, 0, "%s%s %s",
                              used > 0 ? "  " : "", n == 1 ? first.text : text.text, keys->what);
    }
    return used;
}

/* Draws the keys that are useful now. */
static void draw_hint(struct app *app, struct canvas *c, struct rect r)
{
#define ONE(action, what)                                                                          \
    {                                                                                              \
        { ACTION_##action }, NULL, what                                                            \
    }
#define TWO(one, two, what)                                                                        \
    {                                                                                              \
        { ACTION_##one, ACTION_##two }, NULL, what                                                 \
    }
    static const struct view_key of_panes[N_PANES][9] = {
        [PANE_PIPELINE] = { ONE(RUN, "run"), TWO(UP, DOWN, "stage"), ONE(NEXT_PANE, "pane"),
                            ONE(NEXT_VIEW, "view"), ONE(FIND, "find"), ONE(EXPORT, "export"),
                            ONE(CANCEL, "cancel"), ONE(QUIT, "quit") },
        [PANE_PARAMETERS] = { ONE(RUN, "edit"), TWO(LEFT, RIGHT, "change"),
                              TWO(UP, DOWN, "parameter"), ONE(NEXT_PANE, "pane"),
                              ONE(QUIT, "quit") },
        [PANE_VIEW] = { ONE(NEXT_VIEW, "view"), ONE(WIDE, "wide"), ONE(RUN, "run"),
                        ONE(NEXT_PANE, "pane"), ONE(PRINT, "print"), ONE(QUIT, "quit") },
    };
#undef ONE
#undef TWO
    struct view_state *state;
    const struct view *const view = view_current(app, &state);
    size_t used = 0;

    if (app->pane == PANE_VIEW)
        used = draw_hint_keys(app, view->ops->hint(view), c, r) + 2;
    if (used < r.cols)
        draw_hint_keys(app, of_panes[app->pane], c,
                       (struct rect){ r.row, r.col + used, 1, r.cols - used });
}

/* The hints beside what ends at column `width`, if that is short. */
static void draw_hint_beside(struct app *app, struct canvas *c, struct rect r, size_t width)
{
    enum { GAP = 3, WORTHWHILE = 20 };

    if (width + GAP + WORTHWHILE < r.cols)
        draw_hint(app, c, (struct rect){ r.row, width + GAP, 1, r.cols - width - GAP });
}

static void draw_message_and_hint(struct app *app, struct canvas *c, struct rect r)
{
    draw_message(app, c, r.row, 0);
    draw_hint_beside(app, c, r, canvas_text_width(c, app->message));
}

static void draw_running_and_hint(struct app *app, struct canvas *c, struct rect r)
{
    char words[120];

    progress_words(app, words, sizeof words);
    draw_hint_beside(app, c, r, canvas_text(c, r.row, 0, r.cols, words, INK_WARN, 0));
}

void draw_footer(struct app *app, struct canvas *c, struct rect r)
{
    const struct prompt *const p = &app->prompt;

    if (app->mode == MODE_PROMPT)
        canvas_printf(c, r.row, 0, r.cols, INK_ACCENT, 0, "%s: %s", p->label, prompt_shown(p, c));
    else if (app->mode == MODE_CONFIRM)
        canvas_printf(c, r.row, 0, r.cols, INK_WARN, CELL_BOLD, "%s  y/n", app->question);
    else if (app->message[0] != '\0')
        draw_message_and_hint(app, c, r);
    else if (app->news.state == WORKER_RUNNING)
        draw_running_and_hint(app, c, r);
    else
        draw_hint(app, c, r);
    if (app->mode == MODE_PROMPT && app->message[0] != '\0' && r.row > 0)
        draw_message(app, c, r.row - 1, CELL_REVERSE);
}
