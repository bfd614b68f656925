#include "config.h"
#include "tui/view.h"

#include <stdio.h>
#include <string.h>

#include "tui/lists.h"
#include "tui/row_filter.h"
#include "tui/row_range.h"
#include "tui/row_search.h"

static const struct list *list_of(const struct view *view)
{
    return view->what;
}

/* Scrolls the cursor, at place k of the rows that are shown, into view. */
static void settle(struct view_state *state, const struct rows_shown *shown, size_t k, size_t rows)
{
    const size_t n = shown->n;

    state->rows_shown = rows;
    if (k >= n)
        k = n > 0 ? n - 1 : 0;
    if (state->top > k)
        state->top = k;
    if (rows > 0 && k >= state->top + rows)
        state->top = k - rows + 1;
    if (rows > 0 && state->top + rows > n)
        state->top = n > rows ? n - rows : 0;
}

/* Puts the cursor at its initial row, centred. */
static void place(struct app *app, const struct list *list, struct view_state *state,
                  const struct rows_shown *shown, size_t rows)
{
    const size_t start = list->start != NULL && !state->is_placed ? list->start(app) : shown->n_all;

    if (start >= shown->n_all)
        return;
    const size_t k = row_place(shown, start);
    state->at = start;
    state->top = k > rows / 2 ? k - rows / 2 : 0;
    state->is_placed = true;
}

/* ---- drawing ---- */

/* `by |t|  3/40 of 4096`: the order, the cursor's row, those that are shown, and all; in less room,
 * less of it. */
static size_t write_place(const struct list *list, const struct view_state *state,
                          const struct rows_shown *shown, size_t room, char *out, size_t size)
{
    const size_t at = row_place(shown, state->at);
    const size_t k = at < shown->n ? at + 1 : shown->n;
    const char *const sort = list->sorts != NULL ? list->sorts[state->sort] : "";
    char all[30] = "";
    size_t width;

    if (shown->rows != NULL)
        snprintf(all, sizeof all, " of %zu", shown->n_all);
    width = (size_t)snprintf(out, size, "%s  %zu/%zu%s", sort, k, shown->n, all);
    if (list->sorts == NULL || width > room)
        width = (size_t)snprintf(out, size, "%zu/%zu%s", k, shown->n, all);
    if (width > room)
        width = (size_t)snprintf(out, size, "%zu/%zu", k, shown->n);
    if (width > room)
        width = (size_t)snprintf(out, size, "%zu", k);
    return width <= room ? width : 0;
}

/* Draws the header, with the cursor's row number and the total at the right. */
static void draw_header(const struct app *app, const struct list *list,
                        const struct view_state *state, const struct rows_shown *shown,
                        struct canvas *c, struct rect area)
{
    char text[120];
    size_t used = canvas_text(c, area.row, area.col, area.cols, list->header, INK_TITLE, CELL_BOLD);

    if (list->more_words != NULL && area.cols >= LIST_WIDE) {
        list->more_words(app, text, sizeof text);
        used +=
            canvas_text(c, area.row, area.col + used, area.cols - used, text, INK_TITLE, CELL_BOLD);
    }
    if (list->more != NULL && area.cols >= LIST_WIDE)
        used += canvas_text(c, area.row, area.col + used, area.cols - used, list->more, INK_TITLE,
                            CELL_BOLD);
    const size_t room = area.cols > used + 1 ? area.cols - used - 1 : 0;
    const size_t width = write_place(list, state, shown, room, text, sizeof text);
    if (width > 0)
        canvas_text(c, area.row, area.col + area.cols - width, width, text,
                    shown->rows != NULL ? INK_ACCENT : INK_DIM, 0);
}

static void reverse_row(struct canvas *c, struct rect area, size_t row)
{
    for (size_t col = area.col; col < area.col + area.cols; col++)
        c->cells[row * c->cols + col].attr |= CELL_REVERSE;
}

static void draw_no_rows(const struct app *app, const struct list *list,
                         const struct rows_shown *shown, struct canvas *c, struct rect area)
{
    const bool has_action = shown->n_all == 0 && list->empty_action != ACTION_NONE;
    const char *const words = shown->n_all > 0      ? "no row matches the filter"
                              : list->empty != NULL ? list->empty
                                                    : "nothing to list";

    if (area.cols > 2)
        canvas_printf(c, area.row + 2, area.col + 2, area.cols - 2, INK_DIM, 0, "%s%s%s",
                      has_action ? app_key(app, list->empty_action).text : "",
                      has_action ? " " : "", words);
}

