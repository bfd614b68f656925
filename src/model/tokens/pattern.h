/* Compiles a pattern of PCRE2 for UTF-8, anchored. */
#ifndef CT_MODEL_TOKENS_PATTERN_H
#define CT_MODEL_TOKENS_PATTERN_H

#include <stddef.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "base/status.h"

/* *out is freed with pcre2_code_free(). CT_ENOMEM, CT_ENOTSUP (PCRE2 without Unicode). */
enum ct_status pattern_compile(const char *pattern, size_t size, pcre2_code **out,
                               struct ct_error *err);

#endif
