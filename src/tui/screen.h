/*
 * The terminal: the only file that uses curses. It is given complete canvases and sends what has
 * changed; it returns keys, mouse events, resizes, signals and notifications of the worker in
 * sequence.
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
    EVENT_NONE, /* timeout */
    EVENT_KEY,
    EVENT_CLICK,  /* left button at (row, col) */
    EVENT_WHEEL,  /* up or down at (row, col) */
    EVENT_RESIZE, /* new size, or resumed after ctrl-Z: everything must be redrawn */
    EVENT_BELL,   /* the given descriptor is readable */
    EVENT_HANGUP, /* SIGTERM, SIGHUP, SIGINT, or the terminal was closed: quit */
};

struct event {
    enum event_kind kind;
    uint32_t key;    /* see base/keymap.h */
    size_t row, col; /* of the mouse */
    int wheel;       /* -1: up, 1: down */
    int signal;      /* that requests to quit; SIGHUP when the terminal was closed */
};

/*
 * Initialises the terminal. *out is owned by the caller: screen_free() restores the terminal.
 * CT_EINVAL: standard input or output is not a terminal, or TERM is dumb or unknown (the message
 * names `circuittui run`); CT_ENOMEM.
 */
enum ct_status screen_new(enum screen_colors colors, bool ascii, struct screen **out,
                          struct ct_error *err);
void screen_free(struct screen *s);

void screen_size(const struct screen *s, size_t *rows, size_t *cols);
bool screen_has_color(const struct screen *s);
bool screen_is_ascii(const struct screen *s);

/* Waits for an event, at most timeout_ms (-1: indefinitely), or until fd (-1: none) is readable. */
void screen_wait(struct screen *s, int fd, int timeout_ms, struct event *event);

/* Shows a canvas of the screen's size; sends only cells that have changed. */
void screen_show(struct screen *s, const struct canvas *c);

/* Gives a text to the terminal's clipboard: OSC 52, which those without one ignore. */
void screen_copy(struct screen *s, const char *text);

/* Makes the next screen_show() send everything. */
void screen_redraw(struct screen *s);

/* The terminal's cursor from the next screen_show() on; initially hidden. */
void screen_cursor(struct screen *s, bool shown, size_t row, size_t col);

#endif
