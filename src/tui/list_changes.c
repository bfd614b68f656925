#include "config.h"
#include "tui/changes.h"
#include "tui/edits.h"
#include "tui/list_parts.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "num/keyed.h"
#include "pipeline/stage_load.h"

/* ---- which changes ---- */

/* The state of the plot of all sets. */
static struct view_state *plot_state(const struct app *app)
{
    for (size_t i = 0; i < n_views; i++)
        if (views[i].ops == &plot_view && views[i].needs == &stage_effect)
            return (struct view_state *)&app->views[i];
    return NULL;
}

const struct effect_row *changes_row(const struct app *app)
{
    const struct effect_result *const r = effect_of(app->a);
    const struct view_state *const state = plot_state(app);
    const size_t n = r != NULL ? effect_n_shown(r) : 0;
    const size_t at = state != NULL && state->has_item ? state->item : 0;

    if (n == 0 || r->n == 0)
        return NULL;
    return state != NULL && !state->has_item ? effect_shown(r, n > 1 ? 1 : 0)
                                             : effect_shown(r, at < n ? at : n - 1);
}

void changes_step_row(struct app *app, int step)
{
    const struct effect_result *const r = effect_of(app->a);
    struct view_state *const state = plot_state(app);
    const size_t n = r != NULL ? effect_n_shown(r) : 0;

    if (n == 0 || state == NULL)
        return;
    const size_t at = state->has_item ? state->item : n > 1 ? 1 : 0;
    state->item = (at + (step > 0 ? 1 : n - 1)) % n;
    state->has_item = true;
}

static struct changes of_edits(const struct app *app)
{
    const struct effect_probed *const r = &app->edits.result;

    return (struct changes){ .sentences = r->sentences,
                             .clean = r->clean,
                             .edited = r->edited,
                             .n = edits_are_visible(app) ? r->n : 0,
                             .is_edited = r->is_edited };
}

static struct changes of_stage(const struct app *app)
{
    const struct effect_result *const r = effect_of(app->a);
    const struct effect_row *const row = changes_row(app);

    if (row == NULL)
        return (struct changes){ .n = 0 };
    return (struct changes){ .sentences = r->sentences,
                             .clean = r->clean,
                             .edited = r->readings + (size_t)(row - r->rows) * r->n,
                             .n = r->n,
                             .row = row,
                             .of = r };
}

struct changes changes_of(const struct app *app, const struct view *view)
{
    return view->what == &edit_list ? of_edits(app) : of_stage(app);
}

static bool is_edited(const struct changes *ch, size_t i)
{
    return ch->row != NULL ? effect_row_has(ch->of, ch->row, i) : ch->is_edited[i];
}

size_t changes_selected(const struct app *app, const struct changes *ch)
{
    size_t i = 0;

    while (i < ch->n && ch->sentences[i].row != app->sentence)
        i++;
    return i;
}

/* ---- order ---- */

enum { SORT_CHANGE, SORT_SENTENCE };
static const char *const sorts[] = { "by change", "by sentence", NULL };

/* The largest change first; cached until another is wanted. NULL: out of memory. */
static const size_t *order_of(struct app *app, const struct changes *ch, size_t sort)
{
    if (list_is_sorted(app, &app->changes, ch->edited, sort))
        return app->changes.order;
    struct keyed *const all = ct_malloc_array(ch->n, sizeof *all);
    size_t *const order = ct_malloc_array(ch->n, sizeof *order);
    if (all == NULL || order == NULL) {
        free(all);
        free(order);
        return NULL;
    }
    for (size_t i = 0; i < ch->n; i++) {
        const double change = fabs(ch->edited[i].end - ch->clean[i].end);
        all[i] = (struct keyed){ sort == SORT_CHANGE && !isnan(change) ? -change : 0.0, i };
    }
    keyed_sort(all, ch->n);
    for (size_t i = 0; i < ch->n; i++)
        order[i] = all[i].index;
    free(all);
    list_take_order(app, &app->changes, ch->edited, sort, order);
    return order;
}

/* ---- rows ---- */

static void draw_word(const struct app *app, const struct effect_reading *reading, struct canvas *c,
                      size_t row, size_t col, size_t cols, ink color)
{
    char word[56] = "-";

    if (reading->n_likeliest > 0) {
        const size_t n =
            tokenizer_show(load_of(app->a)->tokenizer, reading->likeliest[0], word, sizeof word);
        word[n < sizeof word ? n : sizeof word - 1] = '\0';
    }
    canvas_text(c, row, col, cols, word + (word[0] == ' ' ? 1 : 0), color, 0);
}

