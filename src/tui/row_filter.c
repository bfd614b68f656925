#include "config.h"
#include "tui/row_filter.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "io/number.h"
#include "tui/lists.h"
#include "tui/row_words.h"

/* ---- words ---- */

struct term { /* a word of a filter */
    const char *word;
    size_t size;
    bool is_not;
    size_t value; /* that is compared, see struct list; SIZE_MAX: none, it is text */
    char how;     /* < > = */
    double with;
};

enum { MOST_TERMS = 16 };

struct terms {
    struct term all[MOST_TERMS];
    size_t n;
    bool has_text;
};

static size_t find_value(const struct list *list, const char *name, size_t size)
{
    for (size_t v = 0; list->values != NULL && list->values[v].name != NULL; v++)
        if (strlen(list->values[v].name) == size &&
            row_words_begin(name, list->values[v].name, size))
            return v;
    return SIZE_MAX;
}

/* The names of the values, for a message. */
static void name_values(const struct list *list, char *out, size_t size)
{
    size_t used = 0;

    out[0] = '\0';
    for (size_t v = 0; list->values[v].name != NULL && used < size; v++)
        used += (size_t)snprintf(out + used, size - used, "%s%s", v > 0 ? ", " : "",
                                 list->values[v].name);
}

static enum ct_status read_comparison(const struct list *list, struct term *term, size_t at,
                                      struct ct_error *err)
{
    const char *const number = term->word + at + 1;
    const size_t size = term->size - at - 1;
    char names[120];

    term->how = term->word[at];
    term->value = find_value(list, term->word, at);
    if (term->value == SIZE_MAX) {
        name_values(list, names, sizeof names);
        return ct_fail(err, CT_EINVAL, "filter: '%.*s' is not a value of these rows; expected %s",
                       at < 40 ? (int)at : 40, term->word, names);
    }
    if (size == 5 && strncmp(number, "noise", size) == 0)
        term->with = -1.0;
    else if (!number_parse(number, size, &term->with) || isnan(term->with))
        return ct_fail(err, CT_EINVAL, "filter: '%.*s' needs a number after %c",
                       term->size < 60 ? (int)term->size : 60, term->word, term->how);
    return CT_OK;
}

/* Terms borrow from words. CT_EINVAL: an unknown value, not a number, too many. */
static enum ct_status read_terms(const struct list *list, const char *words, struct terms *out,
                                 struct ct_error *err)
{
    enum ct_status st = CT_OK;

    *out = (struct terms){ .n = 0 };
    for (const char *at = words + strspn(words, " "); st == CT_OK && *at != '\0';) {
        const size_t size = strcspn(at, " ");
        if (out->n == MOST_TERMS)
            return ct_fail(err, CT_EINVAL, "filter: more than %d words", MOST_TERMS);
        struct term *const term = &out->all[out->n++];
        *term = (struct term){ .word = at, .size = size, .value = SIZE_MAX };
        const size_t sign = strcspn(at, "<>=");
        if (size > 1 && *at == '!') {
            term->is_not = true;
            term->word++;
            term->size--;
        } else if (list->values != NULL && sign > 0 && sign < size) {
            st = read_comparison(list, term, sign, err);
        }
        out->has_text = out->has_text || term->value == SIZE_MAX;
        at += size;
        at += strspn(at, " ");
    }
    return st;
}

static bool compares(const struct term *term, double value)
{
    switch (term->how) {
    case '<':
        return value < term->with;
    case '>':
        return value > term->with;
    default:
        return value >= term->with && value <= term->with;
    }
}

static bool matches(struct row_reader *r, const struct terms *terms, size_t i)
{
    char text[ROW_TEXT_SIZE] = "";

    for (size_t k = 0; k < terms->n; k++) { /* first what costs less */
        const struct term *const term = &terms->all[k];
        if (term->value != SIZE_MAX &&
            !compares(term, r->list->values[term->value].of(r->app, r->state, i)))
            return false;
    }
    if (terms->has_text)
        row_reader_read(r, i, text);
    for (size_t k = 0; k < terms->n; k++) {
        const struct term *const term = &terms->all[k];
        if (term->value == SIZE_MAX && row_words_in(text, term->word, term->size) == term->is_not)
            return false;
    }
    return true;
}

/* ---- the rows ---- */

static struct row_filter *filter_of(struct app *app, const struct view *view)
{
    return &app->filters[view - views];
}

static bool is_made(const struct app *app, const struct row_filter *f, const struct list *list,
                    const struct view_state *state, size_t n_all)
{
    return f->rows != NULL && f->version == app->version && f->sort == state->sort &&
           f->n_all == n_all && f->depends == (list->depends != NULL ? list->depends(app) : 0);
}

