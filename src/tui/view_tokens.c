#include "config.h"
#include "tui/view.h"

#include <math.h>
#include <stdio.h>

#include "pipeline/stage_extract.h"
#include "pipeline/stage_load.h"
#include "plot/palette.h"
#include "report/page.h"
#include "tui/scroll.h"
#include "tui/token_values.h"

/* The selected sentence and its twin as text, each token in the colour of the neuron's value there;
 * without colours, with the value's glyph below it. Then a table of the tokens, side by side. */

enum { WIDE_COLS = 100, ROW_GAP = 1, TABLE_ROWS = 4 };

/* The largest |value|, the first token apart: in many models it is far from all others. */
static double find_scale(const struct app *app)
{
    double largest = 0.0;
    size_t row;

    for (size_t i = 0; i < token_values_count(app); i++) {
        const struct sentence *const s = token_values_sentence(app, i, &row);
        for (size_t t = s->n_tokens > 1; t < s->n_tokens; t++)
            largest = fmax(largest, fabs(token_values_at(app, i, t)));
    }
    return largest > 0.0 ? largest : 1.0;
}

/* ---- text ---- */

struct token_text { /* where the next token goes */
    struct canvas *c;
    struct rect area;
    size_t row, col; /* in the area */
    size_t step;     /* rows of a line */
    double scale;
};

/* The bytes of a token, or of the code points that begin in it: those that are split between tokens
 * belong to the first. */
static size_t token_bytes(const struct sentence *s, size_t t, char *out, size_t size)
{
    size_t begin = s->tokens[t].begin;
    size_t end = s->tokens[t].end;

    while (begin < end && ((unsigned char)s->text[begin] & 0xC0) == 0x80)
        begin++;
    while (end < s->size && end > begin && ((unsigned char)s->text[end] & 0xC0) == 0x80)
        end++;
    return (size_t)snprintf(out, size, "%.*s", (int)(end - begin), s->text + begin);
}

static void color_cells(const struct token_text *x, size_t cols, double value, bool is_target)
{
    enum { FAINT = 10 }; /* a part of the scale that is not coloured */
    const size_t row = x->area.row + x->row;
    const ink color = palette_point_ink(value, -x->scale, x->scale);
    const ink map = palette_ink(value, -x->scale, x->scale, true);

    for (size_t k = 0; k < cols; k++) {
        const size_t col = x->area.col + x->col + k;
        struct cell *const cell = &x->c->cells[row * x->c->cols + col];
        if (is_target)
            cell->attr |= CELL_UNDERLINE | CELL_BOLD;
        if (x->c->color && fabs(value) * FAINT >= x->scale) {
            cell->fg = color;
            cell->attr |= CELL_REVERSE;
        } else if (!x->c->color && x->row + 1 < x->area.rows) {
            canvas_put(x->c, row + 1, col, palette_glyph(map, x->c->ascii), INK_DEFAULT,
                       INK_DEFAULT, 0);
        }
    }
}

static void draw_token(struct token_text *x, const char *text, double value, bool is_target)
{
    const size_t width = canvas_text_width(x->c, text);

    if (x->col > 0 && x->col + width > x->area.cols) {
        x->row += x->step;
        x->col = 0;
        text += *text == ' ';
    }
    if (x->row >= x->area.rows || x->col >= x->area.cols)
        return;
    const size_t used = canvas_text(x->c, x->area.row + x->row, x->area.col + x->col,
                                    x->area.cols - x->col, text, INK_DEFAULT, 0);
    color_cells(x, used, value, is_target);
    x->col += used;
}

static ink group_ink(size_t group)
{
    return group == 0 ? INK_GROUP_A : group == 1 ? INK_GROUP_B : INK_DEFAULT;
}

/* Sentence i in an area; returns the rows used. */
static size_t draw_sentence(const struct app *app, size_t i, double scale, struct canvas *c,
                            struct rect area)
{
    struct token_text x = { c, area, 0, 0, c->color ? 1 : 2, scale };
    size_t row;
    const struct sentence *const s = token_values_sentence(app, i, &row);
    char head[80];

