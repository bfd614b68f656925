#include "config.h"
#include "base/status.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

enum { RAW_SIZE = 2 * 4096 + CT_ERROR_SIZE }; /* room for two paths of any length */

/* Copies raw to out with text_visible()'s escapes. If it does not fit, its middle is cut: the place
 * is at the beginning, the reason and the advice at the end. */
static void shorten(char out[CT_ERROR_SIZE], const char *raw)
{
    static const char gap[] = "...";
    const size_t size = strlen(raw);

    if (text_visible_size(raw, size) < CT_ERROR_SIZE) {
        text_visible(out, CT_ERROR_SIZE, raw, size);
        return;
    }
    size_t used = text_visible(out, CT_ERROR_SIZE / 3, raw, size);
    memcpy(out + used, gap, sizeof gap);
    used += sizeof gap - 1;
    const size_t room = CT_ERROR_SIZE - used;
    size_t from = size > room ? size - room : 0;
    while (((unsigned char)raw[from] & 0xC0) == 0x80 ||
           text_visible_size(raw + from, size - from) >= room)
        from++;
    text_visible(out + used, room, raw + from, size - from);
}

__attribute__((format(printf, 3, 0))) static void fill(struct ct_error *err, enum ct_status code,
                                                       const char *format, va_list args,
                                                       const char *reason)
{
    char raw[RAW_SIZE];

    if (err == NULL)
        return;
    if (vsnprintf(raw, sizeof raw, format, args) < 0)
        raw[0] = '\0';
    if (reason != NULL) {
        const size_t used = strlen(raw);
        snprintf(raw + used, sizeof raw - used, ": %s", reason);
    }
    shorten(err->text, raw);
    err->code = code;
}

enum ct_status(ct_fail)(struct ct_error *err, enum ct_status code, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    fill(err, code, format, args, NULL);
    va_end(args);
    return code;
}

enum ct_status(ct_fail_errno)(struct ct_error *err, const char *format, ...)
{
    const enum ct_status code = errno == ENOMEM ? CT_ENOMEM : CT_EIO;
    const char *const reason = strerror(errno);
    va_list args;

    va_start(args, format);
    fill(err, code, format, args, reason);
    va_end(args);
    return code;
}

enum ct_status(ct_fail_nomem)(struct ct_error *err, const char *what, unsigned long long size)
{
    if (size == 0)
        return ct_fail(err, CT_ENOMEM, "%s: out of memory; use less data or a larger machine",
                       what);
    return ct_fail(err, CT_ENOMEM,
                   "%s: out of memory for %.1f MB; use less data or a larger machine", what,
                   (double)size / 1e6);
}

enum ct_status ct_error_where(struct ct_error *err, enum ct_status code, const char *format, ...)
{
    char where[RAW_SIZE - CT_ERROR_SIZE];
    char below[CT_ERROR_SIZE];
    va_list args;

    if (err == NULL)
        return code;
    va_start(args, format);
    vsnprintf(where, sizeof where, format, args);
    va_end(args);
    memcpy(below, err->text, sizeof below);
    return ct_fail(err, code, "%s: %s", where, below);
}
