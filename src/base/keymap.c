#include "config.h"
#include "base/keymap.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"

static const char stage_words[] = "go to a stage";
static const char pane_words[] = "the next, previous pane";
static const char view_words[] = "the next, previous view of the stage";
static const char significant_words[] = "the next, previous significant neuron";
static const char cluster_words[] = "mark the next, previous cluster";
static const char neighbour_words[] = "move by a row or a cell; pan a zoomed plot";
static const char step_words[] = "move by a row or a cell, also in a zoomed plot";
static const char item_words[] = "in plots: the previous, next neuron, sentence or bin";
static const char range_words[] = "in lists of neurons: select several, to edit them";
static const char page_words[] = "one page up, down; in plots: half the width left, right";
static const char end_words[] = "the first, last row; in plots: the left, right end";
static const char zoom_words[] = "in plots: zoom in, out, reset";
static const char scale_words[] = "halve, double a heatmap's colour scale; a smaller, larger eps";

const struct action_info actions[N_ACTIONS] = {
    [ACTION_RUN] = { "run", "enter", "compute this stage and its inputs, then the next" },
    [ACTION_UPDATE] = { "update", "u", "compute again what a change has made stale" },
    [ACTION_STAGE_1] = { "stage-1", "1", stage_words },
    [ACTION_STAGE_1 + 1] = { "stage-2", "2", stage_words },
    [ACTION_STAGE_1 + 2] = { "stage-3", "3", stage_words },
    [ACTION_STAGE_1 + 3] = { "stage-4", "4", stage_words },
    [ACTION_STAGE_1 + 4] = { "stage-5", "5", stage_words },
    [ACTION_STAGE_1 + 5] = { "stage-6", "6", stage_words },
    [ACTION_STAGE_1 + 6] = { "stage-7", "7", stage_words },
    [ACTION_STAGE_1 + 7] = { "stage-8", "8", stage_words },
    [ACTION_STAGE_9] = { "stage-9", "9", stage_words },
    [ACTION_STAGE_10] = { "stage-10", "E", stage_words },
    [ACTION_NEXT_PANE] = { "next-pane", "tab", pane_words },
    [ACTION_PREVIOUS_PANE] = { "previous-pane", "shift-tab", pane_words },
    [ACTION_NEXT_VIEW] = { "next-view", "v", view_words },
    [ACTION_PREVIOUS_VIEW] = { "previous-view", "V", view_words },
    [ACTION_WIDE] = { "wide", "z", "show the view alone, or all panels" },
    [ACTION_BENCH] = { "bench", "b", "on a wide screen: a second view beside, or not" },
    [ACTION_FIND] = { "find", "/", "find a neuron by its number or by HOOK:NUMBER" },
    [ACTION_NEXT_SIGNIFICANT] = { "next-significant", "n", significant_words },
    [ACTION_PREVIOUS_SIGNIFICANT] = { "previous-significant", "N", significant_words },
    [ACTION_RANDOM_NEURON] = { "random-neuron", "r", "a random neuron" },
    [ACTION_MARK] = { "mark", "c", "mark the neuron's cluster in every view, or unmark it" },
    [ACTION_NAME] = { "name", "C", "give the cluster a name, which files show, too" },
    [ACTION_NEXT_CLUSTER] = { "next-cluster", "]", cluster_words },
    [ACTION_PREVIOUS_CLUSTER] = { "previous-cluster", "[", cluster_words },
    [ACTION_EDIT] = { "edit", "a", "swap or ablate the marked cluster, or the neuron" },
    [ACTION_EDIT_KIND] = { "edit-kind", "A", "how: a swap, means, zero, or as the parameter edit" },
    [ACTION_UNDO] = { "undo", "U", "take back the last of these edits" },
    [ACTION_EXPORT] = { "export", "e", "write the result files" },
    [ACTION_FIGURES] = { "figures", "f", "write every plot as a figure for a paper" },
    [ACTION_PRINT] = { "print", "p", "write the view as text" },
    [ACTION_PICTURE] = { "picture", "P", "write the screen as a picture, an SVG" },
    [ACTION_COPY] = { "copy", "y", "copy the neuron's card through the terminal, as Markdown" },
    [ACTION_CANCEL] = { "cancel", "x", "cancel the running stage; its old result stays" },
    [ACTION_KEEP] = { "keep", "X", "end t-SNE here and keep what it has" },
    [ACTION_REDRAW] = { "redraw", "ctrl-L R", "redraw the screen" },
    [ACTION_QUIT] = { "quit", "q Q", "quit; asks if there are unsaved results" },
    [ACTION_HELP] = { "help", "? F1", "show all keys of this view" },
    [ACTION_BACK] = { "back", "esc", "clear the marked cluster, show all panels" },
    [ACTION_UP] = { "up", "up", neighbour_words },
    [ACTION_DOWN] = { "down", "down", neighbour_words },
    [ACTION_LEFT] = { "left", "left", neighbour_words },
    [ACTION_RIGHT] = { "right", "right", neighbour_words },
    [ACTION_STEP_LEFT] = { "step-left", "h", step_words },
    [ACTION_STEP_DOWN] = { "step-down", "j", step_words },
    [ACTION_STEP_UP] = { "step-up", "k", step_words },
    [ACTION_STEP_RIGHT] = { "step-right", "l", step_words },
    [ACTION_ITEM_LEFT] = { "item-left", "H shift-left", item_words },
    [ACTION_ITEM_RIGHT] = { "item-right", "L shift-right", item_words },
    [ACTION_PAGE_UP] = { "page-up", "pgup", page_words },
    [ACTION_PAGE_DOWN] = { "page-down", "pgdn", page_words },
    [ACTION_FIRST] = { "first", "g home", end_words },
    [ACTION_LAST] = { "last", "G end", end_words },
    [ACTION_RANGE_UP] = { "range-up", "shift-up", range_words },
    [ACTION_RANGE_DOWN] = { "range-down", "shift-down", range_words },
    [ACTION_CHOOSE] = { "choose", "space", "in lists: choose the row" },
    [ACTION_EVERY] = { "every", "*", "of hook points: the same place in every block" },
    [ACTION_SORT] = { "sort", "s", "in lists: sort by another column" },
    [ACTION_FILTER] = { "filter", "&", "in lists: show only rows with these words" },
    [ACTION_ZOOM_IN] = { "zoom-in", "+ =", zoom_words },
    [ACTION_ZOOM_OUT] = { "zoom-out", "- _", zoom_words },
    [ACTION_ZOOM_ALL] = { "zoom-all", "0", zoom_words },
    [ACTION_ORDER] = { "order", "o", "in activations: neurons by t, by cluster, as they are" },
    [ACTION_PEAKS] = { "peaks", "m", "in activations: means, or the largest of each cell" },
    [ACTION_SCALE_DOWN] = { "scale-down", "<", scale_words },
    [ACTION_SCALE_UP] = { "scale-up", ">", scale_words },
};

