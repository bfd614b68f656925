#include "config.h"
#include "cli/ansi.h"

#include <errno.h>

#include "base/text.h"
#include "plot/palette.h"

enum { OWN_COLOR = -1 };

struct pen {     /* current state of the terminal */
    long fg, bg; /* 0xRRGGBB, an index, or OWN_COLOR */
    uint8_t attr;
};

static const struct pen plain = { OWN_COLOR, OWN_COLOR, 0 };

static long color_of(ink i, enum ansi_depth depth)
{
    if (palette_16(i) < 0)
        return OWN_COLOR;
    return depth == ANSI_16    ? palette_16(i)
           : depth == ANSI_256 ? palette_256(i)
                               : (long)palette_rgb(i);
}

static void write_color(FILE *stream, long color, bool background, enum ansi_depth depth,
                        const char **separator)
{
    fputs(*separator, stream);
    *separator = ";";
    const int base = background ? 40 : 30;
    if (color == OWN_COLOR)
        fprintf(stream, "%d", base + 9);
    else if (depth == ANSI_16)
        fprintf(stream, "%ld", color < 8 ? base + color : base + 60 + (color - 8));
    else if (depth == ANSI_256)
        fprintf(stream, "%d;5;%ld", base + 8, color);
    else
        fprintf(stream, "%d;2;%ld;%ld;%ld", base + 8, color >> 16, color >> 8 & 0xFF, color & 0xFF);
}

static void write_attr(FILE *stream, uint8_t from, uint8_t to, const char **separator)
{
    static const struct {
        uint8_t bit;
        int on, off;
    } attrs[] = { { CELL_BOLD, 1, 22 }, { CELL_UNDERLINE, 4, 24 }, { CELL_REVERSE, 7, 27 } };

    for (size_t k = 0; k < sizeof attrs / sizeof *attrs; k++)
        if ((from ^ to) & attrs[k].bit) {
            fprintf(stream, "%s%d", *separator, to & attrs[k].bit ? attrs[k].on : attrs[k].off);
            *separator = ";";
        }
}

/* Changes the terminal from *have to want with at most one sequence. */
static void set_pen(FILE *stream, struct pen *have, struct pen want, enum ansi_depth depth)
{
    const char *separator = "";

    if (have->fg == want.fg && have->bg == want.bg && have->attr == want.attr)
        return;
    fputs("\033[", stream);
    if (want.fg == OWN_COLOR && want.bg == OWN_COLOR && want.attr == 0) {
        fputc('0', stream);
    } else {
        write_attr(stream, have->attr, want.attr, &separator);
        if (have->fg != want.fg)
            write_color(stream, want.fg, false, depth, &separator);
        if (have->bg != want.bg)
            write_color(stream, want.bg, true, depth, &separator);
    }
    fputc('m', stream);
    *have = want;
}

static void write_char(FILE *stream, uint32_t ch)
{
    char bytes[4];
    const size_t n = utf8_put(text_is_control(ch) ? '?' : ch, bytes);

    fwrite(bytes, 1, n, stream);
}

/* The pen for a cell. A blank's foreground is invisible: it keeps the current one. */
static struct pen pen_of(const struct cell *cell, const struct pen *have, enum ansi_depth depth)
{
    const uint8_t on_blank = CELL_REVERSE | CELL_UNDERLINE;
    struct pen pen = { color_of(cell->fg, depth), color_of(cell->bg, depth), cell->attr };

    if (cell->ch == ' ' && cell->mark == 0 && !(cell->attr & on_blank)) {
        pen.fg = have->fg;
        pen.attr = have->attr & (uint8_t)~on_blank;
    }
    return pen;
}

/* The columns of a row up to its last non-blank cell. */
static size_t row_length(const struct cell *row, size_t cols, enum ansi_depth depth)
{
    while (cols > 0) {
        const struct cell *const last = &row[cols - 1];
        const bool styled = depth != ANSI_NONE && (color_of(last->bg, depth) != OWN_COLOR ||
                                                   (last->attr & (CELL_REVERSE | CELL_UNDERLINE)));
        if (last->ch != ' ' || last->mark != 0 || styled)
            break;
        cols--;
    }
    return cols;
}

static void write_row(FILE *stream, const struct cell *row, size_t cols, enum ansi_depth depth)
{
    struct pen pen = plain;

    cols = row_length(row, cols, depth);
    for (size_t j = 0; j < cols; j++) {
        if (row[j].ch == 0) /* covered by the wide character before it */
            continue;
        if (depth != ANSI_NONE)
            set_pen(stream, &pen, pen_of(&row[j], &pen, depth), depth);
        write_char(stream, row[j].ch);
        if (row[j].mark != 0)
            write_char(stream, row[j].mark);
    }
    set_pen(stream, &pen, plain, depth);
    fputc('\n', stream);
}

enum ct_status ansi_write(FILE *stream, const struct canvas *c, enum ansi_depth depth,
                          struct ct_error *err)
{
    errno = 0;
    for (size_t i = 0; i < c->rows; i++)
        write_row(stream, c->cells + i * c->cols, c->cols, depth);
    if (fflush(stream) == 0 && !ferror(stream))
        return CT_OK;
    return errno != 0 ? ct_fail_errno(err, "standard output: cannot be written")
                      : ct_fail(err, CT_EIO, "standard output: cannot be written");
}
