/*
 * The rules of a tokenizer that has no tokenizer.json, only vocab.json and merges.txt: they follow
 * from its class in transformers, or from the family of the model (`fallback` of struct arch).
 */
#ifndef CT_MODEL_TOKENS_FAMILY_RULES_H
#define CT_MODEL_TOKENS_FAMILY_RULES_H

#include <jansson.h>

#include "base/status.h"
#include "model/tokens/text_rules.h"

/* tokenizer is tokenizer_config.json, model config.json; either may be NULL, and unknown classes
 * and families have the rules of GPT-2. *out, zeroed, is owned by the caller: text_rules_clear().
 * CT_ENOMEM, CT_ENOTSUP (a PCRE2 without Unicode). */
enum ct_status family_rules_set(const json_t *tokenizer, const json_t *model,
                                struct text_rules *out, struct ct_error *err);

#endif
