/*
 * Activations at the last token of each sequence, and nothing that they do not need: no block after
 * the last hook, no padding, a prefix that sequences share computed once (a tree over all of them),
 * in batches of bounded size.
 */
#ifndef CT_MODEL_EXTRACT_H
#define CT_MODEL_EXTRACT_H

#include <stddef.h>
#include <stdint.h>

#include "base/progress.h"
#include "base/status.h"
#include "model/model.h"
#include "model/hooks.h"

struct token_seq {       /* borrowed */
    const uint32_t *ids; /* [n], up to and including the token that is wanted */
    size_t n;            /* 1 .. n_positions */
};

struct extract_stats {
    size_t n_tokens;    /* of all sequences together */
    size_t n_positions; /* that were computed after sharing prefixes */
    size_t n_batches;
};

/*
 * For each sequence the output of every hook at its last token: out [n_seqs, sum of widths],
 * float32, row-major, hooks side by side in the order given (forward order, as hooks_resolve gives
 * them), owned by the caller. The values do not depend on n_threads, to the bit. CT_EINVAL (an id
 * not below vocab_size, a sequence empty or longer than n_positions, with its number), CT_ENOMEM,
 * CT_ECANCELED. stats may be NULL.
 */
enum ct_status extract_activations(const struct model *model, const struct token_seq *seqs,
                                   size_t n_seqs, const struct hook_point *hooks, size_t n_hooks,
                                   int n_threads, const struct progress *progress, float *out,
                                   struct extract_stats *stats, struct ct_error *err);

/* Bytes that this takes at most beyond out, for n_seqs sequences of n_tokens together and max_len
 * at most each. */
double extract_memory(const struct model *model, size_t n_seqs, size_t n_tokens, size_t max_len,
                      int n_threads);

#endif
