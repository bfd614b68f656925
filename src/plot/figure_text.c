#include "config.h"
#include "plot/figure_parts.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

static void bytes_puts(struct bytes *b, const char *text)
{
    bytes_add(b, text, strlen(text));
}

enum { LABEL_SIZE = 600 };

/* U+FDD0 .. U+FDEF and the last two of each plane: invalid in XML, and cairo stops at them. */
static bool is_noncharacter(uint32_t c)
{
    return (c >= 0xFDD0 && c <= 0xFDEF) || (c & 0xFFFE) == 0xFFFE;
}

static void make_visible(char out[LABEL_SIZE], const char *text)
{
    const size_t size = text_visible(out, LABEL_SIZE, text, strlen(text));
    size_t to = 0;

    for (size_t at = 0; at < size;) {
        uint32_t c = 0xFFFD;
        at += utf8_decode(out + at, size - at, &c);
        to += utf8_put(is_noncharacter(c) ? 0xFFFD : c, out + to); /* never longer */
    }
    out[to] = '\0';
}

static void choose_font(struct figure *f, double size, bool is_bold)
{
    cairo_select_font_face(f->cr, "sans-serif", CAIRO_FONT_SLANT_NORMAL,
                           is_bold ? CAIRO_FONT_WEIGHT_BOLD : CAIRO_FONT_WEIGHT_NORMAL);
    cairo_set_font_size(f->cr, size);
    f->font_size = size;
}

/* ---- characters ---- */

/* True for a character that joins the one before it, or the next to it. Does not use the C library:
 * figures do not depend on the locale. */
static bool is_mark(uint32_t c)
{
    static const uint32_t ranges[][2] = { { 0x300, 0x36F },     { 0x1AB0, 0x1AFF },
                                          { 0x1DC0, 0x1DFF },   { 0x200D, 0x200D },
                                          { 0x20D0, 0x20FF },   { 0x3099, 0x309A },
                                          { 0xFE00, 0xFE0F },   { 0xFE20, 0xFE2F },
                                          { 0x1F3FB, 0x1F3FF }, { 0xE0100, 0xE01EF } };

    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++)
        if (c >= ranges[i][0] && c <= ranges[i][1])
            return true;
    return false;
}

/* Whether the current font has a glyph for the character bytes [size]. */
static bool has_glyph(struct figure *f, const char *bytes, size_t size)
{
    cairo_glyph_t *glyphs = NULL;
    int n = 0;

    if ((unsigned char)bytes[0] < 0x80 ||
        cairo_scaled_font_text_to_glyphs(cairo_get_scaled_font(f->cr), 0.0, 0.0, bytes, (int)size,
                                         &glyphs, &n, NULL, NULL, NULL) != CAIRO_STATUS_SUCCESS)
        return true;
    const bool has = n > 0 && glyphs[0].index != 0;
    cairo_glyph_free(glyphs);
    return has;
}

/* In a PNG, a character that the font lacks is replaced by its number. SVG viewers take it from
 * another font. */
static void replace_missing(struct figure *f, char text[LABEL_SIZE])
{
    char replaced[LABEL_SIZE];
    size_t to = 0;

    for (size_t at = 0, size = 0; text[at] != '\0'; at += size) {
        uint32_t c = 0;
        char bytes[16];
        size = utf8_decode(text + at, strlen(text + at), &c);
        size_t n = size;
        if (has_glyph(f, text + at, size))
            memcpy(bytes, text + at, size);
        else
            n = (size_t)snprintf(bytes, sizeof bytes, "\\u{%x}", (unsigned)c);
        if (to + n >= LABEL_SIZE)
            break;
        memcpy(replaced + to, bytes, n);
        to += n;
    }
    replaced[to] = '\0';
    memcpy(text, replaced, to + 1);
}

