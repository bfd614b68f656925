#include "config.h"
#include "model/tokens/word_class.h"

#include <stdlib.h>

#include "base/text.h"
#include "model/tokens/pattern.h"

struct word_class {
    pcre2_code *code;
};

/* \w by its definition: alphabetic (letters, and other symbols that Unicode lists), marks, decimal
 * numbers, connector punctuation, joiners. */
static const char pattern[] = "[\\p{L}\\p{Nl}\\p{M}\\p{Nd}\\p{Pc}\\x{200c}\\x{200d}"
                              "\\x{24b6}-\\x{24e9}\\x{1f130}-\\x{1f149}\\x{1f150}-\\x{1f169}"
                              "\\x{1f170}-\\x{1f189}]";

enum ct_status word_class_new(struct word_class **out, struct ct_error *err)
{
    struct word_class *const words = malloc(sizeof *words);

    if (words == NULL)
        return ct_fail_nomem(err, "pattern of words", sizeof *words);
    const enum ct_status status = pattern_compile(pattern, sizeof pattern - 1, &words->code, err);
    if (status != CT_OK) {
        free(words);
        return status;
    }
    *out = words;
    return CT_OK;
}

void word_class_free(struct word_class *words)
{
    if (words == NULL)
        return;
    pcre2_code_free(words->code);
    free(words);
}

bool word_class_begins(const struct word_class *words, const char *text, size_t size)
{
    pcre2_match_data *const data = size > 0 ? pcre2_match_data_create(1, NULL) : NULL;
    const bool is_word = data != NULL && pcre2_match(words->code, (PCRE2_SPTR)text, size, 0,
                                                     PCRE2_NO_UTF_CHECK, data, NULL) > 0;

    pcre2_match_data_free(data);
    return is_word;
}

/* Where the last character of text [size] begins; size at least 1. */
static size_t last_character(const char *text, size_t size)
{
    size_t at = size - 1;

    while (at > 0 && ((unsigned char)text[at] & 0xC0) == 0x80)
        at--;
    return at;
}

bool word_class_ends(const struct word_class *words, const char *text, size_t size)
{
    const size_t at = size > 0 ? last_character(text, size) : 0;

    return word_class_begins(words, text + at, size - at);
}

/* Unicode's White_Space. */
static bool is_white_space(uint32_t c)
{
    return (c >= 0x9 && c <= 0xD) || c == 0x20 || c == 0x85 || c == 0xA0 || c == 0x1680 ||
           (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F ||
           c == 0x205F || c == 0x3000;
}

size_t white_space_begins(const char *text, size_t size)
{
    uint32_t c = 0;
    size_t at = 0;

    for (size_t n; at < size; at += n) {
        n = utf8_decode(text + at, size - at, &c);
        if (n == 0 || !is_white_space(c))
            break;
    }
    return at;
}

size_t white_space_ends(const char *text, size_t size)
{
    uint32_t c = 0;
    size_t end = size;

    while (end > 0) {
        const size_t at = last_character(text, end);
        if (utf8_decode(text + at, end - at, &c) == 0 || !is_white_space(c))
            break;
        end = at;
    }
    return size - end;
}
