#include "config.h"
#include "tui/list_parts.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/text.h"
#include "pipeline/stage_load.h"
#include "tui/fit.h"

static size_t count_sentences(struct app *app, const struct view_state *state)
{
    (void)state;
    return load_of(app->a)->n_sentences;
}

static ink group_ink(size_t group)
{
    return group == 0 ? INK_GROUP_A : group == 1 ? INK_GROUP_B : INK_DEFAULT;
}

/* Combining marks after a boundary belong to the character before it. */
static size_t past_marks(const struct sentence *s, size_t at)
{
    uint32_t ch;
    size_t size;

    while (at > 0 && (size = utf8_decode(s->text + at, s->size - at, &ch)) > 0 && ch >= 0x300 &&
           !text_is_control(ch) && text_width(ch) == 0)
        at += size;
    return at;
}

/* Draws the text with the target marked at its token boundaries; later text has no influence. If
 * the target does not fit, the beginning of the text is cut. */
void list_draw_text(const struct sentence *s, struct canvas *c, size_t row, size_t col, size_t cols)
{
    enum { AFTER_COLS = 8 }; /* columns kept for what follows */
    const size_t begin = past_marks(s, s->tokens[s->target_first].begin);
    const size_t end = past_marks(s, s->tokens[s->target].end);
    char *const before = ct_strndup(s->text, begin);
    char *const target = ct_strndup(s->text + begin, end > begin ? end - begin : 0);
    char *const after = ct_strndup(s->text + end, s->size - end);

    if (before != NULL && target != NULL && after != NULL) {
        const size_t width = canvas_text_width(c, after);
        const size_t rest =
            canvas_text_width(c, target) + (width < AFTER_COLS ? width : AFTER_COLS);
        size_t used =
            fit_draw_tail(c, row, col, cols > rest ? cols - rest : 0, before, INK_DEFAULT, 0);
        used += canvas_text(c, row, col + used, cols - used, target, INK_ACCENT,
                            CELL_BOLD | CELL_UNDERLINE);
        if (used < cols)
            canvas_text(c, row, col + used, cols - used, after, INK_DIM, 0);
    }
    free(before);
    free(target);
    free(after);
}

void list_draw_sentence(struct app *app, const struct view_state *state, size_t i, struct canvas *c,
                        size_t row, size_t col, size_t cols)
{
    enum { GROUP_COLS = 8 };
    const struct sentence *const s = &load_of(app->a)->sentences[i];
    size_t used = PUT(c, row, col, cols, INK_DEFAULT, "%5zu ", i);

    (void)state;
    if (used + GROUP_COLS >= cols)
        return;
    canvas_text(c, row, col + used, GROUP_COLS, load_of(app->a)->group_names[s->group],
                group_ink(s->group), 0);
    used += GROUP_COLS;
    used += PUT(c, row, col + used, cols - used, INK_DEFAULT, " %4zu  ", s->target);
    if (s->text != NULL && used < cols)
        list_draw_text(s, c, row, col + used, cols - used);
}

static void select_sentence(struct app *app, const struct view_state *state, size_t i)
{
    (void)state;
    app->sentence = i;
}

static size_t selected_sentence(struct app *app, const struct view_state *state)
{
    (void)state;
    return app->sentence;
}

const struct list sentence_list = {
    .is_searched = true,
    .header = "  row group    token  text",
    .count = count_sentences,
    .draw = list_draw_sentence,
    .select = select_sentence,
    .selected = selected_sentence,
};
