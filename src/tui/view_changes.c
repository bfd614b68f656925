#include "config.h"
#include "tui/changes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "pipeline/effect_edits.h"
#include "pipeline/stage_load.h"
#include "report/effect_text.h"
#include "tui/edits.h"
#include "tui/fit.h"
#include "tui/list_parts.h"

/* The list of sentences, above it what is edited, below it the five likeliest next words of the
 * selected sentence before and after. */

enum { ROWS_ABOVE = 1, ROWS_BELOW = 3, LEAST_ROWS = 8 };

static bool is_of_edits(const struct view *view)
{
    return view->what == &edit_list;
}

/* The part of the area that is the list. */
static struct rect middle(struct rect area)
{
    if (area.rows < LEAST_ROWS)
        return area;
    area.row += ROWS_ABOVE;
    area.rows -= ROWS_ABOVE + ROWS_BELOW;
    return area;
}

/* ---- what is edited ---- */

static void write_edits(const struct app *app, FILE *out)
{
    const struct edit_steps *const e = &app->edits;
    const struct effect_edit next = edits_kind(app);
    char name[EFFECT_EDIT_NAME];

    for (size_t i = 0; i < e->n; i++) {
        effect_edit_name(&e->steps[i].edit, name);
        fprintf(out, "%s%s %s", i > 0 ? "  " : "", name, e->steps[i].what);
    }
    effect_edit_name(&next, name);
    if (e->n == 0)
        fprintf(out, "no edit; the next: %s, %s changes it", name,
                app_key(app, ACTION_EDIT_KIND).text);
}

static void write_set(const struct changes *ch, FILE *out)
{
    if (ch->row != NULL)
        fprintf(out, "%s (%zu): %s moved, %s",
                effect_set_name(ch->row->source, ch->row->group).text, ch->row->size,
                effect_share(ch->row->moved_end).text, effect_row_done(ch->row).text);
}

static void draw_above(const struct app *app, const struct view *view, const struct changes *ch,
                       struct canvas *c, struct rect row)
{
    char *text = NULL;
    size_t size = 0;
    FILE *const out = open_memstream(&text, &size);

    if (out == NULL)
        return;
    if (is_of_edits(view))
        write_edits(app, out);
    else
        write_set(ch, out);
    if (!ct_close_memstream(out, &text))
        return;
    if (is_of_edits(view)) /* the last ones, which U takes back */
        fit_draw_tail(c, row.row, row.col, row.cols, text, INK_ACCENT, 0);
    else
        canvas_text(c, row.row, row.col, row.cols, text, INK_ACCENT, 0);
    free(text);
}

/* ---- what the model says ---- */

static void draw_words(const struct app *app, const char *label,
                       const struct effect_reading *reading, struct canvas *c, struct rect row)
{
    char text[360] = "";
    size_t used = 0;

    for (size_t k = 0; k < reading->n_likeliest; k++) {
        char word[56];
        const size_t n =
            tokenizer_show(load_of(app->a)->tokenizer, reading->likeliest[k], word, sizeof word);
        used += (size_t)snprintf(text + used, sizeof text - used, "%s%.*s", k > 0 ? "  " : "",
                                 (int)n, word);
    }
    const size_t width = canvas_printf(c, row.row, row.col, row.cols, INK_DIM, 0, "%-7s", label);
    canvas_text(c, row.row, row.col + width, row.cols - width, text, INK_DEFAULT, 0);
}

/* How far the words move, and how to repeat it. */
static void draw_outcome(const struct app *app, struct canvas *c, struct rect row)
{
    const struct effect_probed *const r = &app->edits.result;
    char *command = NULL;
    size_t used = canvas_printf(c, row.row, row.col, row.cols, INK_ACCENT, 0, "%s moved, KL %.2g  ",
                                effect_share(r->moved_end).text, r->divergence_end);

    if (edits_command(app, &command, NULL) == CT_OK && used < row.cols)
        fit_draw_tail(c, row.row, row.col + used, row.cols - used, command, INK_DIM, 0);
    free(command);
}

static void draw_below(const struct app *app, const struct view *view, const struct changes *ch,
                       struct canvas *c, struct rect area)
{
    const size_t i = changes_selected(app, ch);
    struct rect row = { area.row + area.rows - ROWS_BELOW, area.col, 1, area.cols };

