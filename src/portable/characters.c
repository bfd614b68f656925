#include "config.h"
#include "portable/characters.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <utf8proc.h>

#include "base/text.h"

static bool is_utf8;

/* The user's choice, "", is not known here: NULL, as if it were not installed. */
char *characters_setlocale(int category, const char *name)
{
    static char utf8[] = "C.UTF-8", plain[] = "C";

    (void)category;
    if (name != NULL && strcmp(name, utf8) != 0 && strcmp(name, plain) != 0)
        return NULL;
    if (name != NULL)
        is_utf8 = strcmp(name, utf8) == 0;
    return is_utf8 ? utf8 : plain;
}

char *characters_nl_langinfo(nl_item item)
{
    static char utf8[] = "UTF-8", ascii[] = "ANSI_X3.4-1968", none[] = "";

    if (item != CODESET)
        return none;
    return is_utf8 ? utf8 : ascii;
}

/* Whether more bytes than s [n] could become a character. */
static bool is_begun(const char *s, size_t n)
{
    static const char *const rest[] = { "\x80",     "\xbf",         "\x80\x80",
                                        "\xbf\x80", "\x80\x80\x80", "\xbf\x80\x80" };
    char whole[8];
    uint32_t point;

    for (size_t i = 0; n < 4 && i < sizeof rest / sizeof *rest; i++) {
        memcpy(whole, s, n);
        memcpy(whole + n, rest[i], strlen(rest[i]));
        if (utf8_decode(whole, n + strlen(rest[i]), &point) > n)
            return true;
    }
    return false;
}

static size_t fail(void)
{
    errno = EILSEQ;
    return (size_t)-1;
}

size_t characters_mbrtowc(wchar_t *out, const char *s, size_t n, mbstate_t *state)
{
    uint32_t point = 0;

    (void)state;
    if (s == NULL)
        return 0;
    const size_t size = utf8_decode(s, n, &point);
    if (size == 0 && (n == 0 || (is_utf8 && is_begun(s, n))))
        return (size_t)-2;
    if (size == 0 || (size > 1 && !is_utf8))
        return fail();
    if (out != NULL)
        *out = (wchar_t)point;
    return point == 0 ? 0 : size;
}

int characters_mbtowc(wchar_t *out, const char *s, size_t n)
{
    const size_t size = characters_mbrtowc(out, s, n, NULL);

    return size == (size_t)-2 ? -1 : (int)size;
}

int characters_mblen(const char *s, size_t n)
{
    return characters_mbtowc(NULL, s, n);
}

size_t characters_wcrtomb(char *s, wchar_t character, mbstate_t *state)
{
    char bytes[4];
    const size_t size = utf8_put((uint32_t)character, bytes);

    (void)state;
    if (s == NULL)
        return 1;
    if (size == 0 || (size > 1 && !is_utf8))
        return fail();
    memcpy(s, bytes, size);
    return size;
}

size_t characters_wcsrtombs(char *s, const wchar_t **from, size_t n, mbstate_t *state)
{
    const wchar_t *at = *from;
    size_t used = 0;

    for (; *at != L'\0'; at++) {
        char bytes[4];
        const size_t size = characters_wcrtomb(bytes, *at, state);
        if (size == (size_t)-1)
            return size;
        if (s != NULL && size > n - used)
            break;
        if (s != NULL)
            memcpy(s + used, bytes, size);
        used += size;
    }
    if (s == NULL)
        return used;
    if (*at == L'\0' && used < n) {
        s[used] = '\0';
        at = NULL;
    }
    *from = at;
    return used;
}

/* As the C library has it: -1 for what is not assigned or controls. */
int characters_wcwidth(wchar_t character)
{
    if (character == 0)
        return 0;
    if (character < 0 || (character >= 0x80 && !is_utf8))
        return -1;
    if ((character >= 0x1160 && character < 0x1200) || (character >= 0xD7B0 && character < 0xD7FC))
        return 0; /* vowels and finals that join the Hangul before them */
    switch (utf8proc_category(character)) {
    case UTF8PROC_CATEGORY_CN:
    case UTF8PROC_CATEGORY_CS:
    case UTF8PROC_CATEGORY_CC:
    case UTF8PROC_CATEGORY_ZL:
    case UTF8PROC_CATEGORY_ZP:
        return -1;
    case UTF8PROC_CATEGORY_MC: /* spacing marks */
        return 1;
    default:
        return utf8proc_charwidth(character);
    }
}

int characters_iswprint(wint_t character)
{
    return character != 0 && character != WEOF && characters_wcwidth((wchar_t)character) >= 0;
}
