/*
 * The actions of the user interface and their keys: one table for the interface, its help, the
 * configuration file and the manual.
 */
#ifndef CT_BASE_KEYMAP_H
#define CT_BASE_KEYMAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

/* Keys are Unicode code points (ctrl-A is 1, and so on), or one of these. */
enum {
    KEYCODE_UP = 0x110000,
    KEYCODE_DOWN,
    KEYCODE_LEFT,
    KEYCODE_RIGHT,
    KEYCODE_HOME,
    KEYCODE_END,
    KEYCODE_PAGE_UP,
    KEYCODE_PAGE_DOWN,
    KEYCODE_ENTER,
    KEYCODE_BACKSPACE,
    KEYCODE_DELETE,
    KEYCODE_TAB,
    KEYCODE_BACKTAB,
    KEYCODE_ESCAPE,
    KEYCODE_SHIFT_UP,
    KEYCODE_SHIFT_DOWN,
    KEYCODE_SHIFT_LEFT,
    KEYCODE_SHIFT_RIGHT,
    KEYCODE_F1, /* to KEYCODE_F1 + 11 */
};

enum action {
    ACTION_NONE,
    ACTION_RUN,
    ACTION_UPDATE,
    ACTION_STAGE_1, /* to ACTION_STAGE_10 */
    ACTION_STAGE_9 = ACTION_STAGE_1 + 8,
    ACTION_STAGE_10,
    ACTION_NEXT_PANE,
    ACTION_PREVIOUS_PANE,
    ACTION_NEXT_VIEW,
    ACTION_PREVIOUS_VIEW,
    ACTION_WIDE,
    ACTION_BENCH,
    ACTION_FIND,
    ACTION_NEXT_SIGNIFICANT,
    ACTION_PREVIOUS_SIGNIFICANT,
    ACTION_RANDOM_NEURON,
    ACTION_MARK,
    ACTION_NAME,
    ACTION_NEXT_CLUSTER,
    ACTION_PREVIOUS_CLUSTER,
    ACTION_EDIT,
    ACTION_EDIT_KIND,
    ACTION_UNDO,
    ACTION_EXPORT,
    ACTION_FIGURES,
    ACTION_PRINT,
    ACTION_PICTURE,
    ACTION_COPY,
    ACTION_CANCEL,
    ACTION_KEEP,
    ACTION_REDRAW,
    ACTION_QUIT,
    ACTION_HELP,
    ACTION_BACK,
    ACTION_UP, /* from here on for panes and views */
    ACTION_DOWN,
    ACTION_LEFT,
    ACTION_RIGHT,
    ACTION_STEP_LEFT,
    ACTION_STEP_DOWN,
    ACTION_STEP_UP,
    ACTION_STEP_RIGHT,
    ACTION_ITEM_LEFT,
    ACTION_ITEM_RIGHT,
    ACTION_PAGE_UP,
    ACTION_PAGE_DOWN,
    ACTION_FIRST,
    ACTION_LAST,
    ACTION_RANGE_UP,
    ACTION_RANGE_DOWN,
    ACTION_CHOOSE,
    ACTION_EVERY,
    ACTION_SORT,
    ACTION_FILTER,
    ACTION_ZOOM_IN,
    ACTION_ZOOM_OUT,
    ACTION_ZOOM_ALL,
    ACTION_ORDER,
    ACTION_PEAKS,
    ACTION_SCALE_DOWN,
    ACTION_SCALE_UP,
    N_ACTIONS
};

struct action_info {
    const char *name; /* in `key.NAME` of the configuration file */
    const char *keys; /* the defaults, in that file's syntax */
    const char *what; /* neighbours with equal text are listed together */
};

extern const struct action_info actions[N_ACTIONS]; /* that of ACTION_NONE is empty */

/* The action of that name; ACTION_NONE: unknown. */
enum action action_find(const char *name);

enum { KEYS_EACH = 4, KEYS_TEXT_SIZE = 80 };

struct keymap {                          /* keymap_init() */
    uint32_t keys[N_ACTIONS][KEYS_EACH]; /* 0: no more */
    int lines[N_ACTIONS];                /* line of the configuration file; 0: default keys */
};

struct keys_text {
    char text[KEYS_TEXT_SIZE];
};
struct key_text { /* one key */
    char text[12];
};

void keymap_init(struct keymap *map);

/*
 * Sets the keys of an action: names or characters separated by blanks, or `none`. Actions that had
 * them by default lose them. CT_EINVAL: not a key, too many, or one that another line has assigned.
 */
enum ct_status keymap_set(struct keymap *map, enum action action, const char *keys, int line,
                          struct ct_error *err);

enum action keymap_find(const struct keymap *map, uint32_t key);

/* All keys of an action, in the syntax of keymap_set(). */
struct keys_text keymap_text(const struct keymap *map, enum action action);

/* The first key of an action; `no key` if it has none. */
struct key_text keymap_key(const struct keymap *map, enum action action);

/* The first keys of actions [n], joined by separator; the four arrows become `arrows`, digits that
 * come first `1-8`. For a single action, all its keys. */
struct keys_text keymap_keys(const struct keymap *map, const enum action *all, size_t n,
                             char separator);

#endif
