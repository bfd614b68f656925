/*
 * Reads the sections normalizer, pre_tokenizer and post_processor of a tokenizer.json: null, one
 * step, or a Sequence of any number of them, nested or not. A step that is not supported is
 * CT_ENOTSUP, with its name.
 */
#ifndef CT_MODEL_TOKENS_TEXT_RULES_JSON_H
#define CT_MODEL_TOKENS_TEXT_RULES_JSON_H

#include <jansson.h>

#include "base/status.h"
#include "model/tokens/text_rules.h"

/* root is the object of the whole file. *out is owned by the caller, see text_rules_clear(), and
 * untouched on failure: CT_EFORMAT, CT_ENOTSUP, CT_ENOMEM. */
enum ct_status text_rules_read(const json_t *root, struct text_rules *out, struct ct_error *err);

#endif
