/* The parts of a tokenizer, assembled from whichever files contain them. */
#ifndef CT_MODEL_TOKENS_TOKENIZER_PARTS_H
#define CT_MODEL_TOKENS_TOKENIZER_PARTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "model/tokens/added_tokens.h"
#include "model/tokens/bpe.h"
#include "model/tokens/json_ids.h"
#include "model/tokens/vocab.h"

struct tokenizer_parts { /* zero-initialise; owns its parts until tokenizer_parts_clear() */
    struct vocab vocab;
    struct bpe bpe;
    struct added_tokens added;
};

void tokenizer_parts_clear(struct tokenizer_parts *parts);

/* Call after the vocabulary is complete, in order of rank: tokens named left and right become the
 * one whose name is both names joined. A repeated pair has the later rank, as in Hugging Face's
 * tokenizers. CT_EFORMAT naming the missing token, CT_ENOMEM. */
enum ct_status tokenizer_parts_add_merge(struct tokenizer_parts *parts, const char *left,
                                         size_t left_size, const char *right, size_t right_size,
                                         struct ct_error *err);

/* Call after the merges. CT_EFORMAT (the id belongs to another token, or the token has another id),
 * CT_ENOMEM. */
enum ct_status tokenizer_parts_add_token(struct tokenizer_parts *parts,
                                         const struct named_id *token, bool normalized,
                                         struct ct_error *err);

/* Call last: checks that all 256 bytes have a token, and makes `<|endoftext|>`, if it is in the
 * vocabulary, an added token. CT_EFORMAT, CT_ENOMEM. */
enum ct_status tokenizer_parts_finish(struct tokenizer_parts *parts, struct ct_error *err);

#endif
