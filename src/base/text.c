#include "config.h"
#include "base/text.h"

#include <langinfo.h>
#include <stdio.h>
#include <string.h>
#include <wchar.h>

size_t utf8_decode(const char *text, size_t size, uint32_t *code_point)
{
    if (size == 0)
        return 0;
    const unsigned char *const s = (const unsigned char *)text;
    const size_t length = s[0] < 0x80   ? 1
                          : s[0] < 0xC2 ? 0
                          : s[0] < 0xE0 ? 2
                          : s[0] < 0xF0 ? 3
                          : s[0] < 0xF5 ? 4
                                        : 0;

    if (length == 0 || length > size)
        return 0;
    if (length == 1) {
        *code_point = s[0];
        return 1;
    }
    uint32_t c = s[0] & (0xFFU >> (length + 1));
    for (size_t i = 1; i < length; i++) {
        if ((s[i] & 0xC0) != 0x80)
            return 0;
        c = c << 6 | (s[i] & 0x3F);
    }
    static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
    if (c < least[length] || c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF))
        return 0;
    *code_point = c;
    return length;
}

size_t utf8_put(uint32_t code_point, char out[4])
{
    if (code_point < 0x80) {
        out[0] = (char)code_point;
        return 1;
    }
    if (code_point > 0x10FFFF || (code_point >= 0xD800 && code_point <= 0xDFFF))
        return 0;
    const size_t length = code_point < 0x800 ? 2 : code_point < 0x10000 ? 3 : 4;
    for (size_t i = length - 1; i > 0; i--) {
        out[i] = (char)(0x80 | (code_point & 0x3F));
        code_point >>= 6;
    }
    out[0] = (char)((0xF00U >> length & 0xFF) | code_point);
    return length;
}

size_t utf8_first_invalid(const char *text, size_t size)
{
    size_t at = 0;

    while (at < size) {
        uint32_t c;
        const size_t length = utf8_decode(text + at, size - at, &c);
        if (length == 0)
            return at;
        at += length;
    }
    return size;
}

bool text_is_control(uint32_t c)
{
    return c < 0x20 || (c >= 0x7F && c < 0xA0) /* C0, DEL, C1 */
           || (c >= 0x200E && c <= 0x200F)     /* left-to-right and right-to-left marks */
           || (c >= 0x2028 && c <= 0x202E)     /* line separators, embeddings, overrides */
           || (c >= 0x2060 && c <= 0x206F)     /* word joiner, invisible operators, isolates */
           || c == 0x061C || c == 0xFEFF       /* Arabic letter mark, byte order mark */
           || c == 0xAD || c == 0x200B         /* soft hyphen, zero width space */
           || c == 0x34F || c == 0x180E        /* grapheme joiner, Mongolian vowel separator */
           || c == 0x115F || c == 0x1160       /* fillers of Hangul ... */
           || c == 0x3164 || c == 0xFFA0 || c == 0x17B4 || c == 0x17B5 /* ... and Khmer */
           || (c >= 0xFFF9 && c <= 0xFFFB)                             /* interlinear annotation */
           || (c >= 0x1D173 && c <= 0x1D17A)                           /* musical controls */
           || (c >= 0xE0000 && c <= 0xE007F);                          /* tags */
}

bool text_is_joiner(uint32_t c)
{
    return c == 0x200C || c == 0x200D                      /* zero width (non-)joiner */
           || (c >= 0xFE00 && c <= 0xFE0F) || c == 0x20E3  /* variation selectors, keycap */
           || (c >= 0xE0100 && c <= 0xE01EF)               /* more variation selectors */
           || (c >= 0x180B && c <= 0x180D) || c == 0x180F; /* Mongolian ones */
}

static size_t escape(uint32_t c, char *out, size_t size)
{
    const char *const name = c == '\n' ? "\\n" : c == '\t' ? "\\t" : c == '\r' ? "\\r" : NULL;

    return (size_t)(name != NULL ? snprintf(out, size, "%s", name)
                                 : snprintf(out, size, "\\u{%x}", c));
}

/* The visible form of the first code point, or bad byte, of text (size at least 1): *length bytes
 * in piece, ASCII only if requested. Returns the bytes of text consumed. */
static size_t show_one(const char *text, size_t size, bool ascii, char piece[TEXT_PIECE],
                       size_t *length)
{
    uint32_t c;
    const size_t taken = utf8_decode(text, size, &c);

    if (taken == 0) {
        *length = (size_t)snprintf(piece, TEXT_PIECE, "\\x%02x", (unsigned)(unsigned char)text[0]);
        return 1;
    }
    if (text_is_control(c) || text_is_joiner(c) || (ascii && c > '~')) {
        *length = escape(c, piece, TEXT_PIECE);
    } else {
        memcpy(piece, text, taken);
        *length = taken;
    }
    return taken;
}

size_t text_visible(char *out, size_t out_size, const char *text, size_t size)
{
    size_t used = 0;

    for (size_t at = 0; at < size;) {
        char piece[TEXT_PIECE];
        size_t length;
        const size_t taken = show_one(text + at, size - at, false, piece, &length);

        if (length >= out_size - used)
            break;
        memcpy(out + used, piece, length);
        used += length;
        at += taken;
    }
    out[used] = '\0';
    return used;
}

bool text_is_utf8_locale(void)
{
    return strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
}

size_t text_piece_for_terminal(const char *text, size_t size, char piece[TEXT_PIECE],
                               size_t *length)
{
    return show_one(text, size, !text_is_utf8_locale(), piece, length);
}

size_t text_visible_size(const char *text, size_t size)
{
    size_t total = 0;

    for (size_t at = 0; at < size;) {
        char piece[TEXT_PIECE];
        size_t length;

        at += show_one(text + at, size - at, false, piece, &length);
        total += length;
    }
    return total;
}

size_t text_mark_size(const char *text, size_t size)
{
    return size >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
}

size_t text_line_size(const char *line, size_t size)
{
    return size > 0 && line[size - 1] == '\r' ? size - 1 : size;
}

bool text_ends_with(const char *text, const char *end)
{
    const size_t size = strlen(text);
    const size_t n = strlen(end);

    return size >= n && memcmp(text + size - n, end, n) == 0;
}

int text_width(uint32_t code_point)
{
    const int width = wcwidth((wchar_t)code_point);

    return width < 0 ? 1 : width;
}

bool text_is_known(uint32_t code_point)
{
    return wcwidth((wchar_t)code_point) >= 0 || !text_is_utf8_locale();
}

bool text_is_width_sure(uint32_t c)
{
    return c < 0x590                      /* Latin, Greek, Cyrillic, Armenian */
           || (c >= 0x1E00 && c < 0x2600) /* their extensions, punctuation, lines, blocks */
           || (c >= 0x27C0 && c < 0x2B00) /* arrows, braille, mathematics */
           || (c >= 0x3000 && c < 0xA4D0) /* Kana, Han, Yi */
           || (c >= 0xAC00 && c < 0xD7A4) /* Hangul syllables */
           || (c >= 0xF900 && c < 0xFB00) || (c >= 0xFF00 && c < 0xFFE7); /* compatibility forms */
}