static void list_draw(struct app *app, const struct view *view, struct view_state *state,
                      struct canvas *c, struct rect area)
{
    const struct list *const list = list_of(view);
    const struct rows_shown shown = rows_shown(app, view, state);
    const size_t chosen = list->selected != NULL ? list->selected(app, state) : shown.n_all;

    state->shown.area = area;
    if (area.rows < 2)
        return;
    if (chosen < shown.n_all)
        state->at = chosen; /* there may be no such row: then no row has the cursor */
    else if (state->at >= shown.n_all)
        state->at = shown.n_all > 0 ? shown.n_all - 1 : 0;
    place(app, list, state, &shown, area.rows - 1);
    settle(state, &shown, row_place(&shown, state->at), area.rows - 1);
    draw_header(app, list, state, &shown, c, area);
    for (size_t k = state->top; k < shown.n && k < state->top + area.rows - 1; k++) {
        const size_t row = area.row + 1 + k - state->top;
        list->draw(app, state, row_at(&shown, k), c, row, area.col, area.cols);
        if (row_at(&shown, k) == state->at || row_range_has(app, view, row_at(&shown, k)))
            reverse_row(c, area, row);
    }
    if (shown.n == 0)
        draw_no_rows(app, list, &shown, c, area);
}

/* ---- keys ---- */

/* To place k of the rows that are shown, or the last one. */
static void go_to(struct app *app, const struct view *view, struct view_state *state, size_t k)
{
    const struct list *const list = list_of(view);
    const struct rows_shown shown = rows_shown(app, view, state);

    if (shown.n == 0)
        return;
    state->is_placed = true;
    state->at = row_at(&shown, k < shown.n ? k : shown.n - 1);
    if (list->select != NULL)
        list->select(app, state, state->at);
}

/* Down by n rows. From a row that is not shown, the next one counts as one row away. */
static void go_down(struct app *app, const struct view *view, struct view_state *state, size_t n)
{
    const struct rows_shown shown = rows_shown(app, view, state);
    const size_t k = row_place(&shown, state->at);
    const bool is_shown = k < shown.n && row_at(&shown, k) == state->at;

    go_to(app, view, state, k + n - !is_shown);
}

static void go_up(struct app *app, const struct view *view, struct view_state *state, size_t n)
{
    const struct rows_shown shown = rows_shown(app, view, state);
    const size_t k = row_place(&shown, state->at);

    go_to(app, view, state, k > n ? k - n : 0);
}

static void sort_by(struct app *app, const struct list *list, struct view_state *state, size_t sort)
{
    state->sort = sort;
    state->at = 0;
    app_say(app, INK_DEFAULT, "sorted %s", list->sorts[state->sort]);
}

static void next_sort(struct app *app, const struct list *list, struct view_state *state)
{
    sort_by(app, list, state, list->sorts[state->sort + 1] != NULL ? state->sort + 1 : 0);
}

/* Actions on the cursor's row. */
static bool row_act(struct app *app, const struct view *view, struct view_state *state,
                    enum action action)
{
    const struct list *const list = list_of(view);
    void (*const act)(struct app * app, size_t i) = action == ACTION_CHOOSE  ? list->act
                                                    : action == ACTION_EVERY ? list->every
                                                    : app->pane == PANE_VIEW ? list->open
                                                                             : NULL;

    if (act == NULL || state->at >= list->count(app, state))
        return false;
    act(app, state->at);
    if (action == ACTION_CHOOSE && list->goes_on)
        go_down(app, view, state, 1);
    return true;
}

/* Moves the cursor, and selects the neurons of the rows from where it was at first. */
static void extend_range(struct app *app, const struct view *view, struct view_state *state,
                         enum action action)
{
    struct ct_error err;

    if (state->at < list_of(view)->count(app, state))
        row_range_begin(app, view, state);
    if (action == ACTION_RANGE_DOWN)
        go_down(app, view, state, 1);
    else
        go_up(app, view, state, 1);
    if (row_range_extend(app, view, state, &err) != CT_OK)
        app_say(app, INK_BAD, "%s", err.text);
    else
        app_say(app, INK_DEFAULT, "%zu neuron%s selected; %s edits them, %s ends", app->range.n,
                app->range.n == 1 ? "" : "s", app_key(app, ACTION_EDIT).text,
                app_key(app, ACTION_BACK).text);
}

static bool cursor_act(struct app *app, const struct view *view, struct view_state *state,
                       enum action action)
{
    const struct list *const list = list_of(view);
    const size_t page = state->rows_shown > 1 ? state->rows_shown - 1 : 1;

