#include "config.h"
#include "tui/draw.h"

#include <stdio.h>

#include "tui/draw_parts.h"
#include "tui/row_filter.h"
#include "tui/view.h"
#include "tui/view_beside.h"

static void draw_view(struct app *app, struct canvas *c, struct rect r)
{
    struct view_state *state;
    const struct view *const view = view_current(app, &state);
    const bool runs = app_runs(app, view->stage);
    const bool is_stale =
        view->needs != NULL && app_has(app, view->needs) && app_is_stale(app, view->needs);
    char title[320];
    char stale[60];

    if (runs || app_is_due(app, view->needs))
        snprintf(stale, sizeof stale, ", being recomputed");
    else
        snprintf(stale, sizeof stale, ", stale: %s recomputes it",
                 app_key(app, ACTION_UPDATE).text);
    const char *const filter = row_filter_words(app, view);
    snprintf(title, sizeof title, "%s %zu/%zu%s%s%.100s", view->name,
             app->view[panel_row(app->stage)] + 1, view_count(app->stage), is_stale ? stale : "",
             filter[0] != '\0' ? ", only " : "", filter);
    const struct rect in = draw_frame(c, r, title, app->pane == PANE_VIEW);
    if (in.rows < 3 || in.cols < 10)
        return;
    const bool is_live =
        view_runs(app, view) && (view->ops == &live_view || view->ops == &report_view);
    if (view->needs == NULL || app_has(app, view->needs) || is_live)
        view->ops->draw(app, view, state, c, in);
    else if (runs || app_is_due(app, view->needs))
        draw_progress(app, c, in);
    else
        draw_offer(app, c, in, view->needs);
}

static void draw_beside(struct app *app, struct canvas *c, struct rect r, const struct view *view,
                        struct view_state *state)
{
    const struct rect in =
        draw_frame(c, r, app_is_stale(app, view->needs) ? "stale" : view->name, false);

    view->ops->draw(app, view, state, c, in);
}

void draw_screen(struct app *app, struct canvas *c)
{
    struct view_state *state;
    struct layout l;

    if (c->rows < MIN_ROWS || c->cols < MIN_COLS) {
        canvas_printf(c, 0, 0, c->cols, INK_WARN, 0, "needs %d x %d, has %zu x %zu", MIN_COLS,
                      MIN_ROWS, c->cols, c->rows);
        return;
    }
    const struct view *const other = view_beside(app, &state);

    layout_make(&l, c->rows, c->cols, app->is_wide);
    if (other != NULL)
        layout_split(&l);
    if (other != NULL && l.beside.cols > 0)
        draw_beside(app, c, l.beside, other, state);
    draw_panel_header(app, c, l.header);
    draw_view(app, c, l.view);
    if (l.pipeline.rows > 0)
        draw_panel_pipeline(app, c, &l);
    if (l.parameters.rows > 2)
        draw_panel_parameters(app, c, l.parameters);
    if (l.neuron.rows > 0)
        draw_panel_neuron(app, c, l.neuron);
    draw_footer(app, c, l.footer);
    if (app->mode == MODE_HELP)
        draw_help(app, c);
}
