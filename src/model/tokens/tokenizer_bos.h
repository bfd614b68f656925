/* Which token begins every text, by tokenizer_config.json, special_tokens_map.json and the template
 * in tokenizer.json. */
#ifndef CT_MODEL_TOKENS_TOKENIZER_BOS_H
#define CT_MODEL_TOKENS_TOKENIZER_BOS_H

#include <jansson.h>
#include <stdbool.h>

#include "base/status.h"
#include "model/tokens/tokenizer_parts.h"

/*
 * Sets parts->bos and the prefix of parts->rules: config is tokenizer_config.json, special
 * special_tokens_map.json, either may be NULL. As in transformers, add_bos_token goes over the
 * template of tokenizer.json, if that exists (has_json), only for some classes of tokenizers. Call
 * after the special tokens. CT_EFORMAT.
 */
enum ct_status tokenizer_bos_read(const json_t *config, const json_t *special, bool has_json,
                                  struct tokenizer_parts *parts, struct ct_error *err);

/* The setting `key` of tokenizer_config.json, true or false; *is_set is false if it is neither.
 * CT_EFORMAT if it is something else. */
enum ct_status tokenizer_setting_read(const json_t *config, const char *key, bool *is_set,
                                      bool *value, struct ct_error *err);

#endif
