/* The position of a sentence's target among its tokens. */
#ifndef CT_PIPELINE_TARGET_H
#define CT_PIPELINE_TARGET_H

#include <stddef.h>

#include "base/status.h"
#include "model/tokens/tokenizer.h"
#include "pipeline/params.h"

/*
 * Finds target (UTF-8, [size]) as a sequence of tokens in tokens [n_tokens]: unchanged when it
 * begins with a blank; otherwise with a blank prepended and, if that does not occur, unchanged at
 * the very start. *first .. *last are its tokens. CT_EINVAL: it does not occur, or occurs more than
 * once and occurrence does not say which; CT_ENOMEM.
 */
enum ct_status target_find(const struct tokenizer *tokenizer, const struct token *tokens,
                           size_t n_tokens, const char *target, size_t size,
                           enum occurrence occurrence, size_t *first, size_t *last,
                           struct ct_error *err);

#endif
