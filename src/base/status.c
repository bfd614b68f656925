#include "config.h"
#include "base/status.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

__attribute__((format(printf, 3, 0))) static enum ct_status
fill(struct ct_error *err, enum ct_status code, const char *format, va_list args)
{
    char raw[CT_ERROR_SIZE];

    if (err == NULL)
        return code;
    vsnprintf(raw, sizeof raw, format, args);
    text_visible(err->text, sizeof err->text, raw, strlen(raw));
    err->code = code;
    return code;
}

enum ct_status ct_fail(struct ct_error *err, enum ct_status code, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    fill(err, code, format, args);
    va_end(args);
    return code;
}

enum ct_status ct_fail_errno(struct ct_error *err, const char *format, ...)
{
    const enum ct_status code = errno == ENOMEM ? CT_ENOMEM : CT_EIO;
    const char *const reason = strerror(errno);
    va_list args;

    va_start(args, format);
    fill(err, code, format, args);
    va_end(args);
    if (err != NULL) {
        const size_t used = strlen(err->text);
        snprintf(err->text + used, sizeof err->text - used, ": %s", reason);
    }
    return code;
}

enum ct_status ct_fail_nomem(struct ct_error *err, const char *what, unsigned long long size)
{
    if (size == 0)
        return ct_fail(err, CT_ENOMEM, "%s: out of memory", what);
    return ct_fail(err, CT_ENOMEM,
                   "%s: out of memory for %.1f MB; use less data or a larger machine", what,
                   (double)size / 1e6);
}

enum ct_status ct_error_where(struct ct_error *err, enum ct_status code, const char *format, ...)
{
    char where[CT_ERROR_SIZE];
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
