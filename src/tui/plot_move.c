#include "config.h"
#include "tui/plot_move.h"

#include <math.h>

#include "base/clock.h"
#include "pipeline/stage_load.h"

struct pick plot_selection(const struct app *app, const struct view_state *state)
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

void plot_select(struct app *app, struct view_state *state, const struct pick *pick)
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

const struct column_order *plot_columns(struct app *app, const struct plot *plot,
                                        const struct view_state *state)
{
    if (!plot->can_order || (state->columns == COLUMNS_AS_THEY_ARE && !state->peaks))
        return NULL;
    return column_order_make(&app->columns, app_analysis(app, plot->stage), state->columns,
                             state->peaks, app->version)
               ? &app->columns
               : NULL;
}

bool plot_place(struct app *app, const struct plot *plot, const struct view_state *state,
                const struct pick *pick, double *x, double *y)
{
    const struct column_order *const columns = plot_columns(app, plot, state);
    struct pick shown = *pick;

    if (columns != NULL && pick->has_neuron)
        shown.neuron = columns->place[pick->neuron];
    return pick_place(plot, app_analysis(app, plot->stage), &shown, x, y);
}

bool plot_pick(struct app *app, const struct plot *plot, const struct view_state *state, double x,
               double y, struct pick *pick)
{
    const struct column_order *const columns = plot_columns(app, plot, state);

    if (!pick_at(plot, app_analysis(app, plot->stage), x, y, pick))
        return false;
    if (columns != NULL && pick->has_neuron)
        pick->neuron = columns->order[pick->neuron];
    return true;
}

/* pick_move() in the order that is shown. */
static void move_shown(struct app *app, const struct plot *plot, const struct view_state *state,
                       int dx, int dy, struct pick *pick)
{
    const struct column_order *const columns = plot_columns(app, plot, state);

    if (columns != NULL && pick->has_neuron)
        pick->neuron = columns->place[pick->neuron];
    pick_move(plot, app_analysis(app, plot->stage), dx, dy, state->shown.y_down, pick);
    if (columns != NULL && pick->has_neuron)
        pick->neuron = columns->order[pick->neuron];
}

static bool is_zoomed(const struct plot_window *w)
{
    return w->x0 < w->x1 || w->y0 < w->y1;
}

