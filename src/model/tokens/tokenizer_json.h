/* The two tokenizer files with settings, which must be those of GPT-2's tokenizer. */
#ifndef CT_MODEL_TOKENS_TOKENIZER_JSON_H
#define CT_MODEL_TOKENS_TOKENIZER_JSON_H

#include <stdio.h>

#include "base/status.h"
#include "model/tokens/tokenizer_parts.h"

/* Reads only a tokenizer.json. Errors name the entry. */
enum ct_status tokenizer_json_read(FILE *file, struct tokenizer_parts *parts, struct ct_error *err);

/* CT_ENOTSUP when a tokenizer_config.json changes what is encoded; CT_EFORMAT, CT_ENOMEM. */
enum ct_status tokenizer_config_check(FILE *file, struct ct_error *err);

#endif
