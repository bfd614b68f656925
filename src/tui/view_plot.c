#include "config.h"
#include "tui/view.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "pipeline/stage_load.h"
#include "pipeline/stage_tsne.h"
#include "pipeline/stage_ttest.h"
#include "report/plots.h"
#include "report/plots/space.h"
#include "tui/screen.h"

static const struct plot *plot_of(const struct view *view)
{
    return view->what;
}

/* The selection, as far as the plot can show it. */
static struct pick selection(const struct app *app, const struct view_state *state)
{
    return (struct pick){ .has_neuron = app->has_neuron,
                          .neuron = app->neuron,
                          .has_sentence = load_of(app->a) != NULL,
                          .sentence = app->sentence,
                          .has_other = state->has_other,
                          .other = state->other,
                          .has_item = state->has_item,
                          .item = state->item };
}

static void select_pick(struct app *app, struct view_state *state, const struct pick *pick)
{
    if (pick->has_neuron)
        app_select_neuron(app, pick->neuron);
    if (pick->has_sentence)
        app->sentence = pick->sentence;
    state->has_other = pick->has_other;
    state->other = pick->other;
    state->has_item = pick->has_item;
    state->item = pick->item;
}

/* Reverses the selected cell: visible on every kind of plot. */
static void mark_cell(struct canvas *c, const struct plot_view *view, double x, double y)
{
    size_t row;
    size_t col;

    if (!plot_view_cell(view, x, y, &row, &col))
        return;
    struct cell *const cell = &c->cells[row * c->cols + col];
    *cell = (struct cell){ .ch = '+', .fg = INK_ACCENT, .attr = CELL_REVERSE | CELL_BOLD };
}

/* A plot, and the value under its cursor in the last row. */
static struct rect without_last_row(struct rect area)
{
    area.rows -= area.rows > 1;
    return area;
}

/* Scale and cluster, which the plot itself does not show. */
static void draw_read_out(const struct app *app, const struct view_state *state, struct canvas *c,
                          struct rect area, const char *words)
{
    char note[60] = "";

    if (state->scale > 0.0 && state->scale != 1.0)
        snprintf(note, sizeof note, " scale x%g", state->scale);
    else if (app->mark.method != NULL)
        snprintf(note, sizeof note, " %s %d, esc clears", app->mark.method->title,
                 (int)app->mark.label);
    const size_t width = canvas_text_width(c, note);
    const size_t room = width < area.cols ? area.cols - width : 0;
    const size_t row = area.row + area.rows - 1;

    if (canvas_text_width(c, words) <= room)
        canvas_text(c, row, area.col + room, width, note, INK_DIM, 0);
    canvas_text(c, row, area.col, area.cols, words, INK_ACCENT, 0);
}

static void draw_plot(struct app *app, const struct view *view, struct view_state *state,
                      struct canvas *c, struct rect area)
{
    const struct plot *const plot = plot_of(view);
    const struct plot_request request = { .window = state->window,
                                          .has_neuron = app->has_neuron,
                                          .neuron = app->neuron,
                                          .mark = app->mark,
                                          .scale = state->scale,
                                          .cache = &app->caches[view - views],
                                          .version = app->version,
                                          .view = &state->shown };
    const struct plot_target target = canvas_target(c, without_last_row(area));
    const struct pick pick = selection(app, state);
    char words[300];
    double x;
    double y;

    state->shown = (struct plot_view){ 0 };
    if (plot->space == &space_neuron && !app->has_neuron) {
        snprintf(words, sizeof words, "no neuron is selected: %s finds one",
                 app_key(app, ACTION_FIND).text);
        show_words(&target, plot->title, words);
        return;
    }
    plot_draw(plot, app_analysis(app, plot->stage), &target, &request);
    if (pick_place(plot, app_analysis(app, plot->stage), &pick, &x, &y) &&
        !plot->space->shows_selection)
        mark_cell(c, &state->shown, x, y);
    pick_describe(plot, app_analysis(app, plot->stage), &pick, words, sizeof words);
    if (area.rows > 1)
        draw_read_out(app, state, c, area, words);
}

