/*
 * GPT-2's forward pass over one tree of prefixes, up to the last hook and no further; in the last
 * block only the rows that the hooks ask for, as early as attention allows.
 */
#ifndef CT_MODEL_FORWARD_H
#define CT_MODEL_FORWARD_H

#include <stdbool.h>
#include <stddef.h>

#include "base/progress.h"
#include "base/status.h"
#include "model/model.h"
#include "model/hooks.h"
#include "model/prefix_tree.h"

struct forward; /* what one extraction needs and reuses for each tree: workspace, plan */

/* Bytes of workspace for each position of a tree. */
size_t forward_row_bytes(const struct model_config *config);

/* Bytes of all of it, for trees of so many positions and sequences of so many tokens. */
double forward_memory(const struct model_config *config, size_t max_nodes, size_t max_len,
                      int n_threads);

struct forward_params {
    const struct hook_point *hooks; /* [n_hooks], borrowed until forward_free() */
    size_t n_hooks;
    size_t max_nodes; /* of any tree to come */
    size_t max_len;   /* of any sequence in it */
    int n_threads;
};

/* Called after each step with the rows that went through it; false stops the pass. */
typedef bool forward_step(void *context, size_t n_rows);

/* CT_ENOMEM. */
enum ct_status forward_new(const struct model *model, const struct forward_params *params,
                           struct forward **out, struct ct_error *err);
void forward_free(struct forward *f);

/* How often forward_run() will call its step. */
size_t forward_n_steps(const struct forward *f);

/* out [.., sum of widths]: row tree->seq_index[i] gets what the hooks give at the last token of
 * sequence i. False: the step said stop. */
bool forward_run(struct forward *f, const struct prefix_tree *tree, float *out, forward_step *step,
                 void *context);

#endif
