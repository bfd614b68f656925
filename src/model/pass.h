/*
 * The forward pass of any architecture over one tree of prefixes, up to the last hook only; in the
 * last block it computes only the rows that the hooks need, as soon as attention allows. Nodes with
 * edits are computed from the block of the first edit on; before it they equal those without.
 */
#ifndef CT_MODEL_PASS_H
#define CT_MODEL_PASS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/status.h"
#include "model/edit.h"
#include "model/hooks.h"
#include "model/model_config.h"
#include "model/pass_memo.h"
#include "model/pass_state.h"
#include "model/prefix_tree.h"
#include "model/shuffled.h"
#include "model/weights.h"

struct pass; /* a workspace, reused for each tree */

/* Bytes of workspace per position of a tree. */
size_t pass_row_bytes(const struct model_config *config);

/* Bytes of the whole workspace, for trees of at most max_nodes positions and sequences of at most
 * max_len tokens. */
double pass_memory(const struct model_config *config, size_t max_nodes, size_t max_len,
                   int n_threads);

struct pass_params {
    const struct hook_point *hooks; /* [n_hooks], borrowed until pass_free() */
    size_t n_hooks;
    size_t max_nodes; /* of any tree */
    size_t max_len;   /* of any sequence */
    int n_threads;
    const struct weight_shuffle *shuffle; /* NULL: weights as they are */
    const struct edits *edits;            /* NULL: none; not together with a shuffle */
    size_t max_slice; /* rows of a step; 0: so many that it takes a tenth of a second */
};

/* config and weights are borrowed until pass_free(). CT_ENOTSUP (the hooks need an activation
 * function that is unknown; shuffled_new()), CT_ENOMEM. */
enum ct_status pass_new(const struct model_config *config, const struct weights *weights,
                        const struct pass_params *params, struct pass **out, struct ct_error *err);
void pass_free(struct pass *p);

/* The work per node of a tree: the weights that it goes through, in units of about a thousand,
 * which pass_run() reports to step. */
size_t pass_work(const struct pass *p);

/* Bytes of the weights that the hooks need, the rows of embeddings apart. */
double pass_weight_bytes(const struct model_config *config, const struct weights *weights,
                         const struct hook_point *hooks, size_t n_hooks);

struct pass_input {
    const struct prefix_tree *tree;
    const struct prefix_tree *plain; /* with edits: see prefix_tree_build_plain() */
    const uint32_t *of;              /* [tree->n_nodes] with edits */
    struct pass_memo *memo;          /* of the same tree, with these edits or others; NULL: none */
};

/* out [.., sum of widths]: row tree->seq_index[i] gets the outputs of the hooks at the last token
 * of sequence i. False if step returned false. */
bool pass_run(struct pass *p, const struct pass_input *input, float *out, pass_step *step,
              void *context);

#endif
