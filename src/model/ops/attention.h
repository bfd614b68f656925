/*
 * Causal self-attention (Vaswani et al. 2017) over a tree of prefixes: a node attends to itself and
 * its ancestors. Nodes are in preorder, so the keys and values of the path to a node form a stack.
 * Adjacent query heads may share a head of keys and values (Ainslie et al. 2023).
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
    const uint32_t *queries; /* [n_queries], query nodes, ascending; NULL: all nodes */
    size_t n_queries;
    size_t max_len; /* greater than every depth */
    size_t n_heads;
    size_t n_kv_heads; /* divides n_heads; query head h uses head h * n_kv_heads / n_heads */
    size_t head_dim;
    float scale;
    float cap;     /* scores s become cap tanh(s / cap); 0: they do not */
    size_t window; /* a node attends to at most this many nodes, itself included; 0: to all */
    float *out;    /* [n_queries, n_heads * head_dim], row stride ld_out */
    size_t ld_out;
};

/* Number of floats of scratch per thread. */
size_t attention_scratch(size_t max_len, size_t head_dim);

/* scratch [crew_size(crew), attention_scratch()]. The result of a query depends only on its
 * path. */
void attention_apply(const struct attention_job *job, float *scratch, struct crew *crew);

#endif