static const struct {
    const char *name;
    uint32_t key;
} names[] = {
    { "up", KEYCODE_UP },
    { "down", KEYCODE_DOWN },
    { "left", KEYCODE_LEFT },
    { "right", KEYCODE_RIGHT },
    { "home", KEYCODE_HOME },
    { "end", KEYCODE_END },
    { "pgup", KEYCODE_PAGE_UP },
    { "pgdn", KEYCODE_PAGE_DOWN },
    { "enter", KEYCODE_ENTER },
    { "backspace", KEYCODE_BACKSPACE },
    { "del", KEYCODE_DELETE },
    { "tab", KEYCODE_TAB },
    { "esc", KEYCODE_ESCAPE },
    { "shift-tab", KEYCODE_BACKTAB },
    { "shift-up", KEYCODE_SHIFT_UP },
    { "shift-down", KEYCODE_SHIFT_DOWN },
    { "shift-left", KEYCODE_SHIFT_LEFT },
    { "shift-right", KEYCODE_SHIFT_RIGHT },
    { "space", ' ' },
    { "hash", '#' },
    { "F1", KEYCODE_F1 },
    { "F2", KEYCODE_F1 + 1 },
    { "F3", KEYCODE_F1 + 2 },
    { "F4", KEYCODE_F1 + 3 },
    { "F5", KEYCODE_F1 + 4 },
    { "F6", KEYCODE_F1 + 5 },
    { "F7", KEYCODE_F1 + 6 },
    { "F8", KEYCODE_F1 + 7 },
    { "F9", KEYCODE_F1 + 8 },
    { "F10", KEYCODE_F1 + 9 },
    { "F11", KEYCODE_F1 + 10 },
    { "F12", KEYCODE_F1 + 11 },
};
enum { N_NAMES = sizeof names / sizeof *names };

