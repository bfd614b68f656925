#include "config.h"
#include "pipeline/lookalike.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

/* Characters that look like the ASCII character `as`; 0: like nothing at all. */
static const struct alike {
    uint32_t first, last;
    uint32_t as;
} alikes[] = {
    { 0x09, 0x09, ' ' },      { 0xA0, 0xA0, ' ' },      { 0xAB, 0xAB, '"' },
    { 0xAD, 0xAD, 0 },        { 0xB4, 0xB4, '\'' },     { 0xBB, 0xBB, '"' },
    { 0x2B9, 0x2BC, '\'' },   { 0x34F, 0x34F, 0 },      { 0x1680, 0x1680, ' ' },
    { 0x180E, 0x180E, 0 },    { 0x2000, 0x200A, ' ' },  { 0x200B, 0x200F, 0 },
    { 0x2010, 0x2015, '-' },  { 0x2018, 0x201B, '\'' }, { 0x201C, 0x201F, '"' },
    { 0x202A, 0x202E, 0 },    { 0x202F, 0x202F, ' ' },  { 0x2032, 0x2032, '\'' },
    { 0x2033, 0x2033, '"' },  { 0x205F, 0x205F, ' ' },  { 0x2060, 0x2064, 0 },
    { 0x2066, 0x2069, 0 },    { 0x2212, 0x2212, '-' },  { 0x3000, 0x3000, ' ' },
    { 0xFE00, 0xFE0F, 0 },    { 0xFEFF, 0xFEFF, 0 },    { 0xFF02, 0xFF02, '"' },
    { 0xFF07, 0xFF07, '\'' }, { 0xFF0D, 0xFF0D, '-' },
};

static uint32_t look_of(uint32_t c)
{
    for (size_t i = 0; i < sizeof alikes / sizeof *alikes; i++)
        if (c >= alikes[i].first && c <= alikes[i].last)
            return alikes[i].as;
    return c;
}

struct reader {       /* of the visible characters of a text */
    const char *text; /* [size] */
    size_t size;
    size_t at;
    uint32_t c;    /* the character read last */
    uint32_t look; /* what it looks like */
};

/* Reads the next character that is visible; false at the end. */
static bool read_visible(struct reader *r)
{
    for (size_t n; r->at < r->size;) {
        n = utf8_decode(r->text + r->at, r->size - r->at, &r->c);
        if (n == 0)
            return false;
        r->at += n;
        r->look = look_of(r->c);
        if (r->look != 0)
            return true;
    }
    return false;
}

/* Whether text [size] begins with what looks like target. */
static bool begins_alike(const char *text, size_t size, const char *target, size_t target_size)
{
    struct reader a = { .text = text, .size = size };
    struct reader b = { .text = target, .size = target_size };

    while (read_visible(&b))
        if (!read_visible(&a) || a.look != b.look)
            return false;
    return true;
}

/* Describes the first difference of two texts that look alike; text is the longer one. */
static void describe(const char *text, size_t size, const char *target, size_t target_size,
                     char *out, size_t out_size)
{
    uint32_t in_text = 0;
    uint32_t in_target = 0;
    size_t at = 0;

    while (at < target_size && at < size && text[at] == target[at])
        at++;
    while (at > 0 && ((unsigned char)target[at < target_size ? at : at - 1] & 0xC0) == 0x80)
        at--;
    (void)utf8_decode(text + at, size - at, &in_text);
    (void)utf8_decode(target + at, target_size - at, &in_target);
    if (look_of(in_target) == 0)
        snprintf(out, out_size, "the target has U+%04X, which the text does not have there",
                 (unsigned)in_target);
    else if (look_of(in_text) == 0)
        snprintf(out, out_size, "the text has U+%04X, which the target does not have there",
                 (unsigned)in_text);
    else
        snprintf(out, out_size, "U+%04X in the target is U+%04X in the text", (unsigned)in_target,
                 (unsigned)in_text);
}

enum ct_status lookalike_check(const char *text, size_t size, const char *target,
                               size_t target_size, struct ct_error *err)
{
    const int shown = target_size < 60 ? (int)target_size : 60;
    struct reader any = { .text = target, .size = target_size };
    char how[96];

    if (memmem(text, size, target, target_size) != NULL || !read_visible(&any))
        return CT_OK;
    for (size_t at = 0; at < size; at++) {
        if (((unsigned char)text[at] & 0xC0) == 0x80 ||
            !begins_alike(text + at, size - at, target, target_size))
            continue;
        describe(text + at, size - at, target, target_size, how, sizeof how);
        return ct_fail(err, CT_EINVAL,
                       "the target \"%.*s\" looks like a part of the text, but differs: %s; copy "
                       "the target from the text",
                       shown, target, how);
    }
    return CT_OK;
}

void lookalike_list(const char *text, size_t size, char *out, size_t out_size)
{
    size_t used = 0;
    uint32_t c = 0;

    out[0] = '\0';
    for (size_t at = 0, n; at < size && used + 12 < out_size; at += n) {
        n = utf8_decode(text + at, size - at, &c);
        if (n == 0)
            return;
        if (c >= 0x80)
            used += (size_t)snprintf(out + used, out_size - used, "%sU+%04X", used > 0 ? ", " : "",
                                     (unsigned)c);
    }
}
