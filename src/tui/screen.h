/*
 * The terminal: the only place that knows curses. A canvas goes to it whole, and it sends what has
 * changed; keys, mouse, resizes, signals and a worker's bell come from it one after another.
 */
#ifndef CT_TUI_SCREEN_H
#define CT_TUI_SCREEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/keymap.h"
#include "base/status.h"
#include "plot/canvas.h"

enum screen_colors { SCREEN_COLORS_AUTO, SCREEN_COLORS_NEVER };

struct screen;

enum event_kind {
    EVENT_NONE, /* the time is up */
    EVENT_KEY,
    EVENT_CLICK,  /* left button at (row, col) */
    EVENT_WHEEL,  /* up or down at (row, col) */
    EVENT_RESIZE, /* another size, or back from ctrl-Z: everything must be drawn again */
    EVENT_BELL,   /* the descriptor that was waited for is readable */
    EVENT_HANGUP, /* SIGTERM, SIGHUP, SIGINT, or the terminal is gone: leave */
};

struct event {
    enum event_kind kind;
    uint32_t key;    /* see base/keymap.h */
    size_t row, col; /* of the mouse */
    int wheel;       /* -1: up, 1: down */
    int signal;      /* that asks to leave; SIGHUP when the terminal is gone */
};

/*
 * Takes the terminal over. *out is owned by the caller: screen_free() gives the terminal back as it
 * was. CT_EINVAL: standard input or output is no terminal, or TERM is dumb or not known (the
 * message names `circuittui run`); CT_ENOMEM.
 */
enum ct_status screen_new(enum screen_colors colors, bool ascii, struct screen **out,
                          struct ct_error *err);
void screen_free(struct screen *s);

void screen_size(const struct screen *s, size_t *rows, size_t *cols);
bool screen_has_color(const struct screen *s);
bool screen_is_ascii(const struct screen *s);

/* Waits for something to happen: at most timeout_ms (-1: as long as it takes), or until fd (-1:
 * none) is readable. */
void screen_wait(struct screen *s, int fd, int timeout_ms, struct event *event);

/* Shows the canvas, of the size of the screen; sends only cells that are not on it yet. */
void screen_show(struct screen *s, const struct canvas *c);

/* Sends everything again at the next screen_show(). */
void screen_redraw(struct screen *s);

/* Where the terminal's own cursor stands from the next screen_show() on; hidden at first. */
void screen_cursor(struct screen *s, bool shown, size_t row, size_t col);

#endif
