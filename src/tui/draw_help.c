#include "config.h"
#include "tui/draw_parts.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "tui/scroll.h"

size_t count_actions(const struct view_key *key)
{
    size_t n = 0;

    while (n < sizeof key->actions / sizeof *key->actions && key->actions[n] != ACTION_NONE)
        n++;
    return n;
}

enum { HELP_KEYS_COLS = 19, HELP_ROWS = 128 };

struct help { /* all rows, of which a part is shown */
    struct help_row {
        char keys[KEYS_TEXT_SIZE]; /* empty: what is a heading, or a text of its own */
        char what[100];
        bool is_heading;
    } rows[HELP_ROWS];
    size_t n;
};

__attribute__((format(printf, 4, 5))) static void add_row(struct help *help, const char *keys,
                                                          bool is_heading, const char *format, ...)
{
    va_list args;

    if (help->n == HELP_ROWS)
        return;
    struct help_row *const row = &help->rows[help->n++];
    snprintf(row->keys, sizeof row->keys, "%s", keys);
    row->is_heading = is_heading;
    va_start(args, format);
    vsnprintf(row->what, sizeof row->what, format, args);
    va_end(args);
}

static void add_view_keys(const struct app *app, const struct view_key *keys, struct help *help)
{
    for (; keys->what != NULL; keys++) {
        const size_t n = count_actions(keys);
        struct keys_text text = { "" };
        if (n > 0)
            text = keymap_keys(&app->keymap, keys->actions, n, ' ');
        if (keys->mouse != NULL) {
            const size_t used = strlen(text.text);
            snprintf(text.text + used, sizeof text.text - used, "%s%s", n > 0 ? " " : "",
                     keys->mouse);
        }
        add_row(help, text.text, false, "%s", keys->what);
    }
}

/* The keys with the same meaning everywhere, from the table of actions. */
static void add_global_keys(const struct app *app, struct help *help)
{
    enum action all[N_ACTIONS];

    for (enum action a = ACTION_RUN; a < ACTION_UP;) {
        const char *const what = actions[a].what;
        size_t n = 0;
        while (a < ACTION_UP && strcmp(actions[a].what, what) == 0)
            all[n++] = a++;
        add_row(help, keymap_keys(&app->keymap, all, n, ' ').text, false, "%s", what);
    }
}

static void add_signs(struct help *help)
{
    add_row(help, "*", false, "the stage is computed");
    add_row(help, "~", false, "stale: a parameter has changed since, or an input");
    add_row(help, ">", false, "it is being computed");
    add_row(help, ".", false, "it is not computed yet");
    add_row(help, "number", false, "sentences, neurons, significant ones, KL, clusters, ...");
}

static void fill_help(struct app *app, struct help *help)
{
    struct view_state *state;
    const struct view *const view = view_current(app, &state);

    help->n = 0;
    add_row(help, "", true, "In this view (%s)", view->name);
    add_view_keys(app, view->ops->keys, help);
    add_row(help, "", true, "Everywhere");
    add_global_keys(app, help);
    add_row(help, "", true, "Signs of the stages");
    add_signs(help);
}

static void draw_row(struct canvas *c, struct rect in, size_t row, const struct help_row *help)
{
    if (help->is_heading) {
        canvas_text(c, in.row + row, in.col + 1, in.cols - 1, help->what, INK_TITLE, CELL_BOLD);
        return;
    }
    canvas_text(c, in.row + row, in.col + 1, HELP_KEYS_COLS - 1, help->keys, INK_ACCENT, 0);
    if (in.cols > HELP_KEYS_COLS + 1)
        canvas_text(c, in.row + row, in.col + 1 + HELP_KEYS_COLS, in.cols - HELP_KEYS_COLS - 1,
                    help->what, INK_DEFAULT, 0);
}

void draw_help(struct app *app, struct canvas *c)
{
    static struct help help; /* only one thread draws; too large for the stack */
    const size_t cols = c->cols < 76 ? c->cols : 76;
    const size_t rows = c->rows - 2;
    char title[80];

    fill_help(app, &help);
    const size_t high = help.n + 2 < rows ? help.n + 2 : rows;
    const struct rect r = { (c->rows - high) / 2, (c->cols - cols) / 2, high, cols };
    const size_t shown = high - 2;
    app->help.top = scroll_clamp(app->help.top, help.n, shown);
    app->help.rows_shown = shown;
    snprintf(title, sizeof title, "Keys %zu to %zu of %zu; arrows scroll, any key closes",
             app->help.top + 1, app->help.top + shown, help.n);
    canvas_fill(c, r, ' ', INK_DEFAULT, INK_DEFAULT);
    const struct rect in = draw_frame(c, r, shown < help.n ? title : "Keys; any key closes", true);
    for (size_t i = 0; i < in.rows && app->help.top + i < help.n; i++)
        draw_row(c, in, i, &help.rows[app->help.top + i]);
}
