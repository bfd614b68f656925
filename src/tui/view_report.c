#include "config.h"
#include "tui/view.h"

#include <stdlib.h>
#include <string.h>

#include "report/page.h"
#include "report/summary.h"
#include "tui/card.h"
#include "tui/scroll.h"

/* What a stage and its parts say in the report, or all stages, as wide as the view; while the stage
 * runs, its live view instead. */

const char whole_report[] = "all stages";

static const struct view *live_view_of(const struct view *view)
{
    for (size_t i = 0; i < n_views; i++)
        if (views[i].ops == &live_view && views[i].needs == view->needs)
            return &views[i];
    return NULL;
}

/* One p is for one question: of several answers, the best is not what it seems. */
static void write_count(const struct app *app, struct page *page)
{
    if (app->answers.n < 2)
        return;
    page->heading = "Session";
    page_text(
        page,
        "%zu different answers were computed in this session: to be significant, the smallest "
        "p of them has to be at most %g / %zu (Holm).",
        app->answers.n, app->a->params.alpha, app->answers.n);
}

/* The text, owned by the caller; NULL: out of memory. */
static char *write_report(const struct app *app, const struct view *view, size_t cols)
{
    char *text = NULL;
    size_t size = 0;
    struct page page = { .file = open_memstream(&text, &size), .width = cols, .is_narrow = true };

    if (page.file == NULL)
        return NULL;
    if (app_is_stale(app, view->needs))
        page_text(&page, "It was computed with other parameters.");
    else
        summary_of_stage(app_analysis(app, view->stage),
                         view->what == whole_report ? NULL : view->stage, &page);
    write_count(app, &page);
    return fclose(page.file) == 0 ? text : NULL;
}

static size_t count_lines(const char *text)
{
    size_t n = 0;

    for (; (text = strchr(text, '\n')) != NULL; text++)
        n++;
    return n;
}

/* Headings begin in the first column, text does not, but for cards, which are Markdown. */
static void draw_line(struct canvas *c, size_t row, struct rect area, const char *line,
                      bool is_card)
{
    const bool is_heading = *line == '#' || (*line != ' ' && !is_card);

    canvas_text(c, row, area.col + 1, area.cols - 1, line, is_heading ? INK_ACCENT : INK_DEFAULT,
                is_heading ? CELL_BOLD : 0);
}

/* Draws a text from state->top on, and frees it. */
static void draw_text(struct canvas *c, struct rect area, struct view_state *state, char *text,
                      bool is_card)
{
    size_t i = 0;

    if (text == NULL)
        return;
    state->rows_shown = area.rows;
    state->top = scroll_clamp(state->top, count_lines(text), area.rows);
    for (char *at = text, *line; (line = strsep(&at, "\n")) != NULL; i++)
        if (i >= state->top && i - state->top < area.rows)
            draw_line(c, area.row + i - state->top, area, line, is_card);
    free(text);
}

static void report_draw(struct app *app, const struct view *view, struct view_state *state,
                        struct canvas *c, struct rect area)
{
    const struct view *const live = live_view_of(view);

    if (live != NULL && view_runs(app, view)) {
        live->ops->draw(app, live, state, c, area);
        return;
    }
    draw_text(c, area, state, write_report(app, view, area.cols - 1), false);
}
const struct view_ops report_view = { report_draw, scroll_act, scroll_mouse, scroll_keys,
                                      scroll_hint };

static void card_draw(struct app *app, const struct view *view, struct view_state *state,
                      struct canvas *c, struct rect area)
{
    (void)view;
    if (app->has_neuron)
        draw_text(c, area, state, card_write(app), true);
    else
        canvas_printf(c, area.row + area.rows / 2, area.col + 2, area.cols - 2, INK_DIM, 0,
                      "%s selects a significant neuron",
                      app_key(app, ACTION_NEXT_SIGNIFICANT).text);
}

const struct view_ops card_view = { card_draw, scroll_act, scroll_mouse, scroll_keys, scroll_hint };