enum action action_find(const char *name)
{
    for (enum action a = ACTION_NONE + 1; a < N_ACTIONS; a++)
        if (strcmp(actions[a].name, name) == 0)
            return a;
    return ACTION_NONE;
}

/* ---- keys as text ---- */

/* The control keys from ctrl-A to ctrl-Z that reach the program unchanged. */
static uint32_t parse_control(const char *word)
{
    static const char taken[] = "CHIJMQSZ\\"; /* signals, terminal functions, enter */
    const size_t size = sizeof "ctrl-" - 1;

    if (strncmp(word, "ctrl-", size) != 0 || word[size] == '\0' || word[size + 1] != '\0')
        return 0;
    const char letter =
        word[size] >= 'a' && word[size] <= 'z' ? (char)(word[size] - 32) : word[size];
    return letter >= 'A' && letter <= 'Z' && strchr(taken, letter) == NULL
               ? (uint32_t)(letter - 'A' + 1)
               : 0;
}

/* 0: not a key. */
static uint32_t parse_key(const char *word)
{
    const size_t size = strlen(word);
    uint32_t key = 0;

    for (size_t i = 0; i < N_NAMES; i++)
        if (strcmp(names[i].name, word) == 0)
            return names[i].key;
    if (utf8_decode(word, size, &key) == size && !text_is_control(key))
        return key;
    return parse_control(word);
}

static struct key_text key_text(uint32_t key)
{
    struct key_text out = { "" };

    for (size_t i = 0; i < N_NAMES; i++)
        if (names[i].key == key) {
            snprintf(out.text, sizeof out.text, "%s", names[i].name);
            return out;
        }
    if (key < ' ')
        snprintf(out.text, sizeof out.text, "ctrl-%c", (char)('A' + (key - 1) % 26));
    else
        utf8_put(key, out.text);
    return out;
}

static void add_text(struct keys_text *out, const char *text)
{
    const size_t used = strlen(out->text);

    snprintf(out->text + used, KEYS_TEXT_SIZE - used, "%s", text);
}

/* ---- the map ---- */

void keymap_init(struct keymap *map)
{
    *map = (struct keymap){ 0 };
    for (enum action a = ACTION_NONE + 1; a < N_ACTIONS; a++)
        (void)keymap_set(map, a, actions[a].keys, 0, NULL);
}

static void lose_key(uint32_t keys[KEYS_EACH], uint32_t key)
{
    size_t to = 0;

    for (size_t i = 0; i < KEYS_EACH; i++)
        if (keys[i] != key)
            keys[to++] = keys[i];
    while (to < KEYS_EACH)
        keys[to++] = 0;
}

static enum ct_status take_key(struct keymap *map, enum action action, const char *word,
                               uint32_t keys[KEYS_EACH], size_t *n, struct ct_error *err)
{
    const uint32_t key = parse_key(word);
    const enum action owner = key != 0 ? keymap_find(map, key) : ACTION_NONE;

    if (key == 0)
        return ct_fail(
            err, CT_EINVAL,
            "key.%s: '%.20s' is not a key; expected a character, ctrl-L, F2, space, enter, "
            "... or none",
            actions[action].name, word);
    if (owner != ACTION_NONE && owner != action && map->lines[owner] > 0)
        return ct_fail(err, CT_EINVAL, "key.%s: '%s' is already set for %s in line %d",
                       actions[action].name, word, actions[owner].name, map->lines[owner]);
    if (*n == KEYS_EACH)
        return ct_fail(err, CT_EINVAL, "key.%s: more than %d keys", actions[action].name,
                       KEYS_EACH);
    keys[(*n)++] = key;
    return CT_OK;
}

