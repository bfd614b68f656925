/*
 * Finds a target that differs from the text only in what nobody sees: a no-break space, a
 * zero-width character, another quotation mark or hyphen, such as word processors and web pages
 * put in.
 */
#ifndef CT_PIPELINE_LOOKALIKE_H
#define CT_PIPELINE_LOOKALIKE_H

#include <stddef.h>

#include "base/status.h"

/* CT_EINVAL, with the code points that differ, if target [target_size] is not in text [size] but
 * looks as if it were; else CT_OK. Both are UTF-8. */
enum ct_status lookalike_check(const char *text, size_t size, const char *target,
                               size_t target_size, struct ct_error *err);

/* `U+00A0, U+2019`: the characters of text [size] beyond ASCII, as many as fit in out [out_size];
 * empty if there are none. */
void lookalike_list(const char *text, size_t size, char *out, size_t out_size);

#endif
