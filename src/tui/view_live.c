#include "config.h"
#include "tui/view_plot.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "pipeline/stage_tsne.h"
#include "pipeline/stage_ttest.h"
#include "report/plots/space.h"

/* Draws the progress and the estimated time left. */
static void draw_time_left(const struct app *app, struct canvas *c, struct rect area)
{
    const struct worker_news *const news = &app->news;
    const struct key_text cancel = app_key(app, ACTION_CANCEL);
    const size_t row = area.row + area.rows - 1;
    const double part = news->total > 0 ? (double)news->done / (double)news->total : 0.0;
    const bool keeps = news->job.stage == &stage_tsne;
    char words[120];

    if (part > 0.0)
        snprintf(words, sizeof words, " %3.0f %%, %.0f s left; %s cancels%s%s%s", 100.0 * part,
                 news->seconds / part * (1.0 - part), cancel.text, keeps ? ", " : "",
                 keeps ? app_key(app, ACTION_KEEP).text : "", keeps ? " keeps this" : "");
    else
        snprintf(words, sizeof words, " %s; %s cancels",
                 news->job.stage == &stage_tsne ? "searching neighbours" : "preparing",
                 cancel.text);
    const size_t width = canvas_text_width(c, words);
    const size_t bar = area.cols > width ? area.cols - width : 0;
    const size_t filled = (size_t)(part * (double)bar);
    for (size_t i = 0; i < bar; i++)
        canvas_put(c, row, area.col + i, i < filled ? '#' : '.', INK_ACCENT, INK_DEFAULT, 0);
    canvas_text(c, row, area.col + bar, area.cols - bar, words, INK_DIM, 0);
}

static void draw_running(const struct app *app, struct canvas *c, struct rect area)
{
    const struct worker_news *const news = &app->news;
    const struct ttest_stage *const t = ttest_of(app->a);
    const size_t n = news->n_points;
    const double largest = largest_t(t);
    double *const points = ct_malloc_array(2 * n, sizeof *points);
    ink *const inks = ct_malloc_array(n, sizeof *inks);
    char title[120];

    for (size_t i = 0; points != NULL && inks != NULL && i < n; i++) {
        points[2 * i] = (double)news->embedding[2 * i];
        points[2 * i + 1] = (double)news->embedding[2 * i + 1];
        inks[i] = t_ink(t->neurons[t->significant[i]].statistic, largest);
    }
    snprintf(title, sizeof title, "t-SNE of %zu neurons, iteration %zu, KL %.3f", n, news->n_iter,
             news->n_kl > 0 ? news->kl[news->n_kl - 1] : NAN);
    const struct scatter scatter = {
        .text = { .title = title },
        .x = points,
        .y = points + 1,
        .x_stride = 2,
        .y_stride = 2,
        .n = points != NULL && inks != NULL ? n : 0,
        .inks = inks,
        .marker = MARKER_VALUE,
        .equal_aspect = true,
        .bar = { true, true, -largest, largest, "t", true },
    };
    scatter_draw(c, area, &scatter, NULL);
    free(points);
    free(inks);
}

static void draw_falling(const struct app *app, struct canvas *c, struct rect area)
{
    const struct worker_news *const news = &app->news;
    /* The whole range from the start: the axis stays fixed while the curve grows. */
    const struct plot_request request = { .window = { .x1 = (double)news->total } };
    const struct plot_target target = canvas_target(c, area);
    char title[120];

    snprintf(title, sizeof title, "KL %.4f at iteration %zu", news->kl[news->n_kl - 1],
             news->n_iter);
    kl_curve_draw(&target, &request, title, news->kl_iter, news->kl, news->n_kl,
                  app->a->params.iterations);
}

static void draw_draws(const struct app *app, struct canvas *c, struct rect area)
{
    const struct worker_news *const news = &app->news;
    const struct plot_target target = canvas_target(c, area);
    char title[120];

    snprintf(title, sizeof title, "Clumping %.3f; %zu of %zu draws", news->observed.clumping,
             news->n_draws, app->a->params.draws);
    null_draws_draw(&target, NULL, title, news->observed.clumping, news->draws, news->n_draws);
}

static void draw_live(struct app *app, const struct view *view, struct view_state *state,
                      struct canvas *c, struct rect area)
{
    const struct worker_news *const news = &app->news;
    const struct rect room =
        (struct rect){ area.row, area.col, area.rows - (area.rows > 1), area.cols };

    if (!view_runs(app, view)) {
        plot_view_draw(app, view, state, c, area);
        return;
    }
    if (view->needs != &stage_tsne) {
        if (news->n_draws > 0)
            draw_draws(app, c, room);
    } else if (((const struct plot *)view->what)->space == &space_curve) {
        if (news->n_kl > 0)
            draw_falling(app, c, room);
    } else if (news->n_points > 0 && ttest_of(app->a) != NULL) {
        draw_running(app, c, room);
    }
    draw_time_left(app, c, area);
}

static bool live_act(struct app *app, const struct view *view, struct view_state *state,
                     enum action action)
{
    return !view_runs(app, view) && plot_view_act(app, view, state, action);
}

static void live_mouse(struct app *app, const struct view *view, struct view_state *state,
                       size_t row, size_t col, int wheel)
{
    if (!view_runs(app, view))
        plot_view_mouse(app, view, state, row, col, wheel);
}

const struct view_ops live_view = { draw_live, live_act, live_mouse, plot_keys, plot_hint };
