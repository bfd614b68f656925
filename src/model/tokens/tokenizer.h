/*
 * Byte pair encoding (Sennrich et al. 2016) of bytes (Radford et al. 2019, section 2.2) or of
 * characters, read from tokenizer.json, or from vocab.json and merges.txt. Gives the same ids as
 * Hugging Face's tokenizers for any UTF-8 text; `<|endoftext|>` in a text is that token, and so are
 * other tokens that the model's files add. PCRE2 determines what is a letter or a number; its
 * Unicode version may be older or newer than that of Hugging Face's regular expressions
 * (PCRE2 10.42 has Unicode 14.0). utf8proc does so for form C and for single digits.
 */
#ifndef CT_MODEL_TOKENS_TOKENIZER_H
#define CT_MODEL_TOKENS_TOKENIZER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "model/tokens/bos.h"
#include "model/tokens/token.h"

struct tokenizer; /* immutable once open; threads may share it */

/* dir contains tokenizer.json, or vocab.json and merges.txt. A setting that would change the ids
 * and is not supported is CT_ENOTSUP, with its name. *out is owned by the caller: tokenizer_free.
 * CT_EIO, CT_EFORMAT (naming file and entry), CT_ENOMEM. */
enum ct_status tokenizer_open(const char *dir, struct tokenizer **out, struct ct_error *err);
void tokenizer_free(struct tokenizer *tokenizer);

/* How the files of the folder contradict each other, and which counted; NULL: they do not. */
const char *tokenizer_note(const struct tokenizer *tokenizer);

/* text [size] bytes of UTF-8 -> *tokens [*n_tokens], owned by the caller: free(). They begin with
 * tokenizer_n_prefix() tokens that the model expects before any text (`<s>`) and that cover no byte
 * of it. CT_EFORMAT (not UTF-8, or a byte without a token, with its place), CT_ENOTSUP (not in
 * normalization form C, which the tokenizer needs), CT_ENOMEM. */
enum ct_status tokenizer_encode(const struct tokenizer *tokenizer, const char *text, size_t size,
                                struct token **tokens, size_t *n_tokens, struct ct_error *err);

/* The same for a part of a text that does not begin it: no prefix, and no blank that only the
 * beginning of a text gets. */
enum ct_status tokenizer_encode_part(const struct tokenizer *tokenizer, const char *text,
                                     size_t size, struct token **tokens, size_t *n_tokens,
                                     struct ct_error *err);

/* Whether a [n_a] and b [n_b], UTF-8, are the same text once they are normalized. */
bool tokenizer_means_same(const struct tokenizer *tokenizer, const char *a, size_t n_a,
                          const char *b, size_t n_b);

/* Whether texts begin with a token that the model expects there: as the files say (BOS_AUTO, which
 * counts without a call), yes, or no. Call before the tokenizer is used. CT_ENOTSUP: yes, but the
 * files name no such token. */
enum ct_status tokenizer_set_bos(struct tokenizer *tokenizer, enum bos_choice choice,
                                 struct ct_error *err);

/* What begins every text, and what decided that: `<s> (1), by tokenizer.json`, or `none, by --bos`;
 * false: none, and nothing says so. */
enum { TOKENIZER_BOS_SIZE = 640 };
bool tokenizer_bos_text(const struct tokenizer *tokenizer, char out[TOKENIZER_BOS_SIZE]);

/* Texts begin with no such token, although the models of this kind of tokenizer need it. */
bool tokenizer_lacks_bos(const struct tokenizer *tokenizer);

/* The files put a token behind every text, too, which is left out. */
bool tokenizer_has_suffix(const struct tokenizer *tokenizer);

/* The bytes of a token as a text contains them, as text_visible() shows them: blanks for `▁`, and
 * the byte for `<0x0A>`. Returns the length written. */
size_t tokenizer_show(const struct tokenizer *tokenizer, uint32_t id, char *out, size_t out_size);

size_t tokenizer_n_prefix(const struct tokenizer *tokenizer);
const uint32_t *tokenizer_prefix(const struct tokenizer *tokenizer); /* [n_prefix], borrowed */

/* A token as it is in the vocabulary, bytes or plain text, borrowed: not terminated, not always
 * valid UTF-8. NULL for an unknown id. */
const char *tokenizer_piece(const struct tokenizer *tokenizer, uint32_t id, size_t *size);

#endif
