#include "config.h"
#include "tui/view.h"

#include <stdlib.h>
#include <string.h>

#include "report/page.h"
#include "report/summary.h"
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

/* Headings begin in the first column, text does not. */
static void draw_line(struct canvas *c, size_t row, struct rect area, const char *line)
{
    const bool is_heading = *line != ' ';

    canvas_text(c, row, area.col + 1, area.cols - 1, line, is_heading ? INK_ACCENT : INK_DEFAULT,
                is_heading ? CELL_BOLD : 0);
}

static void report_draw(struct app *app, const struct view *view, struct view_state *state,
                        struct canvas *c, struct rect area)
{
    const struct view *const live = live_view_of(view);
    char *rest = NULL;
    size_t i = 0;

    if (live != NULL && view_runs(app, view)) {
        live->ops->draw(app, live, state, c, area);
        return;
    }
    char *const text = write_report(app, view, area.cols - 1);
    if (text == NULL)
        return;
    state->rows_shown = area.rows;
    state->top = scroll_clamp(state->top, count_lines(text), area.rows);
    for (char *line = strtok_r(text, "\n", &rest); line != NULL;
         line = strtok_r(NULL, "\n", &rest), i++)
        if (i >= state->top && i - state->top < area.rows)
            draw_line(c, area.row + i - state->top, area, line);
    free(text);
}

const struct view_ops report_view = { report_draw, scroll_act, scroll_mouse, scroll_keys,
                                      scroll_hint };
