#include "config.h"
#include "plot/target.h"

#include "base/mem.h"

static void canvas_heatmap(const struct plot_target *target, const struct heatmap *h,
                           struct plot_view *view)
{
    heatmap_draw(target->canvas, target->area, h, view);
}

static void canvas_scatter(const struct plot_target *target, const struct scatter *s,
                           struct plot_view *view)
{
    scatter_draw(target->canvas, target->area, s, view);
}

static void canvas_series(const struct plot_target *target, const struct series *s,
                          struct plot_view *view)
{
    series_draw(target->canvas, target->area, s, view);
}

static void canvas_bars(const struct plot_target *target, const struct bars *b,
                        struct plot_view *view)
{
    bars_draw(target->canvas, target->area, b, view);
}

static void canvas_words(const struct plot_target *target, const char *title, const char *words)
{
    struct canvas *const c = target->canvas;
    const struct rect area = target->area;

    canvas_fill(c, area, ' ', INK_DEFAULT, INK_DEFAULT);
    canvas_text(c, area.row, area.col, area.cols, title, INK_TITLE, CELL_BOLD);
    if (area.rows > 2)
        canvas_text(c, area.row + 2, area.col + 2, area.cols > 2 ? area.cols - 2 : 0, words,
                    INK_DIM, 0);
}

struct plot_target canvas_target(struct canvas *c, struct rect area)
{
    static const struct plot_painter painter = { canvas_heatmap, canvas_scatter, canvas_series,
                                                 canvas_bars, canvas_words };

    return (struct plot_target){ .painter = &painter, .canvas = c, .area = area };
}

void *plot_scratch(const struct plot_target *target, size_t count, size_t size)
{
    void *const memory = ct_malloc_array(count, size);

    if (memory == NULL && target->canvas != NULL)
        target->canvas->starved = true;
    return memory;
}

static void view_nothing(const struct plot_target *target, struct plot_view *view)
{
    if (target->canvas == NULL && view != NULL)
        *view = (struct plot_view){ 0 };
}

void show_heatmap(const struct plot_target *target, const struct heatmap *h, struct plot_view *view)
{
    view_nothing(target, view);
    target->painter->heatmap(target, h, view);
}

void show_scatter(const struct plot_target *target, const struct scatter *s, struct plot_view *view)
{
    view_nothing(target, view);
    target->painter->scatter(target, s, view);
}

void show_series(const struct plot_target *target, const struct series *s, struct plot_view *view)
{
    view_nothing(target, view);
    target->painter->series(target, s, view);
}

void show_bars(const struct plot_target *target, const struct bars *b, struct plot_view *view)
{
    view_nothing(target, view);
    target->painter->bars(target, b, view);
}

void show_words(const struct plot_target *target, const char *title, const char *words)
{
    target->painter->words(target, title, words);
}
