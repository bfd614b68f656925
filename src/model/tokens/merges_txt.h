/* Reads merges.txt: one merge `a b` a line, in order of rank. */
#ifndef CT_MODEL_TOKENS_MERGES_TXT_H
#define CT_MODEL_TOKENS_MERGES_TXT_H

#include <stddef.h>

#include "base/status.h"
#include "model/tokens/json_merges.h"

/* Calls put for every line of a merges.txt. The first line may be `#version: 0.2`; any other that
 * begins with # is a merge. Stops if put fails. CT_EFORMAT
 * `line N: ...`. */
enum ct_status merges_txt_read(const char *text, size_t size,
                               enum ct_status (*put)(void *context, const struct merge_names *merge,
                                                     struct ct_error *err),
                               void *context, struct ct_error *err);

#endif
