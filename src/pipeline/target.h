/* The position of a sentence's target among its tokens. */
#ifndef CT_PIPELINE_TARGET_H
#define CT_PIPELINE_TARGET_H

#include <stddef.h>

#include "base/status.h"
#include "model/tokens/tokenizer.h"
#include "pipeline/params.h"
#include "pipeline/target_missing.h"

/*
 * Finds target (UTF-8, [size]) as a sequence of whole tokens: unchanged when it begins with a
 * blank; otherwise with a blank prepended and, if that does not occur, unchanged at the very start.
 * The tokens are those that the target has inside a text, and cover its bytes; where the text
 * around it changes how it is encoded, its bytes count. If the blank before a word belongs to the
 * word before it, as in vocabularies with tokens such as `saw `, a target without it is found.
 *
 * *first .. *last are its tokens. CT_EINVAL: it does not occur, or occurs more than once and
 * occurrence does not say which; CT_ENOMEM.
 */
enum ct_status target_find(const struct tokenizer *tokenizer, const struct encoded *sentence,
                           const char *target, size_t size, enum occurrence occurrence,
                           size_t *first, size_t *last, struct ct_error *err);

#endif
