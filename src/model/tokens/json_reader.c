#include "config.h"
#include "model/tokens/json_reader.h"

#include <string.h>

#include "base/text.h"

static void skip_blanks(struct json_reader *r)
{
    while (r->at < r->size && (r->text[r->at] == ' ' || r->text[r->at] == '\n' ||
                               r->text[r->at] == '\r' || r->text[r->at] == '\t'))
        r->at++;
}

enum ct_status json_reader_expected(const struct json_reader *r, const char *what,
                                    struct ct_error *err)
{
    return ct_fail(err, CT_EFORMAT, "byte %zu: %s expected%s", r->at, what,
                   r->at == r->size ? ", but the file ends; is it truncated?" : "");
}

bool json_reader_take(struct json_reader *r, char character)
{
    skip_blanks(r);
    if (r->at == r->size || r->text[r->at] != character)
        return false;
    r->at++;
    skip_blanks(r);
    return true;
}

/* Takes four hexadecimal digits; false if there are none. */
static bool take_hex(struct json_reader *r, uint32_t *value)
{
    *value = 0;
    for (int i = 0; i < 4; i++) {
        const int c = json_reader_next(r);
        const int digit = c >= '0' && c <= '9'   ? c - '0'
                          : c >= 'a' && c <= 'f' ? c - 'a' + 10
                          : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                                 : -1;
        if (digit < 0)
            return false;
        *value = *value << 4 | (uint32_t)digit;
        r->at++;
    }
    return true;
}

/* Takes the second half of a surrogate pair, which is a separate escape. */
static bool take_low_surrogate(struct json_reader *r, uint32_t *low)
{
    if (r->size - r->at < 2 || memcmp(r->text + r->at, "\\u", 2) != 0)
        return false;
    r->at += 2;
    return take_hex(r, low) && *low >= 0xDC00 && *low <= 0xDFFF;
}

/* Takes what follows a backslash -> the character, which is never U+0000. */
static bool take_escape(struct json_reader *r, uint32_t *character)
{
    static const char signs[] = "\"\\/bfnrt";
    static const char meant[] = "\"\\/\b\f\n\r\t";
    const int c = json_reader_next(r);
    const char *const sign = c > 0 ? strchr(signs, c) : NULL;
    uint32_t low;

    r->at += c >= 0;
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

/* Takes bytes up to a quote, a backslash or a control character, at most `most`; true if all of
 * them are ASCII. */
static bool take_plain(struct json_reader *r, size_t most)
{
    const char *const from = r->text + r->at;
    const size_t left = r->size - r->at;
    unsigned char all = 0;
    size_t n = 0;

    for (; n < left && n < most; n++) {
        const unsigned char c = (unsigned char)from[n];
        if (c == '"' || c == '\\' || c < 0x20)
            break;
        all |= c;
        r->name[r->name_size + n] = (char)c;
    }
    r->name_size += n;
    r->at += n;
    return all < 0x80;
}

enum ct_status json_reader_string(struct json_reader *r, size_t most, const char *what,
                                  struct ct_error *err)
{
    bool ascii = true;

    r->name_size = 0;
    if (json_reader_next(r) != '"')
        return json_reader_expected(r, what, err);
    r->at++;
    for (;;) {
        if (!take_plain(r, most + 1 - r->name_size))
            ascii = false;
        if (r->name_size > most)
            return ct_fail(err, CT_EFORMAT, "byte %zu: a token of more than %zu bytes", r->at,
                           most / 2);
        const int c = json_reader_next(r);
        if (c == '"')
            break;
        if (c != '\\')
            return json_reader_expected(r, "the closing quote of a token", err);
        const size_t where = r->at++;
        uint32_t character;
        if (!take_escape(r, &character))
            return ct_fail(err, CT_EFORMAT, "byte %zu: an invalid escape", where);
        r->name_size += utf8_put(character, r->name + r->name_size);
    }
    if (!ascii && utf8_first_invalid(r->name, r->name_size) < r->name_size)
        return ct_fail(err, CT_EFORMAT, "byte %zu: the token that ends here is not UTF-8", r->at);
    r->at++;
    return CT_OK;
}
