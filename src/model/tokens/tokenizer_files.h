/*
 * Reads the tokenizer of a model's folder: vocab.json and merges.txt (with added_tokens.json where
 * there is one), or else tokenizer.json. A tokenizer.json or tokenizer_config.json that asks for
 * something that GPT-2's tokenizer does not do is refused by the name of the setting.
 */
#ifndef CT_MODEL_TOKENS_TOKENIZER_FILES_H
#define CT_MODEL_TOKENS_TOKENIZER_FILES_H

#include <stddef.h>

#include "base/status.h"
#include "model/tokens/tokenizer_parts.h"

/* *parts is zeroed; on failure, too, the caller clears it. CT_EIO, CT_EFORMAT (naming file and
 * entry), CT_ENOTSUP, CT_ENOMEM. */
enum ct_status tokenizer_files_read(const char *dir, struct tokenizer_parts *parts,
                                    struct ct_error *err);

/* names [n] of the files that it would read in dir, of which n is returned. */
enum { TOKENIZER_FILES_MAX = 4 };
size_t tokenizer_files_list(const char *dir, const char *names[TOKENIZER_FILES_MAX]);

#endif
