/*
 * The tree of all prefixes of some token sequences: each node is a position that is computed once
 * for all sequences that share it. Nodes are in preorder, so their depths describe the tree: the
 * parent of a node is the last node before it with depth one less. Sequences that are edited differ
 * from others from the first edited position on, even if their tokens are the same.
 */
#ifndef CT_MODEL_PREFIX_TREE_H
#define CT_MODEL_PREFIX_TREE_H

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "model/edit.h"
#include "model/token_seq.h"

struct sorted_seq {
    struct token_seq seq;
    size_t index;  /* its index before sorting */
    size_t from;   /* the first edited position */
    uint32_t list; /* 1 + the index of its list of edits; 0: none */
};

/* Fills sorted [n_seqs] in lexicographic order of the ids, ties by index, so that sequences with
 * the same beginning are adjacent. Where it is edited, an id follows the same one without edits.
 * edits NULL: none. */
void prefix_tree_sort(const struct token_seq *seqs, size_t n_seqs, const struct edits *edits,
                      struct sorted_seq *sorted);

/* How many of sorted[0 .. n) fit into a tree of max_nodes nodes, at least one; *n_nodes is set to
 * the number of their nodes. */
size_t prefix_tree_fit(const struct sorted_seq *sorted, size_t n, size_t max_nodes,
                       size_t *n_nodes);

struct prefix_tree { /* zero-initialise; owns its arrays until prefix_tree_clear() */
    size_t n_nodes;
    uint32_t *tokens; /* [n_nodes] */
    uint32_t *depth;  /* [n_nodes]: 0 for roots; equals the position in the sequence */
    uint32_t *lists;  /* [n_nodes]: 1 + the index of its list of edits; 0: none */
    size_t n_targets;
    uint32_t *targets; /* [n_targets]: nodes at which sequences end, ascending, each once */
    size_t n_seqs;
    size_t *seq_index;    /* [n_seqs]: sorted_seq.index */
    uint32_t *seq_target; /* [n_seqs]: index in targets of its last node */
    size_t max_len;       /* tokens of the longest sequence */
    uint32_t *path;       /* [max_len]: nodes of the sequence added last */
};

/* Allocates for trees of at most max_nodes nodes over at most max_seqs sequences of at most max_len
 * tokens. CT_ENOMEM. */
enum ct_status prefix_tree_init(struct prefix_tree *tree, size_t max_nodes, size_t max_seqs,
                                size_t max_len, struct ct_error *err);
void prefix_tree_clear(struct prefix_tree *tree);

/* Bytes of such a tree. */
double prefix_tree_memory(size_t max_nodes, size_t max_seqs, size_t max_len);

/* Builds the tree of sorted[0 .. n), which must fit; replaces the previous one. */
void prefix_tree_build(struct prefix_tree *tree, const struct sorted_seq *sorted, size_t n);

/*
 * Builds the tree of the same sequences without their edits; of [tree->n_nodes] is set to the node
 * of plain that has the same tokens. sorted is a copy of what tree has been built of, which is
 * overwritten.
 */
void prefix_tree_build_plain(const struct prefix_tree *tree, struct sorted_seq *sorted,
                             struct prefix_tree *plain, uint32_t *of);

#endif