    switch (action) {
    case ACTION_UP:
    case ACTION_STEP_UP:
        go_up(app, view, state, 1);
        return true;
    case ACTION_DOWN:
    case ACTION_STEP_DOWN:
        go_down(app, view, state, 1);
        return true;
    case ACTION_PAGE_UP:
        go_up(app, view, state, page);
        return true;
    case ACTION_PAGE_DOWN:
        go_down(app, view, state, page);
        return true;
    case ACTION_FIRST:
        go_to(app, view, state, 0);
        return true;
    case ACTION_LAST:
        go_to(app, view, state, SIZE_MAX);
        return true;
    case ACTION_CHOOSE:
    case ACTION_EVERY:
    case ACTION_RUN:
        return row_act(app, view, state, action);
    case ACTION_FIND:
        if (!list->is_searched)
            return false;
        row_search_ask(app, state);
        return true;
    case ACTION_FILTER:
        row_filter_ask(app);
        return true;
    case ACTION_BACK:
        return row_filter_drop(app, view);
    case ACTION_SORT:
        if (list->sorts == NULL)
            return false;
        next_sort(app, list, state);
        return true;
    case ACTION_RANGE_UP:
    case ACTION_RANGE_DOWN:
        if (list->neuron == NULL || app->pane != PANE_VIEW)
            return false;
        extend_range(app, view, state, action);
        return true;
    default:
        return false;
    }
}

/* A selected range ends when the cursor or the rows change otherwise. */
static bool list_act(struct app *app, const struct view *view, struct view_state *state,
                     enum action action)
{
    const bool had_range = app->range.n > 0;
    const bool ends = (action >= ACTION_UP && action <= ACTION_LAST) || action == ACTION_BACK ||
                      action == ACTION_SORT || action == ACTION_FILTER;

    if (had_range && ends)
        app->range.n = 0;
    if (had_range && action == ACTION_BACK)
        return true;
    return cursor_act(app, view, state, action);
}

/* By the column that is clicked, or by the next one. */
static void click_header(struct app *app, const struct list *list, struct view_state *state,
                         size_t col)
{
    if (list->sorts == NULL)
        return;
    if (list->sort_at != NULL)
        sort_by(app, list, state, list->sort_at(state->sort, col));
    else
        next_sort(app, list, state);
}

static void list_mouse(struct app *app, const struct view *view, struct view_state *state,
                       size_t row, size_t col, int wheel)
{
    const struct list *const list = list_of(view);
    const struct rows_shown shown = rows_shown(app, view, state);
    const struct rect area = state->shown.area;
    const bool is_inside = row >= area.row && row < area.row + area.rows && col >= area.col;
    const size_t k = state->top + row - area.row - 1;

    if (wheel == 0 && !is_inside) /* the frame */
        return;
    app->range.n = 0;
    if (wheel > 0)
        go_down(app, view, state, 3);
    else if (wheel < 0)
        go_up(app, view, state, 3);
    else if (row == area.row)
        click_header(app, list, state, col - area.col);
    else if (k < shown.n && row_at(&shown, k) == state->at && list->act != NULL)
        list->act(app, state->at);
    else if (k < shown.n)
        go_to(app, view, state, k);
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
    { { ACTION_FILTER }, NULL, "only rows with these words: him !noise |t|>9" },
    { { ACTION_BACK }, NULL, "all rows" },
    { { ACTION_RANGE_UP, ACTION_RANGE_DOWN }, NULL, "neurons: select several, to edit them" },
    { { ACTION_NONE }, "click wheel", "select, scroll" },
    { .what = NULL },
};

static const struct view_key *list_hint(const struct view *view)
{
    static const struct view_key chosen[] = { { { ACTION_UP, ACTION_DOWN }, NULL, "move" },
                                              { { ACTION_CHOOSE }, NULL, "choose" },
                                              { { ACTION_FILTER }, NULL, "filter" },
                                              { .what = NULL } };
    static const struct view_key sorted[] = { { { ACTION_UP, ACTION_DOWN }, NULL, "move" },
                                              { { ACTION_SORT }, NULL, "sort" },
                                              { { ACTION_FILTER }, NULL, "filter" },
                                              { .what = NULL } };
    static const struct view_key plain[] = {
        { { ACTION_UP, ACTION_DOWN, ACTION_PAGE_UP, ACTION_PAGE_DOWN }, NULL, "move" },
        { { ACTION_FILTER }, NULL, "filter" },
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