    if (area.rows < 2 || area.cols < 10)
        return 0;
    snprintf(head, sizeof head, "%.40s, sentence %zu%s",
             show_text(load_of(app->a)->group_names[s->group]).text, row,
             i == 1 ? ", its twin" : "");
    canvas_text(c, area.row, area.col, area.cols, head, group_ink(s->group), 0);
    x.area.row++;
    x.area.rows--;
    for (size_t t = 0; t < s->n_tokens; t++) {
        char text[200];
        if (token_bytes(s, t, text, sizeof text) > 0)
            draw_token(&x, text, token_values_at(app, i, t),
                       t >= s->target_first && t <= s->target);
    }
    const size_t used = 1 + x.row + x.step;
    return used < area.rows ? used : area.rows;
}

/* Both sentences, side by side if that is wide enough; returns the rows used. */
static size_t draw_texts(const struct app *app, double scale, struct canvas *c, struct rect area)
{
    const size_t n = token_values_count(app);
    const bool is_beside = n == 2 && area.cols >= WIDE_COLS;
    const size_t most = area.rows > TABLE_ROWS ? area.rows - TABLE_ROWS : 0;
    size_t used = 0;

    for (size_t i = 0; i < n; i++) {
        struct rect r = { area.row, area.col, most, area.cols };
        if (is_beside) {
            r.cols = area.cols / 2 - 1;
            r.col += i * (area.cols / 2 + 1);
        } else {
            r.row += used;
            r.rows = i + 1 < n ? (most - used) / 2 : most - used;
        }
        const size_t rows = draw_sentence(app, i, scale, c, r);
        used = is_beside ? (rows > used ? rows : used) : used + rows;
    }
    return used;
}

/* ---- the table ---- */

enum { WORD_COLS = 10, VALUE_COLS = 10 };

static size_t draw_cell(const struct app *app, size_t i, size_t t, struct canvas *c, size_t row,
                        size_t col, double scale)
{
    size_t sentence;
    const struct sentence *const s = token_values_sentence(app, i, &sentence);
    const double value = token_values_at(app, i, t);
    const bool is_target = t >= s->target_first && t <= s->target;
    char word[60];
    const size_t size =
        tokenizer_show(load_of(app->a)->tokenizer, s->tokens[t].id, word, sizeof word - 1);

    word[size < sizeof word ? size : sizeof word - 1] = '\0';
    canvas_text(c, row, col, WORD_COLS, word, is_target ? INK_ACCENT : INK_DEFAULT,
                is_target ? CELL_BOLD : 0);
    canvas_printf(c, row, col + WORD_COLS, VALUE_COLS, palette_point_ink(value, -scale, scale), 0,
                  "%*.3g", VALUE_COLS, value);
    return WORD_COLS + VALUE_COLS;
}

/* A bar from the middle of `cols`, to the right if the value is positive. */
static void draw_bar(struct canvas *c, size_t row, size_t col, size_t cols, double value,
                     double scale)
{
    const size_t half = cols / 2;
    const size_t n = (size_t)lround(fmin(fabs(value) / scale, 1.0) * (double)half);
    const ink color = palette_point_ink(value, -scale, scale);

    for (size_t k = 0; k < n; k++)
        canvas_put(c, row, value > 0.0 ? col + half + k : col + half - 1 - k,
                   c->ascii ? '=' : 0x25A0, color, INK_DEFAULT, 0);
}

/* Token t of the first sentence, the one at its place in the other, and their difference. */
static void draw_pair(const struct app *app, size_t t, struct canvas *c, size_t row,
                      struct rect area, double scale)
{
    enum { GAP = 1 };
    size_t sentence;
    size_t used = canvas_printf(c, row, area.col, area.cols, INK_DIM, 0, "%3zu ", t);
    const struct sentence *const s = token_values_sentence(app, 0, &sentence);

    if (area.cols < used + 2 * (WORD_COLS + VALUE_COLS) + GAP + VALUE_COLS)
        return;
    used += draw_cell(app, 0, t, c, row, area.col + used, scale) + GAP;
    double bar = token_values_at(app, 0, t);
    if (token_values_count(app) == 2) {
        const struct sentence *const twin = token_values_sentence(app, 1, &sentence);
        const size_t other = t + twin->target - s->target; /* may wrap: then it is too large */
        if (other >= twin->n_tokens)
            return;
        used += draw_cell(app, 1, other, c, row, area.col + used, scale);
        bar -= token_values_at(app, 1, other);
        used += canvas_printf(c, row, area.col + used, area.cols - used,
                              palette_point_ink(bar, -2 * scale, 2 * scale), 0, "%*.3g", VALUE_COLS,
                              bar);
    }
    if (area.cols > used + 10)
        draw_bar(c, row, area.col + used + 1, area.cols - used - 2, bar, 2 * scale);
}

