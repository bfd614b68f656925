#include "config.h"
#include "tui/view.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
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

/* ---- what is known besides ---- */

/* Lines below a heading begin with blanks. */
static void write_lines(FILE *out, const char *lines)
{
    while (*lines != '\0') {
        const size_t size = strcspn(lines, "\n");
        fprintf(out, "  %.*s\n", (int)size, lines);
        lines += size + (lines[size] == '\n');
    }
}

/* The text, owned by the caller; NULL: out of memory. */
static char *write_words(const struct watch *w)
{
    const struct queue *const q = &w->queue;
    char *text = NULL;
    size_t size = 0;
    FILE *const out = open_memstream(&text, &size);

    if (out == NULL)
        return NULL;
    fprintf(out, "Slurm    %s\n",
            q->is_missing        ? "there is no squeue here"
            : !q->has_asked      ? "asking"
            : q->text[0] == '\0' ? "no job of the name circuittui"
                                 : "");
    write_lines(out, q->text);
    if (w->log[0] != '\0')
        fprintf(out, "Log      %s\n", w->log);
    write_lines(out, w->line);
    ct_close_memstream(out, &text);
    return text;
}

static void draw_words(struct canvas *c, struct rect area, const char *text,
                       struct view_state *state)
{
    size_t n = 0;

    for (const char *at = text; (at = strchr(at, '\n')) != NULL; at++)
        n++;
    state->rows_shown = area.rows;
    state->top = scroll_clamp(state->top, n, area.rows);
    for (size_t i = 0; i < n && i < state->top + area.rows; i++) {
        const size_t size = strcspn(text, "\n");
        if (i >= state->top)
            canvas_printf(c, area.row + i - state->top, area.col, area.cols,
                          *text == ' ' ? INK_DEFAULT : INK_DIM, 0, "%.*s", (int)size, text);
        text += size + 1;
    }
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
    watch_follow(w, source);
    const double seconds = watch_seconds_left(w, source);
    if (!isnan(seconds) && w->pace.n < source->n)
        snprintf(left, sizeof left, ", about %s left", duration_of(seconds).text);
    canvas_printf(c, row++, in.col, in.cols, INK_ACCENT, CELL_BOLD, "%zu of %zu units are there%s",
                  w->pace.n, source->n, left);
    if (row < end)
        canvas_printf(c, row++, in.col, in.cols, INK_DIM, 0, "Folder   %s", source->folder);
    if (row + 1 < end)
        row += 1 + draw_map(c, (struct rect){ row, in.col, (end - row + 1) / 2, in.cols }, w,
                            source->n);
    char *const words = write_words(w);
    if (words != NULL && row < end)
        draw_words(c, (struct rect){ row, in.col, end - row, in.cols }, words, state);
    free(words);
}

const struct view_ops units_view = { draw_units, scroll_act, scroll_mouse, scroll_keys,
                                     scroll_hint };