static void draw_change(struct app *app, const struct changes *ch, size_t i, struct canvas *c,
                        size_t row, size_t col, size_t cols)
{
    const size_t word = cols >= LIST_WIDE ? 13 : 7;
    const struct effect_reading *const clean = &ch->clean[i];
    const struct effect_reading *const edited = &ch->edited[i];
    const struct sentence *const s = &load_of(app->a)->sentences[ch->sentences[i].row];
    const bool is_in = is_edited(ch, i);
    const bool is_other = is_in && clean->n_likeliest > 0 && edited->n_likeliest > 0 &&
                          clean->likeliest[0] != edited->likeliest[0];
    size_t used = PUT(c, row, col, cols, s->group == 0 ? INK_GROUP_A : INK_GROUP_B, "%4zu",
                      ch->sentences[i].row);

    used += PUT(c, row, col + used, cols - used, is_in ? INK_DEFAULT : INK_DIM,
                is_in ? "%7.2f%7.2f " : "%7.2f      - ", clean->end, edited->end);
    if (used + 2 * (word + 1) >= cols)
        return;
    draw_word(app, clean, c, row, col + used, word, INK_DEFAULT);
    used += word + 1;
    if (is_in)
        draw_word(app, edited, c, row, col + used, word, is_other ? INK_ACCENT : INK_DEFAULT);
    used += word + 1;
    if (s->text != NULL && used < cols)
        list_draw_text(s, c, row, col + used, cols - used);
}

static size_t count_of(struct app *app, struct changes ch, const struct view_state *state)
{
    return ch.n > 0 && order_of(app, &ch, state->sort) != NULL ? ch.n : 0;
}

static void draw_of(struct app *app, struct changes ch, const struct view_state *state, size_t i,
                    struct canvas *c, size_t row, size_t col, size_t cols)
{
    draw_change(app, &ch, order_of(app, &ch, state->sort)[i], c, row, col, cols);
}

static void select_of(struct app *app, struct changes ch, const struct view_state *state, size_t i)
{
    app->sentence = ch.sentences[order_of(app, &ch, state->sort)[i]].row;
}

static size_t selected_of(struct app *app, struct changes ch, const struct view_state *state)
{
    const size_t *const order = ch.n > 0 ? order_of(app, &ch, state->sort) : NULL;

    for (size_t i = 0; order != NULL && i < ch.n; i++)
        if (ch.sentences[order[i]].row == app->sentence)
            return i;
    return ch.n;
}

/* ---- the edits that people make ---- */

static size_t count_edited(struct app *app, const struct view_state *state)
{
    return count_of(app, of_edits(app), state);
}

static void draw_edited(struct app *app, const struct view_state *state, size_t i, struct canvas *c,
                        size_t row, size_t col, size_t cols)
{
    draw_of(app, of_edits(app), state, i, c, row, col, cols);
}

static void select_edited(struct app *app, const struct view_state *state, size_t i)
{
    select_of(app, of_edits(app), state, i);
}

static size_t selected_edited(struct app *app, const struct view_state *state)
{
    return selected_of(app, of_edits(app), state);
}

#define HEADER " row before  after says    then    text"

const struct list edit_list = {
    .header = HEADER,
    .empty = "edits the selected neuron, or the marked cluster",
    .empty_action = ACTION_EDIT,
    .count = count_edited,
    .draw = draw_edited,
    .select = select_edited,
    .selected = selected_edited,
    .sorts = sorts,
};

/* ---- the sets of the stage ---- */

static size_t count_staged(struct app *app, const struct view_state *state)
{
    return count_of(app, of_stage(app), state);
}

static void draw_staged(struct app *app, const struct view_state *state, size_t i, struct canvas *c,
                        size_t row, size_t col, size_t cols)
{
    draw_of(app, of_stage(app), state, i, c, row, col, cols);
}

static void select_staged(struct app *app, const struct view_state *state, size_t i)
{
    select_of(app, of_stage(app), state, i);
}

static size_t selected_staged(struct app *app, const struct view_state *state)
{
    return selected_of(app, of_stage(app), state);
}

static size_t depends_on_row(const struct app *app)
{
    return (size_t)(uintptr_t)changes_row(app);
}

const struct list change_list = {
    .depends = depends_on_row,
    .header = HEADER,
    .empty = "not asked without a model",
    .count = count_staged,
    .draw = draw_staged,
    .select = select_staged,
    .selected = selected_staged,
    .sorts = sorts,
};
