/* What pass.c and pass_ops.c know of a pass, and an architecture does not. */
#ifndef CT_MODEL_PASS_STATE_H
#define CT_MODEL_PASS_STATE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/crew.h"
#include "model/hooks.h"
#include "model/ops/tensor.h"
#include "model/prefix_tree.h"

enum { PASS_MAX_WEIGHTS = 16 }; /* large tensors of a block */

struct rehearsal {                                  /* what would be done */
    const struct tensor *weights[PASS_MAX_WEIGHTS]; /* of linear layers, in the order of use */
    size_t n_weights;
    size_t n_linears;
    bool attends;
};

/* Called after each step with the nodes of the tree; false stops the pass. */
typedef bool pass_step(void *context, size_t n_nodes);

struct pass_state {
    /* For all trees: */
    const struct hook_point *hooks; /* [n_hooks] */
    size_t n_hooks;
    size_t width;    /* of all hooks together */
    size_t n_blocks; /* that are computed, the last one perhaps in part */
    size_t n_steps;
    struct crew *crew;
    float *gain;    /* [hidden_size]: a norm's weight */
    float *bias;    /* [hidden_size]: and its bias */
    float *scratch; /* of linear layers and of attention, in turn, for each thread of the crew */

    /* For one: */
    const struct prefix_tree *tree;
    float *out; /* [., width] */
    pass_step *step;
    void *step_context;
    size_t n_rows;  /* all nodes, or the targets alone */
    bool is_narrow; /* the targets alone */
    size_t n_left;  /* columns of hooks that have not passed by yet */
    bool is_stopped;
    struct rehearsal *rehearsal; /* NULL: values are computed */
};

struct pass;

/* From here on rows of the stream are those of the targets. */
void pass_keep_targets(struct pass *p);

/* The end of a step. */
void pass_tick(struct pass *p);

#endif
