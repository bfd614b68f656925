#include "config.h"
#include "tui/view.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "tui/lists.h"
#include "tui/screen.h"

/* Clamps the cursor to the rows and scrolls it into view. */
static void settle(struct view_state *state, size_t n, size_t rows)
{
    state->rows_shown = rows;
    if (state->at >= n)
        state->at = n > 0 ? n - 1 : 0;
    if (state->top > state->at)
        state->top = state->at;
    if (rows > 0 && state->at >= state->top + rows)
        state->top = state->at - rows + 1;
    if (rows > 0 && state->top + rows > n)
        state->top = n > rows ? n - rows : 0;
}

/* Puts the cursor at its initial row, centred. */
static void place(struct app *app, const struct list *list, struct view_state *state, size_t n,
                  size_t rows)
{
    const size_t start = list->start != NULL && !state->is_placed ? list->start(app) : n;

    if (start >= n)
        return;
    state->at = start;
    state->top = start > rows / 2 ? start - rows / 2 : 0;
    state->is_placed = true;
}

/* ---- search ---- */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Whether text contains the words, a number as a whole one. */
static bool contains(const char *text, const char *words)
{
    const size_t n = strlen(words);
    const bool is_number = n > 0 && strspn(words, "0123456789") == n;

    for (const char *at = strstr(text, words); at != NULL && n > 0; at = strstr(at + 1, words))
        if (!is_number || ((at == text || !is_digit(at[-1])) && !is_digit(at[n])))
            return true;
    return false;
}

/* The text of row i as it is drawn, or its name. */
static bool row_contains(struct app *app, const struct list *list, const struct view_state *state,
                         size_t i, struct canvas *c, const char *words)
{
    char text[4 * 200 + 1];
    size_t n = 0;

    if (list->name != NULL)
        return contains(list->name(app, i), words);
    canvas_fill(c, canvas_area(c), ' ', INK_DEFAULT, INK_DEFAULT);
    list->draw(app, state, i, c, 0, 0, c->cols);
    for (size_t col = 0; col < c->cols && n + 4 < sizeof text; col++)
        if (c->cells[col].ch != 0)
            n += utf8_put(c->cells[col].ch, text + n);
    text[n] = '\0';
    return contains(text, words);
}

static void go_to(struct app *app, const struct list *list, struct view_state *state, size_t i);

/* Goes to the first row from the cursor on, or from the top, that contains the words. */
static bool search_from(struct app *app, size_t from, const char *words)
{
    struct view_state *state;
    const struct view *const view = view_current(app, &state);
    const struct list *const list = view->what;
    const size_t n = list->count(app, state);
    struct canvas c = { 0 };
    bool found = false;

    if (canvas_init(&c, 1, 200, false, false, NULL) != CT_OK)
        return false;
    for (size_t k = 0; k < n && !found; k++) {
        const size_t i = (from + k) % n;
        found = row_contains(app, list, state, i, &c, words);
        if (found)
            go_to(app, list, state, i);
    }
    canvas_clear(&c);
    return found;
}

static void search_changed(struct app *app, const char *words)
{
    struct view_state *state;
    const struct view *const view = view_current(app, &state);

    if (words[0] != '\0')
        search_from(app, app->prompt.item, words);
    else
        go_to(app, view->what, state, app->prompt.item); /* where it began */
}

static enum ct_status accept_search(struct app *app, const char *words, struct ct_error *err)
{
    if (words[0] != '\0' && !search_from(app, app->prompt.item, words))
        return ct_fail(err, CT_EINVAL, "no row contains '%s'", words);
    return CT_OK;
}

/* Rows are found while the words are typed. */
static bool search(struct app *app, const struct list *list, const struct view_state *state)
{
    if (!list->is_searched)
        return false;
    app_prompt(app, "search", "", state->at, accept_search);
    app->prompt.changed = search_changed;
    return true;
}

/* ---- drawing ---- */

