/*
 * Untrusted text. Sentences, tokens, file names and tensor names may contain any byte; they pass
 * through here before they reach a terminal.
 */
#ifndef CT_BASE_TEXT_H
#define CT_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Decodes one code point of UTF-8 (RFC 3629: no overlong forms, no surrogates, at most U+10FFFF)
 * from text[0 .. size). Returns the bytes it takes, 1 to 4, or 0 where the text is not valid UTF-8
 * or size is 0; *code_point is unchanged then.
 */
size_t utf8_decode(const char *text, size_t size, uint32_t *code_point);

/* Writes code_point as UTF-8 into out (room for 4 bytes); returns the bytes written, 0 if invalid.
 */
size_t utf8_put(uint32_t code_point, char out[4]);

/* The offset of the first byte that is not valid UTF-8, or size when all of it is. */
size_t utf8_first_invalid(const char *text, size_t size);

/* Classes of ASCII, whatever the locale takes for letters. */
static inline bool ascii_is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static inline char ascii_lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static inline bool ascii_is_alnum(char c)
{
    return ascii_is_digit(c) || (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z');
}

/* True for characters that must not reach a terminal: C0, DEL, C1, bidirectional controls, line
 * separators; and for invisible ones, in which two names that look alike may differ (zero width
 * space, soft hyphen, fillers). */
bool text_is_control(uint32_t code_point);

/* True for characters that join or vary the ones around them (zero width joiners, variation
 * selectors, enclosing keycap): terminals disagree about the width of the result. Canvases omit
 * them, messages escape them. */
bool text_is_joiner(uint32_t code_point);

/*
 * Copies text[0 .. size) to out as printable UTF-8 and terminates it; truncates between code points
 * when out (out_size bytes, at least 1) is too small. Newline, tab and carriage return become \n,
 * \t, \r; other controls \u{1b}; bytes that are not UTF-8 \xNN. Returns the length written.
 */
size_t text_visible(char *out, size_t out_size, const char *text, size_t size);

/* Whether the terminal uses UTF-8, according to the current locale. If not, bytes from 0x80 on are
 * other characters or controls, and a continuation byte may be either. */
bool text_is_utf8_locale(void);

enum { TEXT_PIECE = 16 }; /* one code point, at most \u{10ffff} */

/* The first code point, or byte that is not UTF-8, of text [size], at least 1, as text_visible()
 * shows it; if the terminal does not use UTF-8, non-ASCII becomes \u{e9}: *length bytes of piece.
 * Returns the bytes of text consumed. */
size_t text_piece_for_terminal(const char *text, size_t size, char piece[TEXT_PIECE],
                               size_t *length);

/* The bytes that all of text takes in the form of text_visible(). */
size_t text_visible_size(const char *text, size_t size);

/* Lines as editors write them: the bytes of a byte order mark at the start of a file, 3 or 0, and
 * the size of a line [size] without the CR of its CRLF. */
size_t text_mark_size(const char *text, size_t size);
size_t text_line_size(const char *line, size_t size);

/* True when text ends with end, such as `.csv`. */
bool text_ends_with(const char *text, const char *end);

/* Terminal columns of a code point: 0 (combining, zero width), 1 or 2. Asks the C library, so it
 * follows the current locale; 1 if the library does not know the character. */
int text_width(uint32_t code_point);

/* Whether the C library knows the code point. One that is newer may be 1 or 2 columns wide. */
bool text_is_known(uint32_t code_point);

/* False for characters of which some terminals draw more or fewer columns than text_width() says,
 * alone or with their neighbours: emoji, dingbats, scripts with vowel signs of their own width. */
bool text_is_width_sure(uint32_t code_point);

#endif
