/* The portable program's UTF-8 (src/portable/characters.h), compared with the C library's. */
#include "config.h"
#include "support.h"

#include <limits.h>
#include <locale.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <wctype.h>

#include "base/text.h"
#include "portable/characters.h"

static bool begin(void)
{
    ck_assert_ptr_nonnull(characters_setlocale(LC_CTYPE, "C.UTF-8"));
    if (setlocale(LC_CTYPE, "C.UTF-8") != NULL)
        return true;
    SKIP("no locale C.UTF-8");
    return false;
}

START_TEST(characters_become_the_same_bytes)
{
    if (!begin())
        return;
    for (wchar_t c = 0; c < 0x110000; c++) {
        char got[MB_LEN_MAX] = "", want[MB_LEN_MAX] = "";
        mbstate_t state = { 0 };
        const size_t size = wcrtomb(want, c, &state);
        ck_assert_uint_eq(characters_wcrtomb(got, c, NULL), size);
        ck_assert_mem_eq(got, want, sizeof got);
    }
}
END_TEST

START_TEST(bytes_become_the_same_characters)
{
    static const struct {
        const char *bytes;
        size_t n;
    } cases[] = {
        { "a", 1 },        { "", 0 },
        { "", 1 },         { "\xc3\xa9", 2 },
        { "\xc3", 1 },     { "\xc3(", 2 },
        { "\x80", 1 },     { "\xe2\x94\x80z", 4 },
        { "\xe2\x94", 2 }, { "\xe2", 1 },
        { "\xe2(", 2 },    { "\xf0\x9f\x98\x80", 4 },
        { "\xf0\x9f", 2 }, { "\xf0(", 2 },
        { "\xc0\x80", 2 }, { "\xed\xa0\x80", 3 },
        { "\xff", 1 },     { "\xf4\x8f\xbf", 3 },
        { "\xed\x9f", 2 },
    };

    if (!begin())
        return;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        wchar_t got = L'-', want = L'-';
        mbstate_t state = { 0 };
        const size_t size = mbrtowc(&want, cases[i].bytes, cases[i].n, &state);
        ck_assert_msg(characters_mbrtowc(&got, cases[i].bytes, cases[i].n, NULL) == size,
                      "case %zu", i);
        ck_assert_int_eq(got, want);
        if (cases[i].n == 0)
            continue; /* the C library's mblen() reads the first byte all the same */
        const int length = mblen(cases[i].bytes, cases[i].n);
        ck_assert_int_eq(mblen(NULL, 0), 0); /* what was left of an incomplete one */
        ck_assert_msg(characters_mblen(cases[i].bytes, cases[i].n) == length, "case %zu", i);
        ck_assert_int_eq(characters_mblen(NULL, 0), 0);
    }
}
END_TEST

START_TEST(strings_become_the_same_bytes)
{
    static const wchar_t text[] = L"a\u00e9\u2500\U0001F600";

    if (!begin())
        return;
    for (size_t room = 0; room < 16; room++) {
        char got[16] = "................", want[16] = "................";
        const wchar_t *from = text, *from_here = text;
        mbstate_t state = { 0 };
        const size_t size = wcsrtombs(want, &from, room, &state);
        ck_assert_uint_eq(characters_wcsrtombs(got, &from_here, room, NULL), size);
        ck_assert_ptr_eq(from_here, from);
        ck_assert_mem_eq(got, want, sizeof got);
    }
    const wchar_t *from = text;
    ck_assert_uint_eq(characters_wcsrtombs(NULL, &from, 0, NULL), 10);
}
END_TEST

/* Of those that the plots and most languages are made of: some others have changed with Unicode. */
START_TEST(widths_are_the_same)
{
    static const wchar_t ranges[][2] = {
        { 0, 0x590 }, { 0x1E00, 0x2E00 }, { 0x3040, 0x3100 }, { 0x4E00, 0x9FF0 }, { 0xAC00, 0xD7FC }
    };

    if (!begin())
        return;
    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++)
        for (wchar_t c = ranges[i][0]; c < ranges[i][1]; c++) {
            const int width = wcwidth(c);
            if (width < 0 && c >= 0x80 && characters_wcwidth(c) >= 0)
                continue; /* newer than the C library */
            ck_assert_msg(characters_wcwidth(c) == width, "U+%04X: %d, not %d", (unsigned)c,
                          characters_wcwidth(c), width);
            ck_assert_int_eq(characters_iswprint((wint_t)c) != 0, iswprint((wint_t)c) != 0);
        }
}
END_TEST

START_TEST(other_locales_are_ascii)
{
    char bytes[MB_LEN_MAX];
    wchar_t c;

    ck_assert_ptr_null(characters_setlocale(LC_CTYPE, ""));
    ck_assert_ptr_null(characters_setlocale(LC_CTYPE, "de_DE.ISO-8859-1"));
    ck_assert_str_eq(characters_setlocale(LC_CTYPE, "C"), "C");
    ck_assert_str_eq(characters_setlocale(LC_CTYPE, NULL), "C");
    ck_assert_str_eq(characters_nl_langinfo(CODESET), "ANSI_X3.4-1968");
    ck_assert_int_eq(characters_wcwidth(L'\u2500'), -1);
    ck_assert_int_eq(characters_wcwidth(L'a'), 1);
    ck_assert_uint_eq(characters_wcrtomb(bytes, L'\u2500', NULL), (size_t)-1);
    ck_assert_uint_eq(characters_mbrtowc(&c, "\xe2\x94\x80", 3, NULL), (size_t)-1);
    ck_assert_str_eq(characters_setlocale(LC_CTYPE, "C.UTF-8"), "C.UTF-8");
    ck_assert_str_eq(characters_nl_langinfo(CODESET), "UTF-8");
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        characters_become_the_same_bytes, bytes_become_the_same_characters,
        strings_become_the_same_bytes,    widths_are_the_same,
        other_locales_are_ascii,
    };
    return RUN_TESTS("characters", tests);
}