/* ---- zoom and pan ---- */

static bool is_zoomed(const struct plot_window *w)
{
    return w->x0 < w->x1 || w->y0 < w->y1;
}

/* Scales the width of the window by factor; the selection, or the centre, stays in place. */
static void zoom(const struct app *app, const struct plot *plot, struct view_state *state,
                 double factor)
{
    const struct pick pick = selection(app, state);
    const struct plot_window w = state->shown.window;
    double x;
    double y;

    if (!plot->space->can_zoom || !(w.x0 < w.x1) || !(w.y0 < w.y1))
        return;
    if (!pick_place(plot, app_analysis(app, plot->stage), &pick, &x, &y)) {
        x = (w.x0 + w.x1) / 2;
        y = (w.y0 + w.y1) / 2;
    }
    x = fmin(fmax(x, w.x0), w.x1);
    y = fmin(fmax(y, w.y0), w.y1);
    state->window = (struct plot_window){ x - (x - w.x0) * factor, x + (w.x1 - x) * factor,
                                          y - (y - w.y0) * factor, y + (w.y1 - y) * factor };
}

/* Moves the window by a fraction of its size. */
static void pan(struct view_state *state, double dx, double dy)
{
    struct plot_window *const w = &state->window;
    const double width = w->x1 - w->x0;
    const double height = w->y1 - w->y0;

    w->x0 += dx * width;
    w->x1 += dx * width;
    w->y0 += dy * height;
    w->y1 += dy * height;
}

/* Keeps the selection visible in a zoomed plot. */
static void follow(const struct app *app, const struct plot *plot, struct view_state *state)
{
    const struct pick pick = selection(app, state);
    struct plot_window *const w = &state->window;
    double x;
    double y;

    if (!is_zoomed(w) || !pick_place(plot, app_analysis(app, plot->stage), &pick, &x, &y))
        return;
    const double dx = x < w->x0 ? x - w->x0 : x > w->x1 ? x - w->x1 : 0.0;
    const double dy = y < w->y0 ? y - w->y0 : y > w->y1 ? y - w->y1 : 0.0;
    pan(state, dx / (w->x1 - w->x0), dy / (w->y1 - w->y0));
}

static bool move(struct app *app, const struct plot *plot, struct view_state *state, int dx, int dy)
{
    struct pick pick = selection(app, state);

    pick_move(plot, app_analysis(app, plot->stage), dx, dy, state->shown.y_down, &pick);
    select_pick(app, state, &pick);
    follow(app, plot, state);
    return true;
}

static bool direction_of(enum action action, int *dx, int *dy)
{
    *dx = (action == ACTION_RIGHT || action == ACTION_STEP_RIGHT) -
          (action == ACTION_LEFT || action == ACTION_STEP_LEFT);
    *dy = (action == ACTION_UP || action == ACTION_STEP_UP) -
          (action == ACTION_DOWN || action == ACTION_STEP_DOWN);
    return *dx != 0 || *dy != 0;
}

/* Changes the colour scale of plots whose scale is adjustable. */
static bool rescale(const struct plot *plot, struct view_state *state, double factor)
{
    const double scale = (state->scale > 0.0 ? state->scale : 1.0) * factor;

    if (!plot->has_scale)
        return false;
    if (scale > 1e-6 && scale < 1e6)
        state->scale = scale;
    return true;
}

static bool plot_act(struct app *app, const struct view *view, struct view_state *state,
                     enum action action)
{
    const struct plot *const plot = plot_of(view);
    int dx;
    int dy;

