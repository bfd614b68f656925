/*
 * Tokens that are found in a text as they are, before it is cut into words: `<|endoftext|>` and
 * what a fine-tuned model adds. As in Hugging Face's tokenizers the leftmost match counts, of
 * several that begin there the longest, and those that are not `normalized` are all looked for
 * before the others.
 */
#ifndef CT_MODEL_TOKENS_ADDED_TOKENS_H
#define CT_MODEL_TOKENS_ADDED_TOKENS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

struct added_token {
    char *content; /* [size], owned, not empty */
    size_t size;
    uint32_t id;
    bool normalized;
};

struct added_tokens {          /* zero-initialise; owns items until added_tokens_clear() */
    struct added_token *items; /* [n], the longest first once sorted */
    size_t n;
    size_t room;
    bool begins[2][256]; /* [normalized][byte]: whether such a token begins with the byte */
};

enum { ADDED_TOKENS_MAX = 4096 };

void added_tokens_clear(struct added_tokens *added);

/* content [size] is copied. CT_EFORMAT (too many), CT_ENOMEM. */
enum ct_status added_tokens_add(struct added_tokens *added, uint32_t id, const char *content,
                                size_t size, bool normalized, struct ct_error *err);

/* After the last added_tokens_add(), before the first added_tokens_find(). */
void added_tokens_sort(struct added_tokens *added);

/* The first token of this kind at or behind `at` in text [size], and where it begins; NULL when
 * there is none. */
const struct added_token *added_tokens_find(const struct added_tokens *added, bool normalized,
                                            const char *text, size_t size, size_t at,
                                            size_t *where);

#endif
