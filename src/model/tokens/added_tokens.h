/*
 * Tokens that are matched literally, before a text is split into words: `<|endoftext|>` and those
 * that a fine-tuned model adds. As in Hugging Face's tokenizers, the leftmost match is taken, the
 * longest of several that begin there, and tokens that are not `normalized` are matched before all
 * others.
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
    struct added_token *items; /* [n], longest first once sorted */
    size_t n;
    size_t room;
    bool begins[2][256]; /* [normalized][byte]: whether such a token begins with this byte */
};

enum { ADDED_TOKENS_MAX = 4096 };

void added_tokens_clear(struct added_tokens *added);

/* content [size] is copied. CT_EFORMAT (too many), CT_ENOMEM. */
enum ct_status added_tokens_add(struct added_tokens *added, uint32_t id, const char *content,
                                size_t size, bool normalized, struct ct_error *err);

/* Call after the last added_tokens_add() and before the first added_tokens_find(). */
void added_tokens_sort(struct added_tokens *added);

/* The first token of this kind at or after `at` in text [size], and where it begins; NULL if there
 * is none. */
const struct added_token *added_tokens_find(const struct added_tokens *added, bool normalized,
                                            const char *text, size_t size, size_t at,
                                            size_t *where);

#endif
