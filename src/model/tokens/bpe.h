/*
 * Byte pair encoding of one piece of text (Sennrich, Haddow & Birch 2016, algorithm 1), which
 * starts as bytes or as given symbols: repeatedly merges the leftmost pair of the lowest rank among
 * all adjacent tokens, until none can be merged. O(n^2) for short pieces, O(n log n) for long ones.
 */
#ifndef CT_MODEL_TOKENS_BPE_H
#define CT_MODEL_TOKENS_BPE_H

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "model/tokens/token.h"

struct bpe { /* zero-initialise; owns its arrays until bpe_clear() */
    /* [n_slots], a power of two, open addressing: left id, right id, rank + 1 in 21, 21 and 22
     * bits; 0 is an empty slot */
    uint64_t *slots;
    size_t n_slots;
    uint64_t multiplier; /* of the hash */
    uint32_t *ids;       /* [n_merges]: the token produced by the merge of each rank */
    size_t n_merges;
    size_t ids_room;
    uint32_t byte_ids[256]; /* filled in by the caller; those of bytes in no text may be anything */
};

void bpe_clear(struct bpe *bpe);

/* Reserves room for the expected number of merges. CT_ENOMEM. */
enum ct_status bpe_expect(struct bpe *bpe, size_t n_merges, struct ct_error *err);

/* Tokens left and right (ids of at most VOCAB_MAX_ID) become id; merges are added in order of rank.
 * A pair added twice has its last rank. CT_EFORMAT: too many; CT_ENOMEM. */
enum ct_status bpe_add(struct bpe *bpe, uint32_t left, uint32_t right, uint32_t id,
                       struct ct_error *err);

/* Has the processor load what it needs to add or find a merge. */
void bpe_load_ahead(const struct bpe *bpe, uint32_t left, uint32_t right);

/* The rank of this merge, or UINT32_MAX; only after bpe_expect(). */
uint32_t bpe_rank(const struct bpe *bpe, uint32_t left, uint32_t right);

struct token_list { /* zero-initialise; owns items */
    struct token *items;
    size_t n;
    size_t room;
};

enum ct_status token_list_reserve(struct token_list *list, size_t n_more, struct ct_error *err);

/* Appends the tokens of bytes [size], size at most INT32_MAX; their offsets count from base.
 * CT_ENOMEM. */
enum ct_status bpe_encode(const struct bpe *bpe, const char *bytes, size_t size, size_t base,
                          struct token_list *out, struct ct_error *err);

struct bpe_symbol { /* a token before merging */
    uint32_t id;
    uint32_t begin; /* where it begins in the piece; it ends where the next one begins */
};

/* The same for symbols [n + 1], n at most INT32_MAX, of which the last one only tells where the
 * piece ends. CT_ENOMEM. */
enum ct_status bpe_encode_symbols(const struct bpe *bpe, const struct bpe_symbol *symbols, size_t n,
                                  size_t base, struct token_list *out, struct ct_error *err);

#endif
