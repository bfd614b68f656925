/*
 * A grid of cells that plots draw into. It is independent of terminals: a cell holds a character
 * and inks, and the output device decides which colour an ink is.
 */
#ifndef CT_PLOT_CANVAS_H
#define CT_PLOT_CANVAS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

/* Inks: roles first, then colour maps by position 0 .. INK_STEPS - 1. */
typedef uint16_t ink; /* the only typedef: an ink is stored twice per cell */
enum {
    INK_DEFAULT = 0, /* the terminal's own colour */
    INK_DIM,
    INK_TITLE,
    INK_FRAME,
    INK_ACCENT, /* selection, cursor, what the eye should find first */
    INK_GOOD,
    INK_WARN,
    INK_BAD,
    INK_GROUP_A,
    INK_GROUP_B,
    INK_NOISE,
    INK_CLUSTER_0 = 16, /* INK_CLUSTER_0 + label % INK_N_CLUSTERS */
    INK_N_CLUSTERS = 20,
    INK_ROLES = INK_CLUSTER_0 + INK_N_CLUSTERS, /* from here on colour maps, not roles */
    INK_STEPS = 64,
    INK_SEQUENTIAL = 64, /* cividis, low to high */
    INK_DIVERGING = 128, /* blue - white - red, centred */
    INK_POINTS = 192,    /* blue - grey - red, centred: for points on black and on white */
    INK_MAPS_END = INK_POINTS + INK_STEPS,
};

enum { CELL_BOLD = 1, CELL_REVERSE = 2, CELL_UNDERLINE = 4 };

struct cell {
    uint32_t ch;   /* Unicode code point; 0: right half of the wide character before it */
    uint32_t mark; /* a combining mark over ch, or 0 */
    ink fg, bg;
    uint8_t attr; /* CELL_* */
};

struct canvas { /* zero-initialise; owns cells until canvas_clear() */
    size_t rows, cols;
    struct cell *cells; /* [rows, cols] */
    bool ascii;         /* draw only with ASCII */
    bool color;         /* colours are visible; otherwise characters must carry the meaning */
    bool starved;       /* something was omitted for lack of memory */
};

struct rect {
    size_t row, col, rows, cols;
};

/* The intersection of r with bounds. */
struct rect rect_clip(struct rect r, struct rect bounds);
struct rect canvas_area(const struct canvas *c);

/* rows x cols blanks; CT_ENOMEM. */
enum ct_status canvas_init(struct canvas *c, size_t rows, size_t cols, bool ascii, bool color,
                           struct ct_error *err);
void canvas_clear(struct canvas *c);
void canvas_fill(struct canvas *c, struct rect area, uint32_t ch, ink fg, ink bg);

/* Writes one character; does nothing outside the canvas. Controls, and non-ASCII on an ASCII
 * canvas, become '?'. A wide character also takes the next cell; overwriting half of one blanks the
 * other half. */
void canvas_put(struct canvas *c, size_t row, size_t col, uint32_t ch, ink fg, ink bg,
                uint8_t attr);

/*
 * Writes UTF-8 text from (row, col), truncated to `cols` columns (the last one is then … or ~);
 * controls and bad bytes are shown as by text_visible(). Returns the columns used.
 */
size_t canvas_text(struct canvas *c, size_t row, size_t col, size_t cols, const char *text, ink fg,
                   uint8_t attr);

/* The columns that canvas_text() would use for the complete text. */
size_t canvas_text_width(const struct canvas *c, const char *text);

size_t canvas_printf(struct canvas *c, size_t row, size_t col, size_t cols, ink fg, uint8_t attr,
                     const char *format, ...) __attribute__((format(printf, 7, 8)));

#endif