/* Draws the header, with the cursor's row number and the total at the right. */
static void draw_header(const struct app *app, const struct list *list,
                        const struct view_state *state, size_t n, struct canvas *c,
                        struct rect area)
{
    char place[80];
    size_t used = canvas_text(c, area.row, area.col, area.cols, list->header, INK_TITLE, CELL_BOLD);

    if (list->more_words != NULL && area.cols >= LIST_WIDE) {
        list->more_words(app, place, sizeof place);
        used += canvas_text(c, area.row, area.col + used, area.cols - used, place, INK_TITLE,
                            CELL_BOLD);
    }
    if (list->more != NULL && area.cols >= LIST_WIDE)
        used += canvas_text(c, area.row, area.col + used, area.cols - used, list->more, INK_TITLE,
                            CELL_BOLD);
    size_t width = (size_t)snprintf(place, sizeof place, "%s  %zu/%zu",
                                    list->sorts != NULL ? list->sorts[state->sort] : "",
                                    n > 0 ? state->at + 1 : 0, n);
    if (list->sorts == NULL || used + 1 + width > area.cols) /* only the number */
        width = (size_t)snprintf(place, sizeof place, "%zu/%zu", n > 0 ? state->at + 1 : 0, n);
    if (width + 1 < area.cols)
        canvas_text(c, area.row, area.col + area.cols - width, width, place, INK_DIM, 0);
}

static void reverse_row(struct canvas *c, struct rect area, size_t row)
{
    for (size_t col = area.col; col < area.col + area.cols; col++)
        c->cells[row * c->cols + col].attr |= CELL_REVERSE;
}

static void list_draw(struct app *app, const struct view *view, struct view_state *state,
                      struct canvas *c, struct rect area)
{
    const struct list *const list = view->what;
    const size_t n = list->count(app, state);
    const size_t chosen = list->selected != NULL ? list->selected(app, state) : n;

    if (area.rows < 2)
        return;
    if (chosen < n)
        state->at = chosen;
    place(app, list, state, n, area.rows - 1);
    settle(state, n, area.rows - 1);
    draw_header(app, list, state, n, c, area);
    for (size_t i = state->top; i < n && i < state->top + area.rows - 1; i++) {
        const size_t row = area.row + 1 + i - state->top;
        list->draw(app, state, i, c, row, area.col, area.cols);
        if (i == state->at)
            reverse_row(c, area, row);
    }
    if (n == 0 && area.cols > 2)
        canvas_printf(c, area.row + 2, area.col + 2, area.cols - 2, INK_DIM, 0, "%s%s%s",
                      list->empty_action != ACTION_NONE ? app_key(app, list->empty_action).text
                                                        : "",
                      list->empty_action != ACTION_NONE ? " " : "",
                      list->empty != NULL ? list->empty : "nothing to list");
}

static void go_to(struct app *app, const struct list *list, struct view_state *state, size_t i)
{
    const size_t n = list->count(app, state);

    if (n == 0)
        return;
    state->is_placed = true;
    state->at = i < n ? i : n - 1;
    if (list->select != NULL)
        list->select(app, state, state->at);
}

static void next_sort(struct app *app, const struct list *list, struct view_state *state)
{
    state->sort = list->sorts[state->sort + 1] != NULL ? state->sort + 1 : 0;
    state->at = 0;
    app_say(app, INK_DEFAULT, "sorted %s", list->sorts[state->sort]);
}

static bool list_act(struct app *app, const struct view *view, struct view_state *state,
                     enum action action)
{
    const struct list *const list = view->what;
    const size_t page = state->rows_shown > 1 ? state->rows_shown - 1 : 1;
    const size_t at = state->at;

