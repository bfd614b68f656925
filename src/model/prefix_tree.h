/*
 * The tree of all prefixes of some token sequences: each node is one position that has to be
 * computed once, whoever shares it. Nodes are kept in preorder, so their depths are the tree.
 */
#ifndef CT_MODEL_PREFIX_TREE_H
#define CT_MODEL_PREFIX_TREE_H

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "model/extract.h"

struct sorted_seq { /* a sequence and where it stood before they were sorted */
    struct token_seq seq;
    size_t index;
};

/* In lexicographic order, equal ones in that of their index, so that prefixes are neighbours. */
void sorted_seqs_fill(struct sorted_seq *sorted, const struct token_seq *seqs, size_t n_seqs);

struct prefix_tree { /* zero-initialise; owns its arrays until prefix_tree_clear() */
    size_t n_nodes;
    uint32_t *tokens; /* [n_nodes] */
    uint32_t *depth;  /* [n_nodes]: 0 for roots; also the position */
    size_t n_targets;
    uint32_t *targets; /* [n_targets] nodes at which sequences end, ascending, each once */
    size_t n_seqs;
    size_t *seq_index;    /* [n_seqs] */
    uint32_t *seq_target; /* [n_seqs]: its place in targets */
    size_t max_len;       /* of the longest sequence */
    uint32_t *path;       /* for building */
};

/* Room for trees of at most max_nodes nodes over at most n_seqs sequences of at most max_len. */
enum ct_status prefix_tree_init(struct prefix_tree *tree, size_t max_nodes, size_t n_seqs,
                                size_t max_len, struct ct_error *err);
void prefix_tree_clear(struct prefix_tree *tree);

/*
 * Builds the tree of as many of sorted[0 .. n) as fit into max_nodes, but at least one; returns how
 * many that are.
 */
size_t prefix_tree_build(struct prefix_tree *tree, const struct sorted_seq *sorted, size_t n,
                         size_t max_nodes);

#endif
