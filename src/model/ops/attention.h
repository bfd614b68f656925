/*
 * Causal self-attention (Vaswani et al. 2017) over a tree of prefixes: a node sees itself and its
 * ancestors. Nodes come in preorder, so the keys and values of the path to a node are a stack.
 * Neighbouring query heads may share a head of keys and values (Ainslie et al. 2023).
 */
#ifndef CT_MODEL_OPS_ATTENTION_H
#define CT_MODEL_OPS_ATTENTION_H

#include <stddef.h>
#include <stdint.h>

#include "base/crew.h"

struct attention_job {
    const float *q; /* [n_queries, n_heads * head_dim], row stride ld_q */
    size_t ld_q;
    const float *k; /* [n_nodes, n_kv_heads * head_dim], row stride ld_k */
    size_t ld_k;
    const float *v; /* [n_nodes, n_kv_heads * head_dim], row stride ld_v */
    size_t ld_v;
    const uint32_t *depth; /* [n_nodes], preorder; the roots have 0 */
    size_t n_nodes;
    const uint32_t *queries; /* nodes that ask, ascending [n_queries]; NULL: all of them */
    size_t n_queries;
    size_t max_len; /* above every depth */
    size_t n_heads;
    size_t n_kv_heads; /* divides n_heads; query head h uses the head h * n_kv_heads / n_heads */
    size_t head_dim;
    float scale;
    float *out; /* [n_queries, n_heads * head_dim], row stride ld_out */
    size_t ld_out;
};

/* Floats of scratch that one thread needs. */
size_t attention_scratch(size_t max_len, size_t head_dim);

/* scratch [crew_size(crew), attention_scratch()]. A query's result depends on its path alone. */
void attention_apply(const struct attention_job *job, float *scratch, struct crew *crew);

#endif
