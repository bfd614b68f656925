#include "config.h"
#include "tui/row_words.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"

bool row_reader_init(struct row_reader *r, struct app *app, const struct list *list,
                     const struct view_state *state)
{
    *r = (struct row_reader){ .app = app, .list = list, .state = state };
    return canvas_init(&r->c, 1, TEXT_COLS, false, false, NULL) == CT_OK;
}

void row_reader_read(struct row_reader *r, size_t i, char text[ROW_TEXT_SIZE])
{
    struct canvas *const c = &r->c;
    size_t n = 0;

    if (r->list->text != NULL) {
        r->list->text(r->app, r->state, i, text, ROW_TEXT_SIZE);
        return;
    }
    canvas_fill(c, canvas_area(c), ' ', INK_DEFAULT, INK_DEFAULT);
    r->list->draw(r->app, r->state, i, c, 0, 0, c->cols);
    for (size_t col = 0; col < c->cols && n + 4 < ROW_TEXT_SIZE; col++)
        if (c->cells[col].ch != 0)
            n += utf8_put(c->cells[col].ch, text + n);
    text[n] = '\0';
}

void row_reader_clear(struct row_reader *r)
{
    canvas_clear(&r->c);
}

bool row_words_begin(const char *text, const char *word, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (text[i] == '\0' || ascii_lower(text[i]) != ascii_lower(word[i]))
            return false;
    return true;
}

bool row_words_in(const char *text, const char *word, size_t n)
{
    const bool is_number = n > 0 && strspn(word, "0123456789") >= n;

    for (const char *at = text; *at != '\0' && n > 0; at++)
        if (row_words_begin(at, word, n) &&
            (!is_number || ((at == text || !ascii_is_digit(at[-1])) && !ascii_is_digit(at[n]))))
            return true;
    return false;
}

void row_words_note(struct app *app, size_t n, size_t n_all)
{
    snprintf(app->prompt.note, sizeof app->prompt.note, "%zu of %zu row%s", n, n_all,
             n_all == 1 ? "" : "s");
}
