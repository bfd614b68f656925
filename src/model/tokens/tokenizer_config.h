/*
 * tokenizer_config.json and special_tokens_map.json: tokens that Hugging Face's tokenizers add to
 * those of the vocabulary, and settings that go over those of tokenizer.json.
 */
#ifndef CT_MODEL_TOKENS_TOKENIZER_CONFIG_H
#define CT_MODEL_TOKENS_TOKENIZER_CONFIG_H

#include <jansson.h>
#include <stdbool.h>

#include "base/status.h"
#include "model/tokens/tokenizer_parts.h"

/* Adds the tokens of a tokenizer_config.json's added_tokens_decoder. Call after those of all files
 * that have ids. CT_EFORMAT, CT_ENOMEM. */
enum ct_status tokenizer_config_add_tokens(const json_t *root, struct tokenizer_parts *parts,
                                           struct ct_error *err);

/* Adds the special tokens (bos_token, pad_token, ...) of either file, named `file`. Call after all
 * tokens with ids. CT_EFORMAT, CT_ENOMEM. */
enum ct_status tokenizer_config_add_special(const json_t *root, const char *file,
                                            struct tokenizer_parts *parts, struct ct_error *err);

/* Applies add_prefix_space, add_bos_token and add_eos_token of a tokenizer_config.json; special is
 * the special_tokens_map.json, either may be NULL. has_json: there is a tokenizer.json. Call after
 * the special tokens. CT_EFORMAT, CT_ENOTSUP. */
enum ct_status tokenizer_config_apply(const json_t *root, const json_t *special, bool has_json,
                                      struct tokenizer_parts *parts, struct ct_error *err);

#endif