enum ct_status keymap_set(struct keymap *map, enum action action, const char *keys, int line,
                          struct ct_error *err)
{
    static const char blanks[] = " \t";
    uint32_t given[KEYS_EACH] = { 0 };
    enum ct_status status = CT_OK;
    size_t n = 0;

    if (*keys == '\0')
        return ct_fail(err, CT_EINVAL, "key.%s: no key; expected keys, or none",
                       actions[action].name);
    while (status == CT_OK && *keys != '\0' && strcmp(keys, "none") != 0) {
        char word[24];
        const size_t size = strcspn(keys, blanks);
        snprintf(word, sizeof word, "%.*s", (int)(size < sizeof word ? size : sizeof word - 1),
                 keys);
        status = take_key(map, action, word, given, &n, err);
        keys += size;
        keys += strspn(keys, blanks);
    }
    if (status != CT_OK)
        return status;
    for (enum action a = ACTION_NONE + 1; a < N_ACTIONS; a++)
        for (size_t i = 0; i < n; i++)
            lose_key(map->keys[a], given[i]);
    memcpy(map->keys[action], given, sizeof given);
    map->lines[action] = line;
    return CT_OK;
}

enum action keymap_find(const struct keymap *map, uint32_t key)
{
    for (enum action a = ACTION_NONE + 1; a < N_ACTIONS; a++)
        for (size_t i = 0; i < KEYS_EACH && map->keys[a][i] != 0; i++)
            if (map->keys[a][i] == key)
                return a;
    return ACTION_NONE;
}

struct keys_text keymap_text(const struct keymap *map, enum action action)
{
    struct keys_text out = { "" };

    for (size_t i = 0; i < KEYS_EACH && map->keys[action][i] != 0; i++) {
        if (i > 0)
            add_text(&out, " ");
        add_text(&out, key_text(map->keys[action][i]).text);
    }
    if (out.text[0] == '\0')
        add_text(&out, "none");
    return out;
}

struct key_text keymap_key(const struct keymap *map, enum action action)
{
    const struct key_text none = { "no key" };

    return map->keys[action][0] != 0 ? key_text(map->keys[action][0]) : none;
}

/* True when the four keys from ACTION_UP on are the arrows. */
static bool are_arrows(const struct keymap *map, const enum action *all, size_t n)
{
    for (size_t i = 0; i < 4; i++)
        if (n < 4 || all[i] != ACTION_UP + i || map->keys[all[i]][0] != KEYCODE_UP + i)
            return false;
    return true;
}

/* How many keys at the beginning are consecutive, such as 1, 2, 3 ...; 0: up to four. */
static size_t count_range(const struct keymap *map, const enum action *all, size_t n)
{
    size_t k = 0;

    while (k < n && map->keys[all[k]][0] == map->keys[all[0]][0] + k)
        k++;
    return k > 4 ? k : 0;
}

struct keys_text keymap_keys(const struct keymap *map, const enum action *all, size_t n,
                             char separator)
{
    const char between[2] = { separator, '\0' };
    const bool has_arrows = are_arrows(map, all, n);
    const size_t n_range = count_range(map, all, n);
    struct keys_text out = { "" };

    if (n == 1)
        return keymap_text(map, all[0]);
    if (has_arrows)
        add_text(&out, "arrows");
    else if (n_range > 0) {
        add_text(&out, key_text(map->keys[all[0]][0]).text);
        add_text(&out, "-");
        add_text(&out, key_text(map->keys[all[n_range - 1]][0]).text);
    }
    for (size_t i = has_arrows ? 4 : n_range; i < n; i++) {
        if (map->keys[all[i]][0] == 0)
            continue;
        if (out.text[0] != '\0')
            add_text(&out, between);
        add_text(&out, key_text(map->keys[all[i]][0]).text);
    }
    return out;
}
