/*
 * GPT-2's byte-level BPE (Radford et al. 2019, section 2.2; Sennrich et al. 2016 for the merges),
 * read from vocab.json and merges.txt or from tokenizer.json. Encodes what Hugging Face's GPT-2
 * tokenizer encodes, id for id, for any UTF-8 text; `<|endoftext|>` in a text is that token.
 */
#ifndef CT_MODEL_TOKENIZER_H
#define CT_MODEL_TOKENIZER_H

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

struct tokenizer; /* immutable once open: threads may share it */

struct token {
    uint32_t id;
    size_t begin; /* bytes of the text that it covers: [begin, end); a token may cut a code point */
    size_t end;
};

/* dir holds vocab.json and merges.txt, or tokenizer.json. *out is owned by the caller:
 * tokenizer_free. CT_EIO, CT_EFORMAT (naming file and entry), CT_ENOTSUP, CT_ENOMEM. */
enum ct_status tokenizer_open(const char *dir, struct tokenizer **out, struct ct_error *err);
void tokenizer_free(struct tokenizer *tokenizer);

/* text [size] bytes of UTF-8 -> *tokens [*n_tokens], owned by the caller: free(). Nothing is put in
 * front. CT_EFORMAT (not UTF-8, naming the byte), CT_ENOMEM. */
enum ct_status tokenizer_encode(const struct tokenizer *tokenizer, const char *text, size_t size,
                                struct token **tokens, size_t *n_tokens, struct ct_error *err);

/* The bytes of a token (not terminated, not always valid UTF-8); NULL for an id that is not there.
 */
const char *tokenizer_piece(const struct tokenizer *tokenizer, uint32_t id, size_t *size);

/* One more than the largest id. */
size_t tokenizer_n_vocab(const struct tokenizer *tokenizer);

#endif