void plot_zoom(struct app *app, const struct plot *plot, struct view_state *state, double factor)
{
    const struct pick pick = plot_selection(app, state);
    const struct plot_window w = state->shown.window;
    double x;
    double y;

    if (!plot->space->can_zoom || !(w.x0 < w.x1) || !(w.y0 < w.y1))
        return;
    if (!plot_place(app, plot, state, &pick, &x, &y)) {
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
static void follow(struct app *app, const struct plot *plot, struct view_state *state)
{
    const struct pick pick = plot_selection(app, state);
    struct plot_window *const w = &state->window;
    double x;
    double y;

    if (!is_zoomed(w) || !plot_place(app, plot, state, &pick, &x, &y))
        return;
    const double dx = x < w->x0 ? x - w->x0 : x > w->x1 ? x - w->x1 : 0.0;
    const double dy = y < w->y0 ? y - w->y0 : y > w->y1 ? y - w->y1 : 0.0;
    pan(state, dx / (w->x1 - w->x0), dy / (w->y1 - w->y0));
}

static bool same_pick(const struct pick *a, const struct pick *b)
{
    return a->has_neuron == b->has_neuron && a->neuron == b->neuron &&
           a->has_sentence == b->has_sentence && a->sentence == b->sentence &&
           a->has_other == b->has_other && a->other == b->other && a->has_item == b->has_item &&
           a->item == b->item;
}

/* Where the pick is on the screen, is_across: its column; off it: nowhere, the same for all. */
static size_t screen_place(struct app *app, const struct plot *plot, const struct view_state *state,
                           const struct pick *pick, bool is_across)
{
    size_t row, col;
    double x, y;

    if (!plot_place(app, plot, state, pick, &x, &y) ||
        !plot_view_cell(&state->shown, x, y, &row, &col))
        return SIZE_MAX;
    return is_across ? col : row * 4096 + col;
}

/* Whether what is at a place can be found from the place alone, without a search for neighbours. */
static bool is_grid(const struct plot *plot)
{
    return plot->space == &space_matrix || plot->space == &space_groups ||
           plot->space == &space_activations;
}

static size_t shifted(size_t at, size_t first, size_t n, int step, size_t cells)
{
    const size_t k = at - first;
    const size_t room = step > 0 ? n - 1 - k : k;
    const size_t most = cells < room ? cells : room;

    return step == 0 ? at : step > 0 ? at + most : at - most;
}

/* Goes to the cell of a grid that is so many cells away, or at the edge. False: it is the same. */
static bool go_in_grid(struct app *app, const struct plot *plot, struct view_state *state, int dx,
                       int dy, size_t cells)
{
    const struct rect area = state->shown.area;
    const struct pick before = plot_selection(app, state);
    struct pick pick;
    size_t row, col;
    double x, y;

    if (!plot_place(app, plot, state, &before, &x, &y) ||
        !plot_view_cell(&state->shown, x, y, &row, &col))
        return false;
    const size_t to_row = shifted(row, area.row, area.rows, -dy, cells);
    const size_t to_col = shifted(col, area.col, area.cols, dx, cells);
    const struct plot_window *const w = &state->shown.window;
    double to_x, to_y;
    if (!plot_view_point(&state->shown, to_row, to_col, &to_x, &to_y))
        return false;
    if (cells == SIZE_MAX) /* to the outermost place, not to the middle of its cell */
        to_x = dx > 0 ? w->x1 - 1e-6 * (w->x1 - w->x0) : w->x0;
    if (!plot_pick(app, plot, state, dx != 0 ? to_x : x, dx != 0 ? y : to_y, &pick) ||
        same_pick(&before, &pick))
        return false;
    plot_select(app, state, &pick);
    follow(app, plot, state);
    return true;
}

/* One item further, again and again until there are `cells` other cells behind it, or no more. */
static void go(struct app *app, const struct plot *plot, struct view_state *state, int dx, int dy,
               size_t cells)
{
    enum { MOST_STEPS = 1 << 20 };
    struct pick pick = plot_selection(app, state);
    size_t place = screen_place(app, plot, state, &pick, dx != 0);
    size_t left = cells > 0 ? cells : 1;
    const double end = clock_seconds() + 0.1;

    if (cells > 0 && is_grid(plot) && go_in_grid(app, plot, state, dx, dy, cells))
        return;
    for (size_t k = 0; k < MOST_STEPS && left > 0 && (k % 64 > 0 || clock_seconds() < end); k++) {
        const struct pick before = pick;
        move_shown(app, plot, state, dx, dy, &pick);
        if (same_pick(&before, &pick))
            break;
        const size_t now = cells > 0 ? screen_place(app, plot, state, &pick, dx != 0) : SIZE_MAX;
        left -= now != place || now == SIZE_MAX;
        place = now;
    }
    plot_select(app, state, &pick);
    follow(app, plot, state);
}

static bool go_page(struct app *app, const struct plot *plot, struct view_state *state,
                    enum action action)
{
    const size_t page = state->shown.area.cols / 2 > 0 ? state->shown.area.cols / 2 : 1;

    if (action == ACTION_PAGE_UP || action == ACTION_PAGE_DOWN)
        go(app, plot, state, action == ACTION_PAGE_DOWN ? 1 : -1, 0, page);
    else if (action == ACTION_FIRST || action == ACTION_LAST)
        go(app, plot, state, action == ACTION_LAST ? 1 : -1, 0, SIZE_MAX);
    else if (action == ACTION_ITEM_LEFT || action == ACTION_ITEM_RIGHT)
        go(app, plot, state, action == ACTION_ITEM_RIGHT ? 1 : -1, 0, 0);
    else
        return false;
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

bool plot_move_act(struct app *app, const struct plot *plot, struct view_state *state,
                   enum action action)
{
    int dx;
    int dy;

    if (action == ACTION_ZOOM_IN)
        plot_zoom(app, plot, state, 0.5);
    else if (action == ACTION_ZOOM_OUT)
        plot_zoom(app, plot, state, 2.0);
    else if (is_zoomed(&state->window) && action >= ACTION_UP && action <= ACTION_RIGHT &&
             direction_of(action, &dx, &dy))
        pan(state, 0.25 * dx, 0.25 * (state->shown.y_down ? -dy : dy));
    else if (direction_of(action, &dx, &dy))
        go(app, plot, state, dx, dy, 1);
    else
        return go_page(app, plot, state, action);
    return true;
}
