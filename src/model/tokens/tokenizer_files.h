/*
 * Reads the tokenizer of a model folder as Hugging Face's tokenizers do: tokenizer.json, or without
 * it vocab.json and merges.txt, and then what added_tokens.json, tokenizer_config.json and
 * special_tokens_map.json add. A setting that is not supported is refused, with its name. If files
 * contradict each other, parts->note says which counted.
 */
#ifndef CT_MODEL_TOKENS_TOKENIZER_FILES_H
#define CT_MODEL_TOKENS_TOKENIZER_FILES_H

#include <stddef.h>

#include "base/status.h"
#include "model/tokens/tokenizer_parts.h"

/* *parts must be zeroed; the caller clears it, even on failure. CT_EIO, CT_EFORMAT (naming file and
 * entry), CT_ENOTSUP, CT_ENOMEM. */
enum ct_status tokenizer_files_read(const char *dir, struct tokenizer_parts *parts,
                                    struct ct_error *err);

/* Sets names [n] to the files that tokenizer_files_read() would read in dir; returns n. */
enum { TOKENIZER_FILES_MAX = 6 };
size_t tokenizer_files_list(const char *dir, const char *names[TOKENIZER_FILES_MAX]);

#endif
