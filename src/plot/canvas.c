#include "config.h"
#include "plot/canvas.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"

static const struct cell blank = { .ch = ' ' };

struct rect rect_clip(struct rect r, struct rect bounds)
{
    const size_t row = r.row > bounds.row ? r.row : bounds.row;
    const size_t col = r.col > bounds.col ? r.col : bounds.col;
    /* What each side has left after (row, col); sides may exceed SIZE_MAX. */
    const size_t down = r.rows > row - r.row ? r.rows - (row - r.row) : 0;
    const size_t right = r.cols > col - r.col ? r.cols - (col - r.col) : 0;
    const size_t most_down = bounds.rows > row - bounds.row ? bounds.rows - (row - bounds.row) : 0;
    const size_t most_right = bounds.cols > col - bounds.col ? bounds.cols - (col - bounds.col) : 0;

    return (struct rect){ row, col, size_min(down, most_down), size_min(right, most_right) };
}

struct rect canvas_area(const struct canvas *c)
{
    return (struct rect){ 0, 0, c->rows, c->cols };
}

enum ct_status canvas_init(struct canvas *c, size_t rows, size_t cols, bool ascii, bool color,
                           struct ct_error *err)
{
    size_t n;
    struct cell *const cells =
        ct_mul_size(rows, cols, &n) ? ct_malloc_array(n, sizeof *cells) : NULL;

    if (cells == NULL)
        return ct_fail(err, CT_ENOMEM, "canvas: out of memory for %zu x %zu cells", rows, cols);
    *c = (struct canvas){
        .rows = rows, .cols = cols, .cells = cells, .ascii = ascii, .color = color
    };
    for (size_t i = 0; i < n; i++)
        cells[i] = blank;
    return CT_OK;
}

void canvas_clear(struct canvas *c)
{
    free(c->cells);
    *c = (struct canvas){ .rows = 0 };
}

/* Braille, blocks and frames are one column wide in every locale. */
static int width_of(uint32_t ch)
{
    return ch < 0x300 || (ch >= 0x2500 && ch < 0x2900) ? 1 : text_width(ch);
}

static uint32_t allowed(const struct canvas *c, uint32_t ch)
{
    return text_is_control(ch) || (c->ascii && ch > '~') ? '?' : ch;
}

/* Overwriting half of a wide character blanks its other half. */
static void split_wide(struct canvas *c, size_t row, size_t col)
{
    struct cell *const at = &c->cells[row * c->cols + col];

    if (at->ch == 0 && col > 0)
        at[-1].ch = ' ', at[-1].mark = 0;
    if (col + 1 < c->cols && at[1].ch == 0)
        at[1].ch = ' ';
}

void canvas_put(struct canvas *c, size_t row, size_t col, uint32_t ch, ink fg, ink bg, uint8_t attr)
{
    if (row >= c->rows || col >= c->cols)
        return;
    struct cell *const at = &c->cells[row * c->cols + col];

    ch = allowed(c, ch);
    const bool wide = width_of(ch) == 2;
    if (wide && col + 1 >= c->cols)
        ch = '?';
    split_wide(c, row, col);
    *at = (struct cell){ ch, 0, fg, bg, attr };
    if (wide && ch != '?') {
        split_wide(c, row, col + 1);
        at[0].ch = ch;
        at[1] = (struct cell){ 0, 0, fg, bg, attr };
    }
}

void canvas_fill(struct canvas *c, struct rect area, uint32_t ch, ink fg, ink bg)
{
    area = rect_clip(area, canvas_area(c));
    for (size_t i = 0; i < area.rows; i++)
        for (size_t j = 0; j < area.cols; j++)
            canvas_put(c, area.row + i, area.col + j, ch, fg, bg, 0);
}

/* One piece of text: a code point, or the escaped form of one that must not be shown. */
struct piece {
    size_t bytes; /* bytes of the text, at least 1 */
    char shown[16];
    uint32_t ch; /* shown as this single code point; 0: as several ASCII characters */
    size_t cols;
    bool is_omitted;
};

enum { FLAG_A = 0x1F1E6, FLAG_Z = 0x1F1FF }; /* letters of which two make a flag */

