/*
 * Causal self-attention (Vaswani et al. 2017) over a tree of prefixes: a node sees itself and its
 * ancestors. Nodes come in preorder, so the keys and values of the path to a node are a stack.
 */
#ifndef CT_MODEL_OPS_ATTENTION_H
#define CT_MODEL_OPS_ATTENTION_H

#include <stddef.h>
#include <stdint.h>

#include "base/crew.h"

struct attention_job {
    const float *q; /* [n_queries, n_head * d_head], row stride ld_q */
    size_t ld_q;
    const float *kv; /* [n_nodes, 2 * n_head * d_head]: keys, then values; row stride ld_kv */
    size_t ld_kv;
    const uint32_t *depth; /* [n_nodes], preorder; the roots have 0 */
    size_t n_nodes;
    const uint32_t *queries; /* nodes that ask, ascending [n_queries]; NULL: all of them */
    size_t n_queries;
    size_t max_len; /* above every depth */
    size_t n_head;
    size_t d_head;
    float scale;
    float *out; /* [n_queries, n_head * d_head], row stride ld_out */
    size_t ld_out;
};

/* Floats of scratch that one thread needs. */
size_t attention_scratch(size_t max_len, size_t d_head);

/* scratch [crew_size(crew), attention_scratch()]. A query's result depends on its path alone. */
void attention_apply(const struct attention_job *job, float *scratch, struct crew *crew);

#endif
