#include "config.h"
#include "tui/draw_parts.h"

#include <stdio.h>
#include <string.h>

#include "pipeline/stage_cluster.h"
#include "pipeline/stage_extract.h"
#include "pipeline/stage_tsne.h"
#include "pipeline/stage_ttest.h"
#include "pipeline/stages.h"
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

/* Whether a key does something now. */
static bool is_useful(const struct app *app, enum action action, const struct view *view)
{
    switch (action) {
    case ACTION_CANCEL:
        return app->news.state == WORKER_RUNNING && app->news.job.can_cancel;
    case ACTION_KEEP:
        return app_runs(app, &stage_tsne);
    case ACTION_EXPORT:
        return app->unsaved;
    case ACTION_EDIT:
    case ACTION_EDIT_KIND:
        return extract_of(app->a) != NULL && app->whole.params.activations == NULL;
    case ACTION_UNDO:
        return app->edits.n > 0;
    case ACTION_UPDATE:
        return app_is_stale(app, stage_with_parts(app->stage)) && app->had[panel_row(app->stage)];
    case ACTION_MARK:
    case ACTION_NEXT_CLUSTER:
        return clusters_of(app->a) != NULL;
    case ACTION_BACK:
        return app->mark.method != NULL || app->is_wide;
    case ACTION_NEXT_SIGNIFICANT:
        return ttest_of(app->a) != NULL && ttest_of(app->a)->n_significant > 0;
    case ACTION_FIND:
    case ACTION_RANDOM_NEURON:
        return extract_of(app->a) != NULL;
    case ACTION_BENCH:
        return app->cols >= 120 && clusters_of(app->a) != NULL;
    case ACTION_PRINT:
        return app_has(app, view->needs);
    case ACTION_NEXT_VIEW:
        return view_count(app->stage) > 1;
    default:
        return true;
    }
}

/* Draws `up/down move  space choose  ` as far as whole hints fit; returns the columns used. */
static size_t draw_hint_keys(const struct app *app, const struct view *view,
                             const struct view_key *keys, struct canvas *c, struct rect r)
{
    size_t used = 0;

    for (; keys->what != NULL && used < r.cols; keys++) {
        const size_t n = count_actions(keys);
        const struct keys_text text = keymap_keys(&app->keymap, keys->actions, n, '/');
        const struct key_text first = app_key(app, keys->actions[0]);
        char hint[KEYS_TEXT_SIZE + 40];
        if (app->keymap.keys[keys->actions[0]][0] == 0 || !is_useful(app, keys->actions[0], view))
            continue;
        snprintf(hint, sizeof hint, "%s%s %s", used > 0 ? "  " : "",
                 n == 1 ? first.text : text.text, keys->what);
        if (used + canvas_text_width(c, hint) > r.cols)
            break;
        used += canvas_text(c, r.row, r.col + used, r.cols - used, hint, INK_DIM, 0);
    }
    return used;
}

/* Draws the keys that are useful now; the last ones are always there. */
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
#define STAGES                                                                                     \
    {                                                                                              \
        { ACTION_STAGE_1,     ACTION_STAGE_1 + 1, ACTION_STAGE_1 + 2, ACTION_STAGE_1 + 3,          \
          ACTION_STAGE_1 + 4, ACTION_STAGE_1 + 5, ACTION_STAGE_1 + 6, ACTION_STAGE_1 + 7,          \
          ACTION_STAGE_9,     ACTION_STAGE_10 },                                                   \
            NULL, "go"                                                                             \
    }
    static const struct view_key of_panes[N_PANES][16] = {
        [PANE_PIPELINE] = { ONE(RUN, "run"), ONE(UPDATE, "update"), TWO(UP, DOWN, "stage"), STAGES,
                            ONE(NEXT_VIEW, "view"), ONE(NEXT_SIGNIFICANT, "next"),
                            ONE(MARK, "mark"), ONE(EDIT, "edit"), ONE(FIND, "find"),
                            ONE(NEXT_PANE, "pane"), ONE(RANDOM_NEURON, "random"),
                            ONE(EXPORT, "export"), ONE(BACK, "back"), ONE(WIDE, "wide"),
                            ONE(BENCH, "bench") },
        [PANE_PARAMETERS] = { ONE(RUN, "edit"), TWO(LEFT, RIGHT, "change"),
                              TWO(UP, DOWN, "parameter"), ONE(UPDATE, "update"), STAGES,
                              ONE(NEXT_PANE, "pane") },
        [PANE_VIEW] = { ONE(NEXT_VIEW, "view"), ONE(NEXT_SIGNIFICANT, "next"), ONE(MARK, "mark"),
                        ONE(RUN, "run"), ONE(UPDATE, "update"), STAGES, ONE(WIDE, "wide"),
                        ONE(NEXT_PANE, "pane"), ONE(BACK, "back"), ONE(PRINT, "print") },
    };
    static const struct view_key last[] = {
        ONE(CANCEL, "cancel"), ONE(KEEP, "keep"), ONE(QUIT, "quit"), { .what = NULL }
    };
#undef ONE
#undef TWO
#undef STAGES
    enum { GAP = 2, LAST_COLS = 24 };
    struct view_state *state;
    const struct view *const view = view_current(app, &state);
    const size_t end = app->news.state == WORKER_RUNNING ? LAST_COLS : sizeof "q quit  ";
    const size_t room = r.cols > end ? r.cols - end : 0;
    size_t used = 0;

    if (app->pane == PANE_VIEW)
        used = draw_hint_keys(app, view, view->ops->hint(view), c,
                              (struct rect){ r.row, r.col, 1, room });
    used += used > 0 ? GAP : 0;
    if (used < room)
        used += draw_hint_keys(app, view, of_panes[app->pane], c,
                               (struct rect){ r.row, r.col + used, 1, room - used });
    used += used > 0 ? GAP : 0;
    if (used < r.cols)
        draw_hint_keys(app, view, last, c, (struct rect){ r.row, r.col + used, 1, r.cols - used });
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

/* The line that is edited, and what it would find at the right, if there is room. */
static void draw_prompt(const struct prompt *p, struct canvas *c, struct rect r)
{
    const size_t used =
        canvas_printf(c, r.row, 0, r.cols, INK_ACCENT, 0, "%s: %s", p->label, prompt_shown(p, c));
    const size_t width = canvas_text_width(c, p->note);

    if (width > 0 && used + 3 + width <= r.cols)
        canvas_text(c, r.row, r.cols - width, width, p->note, INK_DIM, 0);
}

void draw_footer(struct app *app, struct canvas *c, struct rect r)
{
    const struct prompt *const p = &app->prompt;

    if (app->mode == MODE_PROMPT)
        draw_prompt(p, c, r);
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
