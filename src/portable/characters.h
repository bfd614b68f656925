/*
 * UTF-8 without a locale: the C library reads it from files, which a system may lack, or have for
 * another version of the library. Replaces what curses and base/text.c call of the C library; the
 * linker gives them these functions for its own (room.mk: --wrap). Results are as there, except
 * that there are two locales only, C.UTF-8 and C, no state between calls, and widths of utf8proc.
 */
#ifndef CT_PORTABLE_CHARACTERS_H
#define CT_PORTABLE_CHARACTERS_H

#include <langinfo.h>
#include <stddef.h>
#include <wchar.h>

#define REPLACES(function) __asm__("__wrap_" #function)

char *characters_setlocale(int category, const char *name) REPLACES(setlocale);
char *characters_nl_langinfo(nl_item item) REPLACES(nl_langinfo);
size_t characters_mbrtowc(wchar_t *out, const char *s, size_t n, mbstate_t *state)
    REPLACES(mbrtowc);
int characters_mblen(const char *s, size_t n) REPLACES(mblen);
int characters_mbtowc(wchar_t *out, const char *s, size_t n) REPLACES(mbtowc);
size_t characters_wcrtomb(char *s, wchar_t character, mbstate_t *state) REPLACES(wcrtomb);
size_t characters_wcsrtombs(char *s, const wchar_t **from, size_t n, mbstate_t *state)
    REPLACES(wcsrtombs);
int characters_wcwidth(wchar_t character) REPLACES(wcwidth);
int characters_iswprint(wint_t character) REPLACES(iswprint);

#endif
