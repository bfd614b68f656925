#include "config.h"
#include "tui/scroll.h"

enum { SCROLL_END = 1 << 20 }; /* below every last line */

size_t scroll_clamp(size_t top, size_t n, size_t rows)
{
    const size_t most = n > rows ? n - rows : 0;

    return top < most ? top : most;
}

bool scroll_act(struct app *app, const struct view *view, struct view_state *state,
                enum action action)
{
    const size_t page = state->rows_shown > 1 ? state->rows_shown - 1 : 1;

    (void)app;
    (void)view;
    switch (action) {
    case ACTION_UP:
    case ACTION_STEP_UP:
        state->top -= state->top > 0;
        return true;
    case ACTION_DOWN:
    case ACTION_STEP_DOWN:
        state->top++;
        return true;
    case ACTION_PAGE_UP:
        state->top -= state->top < page ? state->top : page;
        return true;
    case ACTION_PAGE_DOWN:
        state->top += page;
        return true;
    case ACTION_FIRST:
        state->top = 0;
        return true;
    case ACTION_LAST:
        state->top = SCROLL_END;
        return true;
    default:
        return false;
    }
}

void scroll_mouse(struct app *app, const struct view *view, struct view_state *state, size_t row,
                  size_t col, int wheel)
{
    (void)row;
    (void)col;
    if (wheel != 0)
        scroll_act(app, view, state, wheel > 0 ? ACTION_DOWN : ACTION_UP);
}

const struct view_key scroll_keys[] = {
    { { ACTION_UP, ACTION_DOWN }, "wheel", "scroll" },
    { .what = NULL },
};

const struct view_key *scroll_hint(const struct view *view)
{
    static const struct view_key hint[] = { { { ACTION_UP, ACTION_DOWN }, NULL, "scroll" },
                                            { .what = NULL } };

    (void)view;
    return hint;
}
