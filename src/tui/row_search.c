#include "config.h"
#include "tui/row_search.h"

#include <string.h>

#include "tui/lists.h"
#include "tui/row_filter.h"
#include "tui/row_words.h"

/* Goes to the first shown row from `from` on, or from the top, that contains the words. *n: how
 * many there are. */
static bool search_from(struct app *app, size_t from, const char *words, size_t *n)
{
    struct view_state *state;
    const struct view *const view = view_current(app, &state);
    const struct list *const list = view->what;
    const struct rows_shown shown = rows_shown(app, view, state);
    const size_t start = row_place(&shown, from);
    struct row_reader r;
    char text[ROW_TEXT_SIZE];
    size_t found = SIZE_MAX;

    *n = 0;
    if (!row_reader_init(&r, app, list, state))
        return false;
    for (size_t k = 0; k < shown.n; k++) {
        const size_t i = row_at(&shown, (start + k) % shown.n);
        row_reader_read(&r, i, text);
        if (!row_words_in(text, words, strlen(words)))
            continue;
        found = *n == 0 ? i : found;
        ++*n;
    }
    row_reader_clear(&r);
    if (found == SIZE_MAX)
        return false;
    state->is_placed = true;
    state->at = found;
    if (list->select != NULL)
        list->select(app, state, found);
    return true;
}

static void search_changed(struct app *app, const char *words)
{
    struct view_state *state;
    const struct view *const view = view_current(app, &state);
    const struct list *const list = view->what;
    const size_t n_all = list->count(app, state);
    size_t n = 0;

    app->prompt.note[0] = '\0';
    if (words[0] != '\0') {
        search_from(app, app->prompt.item, words, &n);
        row_words_note(app, n, n_all);
    } else if (app->prompt.item < n_all) { /* where it began */
        state->at = app->prompt.item;
        if (list->select != NULL)
            list->select(app, state, state->at);
    }
}

static enum ct_status accept_search(struct app *app, const char *words, struct ct_error *err)
{
    size_t n;

    if (words[0] != '\0' && !search_from(app, app->prompt.item, words, &n))
        return ct_fail(err, CT_EINVAL, "no row contains '%s'", words);
    return CT_OK;
}

void row_search_ask(struct app *app, const struct view_state *state)
{
    app_prompt(app, "search", "", state->at, accept_search);
    app->prompt.changed = search_changed;
}
