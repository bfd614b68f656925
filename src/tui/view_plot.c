#include "config.h"
#include "tui/view_plot.h"

#include <stdio.h>
#include <string.h>

#include "pipeline/stage_cluster.h"
#include "pipeline/stage_load.h"
#include "report/plots.h"
#include "report/plots/cluster_names.h"
#include "report/plots/space.h"
#include "tui/eps_curve.h"
#include "tui/key_parts.h"
#include "tui/plot_move.h"

static const struct plot *plot_of(const struct view *view)
{
    return view->what;
}

/* Marks row and column of the cursor on the axes, where plots have them. */
static void mark_axes(struct canvas *c, struct rect area, const struct plot_view *view, size_t row,
                      size_t col)
{
    const size_t below = view->area.row + view->area.rows;

    if (below + 1 < area.row + area.rows)
        canvas_put(c, below, col, c->ascii ? '^' : 0x25B2, INK_ACCENT, INK_DEFAULT, CELL_BOLD);
    if (view->area.col > area.col)
        canvas_put(c, row, view->area.col - 1, c->ascii ? '>' : 0x25B6, INK_ACCENT, INK_DEFAULT,
                   CELL_BOLD);
}

/* Marks the place, and unless the plot itself shows it, reverses its cell: visible on every kind of
 * plot. */
static void mark_cell(struct canvas *c, struct rect area, const struct plot_view *view, double x,
                      double y, bool is_shown)
{
    size_t row;
    size_t col;

    if (!plot_view_cell(view, x, y, &row, &col))
        return;
    mark_axes(c, area, view, row, col);
    if (is_shown)
        return;
    struct cell *const cell = &c->cells[row * c->cols + col];
    *cell = (struct cell){ .ch = '+', .fg = INK_ACCENT, .attr = CELL_REVERSE | CELL_BOLD };
}

enum { LEAST_ROWS = 12 }; /* of a view that has a row for the curve of eps */

/* A plot, and the value under its cursor in the last row; above that, the curve of eps. */
static struct rect without_last_rows(const struct plot *plot, struct rect area)
{
    area.rows -= area.rows >= LEAST_ROWS && plot_shows_eps(plot);
    area.rows -= area.rows > 1;
    return area;
}

/* Scale and cluster, which the plot itself does not show. */
static void draw_read_out(const struct app *app, const struct view_state *state, struct canvas *c,
                          struct rect area, const char *words)
{
    char note[CLUSTER_WORDS_SIZE + 20] = "";
    char cluster[CLUSTER_WORDS_SIZE];

    if (state->scale > 0.0 && state->scale != 1.0)
        snprintf(note, sizeof note, " scale x%g", state->scale);
    else if (app->mark.method != NULL) {
        cluster_words(app->a, app->mark, cluster);
        snprintf(note, sizeof note, " %s, esc clears", cluster);
    }
    const size_t width = canvas_text_width(c, note);
    const size_t room = width < area.cols ? area.cols - width : 0;
    const size_t row = area.row + area.rows - 1;

    canvas_text(c, row, area.col, room, words, INK_ACCENT, 0);
    canvas_text(c, row, area.col + room, width, note, INK_DIM, 0);
}

static bool plot_is_by_sentence(const struct plot *plot)
{
    return plot->space == &space_sentences || plot->space == &space_neuron ||
           plot->space == &space_activations;
}

/* Adds the text of the selected sentence. */
static void add_sentence(const struct app *app, char *words, size_t size)
{
    const struct sentence *const s = &load_of(app->a)->sentences[app->sentence];
    const size_t used = strlen(words);

    if (used > 0 && s->text != NULL && s->size < 1000)
        snprintf(words + used, size - used, ": %.*s", (int)s->size, s->text);
}

void plot_view_draw(struct app *app, const struct view *view, struct view_state *state,
                    struct canvas *c, struct rect area)
{
    const struct plot *const plot = plot_of(view);
    const struct plot_request request = { .window = state->window,
                                          .has_neuron = app->has_neuron,
                                          .neuron = app->neuron,
                                          .mark = app->mark,
                                          .scale = state->scale,
                                          .columns = plot_columns(app, plot, state),
                                          .cache = &app->caches[view - views],
                                          .version = app->version,
                                          .view = &state->shown };
    const struct plot_target target = canvas_target(c, without_last_rows(plot, area));
    const struct pick pick = plot_selection(app, state);
    char words[1400];
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
    if (plot_place(app, plot, state, &pick, &x, &y))
        mark_cell(c, target.area, &state->shown, x, y, plot->space->shows_selection);
    pick_describe(plot, app_analysis(app, plot->stage), &pick, words, sizeof words);
    if (plot_is_by_sentence(plot))
        add_sentence(app, words, sizeof words);
    if (area.rows > 1)
        draw_read_out(app, state, c, area, words);
    if (area.rows >= LEAST_ROWS && plot_shows_eps(plot))
        eps_curve_draw(app, c, (struct rect){ area.row + area.rows - 2, area.col, 1, area.cols });
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

/* The next order of the neurons that there is a result for, or the other value of a pixel. */
static bool arrange(struct app *app, const struct plot *plot, struct view_state *state,
                    enum action action)
{
    static const char *const orders[N_COLUMN_KINDS] = { "as they are", "by t", "by cluster" };

