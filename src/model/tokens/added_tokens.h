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
#include "model/tokens/word_class.h"

struct added_token {
    const char *content; /* [size], not empty */
    size_t size;
    const char *seen; /* [seen_size]: the content in normalized text; NULL: as it is */
    size_t seen_size;
    uint32_t id;
    bool normalized;
    bool lstrip;      /* takes the white space before it, too */
    bool rstrip;      /* and behind it */
    bool single_word; /* only where no character of a word is next to it */
};

struct added_entry {  /* what is matched: borrowed from the token */
    const char *text; /* [size], not empty */
    size_t size;
    size_t token; /* in items */
};

struct added_tokens {          /* zero-initialise; owns all until added_tokens_clear() */
    struct added_token *items; /* [n], each owns its content and seen */
    size_t n;
    size_t room;
    uint32_t *slots; /* [n_slots], a power of two, open addressing by content: index + 1, or 0 */
    size_t n_slots;
    struct added_entry *entries[2]; /* [normalized][n_entries], sorted by text, once sealed */
    size_t n_entries[2];
    bool begins[2][256];      /* [normalized][byte]: whether such a token begins with this byte */
    struct word_class *words; /* NULL: no token is a single_word */
};

enum { ADDED_TOKENS_MAX = 1 << 16 };

void added_tokens_clear(struct added_tokens *added);

/* The content is copied; it is a new one. CT_EFORMAT (too many), CT_ENOMEM. */
enum ct_status added_tokens_add(struct added_tokens *added, const struct added_token *token,
                                struct ct_error *err);

/* The token with this content, or NULL. */
const struct added_token *added_tokens_get(const struct added_tokens *added, const char *content,
                                           size_t size);

/* Sets how items[i] appears in normalized text: text [size], which is copied; nothing is matched if
 * it is empty. Call before added_tokens_seal(). CT_ENOMEM. */
enum ct_status added_tokens_set_seen(struct added_tokens *added, size_t i, const char *text,
                                     size_t size, struct ct_error *err);

/* Call after the last added_tokens_add() and before the first added_tokens_next(). CT_ENOMEM,
 * CT_ENOTSUP (as word_class_new()). */
enum ct_status added_tokens_seal(struct added_tokens *added, struct ct_error *err);

struct added_match {
    const struct added_token *token;
    size_t begin, end; /* bytes that it covers, with the white space that it takes */
};

struct added_iterator { /* zero-initialise; over the tokens of one kind in one text */
    size_t at;          /* where to search */
    size_t taken;       /* where the last match ended */
};

/* The next match in text [size]; false if there is none. */
bool added_tokens_next(const struct added_tokens *added, bool normalized, const char *text,
                       size_t size, struct added_iterator *it, struct added_match *match);

#endif
