#include "config.h"
#include "model/tokens/json_ids.h"

#include <stdbool.h>
#include <string.h>

#include "base/text.h"
#include "model/tokens/vocab.h"

struct reader {
    FILE *file;
    int c;     /* the next byte; EOF after the last one */
    size_t at; /* where it is in the file */
    size_t size;
    char name[2 * VOCAB_MAX_PIECE + 4]; /* [size], with room for one more escaped character */
};

static void advance(struct reader *r)
{
    r->c = getc_unlocked(r->file);
    r->at++;
}

static void skip_blanks(struct reader *r)
{
    while (r->c == ' ' || r->c == '\n' || r->c == '\r' || r->c == '\t')
        advance(r);
}

static enum ct_status expected(const struct reader *r, const char *what, struct ct_error *err)
{
    if (r->c == EOF && ferror(r->file))
        return ct_fail_errno(err, "byte %zu", r->at);
    return ct_fail(err, CT_EFORMAT, "byte %zu: %s expected%s", r->at, what,
                   r->c == EOF ? ", but the file ends; is it truncated?" : "");
}

/* Takes blanks, the character, blanks. */
static bool take(struct reader *r, char character)
{
    skip_blanks(r);
    if (r->c != character)
        return false;
    advance(r);
    skip_blanks(r);
    return true;
}

/* Takes four hexadecimal digits; false if there are none. */
static bool take_hex(struct reader *r, uint32_t *value)
{
    *value = 0;
    for (int i = 0; i < 4; i++) {
        const int digit = r->c >= '0' && r->c <= '9'   ? r->c - '0'
                          : r->c >= 'a' && r->c <= 'f' ? r->c - 'a' + 10
                          : r->c >= 'A' && r->c <= 'F' ? r->c - 'A' + 10
                                                       : -1;
        if (digit < 0)
            return false;
        *value = *value << 4 | (uint32_t)digit;
        advance(r);
    }
    return true;
}

/* Takes the second half of a surrogate pair, which is a separate escape. */
static bool take_low_surrogate(struct reader *r, uint32_t *low)
{
    if (r->c != '\\')
        return false;
    advance(r);
    if (r->c != 'u')
        return false;
    advance(r);
    return take_hex(r, low) && *low >= 0xDC00 && *low <= 0xDFFF;
}

/* Takes what follows a backslash -> the character, which is never U+0000. */
static bool take_escape(struct reader *r, uint32_t *character)
{
    static const char signs[] = "\"\\/bfnrt";
    static const char meant[] = "\"\\/\b\f\n\r\t";
    const int c = r->c;
    const char *const sign = c > 0 ? strchr(signs, c) : NULL;
    uint32_t low;

    advance(r);
    if (sign != NULL)
        *character = (unsigned char)meant[sign - signs];
    else if (c != 'u' || !take_hex(r, character))
        return false;
    if (*character < 0xD800 || *character > 0xDFFF)
        return *character != 0;
    if (*character > 0xDBFF || !take_low_surrogate(r, &low))
        return false;
    *character = 0x10000 + ((*character - 0xD800) << 10) + (low - 0xDC00);
    return true;
}

static enum ct_status take_name(struct reader *r, struct ct_error *err)
{
    bool ascii = true;

    r->size = 0;
    if (r->c != '"')
        return expected(r, "a token in quotes", err);
    for (advance(r); r->c != '"';) {
        if (r->size > 2 * (size_t)VOCAB_MAX_PIECE)
            return ct_fail(err, CT_EFORMAT, "byte %zu: a token of more than %d bytes", r->at,
                           VOCAB_MAX_PIECE);
        if (r->c == '\\') {
            const size_t where = r->at;
            uint32_t character;
            advance(r);
            if (!take_escape(r, &character))
                return ct_fail(err, CT_EFORMAT, "byte %zu: an invalid escape", where);
            r->size += utf8_encode(character, r->name + r->size);
            continue;
        }
        if (r->c < 0x20)
            return expected(r, "the closing quote of a token", err);
        ascii = ascii && r->c < 0x80;
        r->name[r->size++] = (char)r->c;
        advance(r);
    }
    if (!ascii && utf8_first_invalid(r->name, r->size) < r->size)
        return ct_fail(err, CT_EFORMAT, "byte %zu: the token that ends here is not UTF-8", r->at);
    advance(r);
    return CT_OK;
}

static enum ct_status take_id(struct reader *r, uint32_t *id, struct ct_error *err)
{
    const bool zero = r->c == '0';
    size_t n_digits = 0;

    *id = 0;
    for (; r->c >= '0' && r->c <= '9' && *id <= VOCAB_MAX_ID; n_digits++) {
        *id = 10 * *id + (uint32_t)(r->c - '0');
        advance(r);
    }
    if (n_digits == 0 || (zero && n_digits > 1) || *id > VOCAB_MAX_ID || r->c == '.' ||
        r->c == 'e' || r->c == 'E')
        return ct_fail(err, CT_EFORMAT,
                       "byte %zu: the id of \"%.*s\" is not an integer from 0 to %d", r->at,
                       (int)(r->size < 64 ? r->size : 64), r->name, VOCAB_MAX_ID);
    return CT_OK;
}

static enum ct_status take_entry(struct reader *r, struct named_id *entry, struct ct_error *err)
{
    const enum ct_status st = take_name(r, err);

    if (st != CT_OK)
        return st;
    if (!take(r, ':'))
        return expected(r, "a colon", err);
    entry->name = r->name;
    entry->size = r->size;
    return take_id(r, &entry->id, err);
}

enum ct_status json_ids_read(FILE *file,
                             enum ct_status (*put)(void *context, const struct named_id *entry,
                                                   struct ct_error *err),
                             void *context, struct ct_error *err)
{
    struct reader r = { .file = file, .c = getc_unlocked(file) };
    struct named_id entry;
    enum ct_status st = CT_OK;

    if (!take(&r, '{'))
        return expected(&r, "{\"token\": id, ...}", err);
    if (!take(&r, '}')) {
        do {
            st = take_entry(&r, &entry, err);
            if (st == CT_OK)
                st = put(context, &entry, err);
            if (st != CT_OK)
                return st;
        } while (take(&r, ','));
        if (!take(&r, '}'))
            return expected(&r, "a comma or a closing brace", err);
    }
    return r.c == EOF && !ferror(file) ? CT_OK : expected(&r, "the end of the file", err);
}
