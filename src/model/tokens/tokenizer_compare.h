/* The older files beside a tokenizer.json, which do not count: notes in parts->note whether they
 * say something else. */
#ifndef CT_MODEL_TOKENS_TOKENIZER_COMPARE_H
#define CT_MODEL_TOKENS_TOKENIZER_COMPARE_H

#include <stddef.h>

#include "model/tokens/tokenizer_parts.h"

/* text [size] of vocab.json, which may lack added tokens; the vocabulary of tokenizer.json has
 * n_vocab tokens. */
void tokenizer_compare_vocab(const char *text, size_t size, size_t n_vocab,
                             struct tokenizer_parts *parts);

/* text [size] of merges.txt. */
void tokenizer_compare_merges(const char *text, size_t size, struct tokenizer_parts *parts);

#endif
