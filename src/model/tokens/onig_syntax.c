#include "config.h"
#include "model/tokens/onig_syntax.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* Unicode's White_Space and its complement; PCRE2's \s includes U+180E. */
#define SPACES                                                                                     \
    "\\x{9}-\\x{d}\\x{20}\\x{85}\\x{a0}\\x{1680}\\x{2000}-\\x{200a}\\x{2028}\\x{2029}\\x{202f}"    \
    "\\x{205f}\\x{3000}"
#define OTHERS                                                                                     \
    "\\x{0}-\\x{8}\\x{e}-\\x{1f}\\x{21}-\\x{84}\\x{86}-\\x{9f}\\x{a1}-\\x{167f}"                   \
    "\\x{1681}-\\x{1fff}\\x{200b}-\\x{2027}\\x{202a}-\\x{202e}\\x{2030}-\\x{205e}"                 \
    "\\x{2060}-\\x{2fff}\\x{3001}-\\x{10ffff}"
#define WORDS "\\p{L}\\p{M}\\p{Nd}\\p{Pc}"

enum { ROOM_PER_BYTE = 256 }; /* the longest class takes the place of two bytes */

struct rewrite {
    const char *in; /* [size] */
    size_t size;
    size_t at;
    char *out; /* [out_size] of room */
    size_t out_size;
    bool in_class;
    bool repeats; /* what was taken last is a repeat */
    struct ct_error *err;
};

static enum ct_status refuse(const struct rewrite *r, size_t begin, size_t end)
{
    const size_t last = end < r->size ? end : r->size;

    return ct_fail(r->err, CT_ENOTSUP, "byte %zu of the pattern: %.*s is not supported", begin,
                   (int)(last - begin), r->in + begin);
}

static void put(struct rewrite *r, const char *text, size_t size)
{
    memcpy(r->out + r->out_size, text, size);
    r->out_size += size;
}

static void put_text(struct rewrite *r, const char *text)
{
    put(r, text, strlen(text));
}

static void copy(struct rewrite *r, size_t n)
{
    put(r, r->in + r->at, n);
    r->at += n;
}

static int next(const struct rewrite *r, size_t ahead)
{
    return r->at + ahead < r->size ? (unsigned char)r->in[r->at + ahead] : -1;
}

