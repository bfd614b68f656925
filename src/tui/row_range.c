#include "config.h"
#include "tui/row_range.h"

#include <stdlib.h>

#include "base/mem.h"
#include "tui/lists.h"
#include "tui/row_filter.h"

void row_range_begin(struct app *app, const struct view *view, const struct view_state *state)
{
    struct neuron_range *const range = &app->range;

    if (range->n > 0 && range->view == view)
        return;
    range->view = view;
    range->anchor = state->at;
    range->n = 0;
}

static int by_column(const void *a, const void *b)
{
    const size_t x = *(const size_t *)a;
    const size_t y = *(const size_t *)b;

    return (x > y) - (x < y);
}

enum ct_status row_range_extend(struct app *app, const struct view *view,
                                const struct view_state *state, struct ct_error *err)
{
    const struct list *const list = view->what;
    struct neuron_range *const range = &app->range;
    const struct rows_shown shown = rows_shown(app, view, state);
    const bool is_down = state->at > range->anchor;

    range->first = is_down ? range->anchor : state->at;
    range->last = is_down ? state->at : range->anchor;
    range->n = 0;
    free(range->columns);
    range->columns = ct_malloc_array(range->last - range->first + 1, sizeof *range->columns);
    if (range->columns == NULL)
        return ct_fail_nomem(err, "selection", 0);
    for (size_t k = row_place(&shown, range->first);
         k < shown.n && row_at(&shown, k) <= range->last; k++)
        range->columns[range->n++] = list->neuron(app, state, row_at(&shown, k));
    qsort(range->columns, range->n, sizeof *range->columns, by_column);
    return CT_OK;
}

bool row_range_has(const struct app *app, const struct view *view, size_t i)
{
    const struct neuron_range *const range = &app->range;

    return range->n > 0 && range->view == view && i >= range->first && i <= range->last;
}
