/* The text of a row of a list, and words in it. */
#ifndef CT_TUI_ROW_WORDS_H
#define CT_TUI_ROW_WORDS_H

#include "tui/lists.h"
#include "tui/view.h"

enum { TEXT_COLS = 200, ROW_TEXT_SIZE = 4 * TEXT_COLS + 1 };

struct row_reader {
    struct app *app;
    const struct list *list;
    const struct view_state *state;
    struct canvas c; /* a row to draw in */
};

/* False: out of memory; else row_reader_clear(). */
bool row_reader_init(struct row_reader *r, struct app *app, const struct list *list,
                     const struct view_state *state);
void row_reader_clear(struct row_reader *r);

/* Row i as it is drawn, or what the list says of it. */
void row_reader_read(struct row_reader *r, size_t i, char text[ROW_TEXT_SIZE]);

/* Whether text begins with the word [n], in any case of ASCII. */
bool row_words_begin(const char *text, const char *word, size_t n);

/* Whether it contains the word [n], which is a whole one if it is a number. */
bool row_words_in(const char *text, const char *word, size_t n);

/* `12 of 108 rows` in the note of the prompt. */
void row_words_note(struct app *app, size_t n, size_t n_all);

#endif