/* The width in the current font; a character that it lacks counts as one of average width. */
static double font_width(struct figure *f, const char *text)
{
    cairo_text_extents_t extents;
    double width;

    cairo_text_extents(f->cr, text, &extents);
    width = extents.x_advance;
    for (size_t size = 0; *text != '\0'; text += size) {
        uint32_t c = 0;
        char bytes[5] = "";
        size = utf8_decode(text, strlen(text), &c);
        if (has_glyph(f, text, size))
            continue;
        memcpy(bytes, text, size);
        cairo_text_extents(f->cr, bytes, &extents);
        width += f->font_size * (is_mark(c) ? 0.0 : c < 0x1100 ? 0.6 : 1.0) - extents.x_advance;
    }
    return width;
}

/* The text as it will be shown in the current font. */
static void shown_text(struct figure *f, char out[LABEL_SIZE], const char *text)
{
    make_visible(out, text);
    if (f->format == FIGURE_PNG)
        replace_missing(f, out);
}

double figure_label_width(struct figure *f, const char *text, double size)
{
    char visible[LABEL_SIZE];

    if (text == NULL)
        return 0.0;
    choose_font(f, size, false);
    shown_text(f, visible, text);
    return font_width(f, visible);
}

/* The start of the last character before n. */
static size_t last_character(const char *text, size_t n)
{
    uint32_t c = 0;

    do {
        const size_t end = n;
        while (n > 0 && ((unsigned char)text[--n] & 0xC0) == 0x80)
            ;
        utf8_decode(text + n, end - n, &c);
    } while (n > 0 && is_mark(c));
    return n;
}

/* Removes characters from the end until the rest and three dots fit. */
static void cut_text(struct figure *f, char text[LABEL_SIZE], double room)
{
    static const char dots[] = "\xE2\x80\xA6";
    size_t n = strlen(text);

    if (room <= 0.0 || font_width(f, text) <= room)
        return;
    n = n < LABEL_SIZE - sizeof dots ? n : LABEL_SIZE - sizeof dots;
    do {
        n = last_character(text, n);
        memcpy(text + n, dots, sizeof dots);
    } while (n > 0 && font_width(f, text) > room);
}

static void add_escaped(struct bytes *b, const char *text)
{
    for (; *text != '\0'; text++) {
        if (*text == '&')
            bytes_puts(b, "&amp;");
        else if (*text == '<')
            bytes_puts(b, "&lt;");
        else if (*text == '>')
            bytes_puts(b, "&gt;");
        else
            bytes_add(b, text, 1);
    }
}

static void add_svg_text(struct figure *f, const struct label *l, const char *text)
{
    static const char *const anchors[] = { "start", "middle", "end" };
    char head[240];

    snprintf(head, sizeof head,
             "<text transform=\"translate(%.2f %.2f)%s\" font-size=\"%g\"%s text-anchor=\"%s\" "
             "fill=\"#%06x\">",
             l->x, l->y, l->is_upright ? " rotate(-90)" : "", l->size,
             l->is_bold ? " font-weight=\"bold\"" : "", anchors[lround(2.0 * l->anchor)],
             (unsigned)l->rgb);
    bytes_puts(&f->texts, head);
    add_escaped(&f->texts, text);
    bytes_puts(&f->texts, "</text>\n");
}

void figure_label(struct figure *f, const struct label *l)
{
    char text[LABEL_SIZE];

    if (l->text == NULL || l->text[0] == '\0')
        return;
    choose_font(f, l->size, l->is_bold);
    shown_text(f, text, l->text);
    cut_text(f, text, l->room);
    if (f->format == FIGURE_SVG) {
        add_svg_text(f, l, text);
        return;
    }
    cairo_save(f->cr);
    figure_color(f, l->rgb);
    cairo_translate(f->cr, l->x, l->y);
    if (l->is_upright)
        cairo_rotate(f->cr, -acos(0.0));
    cairo_move_to(f->cr, -l->anchor * font_width(f, text), 0.0);
    cairo_show_text(f->cr, text);
    cairo_restore(f->cr);
}
