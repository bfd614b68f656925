/* The state of a pass, shared by pass.c, pass_ops.c and pass_attention.c and hidden from forward.c.
 */
#ifndef CT_MODEL_PASS_STATE_H
#define CT_MODEL_PASS_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/crew.h"
#include "model/hooks.h"
#include "model/ops/tensor.h"
#include "model/prefix_tree.h"
#include "model/shuffled.h"

enum { PASS_MAX_WEIGHTS = 16 }; /* large tensors of a block */

struct rehearsal {                                  /* records what would be computed */
    const struct tensor *weights[PASS_MAX_WEIGHTS]; /* of linear layers, in the order of use */
    size_t n_weights;
    size_t n_linears;
    bool attends;
    bool activates;
};

/* Called after each step with the number of nodes in the tree; false stops the pass. */
typedef bool pass_step(void *context, size_t n_nodes);

struct pass_state {
    /* For all trees: */
    const struct hook_point *hooks; /* [n_hooks] */
    size_t n_hooks;
    size_t width;    /* of all hooks together */
    size_t n_blocks; /* that are computed, the last one possibly in part */
    size_t n_steps;
    struct crew *crew;
    float *gain;                  /* [hidden_size or head_dim]: weight of a norm */
    float *bias;                  /* the same: its bias */
    float *cosines[2], *sines[2]; /* [max_len, rotary_width / 2], see model_config; NULL: none */
    uint32_t *positions;          /* [max_nodes]: rows of a table with an offset; NULL: none */
    float *third;                 /* room for attention_out of parallel blocks; NULL: none */
    float *scratch; /* for linear layers and attention in turn, for each thread of the crew */
    struct shuffled *shuffled; /* NULL: weights as they are */

    /* For one tree: */
    const struct prefix_tree *tree;
    float *out; /* [., width] */
    pass_step *step;
    void *step_context;
    size_t n_rows;  /* all nodes, or only the targets */
    bool is_narrow; /* only the targets */
    size_t n_left;  /* columns of hooks not yet reached */
    bool is_stopped;
    struct rehearsal *rehearsal; /* NULL: compute values */
};

/* Nothing left to compute. */
static inline bool pass_is_over(const struct pass_state *s)
{
    return s->n_left == 0 || s->is_stopped;
}

/* Values are being computed. */
static inline bool pass_is_live(const struct pass_state *s)
{
    return !pass_is_over(s) && s->rehearsal == NULL;
}

static inline bool pass_is_rehearsed(const struct pass_state *s)
{
    return !pass_is_over(s) && s->rehearsal != NULL;
}

struct pass;

/* From here on the rows of the stream are those of the targets. */
void pass_keep_targets(struct pass *p);

/* Called at the end of a step. */
void pass_tick(struct pass *p);

#endif