    if (action == ACTION_ZOOM_IN)
        zoom(app, plot, state, 0.5);
    else if (action == ACTION_ZOOM_OUT)
        zoom(app, plot, state, 2.0);
    else if (action == ACTION_SCALE_DOWN || action == ACTION_SCALE_UP)
        return rescale(plot, state, action == ACTION_SCALE_DOWN ? 0.5 : 2.0);
    else if (action == ACTION_ZOOM_ALL) {
        state->window = (struct plot_window){ 0 };
        state->scale = 0.0;
    } else if (is_zoomed(&state->window) && action >= ACTION_UP && action <= ACTION_RIGHT &&
               direction_of(action, &dx, &dy))
        pan(state, 0.25 * dx, 0.25 * (state->shown.y_down ? -dy : dy));
    else if (direction_of(action, &dx, &dy))
        return move(app, plot, state, dx, dy);
    else
        return false;
    return true;
}

static void plot_mouse(struct app *app, const struct view *view, struct view_state *state,
                       size_t row, size_t col, int wheel)
{
    const struct plot *const plot = plot_of(view);
    struct pick pick;
    double x;
    double y;

    if (wheel != 0)
        zoom(app, plot, state, wheel < 0 ? 0.5 : 2.0);
    else if (plot_view_point(&state->shown, row, col, &x, &y) &&
             pick_at(plot, app_analysis(app, plot->stage), x, y, &pick))
        select_pick(app, state, &pick);
}

static const struct view_key plot_keys[] = {
    { { ACTION_UP, ACTION_DOWN, ACTION_LEFT, ACTION_RIGHT, ACTION_STEP_LEFT, ACTION_STEP_DOWN,
        ACTION_STEP_UP, ACTION_STEP_RIGHT },
      NULL,
      "select the neighbour (arrows pan a zoomed plot)" },
    { { ACTION_ZOOM_IN, ACTION_ZOOM_OUT, ACTION_ZOOM_ALL }, "wheel", "zoom in, out, reset" },
    { { ACTION_SCALE_DOWN, ACTION_SCALE_UP }, NULL, "halve, double a heatmap's colour scale" },
    { { ACTION_BACK }, NULL, "clear the marked cluster" },
    { { ACTION_NONE }, "click", "select the item" },
    { .what = NULL },
};

static const struct view_key *plot_hint(const struct view *view)
{
    static const struct view_key hint[] = {
        { { ACTION_UP, ACTION_DOWN, ACTION_LEFT, ACTION_RIGHT }, NULL, "move" },
        { { ACTION_ZOOM_IN, ACTION_ZOOM_OUT, ACTION_ZOOM_ALL }, NULL, "zoom" },
        { .what = NULL }
    };

    (void)view;
    return hint;
}

const struct view_ops plot_view = { draw_plot, plot_act, plot_mouse, plot_keys, plot_hint };

/* ---- stages while they run ---- */

/* Draws the progress and the estimated time left. */
static void draw_time_left(const struct app *app, struct canvas *c, struct rect area)
{
    const struct worker_news *const news = &app->news;
    const struct key_text cancel = app_key(app, ACTION_CANCEL);
    const size_t row = area.row + area.rows - 1;
    const double part = news->total > 0 ? (double)news->done / (double)news->total : 0.0;
    char words[120];

    if (part > 0.0)
        snprintf(words, sizeof words, " %3.0f %%, %.0f s left; %s cancels", 100.0 * part,
                 news->seconds / part * (1.0 - part), cancel.text);
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
    const struct rect room = without_last_row(area);

    if (!view_runs(app, view)) {
        draw_plot(app, view, state, c, area);
        return;
    }
    if (view->needs != &stage_tsne) {
        if (news->n_draws > 0)
            draw_draws(app, c, room);
    } else if (plot_of(view)->space == &space_curve) {
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
    return !view_runs(app, view) && plot_act(app, view, state, action);
}

static void live_mouse(struct app *app, const struct view *view, struct view_state *state,
                       size_t row, size_t col, int wheel)
{
    if (!view_runs(app, view))
        plot_mouse(app, view, state, row, col, wheel);
}

const struct view_ops live_view = { draw_live, live_act, live_mouse, plot_keys, plot_hint };
