#include "config.h"
#include "report/canvas_svg.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "base/text.h"
#include "io/outfile.h"
#include "plot/palette.h"

/* Cells of 8 x 16 divide into halves, quarters and eighths without rest. */
enum { CELL_WIDTH = 8, CELL_HEIGHT = 16, BASELINE = 12 };
enum { BACKGROUND = 0x101010, FOREGROUND = 0xd0d0d0 };

static void put(struct outfile *file, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void put(struct outfile *file, const char *format, ...)
{
    char text[300];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    outfile_puts(file, text);
}

static uint32_t rgb_of(ink i, uint32_t otherwise)
{
    return palette_256(i) < 0 ? otherwise : palette_rgb(i);
}

static uint32_t front(const struct cell *cell)
{
    return cell->attr & CELL_REVERSE ? rgb_of(cell->bg, BACKGROUND) : rgb_of(cell->fg, FOREGROUND);
}

static uint32_t back(const struct cell *cell)
{
    return cell->attr & CELL_REVERSE ? rgb_of(cell->fg, FOREGROUND) : rgb_of(cell->bg, BACKGROUND);
}

static void put_rect(struct outfile *file, size_t x, size_t y, size_t w, size_t h, uint32_t rgb)
{
    put(file, "<rect x=\"%zu\" y=\"%zu\" width=\"%zu\" height=\"%zu\" fill=\"#%06" PRIx32 "\"/>\n",
        x, y, w, h, rgb);
}

/* ---- backgrounds ---- */

static void put_backgrounds(struct outfile *file, const struct cell *cells, size_t cols, size_t y)
{
    for (size_t col = 0, end; col < cols; col = end) {
        for (end = col + 1; end < cols && back(&cells[end]) == back(&cells[col]); end++)
            ;
        if (back(&cells[col]) != BACKGROUND)
            put_rect(file, col * CELL_WIDTH, y, (end - col) * CELL_WIDTH, CELL_HEIGHT,
                     back(&cells[col]));
    }
}

/* ---- blocks and dots ---- */

/* The quarters of a cell that a block covers: upper left 1, upper right 2, lower left 4, lower
 * right 8; 0: it is none of quarters. */
static unsigned quarters(uint32_t ch)
{
    static const unsigned char of[] = { 4, 8, 1, 13, 9, 7, 11, 2, 6, 14 }; /* from U+2596 on */

    return ch == 0x2580                   ? 3
           : ch == 0x258C                 ? 5
           : ch == 0x2590                 ? 10
           : ch >= 0x2596 && ch <= 0x259F ? of[ch - 0x2596]
                                          : 0;
}

/* The arms of a line of a frame, from the middle of its cell: left 1, right 2, up 4, down 8; 0: it
 * is none. Dashed lines have the same. */
static unsigned arms(uint32_t ch)
{
    static const struct {
        uint16_t ch;
        unsigned char arms;
    } lines[] = { { 0x2500, 3 },  { 0x2502, 12 }, { 0x250C, 10 }, { 0x2510, 9 },  { 0x2514, 6 },
                  { 0x2518, 5 },  { 0x251C, 14 }, { 0x2524, 13 }, { 0x252C, 11 }, { 0x2534, 7 },
                  { 0x253C, 15 }, { 0x254C, 3 },  { 0x254E, 12 } };

    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        if (lines[i].ch == ch)
            return lines[i].arms;
    return 0;
}

static void put_line(struct outfile *file, const struct cell *cell, size_t x, size_t y)
{
    const unsigned of = arms(cell->ch);
    const size_t middle = x + CELL_WIDTH / 2, centre = y + CELL_HEIGHT / 2;

    if (cell->ch == 0x254C)
        put_rect(file, x + 1, centre, CELL_WIDTH / 2, 1, front(cell));
    else if (cell->ch == 0x254E)
        put_rect(file, middle, y + 2, 1, CELL_HEIGHT / 2, front(cell));
    else if (of & 3)
        put_rect(file, of & 1 ? x : middle, centre,
                 (of & 3) == 3 ? CELL_WIDTH : CELL_WIDTH / 2 + (of & 1), 1, front(cell));
    if (of & 12 && cell->ch != 0x254E)
        put_rect(file, middle, of & 4 ? y : centre, 1,
                 (of & 12) == 12 ? CELL_HEIGHT : CELL_HEIGHT / 2 + (of & 4 ? 1 : 0), front(cell));
}

static void put_shape(struct outfile *file, const struct cell *cell, size_t x, size_t y)
{
    enum { HALF_WIDTH = CELL_WIDTH / 2, HALF_HEIGHT = CELL_HEIGHT / 2, DOT_SIZE = 2 };
    static const unsigned char dot_column[] = { 0, 0, 0, 1, 1, 1, 0, 1 };
    static const unsigned char dot_row[] = { 0, 1, 2, 0, 1, 2, 3, 3 };
    const unsigned parts = quarters(cell->ch);
    const uint32_t ch = cell->ch;

    if (arms(ch) != 0)
        put_line(file, cell, x, y);
    for (size_t k = 0; k < 4; k++)
        if (parts >> k & 1)
            put_rect(file, x + k % 2 * HALF_WIDTH, y + k / 2 * HALF_HEIGHT, HALF_WIDTH, HALF_HEIGHT,
                     front(cell));
    if (ch >= 0x2581 && ch <= 0x2588) { /* eighths from below */
        const size_t height = (ch - 0x2580) * CELL_HEIGHT / 8;
        put_rect(file, x, y + CELL_HEIGHT - height, CELL_WIDTH, height, front(cell));
    }
    if (ch == 0x2594) /* the upper eighth */
        put_rect(file, x, y, CELL_WIDTH, CELL_HEIGHT / 8, front(cell));
    if (ch < 0x2800 || ch > 0x28FF)
        return;
    for (size_t k = 0; k < 8; k++)
        if ((ch - 0x2800) >> k & 1)
            put_rect(file, x + 1 + dot_column[k] * HALF_WIDTH, y + 1 + dot_row[k] * HALF_WIDTH,
                     DOT_SIZE, DOT_SIZE, front(cell));
}

/* ---- text ---- */

static bool is_text(const struct cell *cell)
{
    return cell->ch != ' ' && quarters(cell->ch) == 0 && arms(cell->ch) == 0 &&
           !(cell->ch >= 0x2580 && cell->ch <= 0x2594) &&
           !(cell->ch >= 0x2800 && cell->ch <= 0x28FF);
}

static void put_char(struct outfile *file, uint32_t ch)
{
    char bytes[5] = "";

    if (ch == 0)
        return;
    if (ch == '&' || ch == '<' || ch == '>') {
        put(file, "&#%d;", (int)ch);
        return;
    }
    bytes[utf8_put(ch, bytes)] = '\0';
    outfile_puts(file, bytes);
}

/* Whether b goes on with the text of a. */
static bool is_same_text(const struct cell *a, const struct cell *b)
{
    enum { STYLE = CELL_BOLD | CELL_UNDERLINE };

    return is_text(b) && front(a) == front(b) && (a->attr & STYLE) == (b->attr & STYLE);
}

static void put_texts(struct outfile *file, const struct cell *cells, size_t cols, size_t y)
{
    for (size_t col = 0, end; col < cols; col = end) {
        const struct cell *const first = &cells[col];
        end = col + 1;
        if (!is_text(first))
            continue;
        for (size_t k = end; k < cols && (cells[k].ch == ' ' || is_same_text(first, &cells[k]));
             k++)
            end = cells[k].ch != ' ' ? k + 1 : end; /* words of a line are one text */
        put(file, "<text x=\"%zu\" y=\"%zu\" textLength=\"%zu\" fill=\"#%06" PRIx32 "\"%s%s>",
            col * CELL_WIDTH, y + BASELINE, (end - col) * CELL_WIDTH, front(first),
            first->attr & CELL_BOLD ? " font-weight=\"bold\"" : "",
            first->attr & CELL_UNDERLINE ? " text-decoration=\"underline\"" : "");
        for (size_t k = col; k < end; k++) {
            put_char(file, cells[k].ch);
            put_char(file, cells[k].mark);
        }
        outfile_puts(file, "</text>\n");
    }
}

/* ---- the picture ---- */

enum ct_status canvas_svg_write(const struct canvas *c, const char *path, struct ct_error *err)
{
    const size_t width = c->cols * CELL_WIDTH;
    const size_t height = c->rows * CELL_HEIGHT;
    struct outfile *file = NULL;
    const enum ct_status status = outfile_open(path, &file, err);

    if (status != CT_OK)
        return status;
    put(file,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %zu %zu\" width=\"%zu\" "
        "height=\"%zu\"\n",
        width, height, width, height);
    outfile_puts(file, "font-family=\"DejaVu Sans Mono, Menlo, Consolas, monospace\" "
                       "font-size=\"13.29\" xml:space=\"preserve\">\n");
    put_rect(file, 0, 0, width, height, BACKGROUND);
    for (size_t row = 0; row < c->rows; row++) {
        const struct cell *const cells = &c->cells[row * c->cols];
        put_backgrounds(file, cells, c->cols, row * CELL_HEIGHT);
        for (size_t col = 0; col < c->cols; col++)
            put_shape(file, &cells[col], col * CELL_WIDTH, row * CELL_HEIGHT);
        put_texts(file, cells, c->cols, row * CELL_HEIGHT);
    }
    outfile_puts(file, "</svg>\n");
    return outfile_commit(file, err);
}