    if (ch->n == 0)
        return;
    if (i < ch->n) {
        draw_words(app, "before", &ch->clean[i], c, row);
        row.row++;
        draw_words(app, "after", &ch->edited[i], c, row);
    }
    row.row = area.row + area.rows - 1;
    if (is_of_edits(view))
        draw_outcome(app, c, row);
    else
        canvas_printf(c, row.row, row.col, row.cols, INK_DIM, 0, "%s/%s: another set of neurons",
                      app_key(app, ACTION_LEFT).text, app_key(app, ACTION_RIGHT).text);
}

/* Why the list is empty, although there are edits. */
static void draw_missing(const struct app *app, struct canvas *c, struct rect row)
{
    struct ct_error err = { 0 };
    const char *why = "they are being computed";

    if (effect_probe_check(app->a, &err) != CT_OK)
        why = err.text;
    else if (app->news.state == WORKER_IDLE)
        why = "enter computes them";
    canvas_fill(c, row, ' ', INK_DEFAULT, INK_DEFAULT);
    canvas_text(c, row.row, row.col, row.cols, why, INK_DIM, 0);
}

static void changes_draw(struct app *app, const struct view *view, struct view_state *state,
                         struct canvas *c, struct rect area)
{
    const struct changes ch = changes_of(app, view);

    list_view.draw(app, view, state, c, middle(area));
    if (area.rows < LEAST_ROWS)
        return;
    if (is_of_edits(view) && app->edits.n > 0 && ch.n == 0)
        draw_missing(app, c, (struct rect){ area.row + 3, area.col + 2, 1, area.cols - 2 });
    draw_above(app, view, &ch, c, (struct rect){ area.row, area.col, 1, area.cols });
    draw_below(app, view, &ch, c, area);
}

/* ---- keys ---- */

static bool changes_act(struct app *app, const struct view *view, struct view_state *state,
                        enum action action)
{
    const bool is_left = action == ACTION_LEFT || action == ACTION_STEP_LEFT;

    if (!is_of_edits(view) && (is_left || action == ACTION_RIGHT || action == ACTION_STEP_RIGHT)) {
        changes_step_row(app, is_left ? -1 : 1);
        return true;
    }
    if (is_of_edits(view) && action == ACTION_RUN && app->pane == PANE_VIEW && app->edits.n > 0 &&
        !edits_are_shown(app)) {
        edits_update(app);
        return true;
    }
    return list_view.act(app, view, state, action);
}

static void changes_mouse(struct app *app, const struct view *view, struct view_state *state,
                          size_t row, size_t col, int wheel)
{
    list_view.mouse(app, view, state, row, col, wheel);
}

static const struct view_key changes_keys[] = {
    { { ACTION_UP, ACTION_DOWN, ACTION_PAGE_UP, ACTION_PAGE_DOWN }, NULL, "another sentence" },
    { { ACTION_LEFT, ACTION_RIGHT }, NULL, "before and after: another set of neurons" },
    { { ACTION_SORT }, "header click", "by change, or by sentence" },
    { { ACTION_EDIT, ACTION_EDIT_KIND, ACTION_UNDO }, NULL, "edits: one more, its kind, one less" },
    { { ACTION_COPY }, NULL, "edits: copy the command line that repeats them" },
    { { ACTION_NONE }, "click wheel", "select, scroll" },
    { .what = NULL },
};

static const struct view_key *changes_hint(const struct view *view)
{
    static const struct view_key of_edits[] = { { { ACTION_EDIT }, NULL, "edit" },
                                                { { ACTION_EDIT_KIND }, NULL, "kind" },
                                                { { ACTION_UNDO }, NULL, "undo" },
                                                { { ACTION_COPY }, NULL, "copy" },
                                                { .what = NULL } };
    static const struct view_key of_sets[] = { { { ACTION_UP, ACTION_DOWN }, NULL, "move" },
                                               { { ACTION_LEFT, ACTION_RIGHT }, NULL, "set" },
                                               { { ACTION_SORT }, NULL, "sort" },
                                               { .what = NULL } };

    return is_of_edits(view) ? of_edits : of_sets;
}

const struct view_ops changes_view = { changes_draw, changes_act, changes_mouse, changes_keys,
                                       changes_hint };