    switch (action) {
    case ACTION_UP:
    case ACTION_STEP_UP:
        go_to(app, list, state, at > 0 ? at - 1 : 0);
        return true;
    case ACTION_DOWN:
    case ACTION_STEP_DOWN:
        go_to(app, list, state, at + 1);
        return true;
    case ACTION_PAGE_UP:
        go_to(app, list, state, at > page ? at - page : 0);
        return true;
    case ACTION_PAGE_DOWN:
        go_to(app, list, state, at + page);
        return true;
    case ACTION_FIRST:
        go_to(app, list, state, 0);
        return true;
    case ACTION_LAST:
        go_to(app, list, state, SIZE_MAX);
        return true;
    case ACTION_CHOOSE:
        if (list->act == NULL || list->count(app, state) == 0)
            return false;
        list->act(app, at);
        return true;
    case ACTION_EVERY:
        if (list->every == NULL || list->count(app, state) == 0)
            return false;
        list->every(app, at);
        return true;
    case ACTION_FIND:
        return search(app, list, state);
    case ACTION_RUN:
        if (list->open == NULL || app->pane != PANE_VIEW || list->count(app, state) == 0)
            return false;
        list->open(app, at);
        return true;
    case ACTION_SORT:
        if (list->sorts == NULL)
            return false;
        next_sort(app, list, state);
        return true;
    default:
        return false;
    }
}

static void list_mouse(struct app *app, const struct view *view, struct view_state *state,
                       size_t row, size_t col, int wheel)
{
    const struct list *const list = view->what;

    (void)col;
    if (wheel != 0)
        go_to(app, list, state, wheel > 0 ? state->at + 3 : state->at > 3 ? state->at - 3 : 0);
    else if (row == 0 && list->sorts != NULL)
        next_sort(app, list, state);
    else if (row > 0 && state->top + row - 1 == state->at && list->act != NULL)
        list->act(app, state->at);
    else if (row > 0)
        go_to(app, list, state, state->top + row - 1);
}

#define ROW_KEYS                                                                                   \
    { { ACTION_UP, ACTION_DOWN, ACTION_STEP_UP, ACTION_STEP_DOWN }, NULL, "one row" },             \
    {                                                                                              \
        { ACTION_PAGE_UP, ACTION_PAGE_DOWN, ACTION_FIRST, ACTION_LAST }, NULL,                     \
            "one page, the first, last row"                                                        \
    }

static const struct view_key list_keys[] = {
    ROW_KEYS,
    { { ACTION_CHOOSE }, NULL, "choose the row" },
    { { ACTION_SORT }, "header click", "sort by another column" },
    { { ACTION_RUN }, NULL, "tables of neurons and clusters: open the row" },
    { { ACTION_FIND }, NULL, "search the rows, in tables of neurons for a neuron" },
    { { ACTION_NONE }, "click wheel", "select, scroll" },
    { .what = NULL },
};

static const struct view_key *list_hint(const struct view *view)
{
    static const struct view_key chosen[] = { { { ACTION_UP, ACTION_DOWN }, NULL, "move" },
                                              { { ACTION_CHOOSE }, NULL, "choose" },
                                              { .what = NULL } };
    static const struct view_key sorted[] = { { { ACTION_UP, ACTION_DOWN }, NULL, "move" },
                                              { { ACTION_SORT }, NULL, "sort" },
                                              { .what = NULL } };
    static const struct view_key plain[] = {
        { { ACTION_UP, ACTION_DOWN, ACTION_PAGE_UP, ACTION_PAGE_DOWN }, NULL, "move" },
        { .what = NULL }
    };
    const struct list *const list = view->what;

    if (list->act != NULL)
        return chosen;
    return list->sorts != NULL ? sorted : plain;
}

const struct view_ops list_view = { list_draw, list_act, list_mouse, list_keys, list_hint };

/* ---- a list where enter also chooses ---- */

/* On a row that is already chosen, enter has its usual meaning. */
static bool choice_act(struct app *app, const struct view *view, struct view_state *state,
                       enum action action)
{
    const struct list *const list = view->what;

    if (action != ACTION_RUN)
        return list_act(app, view, state, action);
    if (state->at == list->chosen(app))
        return false;
    list->act(app, state->at);
    return true;
}

static const struct view_key choice_keys[] = {
    ROW_KEYS,
    { { ACTION_CHOOSE, ACTION_RUN }, NULL, "choose the row, then continue with it" },
    { { ACTION_NONE }, "click wheel", "select, click again to choose; scroll" },
    { .what = NULL },
};

const struct view_ops choice_view = { list_draw, choice_act, list_mouse, choice_keys, list_hint };
