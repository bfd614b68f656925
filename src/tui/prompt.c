#include "config.h"
#include "tui/prompt.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/path.h"
#include "base/text.h"
#include "pipeline/stage_load.h"
#include "tui/fit.h"
#include "tui/screen.h"

/* ---- editing ---- */

static void insert(struct prompt *p, const char *bytes, size_t n)
{
    if (p->length + n >= sizeof p->text)
        return;
    memmove(p->text + p->cursor + n, p->text + p->cursor, p->length - p->cursor + 1);
    memcpy(p->text + p->cursor, bytes, n);
    p->length += n;
    p->cursor += n;
}

/* Moves over the code point before or after the cursor. */
static size_t step_left(const struct prompt *p)
{
    size_t at = p->cursor;

    while (at > 0 && ((unsigned char)p->text[--at] & 0xC0) == 0x80)
        ;
    return at;
}

static size_t step_right(const struct prompt *p)
{
    size_t at = p->cursor;

    if (at < p->length)
        at++;
    while (at < p->length && ((unsigned char)p->text[at] & 0xC0) == 0x80)
        at++;
    return at;
}

static void cut(struct prompt *p, size_t from, size_t to)
{
    memmove(p->text + from, p->text + to, p->length - to + 1);
    p->length -= to - from;
    p->cursor = from;
}

const char *prompt_shown(const struct prompt *p, const struct canvas *c)
{
    char before[PROMPT_SIZE];
    const size_t label = canvas_text_width(c, p->label) + 3;

    snprintf(before, sizeof before, "%.*s", (int)p->cursor, p->text);
    return p->text + (fit_tail(c, before, c->cols > label ? c->cols - label : 0) - before);
}

/* ---- completion ---- */

struct completion {
    char common[PROMPT_SIZE]; /* the common prefix of all candidates */
    char names[MESSAGE_SIZE]; /* the first of them, for display */
    size_t n;
};

static void add_candidate(struct completion *all, const char *name)
{
    const size_t used = strlen(all->names);

    if (all->n++ == 0)
        snprintf(all->common, sizeof all->common, "%s", name);
    size_t same = 0;
    while (all->common[same] != '\0' && all->common[same] == name[same])
        same++;
    all->common[same] = '\0';
    snprintf(all->names + used, sizeof all->names - used, "%s  ", name);
}

static void find_candidates(const char *folder, const char *begin, struct completion *all)
{
    DIR *const dir = opendir(folder);

    if (dir == NULL)
        return;
    for (const struct dirent *entry = readdir(dir); entry != NULL; entry = readdir(dir))
        if (strncmp(entry->d_name, begin, strlen(begin)) == 0 &&
            (entry->d_name[0] != '.' || begin[0] == '.') && strcmp(entry->d_name, ".") != 0 &&
            strcmp(entry->d_name, "..") != 0)
            add_candidate(all, entry->d_name);
    closedir(dir);
}

/* Expands a leading `~/` in a path. */
static void expand_home(const struct app *app, const char *path, char out[PROMPT_SIZE])
{
    const char *const home = path_take_home(&path, app->hub.home);

    snprintf(out, PROMPT_SIZE, "%s%s", home, path);
}

static bool is_folder(const struct app *app, const char *text)
{
    char path[PROMPT_SIZE];

    expand_home(app, text, path);
    return path_is_folder(path);
}

static void complete_path(struct app *app)
{
    struct prompt *const p = &app->prompt;
    struct completion all = { 0 };
    char typed[PROMPT_SIZE];
    char folder[PROMPT_SIZE];

    p->cursor = p->length;
    const char *const slash = strrchr(p->text, '/');
    const size_t head = slash != NULL ? (size_t)(slash - p->text) + 1 : 0;
    snprintf(typed, sizeof typed, "%.*s", (int)head, p->text);
    expand_home(app, typed, folder);
    find_candidates(head > 0 ? folder : ".", p->text + head, &all);
    if (all.n == 0) {
        app_say(app, INK_WARN, "no file name begins like this");
        return;
    }
    const char *const more = all.common + (p->length - head);
    insert(p, more, strlen(more));
    if (all.n > 1)
        app_say(app, INK_DIM, "%s", all.names);
    else if (is_folder(app, p->text))
        insert(p, "/", 1);
}

/* Completes the name after the last comma. */
static void complete_group(struct app *app)
{
    const struct load_result *const load = load_of(app->a);
    struct prompt *const p = &app->prompt;
    struct completion all = { 0 };

    p->cursor = p->length;
    const char *const comma = strrchr(p->text, ',');
    const char *const begin = comma != NULL ? comma + 1 : p->text;
    for (size_t g = 0; load != NULL && g < load->n_groups; g++)
        if (strncmp(load->group_names[g], begin, strlen(begin)) == 0)
            add_candidate(&all, load->group_names[g]);
    if (all.n == 0) {
        app_say(app, INK_WARN, "no group begins like this");
        return;
    }
    const char *const more = all.common + strlen(begin);
    insert(p, more, strlen(more));
    if (all.n > 1)
        app_say(app, INK_DIM, "%s", all.names);
    else if (comma == NULL)
        insert(p, ",", 1);
}

static void complete(struct app *app)
{
    if (app->prompt.completes == COMPLETES_PATHS)
        complete_path(app);
    else if (app->prompt.completes == COMPLETES_GROUPS)
        complete_group(app);
}

/* ---- keys ---- */

static void accept(struct app *app)
{
    struct ct_error err;

    app->mode = MODE_NORMAL;
    app->message[0] = '\0';
    if (app->prompt.accept(app, app->prompt.text, &err) == CT_OK)
        return;
    app_say(app, INK_BAD, "%s", err.text);
    app->mode = MODE_PROMPT; /* reopens the prompt with the text, to be corrected */
}

void prompt_key(struct app *app, uint32_t key)
{
    struct prompt *const p = &app->prompt;
    char bytes[4];

    switch (key) {
    case KEYCODE_ENTER:
        accept(app);
        return;
    case KEYCODE_ESCAPE:
        app->mode = MODE_NORMAL;
        app->message[0] = '\0';
        if (p->changed != NULL)
            p->changed(app, "");
        return;
    case KEYCODE_TAB:
        complete(app);
        return;
    case KEYCODE_BACKSPACE:
        cut(p, step_left(p), p->cursor);
        break;
    case KEYCODE_DELETE:
        cut(p, p->cursor, step_right(p));
        break;
    case KEYCODE_LEFT:
        p->cursor = step_left(p);
        break;
    case KEYCODE_RIGHT:
        p->cursor = step_right(p);
        break;
    case KEYCODE_HOME:
    case 1: /* ctrl-A */
        p->cursor = 0;
        break;
    case KEYCODE_END:
    case 5: /* ctrl-E */
        p->cursor = p->length;
        break;
    case 21: /* ctrl-U */
        cut(p, 0, p->cursor);
        break;
    default:
        if (key >= ' ' && key < KEYCODE_UP && !text_is_control(key))
            insert(p, bytes, utf8_put(key, bytes));
        break;
    }
    app->message[0] = '\0';
    if (p->changed != NULL)
        p->changed(app, p->text);
}