static void draw_table(const struct app *app, struct view_state *state, double scale,
                       struct canvas *c, struct rect area)
{
    size_t row;
    const struct sentence *const s = token_values_sentence(app, 0, &row);
    const bool has_twin = token_values_count(app) == 2;

    if (area.rows < 2)
        return;
    canvas_printf(c, area.row, area.col, area.cols, INK_TITLE, CELL_BOLD, "    %-*s%*s %s",
                  WORD_COLS, "token", VALUE_COLS, "value",
                  has_twin ? "twin's         value     diff." : "");
    state->rows_shown = area.rows - 1;
    state->top = scroll_clamp(state->top, s->n_tokens, area.rows - 1);
    for (size_t t = state->top; t < s->n_tokens && t - state->top < area.rows - 1; t++)
        draw_pair(app, t, c, area.row + 1 + t - state->top, area, scale);
}

static void tokens_draw(struct app *app, const struct view *view, struct view_state *state,
                        struct canvas *c, struct rect area)
{
    size_t index;

    (void)view;
    if (token_values_count(app) == 0) {
        canvas_text(c, area.row + area.rows / 2, area.col + 2, area.cols - 2, token_values_why(app),
                    INK_DIM, 0);
        return;
    }
    const double scale = find_scale(app);
    const char *const hook = neuron_hook(extract_of(app->a), app->neuron, &index);
    canvas_printf(c, area.row, area.col, area.cols, INK_TITLE, CELL_BOLD,
                  "%.60s:%zu at every token, colours to +-%.3g", hook, index, scale);
    area.row++;
    area.rows--;
    const size_t used = draw_texts(app, scale, c, area);
    const size_t gap = used + ROW_GAP + TABLE_ROWS <= area.rows ? ROW_GAP : 0;
    if (used + gap < area.rows)
        draw_table(app, state, scale, c,
                   (struct rect){ area.row + used + gap, area.col, area.rows - used - gap,
                                  area.cols });
}

/* ---- keys ---- */

/* To the next (1) or previous (-1) sentence. */
static void step_sentence(struct app *app, int step)
{
    const size_t n = load_of(app->a)->n_sentences;

    if (step > 0 && app->sentence + 1 < n)
        app->sentence++;
    else if (step < 0 && app->sentence > 0)
        app->sentence--;
}

/* To the other sentence of the pair. */
static void go_to_twin(struct app *app)
{
    size_t row;

    if (token_values_count(app) < 2)
        return;
    (void)token_values_sentence(app, 1, &row);
    app->sentence = row;
}

static bool tokens_act(struct app *app, const struct view *view, struct view_state *state,
                       enum action action)
{
    switch (action) {
    case ACTION_UP:
    case ACTION_STEP_UP:
        step_sentence(app, -1);
        return true;
    case ACTION_DOWN:
    case ACTION_STEP_DOWN:
        step_sentence(app, 1);
        return true;
    case ACTION_CHOOSE:
        go_to_twin(app);
        return true;
    case ACTION_PAGE_UP:
    case ACTION_PAGE_DOWN:
    case ACTION_FIRST:
    case ACTION_LAST:
        return scroll_act(app, view, state, action);
    default:
        return false;
    }
}

static const struct view_key tokens_keys[] = {
    { { ACTION_UP, ACTION_DOWN }, NULL, "another sentence" },
    { { ACTION_CHOOSE }, NULL, "its twin" },
    { { ACTION_NEXT_SIGNIFICANT, ACTION_PREVIOUS_SIGNIFICANT, ACTION_FIND },
      NULL,
      "another neuron" },
    { { ACTION_PAGE_UP, ACTION_PAGE_DOWN, ACTION_FIRST, ACTION_LAST },
      "wheel",
      "scroll the table of tokens" },
    { .what = NULL },
};

static const struct view_key *tokens_hint(const struct view *view)
{
    static const struct view_key hint[] = {
        { { ACTION_UP, ACTION_DOWN }, NULL, "sentence" },
        { { ACTION_CHOOSE }, NULL, "twin" },
        { { ACTION_PAGE_UP, ACTION_PAGE_DOWN }, NULL, "scroll" },
        { .what = NULL }
    };

    (void)view;
    return hint;
}

const struct view_ops tokens_view = { tokens_draw, tokens_act, scroll_mouse, tokens_keys,
                                      tokens_hint };
