#include "config.h"
#include "tui/draw_parts.h"

#include <stdio.h>
#include <string.h>

size_t count_actions(const struct view_key *key)
{
    size_t n = 0;

    while (n < sizeof key->actions / sizeof *key->actions && key->actions[n] != ACTION_NONE)
        n++;
    return n;
}

enum { HELP_KEYS_COLS = 19 };

static void draw_key_row(struct canvas *c, struct rect in, size_t row, const char *keys,
                         const char *what)
{
    canvas_text(c, in.row + row, in.col + 1, HELP_KEYS_COLS - 1, keys, INK_ACCENT, 0);
    if (in.cols > HELP_KEYS_COLS + 1)
        canvas_text(c, in.row + row, in.col + 1 + HELP_KEYS_COLS, in.cols - HELP_KEYS_COLS - 1,
                    what, INK_DEFAULT, 0);
}

/* Lists the keys with the same meaning everywhere, from the table of actions. */
static size_t draw_global_keys(const struct app *app, struct canvas *c, struct rect in, size_t row)
{
    enum action all[N_ACTIONS];

    for (enum action a = ACTION_RUN; a < ACTION_HELP && row < in.rows; row++) {
        const char *const what = actions[a].what;
        size_t n = 0;
        while (a < ACTION_HELP && strcmp(actions[a].what, what) == 0)
            all[n++] = a++;
        draw_key_row(c, in, row, keymap_keys(&app->keymap, all, n, ' ').text, what);
    }
    return row;
}

static void draw_view_keys(const struct app *app, struct canvas *c, struct rect in, size_t row,
                           const struct view_key *keys)
{
    for (; keys->what != NULL && row < in.rows; keys++, row++) {
        const size_t n = count_actions(keys);
        struct keys_text text = { "" };
        if (n > 0)
            text = keymap_keys(&app->keymap, keys->actions, n, ' ');
        if (keys->mouse != NULL) {
            const size_t used = strlen(text.text);
            snprintf(text.text + used, sizeof text.text - used, "%s%s", n > 0 ? " " : "",
                     keys->mouse);
        }
        draw_key_row(c, in, row, text.text, keys->what);
    }
}

void draw_help(struct app *app, struct canvas *c)
{
    struct view_state *state;
    const struct view *const view = view_current(app, &state);
    const size_t cols = c->cols < 76 ? c->cols : 76;
    const size_t rows = c->rows < 22 ? c->rows : 22;
    const struct rect r = { (c->rows - rows) / 2, (c->cols - cols) / 2, rows, cols };

    canvas_fill(c, r, ' ', INK_DEFAULT, INK_DEFAULT);
    const struct rect in =
        draw_frame(c, r, "Keys; any key closes - stages: * computed ~ stale > runs . not yet",
                   true);
    size_t row = draw_global_keys(app, c, in, 0);
    if (row < in.rows)
        canvas_printf(c, in.row + row++, in.col + 1, in.cols, INK_TITLE, CELL_BOLD,
                      "In this view (%s)", view->name);
    draw_view_keys(app, c, in, row, view->ops->keys);
}