/* Whether ch changes the character before it and has no width then: a skin tone. */
static bool is_modifier(uint32_t ch, uint32_t before)
{
    return text_is_joiner(ch) || (ch >= 0x1F3FB && ch <= 0x1F3FF && before >= 0x261D);
}

/*
 * The first piece of text (size at least 1); before is the code point drawn last, 0 at first.
 * Sequences that some terminals draw as one character, in one width or another, are drawn in parts
 * whose width is agreed upon: a family as its members, a flag as its two letters.
 */
static struct piece next_piece(const struct canvas *c, const char *text, size_t size,
                               uint32_t before)
{
    struct piece p = { .bytes = 0 };
    uint32_t ch = 0;

    p.bytes = utf8_decode(text, size, &ch);
    if (p.bytes > 0 && is_modifier(ch, before)) {
        p.is_omitted = true;
        return p;
    }
    if (p.bytes > 0 && !text_is_control(ch) && (c->ascii || text_is_known(ch))) {
        if (ch >= FLAG_A && ch <= FLAG_Z)
            ch = ch - FLAG_A + 'A';
        const int width = width_of(ch);
        p.ch = width > 0 ? allowed(c, ch) : ch;
        p.cols = p.ch == ch ? (size_t)width : 1;
        return p;
    }
    if (p.bytes > 0 && !text_is_control(ch)) {
        p.cols = (size_t)snprintf(p.shown, sizeof p.shown, "\\u{%x}", (unsigned)ch);
        return p;
    }
    if (p.bytes == 0)
        p.bytes = 1;
    p.cols = text_visible(p.shown, sizeof p.shown, text, p.bytes);
    return p;
}

size_t canvas_text_width(const struct canvas *c, const char *text)
{
    const size_t size = text != NULL ? strlen(text) : 0;
    size_t cols = 0;
    uint32_t before = 0;

    for (size_t at = 0; at < size;) {
        const struct piece p = next_piece(c, text + at, size - at, before);
        cols += p.cols;
        at += p.bytes;
        before = p.is_omitted ? before : p.ch;
    }
    return cols;
}

static void put_mark(struct canvas *c, size_t row, size_t col, uint32_t mark)
{
    struct cell *at;

    if (c->ascii || row >= c->rows || col >= c->cols)
        return;
    at = &c->cells[row * c->cols + col];
    if (at->ch == 0 && col > 0)
        at--;
    if (at->mark == 0)
        at->mark = mark;
}

size_t canvas_text(struct canvas *c, size_t row, size_t col, size_t cols, const char *text, ink fg,
                   uint8_t attr)
{
    const size_t size = text != NULL ? strlen(text) : 0;
    size_t used = 0;
    uint32_t before = 0;

    if (row >= c->rows || col >= c->cols)
        return 0;
    cols = size_min(cols, c->cols - col);
    for (size_t at = 0; at < size;) {
        const struct piece p = next_piece(c, text + at, size - at, before);
        at += p.bytes;
        if (p.is_omitted)
            continue;
        before = p.ch;
        if (p.ch != 0 && p.cols == 0) {
            if (used > 0)
                put_mark(c, row, col + used - 1, p.ch);
            continue;
        }
        if (p.cols > cols - used) {
            /* Mark the cut in the last column used. */
            if (used == cols && cols > 0)
                used--;
            if (cols > 0)
                canvas_put(c, row, col + used, c->ascii ? '~' : 0x2026, fg, INK_DEFAULT, attr);
            return cols > 0 ? used + 1 : 0;
        }
        if (p.ch != 0)
            canvas_put(c, row, col + used, p.ch, fg, INK_DEFAULT, attr);
        for (size_t k = 0; p.ch == 0 && k < p.cols; k++)
            canvas_put(c, row, col + used + k, (unsigned char)p.shown[k], fg, INK_DEFAULT, attr);
        used += p.cols;
    }
    return used;
}

size_t canvas_printf(struct canvas *c, size_t row, size_t col, size_t cols, ink fg, uint8_t attr,
                     const char *format, ...)
{
    char text[4096];
    va_list args;

    va_start(args, format);
    const int length = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (length < 0)
        return 0;
    if ((size_t)length >= sizeof text) /* truncated between code points */
        text[utf8_first_invalid(text, sizeof text - 1)] = '\0';
    return canvas_text(c, row, col, cols, text, fg, attr);
}