static void make(struct app *app, struct row_filter *f, const struct list *list,
                 const struct view_state *state, size_t n_all)
{
    struct terms terms;
    struct row_reader r;

    free(f->rows);
    f->rows = NULL;
    if (read_terms(list, f->words, &terms, NULL) != CT_OK)
        return;
    size_t *const rows = ct_malloc_array(n_all + 1, sizeof *rows);
    if (rows != NULL && row_reader_init(&r, app, list, state)) {
        f->rows = rows;
        f->n = 0;
        for (size_t i = 0; i < n_all; i++)
            if (matches(&r, &terms, i))
                rows[f->n++] = i;
        row_reader_clear(&r);
    } else {
        free(rows);
    }
    f->n_all = n_all;
    f->sort = state->sort;
    f->version = app->version;
    f->depends = list->depends != NULL ? list->depends(app) : 0;
}

const char *row_filter_words(const struct app *app, const struct view *view)
{
    const char *const words = app->filters[view - views].words;

    return words + strspn(words, " ");
}

struct rows_shown rows_shown(struct app *app, const struct view *view,
                             const struct view_state *state)
{
    const struct list *const list = view->what;
    struct row_filter *const f = filter_of(app, view);
    const size_t n_all = list->count(app, state);

    if (row_filter_words(app, view)[0] == '\0')
        return (struct rows_shown){ NULL, n_all, n_all };
    if (!is_made(app, f, list, state, n_all))
        make(app, f, list, state, n_all);
    return f->rows != NULL ? (struct rows_shown){ f->rows, f->n, n_all }
                           : (struct rows_shown){ NULL, n_all, n_all };
}

size_t row_at(const struct rows_shown *shown, size_t k)
{
    return shown->rows != NULL ? shown->rows[k] : k;
}

size_t row_place(const struct rows_shown *shown, size_t i)
{
    size_t low = 0;
    size_t high = shown->n;

    if (shown->rows == NULL)
        return i < shown->n ? i : shown->n;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (shown->rows[middle] < i)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* ---- the prompts ---- */

static void set_words(struct row_filter *f, const char *words)
{
    const size_t size = strlen(words);

    if (size < sizeof f->words)
        memcpy(f->words, words, size + 1);
    free(f->rows);
    f->rows = NULL;
}

static void filter_changed(struct app *app, const char *words)
{
    struct view_state *state;
    const struct view *const view = view_current(app, &state);
    struct row_filter *const f = filter_of(app, view);
    struct terms terms;

    if (app->mode != MODE_PROMPT) { /* given up */
        set_words(f, f->before);
        return;
    }
    app->prompt.note[0] = '\0';
    if (read_terms(view->what, words, &terms, NULL) != CT_OK)
        return; /* not complete yet: what was there before stays */
    set_words(f, words);
    const struct rows_shown shown = rows_shown(app, view, state);
    row_words_note(app, shown.n, shown.n_all);
}

static enum ct_status accept_filter(struct app *app, const char *words, struct ct_error *err)
{
    struct view_state *state;
    const struct view *const view = view_current(app, &state);
    const struct list *const list = view->what;
    struct row_filter *const f = filter_of(app, view);
    struct terms terms;
    const enum ct_status st = read_terms(list, words, &terms, err);

    if (st != CT_OK)
        return st;
    if (strlen(words) >= sizeof f->words)
        return ct_fail(err, CT_EINVAL, "filter: more than %d bytes", FILTER_SIZE - 1);
    set_words(f, words);
    const struct rows_shown shown = rows_shown(app, view, state);
    if (shown.n == 0) {
        set_words(f, f->before);
        return ct_fail(err, CT_EINVAL, "filter: no row matches '%.200s'", words);
    }
    const size_t place = row_place(&shown, state->at);
    if (place == shown.n || row_at(&shown, place) != state->at)
        state->at = row_at(&shown, place < shown.n ? place : 0);
    if (list->select != NULL)
        list->select(app, state, state->at);
    return CT_OK;
}

void row_filter_ask(struct app *app)
{
    struct view_state *state;
    const struct view *const view = view_current(app, &state);
    struct row_filter *const f = filter_of(app, view);

    memcpy(f->before, f->words, sizeof f->before);
    app_prompt(app, "filter", f->words, 0, accept_filter);
    app->prompt.changed = filter_changed;
    filter_changed(app, f->before);
}

bool row_filter_drop(struct app *app, const struct view *view)
{
    struct row_filter *const f = filter_of(app, view);

    if (f->words[0] == '\0')
        return false;
    set_words(f, "");
    return true;
}

void row_filters_clear(struct app *app)
{
    for (size_t i = 0; i < MAX_VIEWS; i++)
        set_words(&app->filters[i], "");
}