    if (!plot->can_order)
        return false;
    if (action == ACTION_PEAKS)
        state->peaks = !state->peaks;
    else
        do
            state->columns = (state->columns + 1) % N_COLUMN_KINDS;
        while (state->columns != COLUMNS_AS_THEY_ARE && plot_columns(app, plot, state) == NULL);
    state->window = (struct plot_window){ 0 };
    app_say(app, INK_DEFAULT, "neurons %s, %s of each cell", orders[state->columns],
            state->peaks ? "largest |x|" : "mean");
    return true;
}

bool plot_view_act(struct app *app, const struct view *view, struct view_state *state,
                   enum action action)
{
    const struct plot *const plot = plot_of(view);

    if ((action == ACTION_SCALE_DOWN || action == ACTION_SCALE_UP) && plot_shows_eps(plot)) {
        parameters_step(app, "eps", action == ACTION_SCALE_UP ? 1 : -1);
        return true;
    }
    if (action == ACTION_SCALE_DOWN || action == ACTION_SCALE_UP)
        return rescale(plot, state, action == ACTION_SCALE_DOWN ? 0.5 : 2.0);
    if (action == ACTION_ORDER || action == ACTION_PEAKS)
        return arrange(app, plot, state, action);
    if (action != ACTION_ZOOM_ALL)
        return plot_move_act(app, plot, state, action);
    state->window = (struct plot_window){ 0 };
    state->scale = 0.0;
    return true;
}

void plot_view_mouse(struct app *app, const struct view *view, struct view_state *state, size_t row,
                     size_t col, int wheel)
{
    const struct plot *const plot = plot_of(view);
    struct pick pick;
    double x;
    double y;

    if (wheel != 0)
        plot_zoom(app, plot, state, wheel < 0 ? 0.5 : 2.0);
    else if (plot_view_point(&state->shown, row, col, &x, &y) &&
             plot_pick(app, plot, state, x, y, &pick))
        plot_select(app, state, &pick);
}

const struct view_key plot_keys[] = {
    { { ACTION_UP, ACTION_DOWN, ACTION_LEFT, ACTION_RIGHT, ACTION_STEP_LEFT, ACTION_STEP_DOWN,
        ACTION_STEP_UP, ACTION_STEP_RIGHT },
      NULL,
      "move by a cell (arrows pan a zoomed plot)" },
    { { ACTION_ITEM_LEFT, ACTION_ITEM_RIGHT }, NULL, "move by one neuron, sentence or bin" },
    { { ACTION_PAGE_UP, ACTION_PAGE_DOWN, ACTION_FIRST, ACTION_LAST },
      NULL,
      "half the width to the left, right; the first, last" },
    { { ACTION_ZOOM_IN, ACTION_ZOOM_OUT, ACTION_ZOOM_ALL }, "wheel", "zoom in, out, reset" },
    { { ACTION_ORDER, ACTION_PEAKS }, NULL, "activations: order of the neurons; mean or largest" },
    { { ACTION_SCALE_DOWN, ACTION_SCALE_UP },
      NULL,
      "halve, double a heatmap's colour scale; a smaller, larger eps" },
    { { ACTION_BACK }, NULL, "clear the marked cluster" },
    { { ACTION_NONE }, "click", "select the item" },
    { .what = NULL },
};

const struct view_key *plot_hint(const struct view *view)
{
    static const struct view_key hint[] = {
        { { ACTION_UP, ACTION_DOWN, ACTION_LEFT, ACTION_RIGHT }, NULL, "move" },
        { { ACTION_ZOOM_IN, ACTION_ZOOM_OUT, ACTION_ZOOM_ALL }, NULL, "zoom" },
        { .what = NULL }
    };

    (void)view;
    return hint;
}

const struct view_ops plot_view = { plot_view_draw, plot_view_act, plot_view_mouse, plot_keys,
                                    plot_hint };
