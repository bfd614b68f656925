#include "config.h"
#include "tui/view.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "pipeline/expect.h"
#include "pipeline/stage_extract.h"
#include "tui/draw_parts.h"
#include "tui/scroll.h"

/* The units of a run that is shared out, as they come: a cell a unit, or some units, and what Slurm
 * says of the tasks. */

/* The share of units there among those of a cell, as a sign: none, some, all. */
static void draw_cell(struct canvas *c, size_t row, size_t col, const bool *present, size_t n)
{
    size_t n_present = 0;

    for (size_t i = 0; i < n; i++)
        n_present += present[i];
    canvas_put(c, row, col,
               n_present == 0   ? '.'
               : n_present == n ? '#'
                                : '+',
               n_present == 0 ? INK_DIM : INK_ACCENT, INK_DEFAULT, 0);
}

/* Returns the rows it took. */
static size_t draw_map(struct canvas *c, struct rect area, const struct watch *w, size_t n)
{
    const size_t most = area.rows * area.cols;
    const size_t each = most > 0 ? n / most + (n % most > 0) : 0; /* units in a cell */

    if (w->present == NULL || each == 0)
        return 0;
    const size_t n_cells = n / each + (n % each > 0);
    for (size_t i = 0; i < n_cells; i++)
        draw_cell(c, area.row + i / area.cols, area.col + i % area.cols, w->present + i * each,
                  size_min(each, n - i * each));
    return (n_cells + area.cols - 1) / area.cols;
}

/* Lines of text from a row on, as far as there is room. Returns the rows it took. */
static size_t draw_lines(struct canvas *c, struct rect area, size_t row, const char *text)
{
    size_t n = 0;

    while (*text != '\0' && row + n < area.row + area.rows) {
        const size_t size = strcspn(text, "\n");
        canvas_printf(c, row + n++, area.col, area.cols, INK_DEFAULT, 0, "%.*s", (int)size, text);
        text += size + (text[size] == '\n');
    }
    return n;
}

static void draw_queue(struct canvas *c, struct rect area, size_t row, const struct watch *w)
{
    const struct queue *const q = &w->queue;
    const size_t end = area.row + area.rows;
    const char *const state = q->is_missing        ? "there is no squeue here"
                              : !q->has_asked      ? "asking"
                              : q->text[0] == '\0' ? "no job of the name circuittui"
                                                   : "";

    if (row < end)
        canvas_printf(c, row++, area.col, area.cols, INK_DIM, 0, "Slurm    %s", state);
    row += draw_lines(c, area, row, q->text);
    if (w->log[0] == '\0' || row >= end)
        return;
    canvas_printf(c, row++, area.col, area.cols, INK_DIM, 0, "Log      %s", w->log);
    (void)draw_lines(c, area, row, w->line);
}

static void draw_units(struct app *app, const struct view *view, struct view_state *state,
                       struct canvas *c, struct rect area)
{
    const struct unit_source *const source = app->a->units;
    struct watch *const w = &app->watch;
    const struct rect in = { area.row, area.col + 1, area.rows, area.cols > 2 ? area.cols - 2 : 0 };
    const size_t end = area.row + area.rows;
    size_t row = area.row;
    char left[60] = "";

    (void)view;
    (void)state;
    watch_follow(w, source);
    const double seconds = watch_seconds_left(w, source);
    if (!isnan(seconds) && w->pace.n < source->n)
        snprintf(left, sizeof left, ", about %s until all are", duration_of(seconds).text);
    canvas_printf(c, row++, in.col, in.cols, INK_ACCENT, CELL_BOLD, "%zu of %zu units are there%s",
                  w->pace.n, source->n, left);
    if (row < end)
        canvas_printf(c, row++, in.col, in.cols, INK_DIM, 0, "Folder   %s", source->folder);
    if (row + 1 < end)
        row += 1 + draw_map(c, (struct rect){ row, in.col, (end - row + 1) / 2, in.cols }, w,
                            source->n);
    draw_queue(c, in, row, w);
}

static bool ignore(struct app *app, const struct view *view, struct view_state *state,
                   enum action action)
{
    (void)app;
    (void)view;
    (void)state;
    (void)action;
    return false;
}

static void ignore_mouse(struct app *app, const struct view *view, struct view_state *state,
                         size_t row, size_t col, int wheel)
{
    (void)app;
    (void)view;
    (void)state;
    (void)row;
    (void)col;
    (void)wheel;
}

static const struct view_key no_keys[] = { { .what = NULL } };

static const struct view_key *no_hint(const struct view *view)
{
    (void)view;
    return no_keys;
}

const struct view_ops units_view = { draw_units, ignore, ignore_mouse, no_keys, no_hint };
