#include "config.h"
#include "tui/view.h"

#include <stdlib.h>
#include <string.h>

#include "pipeline/stage_answer.h"
#include "report/page.h"
#include "report/summary.h"
#include "tui/fit.h"
#include "tui/scroll.h"

/* What a stage and its parts say in the report, wrapped to the width of the view. */

struct print {
    struct canvas *canvas;
    struct rect area;
    size_t top; /* lines above the area */
    size_t n;   /* lines so far */
};

static void print_line(struct print *p, const char *text, size_t size, size_t indent, ink color)
{
    const struct rect a = p->area;

    if (p->n >= p->top && p->n - p->top < a.rows && a.cols > indent + 1)
        canvas_printf(p->canvas, a.row + p->n - p->top, a.col + indent, a.cols - indent, color, 0,
                      "%.*s", (int)size, text);
    p->n++;
}

static void print_wrapped(struct print *p, const char *text, size_t indent)
{
    const size_t cols = p->area.cols > indent + 1 ? p->area.cols - indent - 1 : 1;
    size_t size;

    while ((size = fit_line(p->canvas, text, cols)) > 0) {
        print_line(p, text, size, indent, INK_DEFAULT);
        text += size;
    }
}

/* A heading takes a line of its own, since a view is narrower than a report. */
static void print_report(struct print *p, char *text)
{
    for (char *line = text; *line != '\0';) {
        char *const end = line + strcspn(line, "\n");
        const bool is_last = *end == '\0';
        *end = '\0';
        const size_t length = strlen(line);
        const size_t heading = length < PAGE_HEADING ? length : strcspn(line, " ");
        if (heading > 0)
            print_line(p, line, heading, 1, INK_ACCENT);
        if (length > PAGE_HEADING)
            print_wrapped(p, line + PAGE_HEADING, 3);
        line = is_last ? end : end + 1;
    }
}

/* One p is for one question: of several answers, the best is not what it seems. */
static void print_count(const struct app *app, struct print *p)
{
    char text[200];

    if (app->answers.n < 2)
        return;
    print_line(p, "Session", strlen("Session"), 1, INK_ACCENT);
    snprintf(text, sizeof text,
             "%zu different answers were computed in this session: to be significant, the smallest "
             "p of them has to be at most %g / %zu (Holm).",
             app->answers.n, app->a->params.alpha, app->answers.n);
    print_wrapped(p, text, 3);
}

static void draw_text(const struct app *app, struct view_state *state, struct print *p,
                      const char *text)
{
    for (int pass = 0; pass < 2;
         pass++) { /* after the first it is known how many lines there are */
        char *const copy = strdup(text);
        if (copy == NULL)
            return;
        p->n = 0;
        canvas_fill(p->canvas, p->area, ' ', INK_DEFAULT, INK_DEFAULT);
        print_report(p, copy);
        print_count(app, p);
        free(copy);
        state->top = p->top = scroll_clamp(p->top, p->n, p->area.rows);
    }
}

static void report_draw(struct app *app, const struct view *view, struct view_state *state,
                        struct canvas *c, struct rect area)
{
    struct print p = { .canvas = c, .area = area };
    char *text = NULL;
    struct ct_error err;

    state->rows_shown = area.rows;
    if (app_is_stale(app, view->needs)) {
        print_wrapped(&p, "It was computed with other parameters.", 1);
    } else if (summary_of_stage(app->a, view->needs, &text, &err) != CT_OK) {
        print_wrapped(&p, err.text, 1);
    } else {
        p.top = state->top;
        draw_text(app, state, &p, text);
    }
    free(text);
}

const struct view_ops report_view = { report_draw, scroll_act, scroll_mouse, scroll_keys,
                                      scroll_hint };
