/*
 * Activations at the last token of each sequence, without unneeded work: no blocks after the last
 * hook, no padding, and shared prefixes of sequences are computed once (a tree over all of them),
 * in batches of bounded size. Of an edited sequence, only what an edit can change is computed anew:
 * from its first edited position and block on. A plan divides the sequences into batches, which may
 * be run in any order, concurrently, and by several processes that make the same plan.
 */
#ifndef CT_MODEL_EXTRACT_H
#define CT_MODEL_EXTRACT_H

#include <stddef.h>

#include "base/progress.h"
#include "base/status.h"
#include "model/edit.h"
#include "model/hooks.h"
#include "model/model.h"
#include "model/shuffled.h"
#include "model/token_seq.h"

/*
 * For jobs with other edits, one after another: what is computed before the edits is kept, and a
 * job with the same sequences, edited at the same positions, computes the rest alone, to the same
 * bits. It may be given to any job: if sequences differ, it begins anew. One job at a time.
 */
struct extract_memo;

/* At most so many bytes are kept. CT_ENOMEM. */
enum { EXTRACT_MEMO_BYTES = 256 << 20 };
enum ct_status extract_memo_new(struct extract_memo **out, struct ct_error *err);
void extract_memo_free(struct extract_memo *m);
/* Bytes of a job with at most n_tokens in all. */
double extract_memo_memory(const struct model *model, size_t n_tokens);

struct extract_job { /* borrowed for the lifetime of its plan */
    const struct model *model;
    const struct token_seq *seqs; /* [n_seqs], each ending with the wanted token */
    size_t n_seqs;
    const struct hook_point *hooks; /* [n_hooks], unique, as from hooks_resolve() */
    size_t n_hooks;
    size_t max_positions; /* of a batch, unless one sequence has more; 0: chosen by model */
    const struct weight_shuffle *shuffle; /* of the model's weights; NULL: as they are */
    struct extract_memo *memo;            /* of jobs with other edits; NULL: none */
    const struct edits *edits; /* of outputs on the way; NULL: none; not together with a shuffle */
};

struct extract_stats {
    size_t n_tokens;    /* of all sequences together */
    size_t n_positions; /* that are computed, after sharing prefixes */
    size_t n_batches;
};

struct extract_plan; /* immutable; threads may share it */

/* *out is owned by the caller: extract_plan_free(). CT_EINVAL (an id not below vocab_size, a
 * sequence empty or longer than n_positions, with its number), CT_ENOMEM, those of
 * model_check_output() if logits are wanted. */
enum ct_status extract_plan_new(const struct extract_job *job, struct extract_plan **out,
                                struct ct_error *err);
void extract_plan_free(struct extract_plan *plan);

struct extract_stats extract_plan_stats(const struct extract_plan *plan);

struct extract_batch { /* sequences first .. first + n_seqs of the plan's order */
    size_t first;
    size_t n_seqs;
    size_t n_positions;
};

/* Batches 0 .. n_batches - 1 contain every sequence once. */
struct extract_batch extract_plan_batch(const struct extract_plan *plan, size_t batch);

/* The index of the sequence at this place in the plan's order. */
size_t extract_plan_sequence(const struct extract_plan *plan, size_t place);

/*
 * Runs batches first .. first + n. out [n_seqs, sum of widths], float32, row-major, with the hooks
 * side by side in the order of the job: only the rows of these batches' sequences are written. The
 * values are bitwise determined by the model, the sequence and the hook, and do not depend on the
 * batch, its size, the other hooks or n_threads. Every batch shuffles weights anew. CT_ENOTSUP (as
 * pass_new()), CT_ENOMEM, CT_ECANCELED.
 */
enum ct_status extract_run(const struct extract_plan *plan, size_t first, size_t n, int n_threads,
                           const struct progress *progress, float *out, struct ct_error *err);

/* Makes a plan and runs all of its batches; stats may be NULL. Errors as for extract_plan_new() and
 * extract_run(). */
enum ct_status extract_activations(const struct extract_job *job, int n_threads,
                                   const struct progress *progress, float *out,
                                   struct extract_stats *stats, struct ct_error *err);

/* Upper bound in bytes on what extract_activations() allocates besides out, for n_seqs sequences of
 * n_tokens in total and at most max_len each, without edits or a shuffle. */
double extract_memory(const struct model *model, size_t n_seqs, size_t n_tokens, size_t max_len,
                      int n_threads);

/* What edits take beyond that. */
double extract_edits_memory(const struct model *model, size_t n_seqs, size_t n_tokens,
                            size_t max_len);

/* What shuffling the weights takes beyond that. */
double extract_shuffle_memory(const struct model *model, size_t n_tokens, size_t max_len,
                              int n_threads);

/* Bytes of the weights in the model's files that the hooks need; each batch reads all of them. */
double extract_weight_bytes(const struct model *model, const struct hook_point *hooks,
                            size_t n_hooks);

#endif
