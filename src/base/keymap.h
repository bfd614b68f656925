/*
 * What can be done in the user interface, and the keys that do it: one table, which the interface,
 * its help, the file of settings and the manual go by.
 */
#ifndef CT_BASE_KEYMAP_H
#define CT_BASE_KEYMAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

/* Keys are code points of Unicode (ctrl-A is 1, and so on), or these. */
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
    KEYCODE_F1, /* to KEYCODE_F1 + 11 */
};

enum action {
    ACTION_NONE,
    ACTION_RUN,
    ACTION_STAGE_1, /* to ACTION_STAGE_8 */
    ACTION_STAGE_8 = ACTION_STAGE_1 + 7,
    ACTION_NEXT_PANE,
    ACTION_PREVIOUS_PANE,
    ACTION_NEXT_VIEW,
    ACTION_PREVIOUS_VIEW,
    ACTION_WIDE,
    ACTION_FIND,
    ACTION_NEXT_SIGNIFICANT,
    ACTION_PREVIOUS_SIGNIFICANT,
    ACTION_RANDOM_NEURON,
    ACTION_EXPORT,
    ACTION_FIGURES,
    ACTION_PRINT,
    ACTION_CANCEL,
    ACTION_REDRAW,
    ACTION_QUIT,
    ACTION_HELP,
    ACTION_BACK,
    ACTION_UP, /* from here on, of panes and views */
    ACTION_DOWN,
    ACTION_LEFT,
    ACTION_RIGHT,
    ACTION_STEP_LEFT,
    ACTION_STEP_DOWN,
    ACTION_STEP_UP,
    ACTION_STEP_RIGHT,
    ACTION_PAGE_UP,
    ACTION_PAGE_DOWN,
    ACTION_FIRST,
    ACTION_LAST,
    ACTION_CHOOSE,
    ACTION_SORT,
    ACTION_ZOOM_IN,
    ACTION_ZOOM_OUT,
    ACTION_ZOOM_ALL,
    ACTION_SCALE_DOWN,
    ACTION_SCALE_UP,
    N_ACTIONS
};

struct action_info {
    const char *name; /* in `key.NAME` of the file of settings */
    const char *keys; /* the usual ones, as that file has them */
    const char *what; /* neighbours with the same words are listed together */
};

extern const struct action_info actions[N_ACTIONS]; /* that of ACTION_NONE is empty */

/* The action of that name; ACTION_NONE: there is none. */
enum action action_find(const char *name);

enum { KEYS_EACH = 4, KEYS_TEXT_SIZE = 80 };

struct keymap {                          /* keymap_init() */
    uint32_t keys[N_ACTIONS][KEYS_EACH]; /* 0: no more */
    int lines[N_ACTIONS];                /* of the file of settings; 0: the usual keys */
};

struct keys_text {
    char text[KEYS_TEXT_SIZE];
};
struct key_text { /* of one */
    char text[12];
};

void keymap_init(struct keymap *map);

/*
 * Gives an action other keys: names or characters with blanks between, or `none`. Actions that had
 * them by default lose them. CT_EINVAL: no key, too many, or one that another line has given away.
 */
enum ct_status keymap_set(struct keymap *map, enum action action, const char *keys, int line,
                          struct ct_error *err);

enum action keymap_find(const struct keymap *map, uint32_t key);

/* All keys of an action, as keymap_set() takes them. */
struct keys_text keymap_text(const struct keymap *map, enum action action);

/* The first key of an action; `no key` where it has none. */
struct key_text keymap_key(const struct keymap *map, enum action action);

/* The first keys of actions [n], with separator between; the four arrows are `arrows`, the digits
 * `1-8`. Of one action all keys. */
struct keys_text keymap_keys(const struct keymap *map, const enum action *all, size_t n,
                             char separator);

#endif