static bool is_hex(int c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static bool is_letter(int c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* A general category, `L` or `Lu`; other names are those of scripts. */
static bool is_category(const char *name, size_t size)
{
    static const char *const subs[] = { "C", "Ccfnos",   "L", "Llmotu", "M", "Mcen", "N", "Ndlo",
                                        "P", "Pcdefios", "S", "Sckmo",  "Z", "Zlps" };

    for (size_t i = 0; i < sizeof subs / sizeof *subs; i += 2)
        if (size > 0 && name[0] == subs[i][0])
            return size == 1 || (size == 2 && strchr(subs[i + 1] + 1, name[1]) != NULL);
    return false;
}

/* \p{NAME}, \P{NAME}, \p{^NAME}. PCRE2's names of scripts alone mean their extensions. */
static enum ct_status take_property(struct rewrite *r)
{
    const size_t begin = r->at;
    const bool negated = next(r, 1) == 'P';
    const char *const end = memchr(r->in + begin, '}', r->size - begin);
    bool plain = end != NULL && next(r, 2) == '{';

    r->at += 3;
    const bool caret = plain && next(r, 0) == '^';
    r->at += caret;
    const size_t size = plain && end >= r->in + r->at ? (size_t)(end - (r->in + r->at)) : 0;
    for (size_t i = 0; i < size; i++)
        plain = plain && (is_letter(next(r, i)) || next(r, i) == '_');
    if (!plain || size == 0)
        return refuse(r, begin, begin + 12);
    put_text(r, negated != caret ? "\\P{" : "\\p{");
    if (!is_category(r->in + r->at, size))
        put_text(r, "sc:");
    copy(r, size + 1);
    return CT_OK;
}

/* \xHH, \x{H...}, \uHHHH */
static enum ct_status take_code(struct rewrite *r)
{
    const size_t begin = r->at;
    const size_t n = next(r, 1) == 'u' ? 4 : 2;
    char code[16];
    size_t size = 0;

    r->at += 2;
    if (n == 2 && next(r, 0) == '{') {
        const char *const end = memchr(r->in + r->at, '}', r->size - r->at);
        size = end != NULL ? (size_t)(end - (r->in + r->at)) - 1 : 0;
        r->at++;
    } else {
        size = n;
    }
    bool plain = size > 0 && size <= 6;
    for (size_t i = 0; i < size && plain; i++)
        plain = is_hex(next(r, i));
    if (!plain)
        return refuse(r, begin, begin + 8);
    snprintf(code, sizeof code, "\\x{%.*s}", (int)size, r->in + r->at);
    put_text(r, code);
    r->at += size;
    r->at += next(r, 0) == '}' && r->in[begin + 2] == '{';
    return CT_OK;
}

static enum ct_status take_escape(struct rewrite *r)
{
    static const struct {
        char letter;
        const char *outside, *inside; /* NULL: as it is */
    } classes[] = {
        { 's', "[" SPACES "]", SPACES },
        { 'S', "[^" SPACES "]", OTHERS },
        { 'd', "\\p{Nd}", "\\p{Nd}" },
        { 'D', "\\P{Nd}", "\\P{Nd}" },
        { 'w', "[" WORDS "]", WORDS },
        { 'W', "[^" WORDS "]", NULL },
        { 'v', "\\x{b}", "\\x{b}" },
        { 'r', "\\r", "\\r" },
        { 'n', "\\n", "\\n" },
        { 't', "\\t", "\\t" },
        { 'f', "\\f", "\\f" },
        { 'a', "\\a", "\\a" },
        { 'e', "\\e", "\\e" },
        { 'A', "\\A", NULL },
        { 'z', "\\z", NULL },
        { 'Z', "\\Z", NULL },
    };
    const int c = next(r, 1);

    if (c == 'p' || c == 'P')
        return take_property(r);
    if (c == 'x' || c == 'u')
        return take_code(r);
    for (size_t i = 0; i < sizeof classes / sizeof *classes; i++) {
        const char *const as = r->in_class ? classes[i].inside : classes[i].outside;
        if (c == classes[i].letter && as != NULL) {
            put_text(r, as);
            r->at += 2;
            return CT_OK;
        }
    }
    if (c < 0x21 || c > 0x7E || is_letter(c) || (c >= '0' && c <= '9'))
        return refuse(r, r->at, r->at + 2);
    copy(r, 2); /* punctuation, as itself */
    return CT_OK;
}

/* A character inside brackets. */
static enum ct_status take_in_class(struct rewrite *r)
{
    const int c = next(r, 0);

    if (c == '\\')
        return take_escape(r);
    if (c == '[' || (c == '&' && next(r, 1) == '&'))
        return refuse(r, r->at, r->at + 2); /* nested, intersection, [:name:] */
    r->in_class = c != ']';
    copy(r, 1);
    return CT_OK;
}

static enum ct_status take_class(struct rewrite *r)
{
    const size_t begin = r->at;

    copy(r, next(r, 1) == '^' ? 2 : 1);
    if (next(r, 0) == ']')
        return refuse(r, begin, r->at + 1);
    r->in_class = true;
    return CT_OK;
}

/* ( and what says of which kind the group is */
static enum ct_status take_group(struct rewrite *r)
{
    static const char *const kinds[] = { "(?:", "(?=", "(?!", "(?>", "(?i:", "(?i)", "(?-i:" };

    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        const size_t size = strlen(kinds[i]);
        if (r->size - r->at >= size && memcmp(r->in + r->at, kinds[i], size) == 0) {
            copy(r, size);
            return CT_OK;
        }
    }
    if (next(r, 1) == '?')
        return refuse(r, r->at, r->at + 4);
    if (next(r, 1) == '*')
        return refuse(r, r->at, r->at + 2); /* a verb of PCRE2 */
    copy(r, 1);
    return CT_OK;
}

/* {n}, {n,}, {n,m}; anything else in braces is refused, and so is what follows if it means
 * different things: + repeats them again in one, and is possessive in the other, {n}? is optional
 * in one. */
static enum ct_status take_braces(struct rewrite *r)
{
    const size_t begin = r->at;
    size_t n_digits = 0;
    size_t n = 1;
    bool comma = false;

    for (int c; (c = next(r, n)) == ',' || (c >= '0' && c <= '9'); n++) {
        if (c == ',' && (comma || n_digits == 0))
            break;
        comma = comma || c == ',';
        n_digits += c != ',';
    }
    const int after = next(r, n + 1);
    if (next(r, n) != '}' || n_digits == 0 || r->repeats || after == '+' || after == '*' ||
        (after == '?' && !comma))
        return refuse(r, begin, begin + n + 2);
    copy(r, n + 1);
    if (after == '?')
        copy(r, 1);
    r->repeats = true;
    return CT_OK;
}

/* One of * + ?, perhaps lazy or possessive. */
static enum ct_status take_repeat(struct rewrite *r)
{
    if (r->repeats)
        return refuse(r, r->at, r->at + 1);
    copy(r, next(r, 1) == '?' || next(r, 1) == '+' ? 2 : 1);
    r->repeats = true;
    return CT_OK;
}

static enum ct_status take_next(struct rewrite *r)
{
    const int c = next(r, 0);

    if (r->in_class)
        return take_in_class(r);
    if (c == '{')
        return take_braces(r);
    if (c == '*' || c == '+' || c == '?')
        return take_repeat(r);
    r->repeats = false;
    if (c == '\\')
        return take_escape(r);
    if (c == '[')
        return take_class(r);
    if (c == '(')
        return take_group(r);
    copy(r, 1);
    return CT_OK;
}

enum ct_status onig_syntax_rewrite(const char *pattern, size_t size, char **out, size_t *out_size,
                                   struct ct_error *err)
{
    struct rewrite r = { .in = pattern, .size = size, .err = err };
    enum ct_status st = CT_OK;

    if (size == 0 || size > ONIG_PATTERN_MAX)
        return ct_fail(err, CT_ENOTSUP, "a pattern of %zu bytes; from 1 to %d are supported", size,
                       ONIG_PATTERN_MAX);
    r.out = ct_malloc_array(size, ROOM_PER_BYTE);
    if (r.out == NULL)
        return ct_fail_nomem(err, "pattern", size * ROOM_PER_BYTE);
    while (r.at < size && st == CT_OK)
        st = take_next(&r);
    if (st == CT_OK && r.in_class)
        st = ct_fail(err, CT_EFORMAT, "the pattern has a [ without its ]");
    if (st != CT_OK) {
        free(r.out);
        return st;
    }
    *out = r.out;
    *out_size = r.out_size;
    return CT_OK;
}
