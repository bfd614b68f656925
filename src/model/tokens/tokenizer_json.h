/* tokenizer.json: the whole tokenizer in one file. */
#ifndef CT_MODEL_TOKENS_TOKENIZER_JSON_H
#define CT_MODEL_TOKENS_TOKENIZER_JSON_H

#include <stddef.h>

#include "base/status.h"
#include "model/tokens/tokenizer_parts.h"

/* Reads text [size] of the file into *parts; the caller finishes them. Errors name the
 * entry. CT_EFORMAT, CT_ENOTSUP, CT_ENOMEM. */
enum ct_status tokenizer_json_read(const char *text, size_t size, struct tokenizer_parts *parts,
                                   struct ct_error *err);

#endif
