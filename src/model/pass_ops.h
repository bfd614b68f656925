/*
 * What the functions of an architecture consist of. They read as the architecture's definition, for
 * all nodes of a tree of prefixes at once, and do not ask how far a pass has to go: when the last
 * output that is wanted has passed by, operations do nothing. The same functions are gone through
 * without computing (a rehearsal) to find out which weights a block will touch.
 *
 * Rows of a value are those of the nodes; in the last block, as soon as attention allows, those of
 * the targets alone (pass_narrow).
 */
#ifndef CT_MODEL_PASS_OPS_H
#define CT_MODEL_PASS_OPS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/crew.h"
#include "model/hooks.h"
#include "model/prefix_tree.h"
#include "model/site.h"
#include "model/weights.h"

struct values {
    float *at; /* [n_rows of the pass, n_cols] */
    size_t n_cols;
    size_t ld; /* row stride: linear_stride(n_cols) */
};

enum { PASS_MAX_WEIGHTS = 16 }; /* large tensors of a block */

struct rehearsal {                                  /* what would be done */
    const struct tensor *weights[PASS_MAX_WEIGHTS]; /* of linear layers, in the order of use */
    size_t n_weights;
    size_t n_linears;
    bool attends;
};

/* Called after each step with the rows that the pass began with; false stops it. */
typedef bool pass_step(void *context, size_t n_rows);

struct pass {
    const struct model_config *config;
    const struct weights *weights;
    size_t layer; /* of the block that is computed; n_layers in the head */

    /* Room for what an architecture computes. Values on one line share it. */
    struct values stream; /* [., hidden_size] */
    struct values normed, mix,
        mlp_out; /* [., hidden_size], [., n_heads head_dim], [., hidden_size] */
    struct values q, attention_out, mlp; /* [., n_heads head_dim], [., hidden_size], [.,
                                            intermediate_size] */
    struct values k, v;                  /* [., n_kv_heads head_dim], in the room of mlp too */

    /* The rest is for pass.c and pass_ops.c. */
    const struct hook_point *hooks;
    size_t n_hooks;
    size_t width;    /* of all hooks together */
    size_t n_blocks; /* that are computed, the last one perhaps in part */
    size_t n_steps;
    struct crew *crew;
    float *room[3]; /* of the values above, by line */
    float *gain;    /* [hidden_size]: a norm's weight */
    float *bias;    /* [hidden_size]: and its bias */
    float *scratch; /* of linear layers and of attention, in turn, for each thread of the crew */
    const struct prefix_tree *tree;
    float *out;
    pass_step *step;
    void *step_context;
    size_t n_rows;               /* all nodes, or the targets alone */
    bool is_narrow;              /* the targets alone */
    size_t n_left;               /* columns of hooks that have not passed by */
    bool is_stopped;             /* by the step */
    struct rehearsal *rehearsal; /* NULL: it is the pass itself */
};

/* out [., n_cols] = the rows of a table for the nodes' tokens, or for their positions. */
void pass_token_rows(struct pass *p, const struct tensor *table, const struct values *out);
void pass_position_rows(struct pass *p, const struct tensor *table, const struct values *out);

/* y = the norm of x. */
void pass_norm(struct pass *p, const struct norm *norm, const struct values *x,
               const struct values *y);

/* y = x W + b. */
void pass_linear(struct pass *p, const struct linear *linear, const struct values *x,
                 const struct values *y);

/* y = the model's activation function of x W + b; what it is applied to passes by at `before`, and
 * y at `after`. */
void pass_linear_activated(struct pass *p, const struct linear *linear, const struct values *x,
                           const struct values *y, enum site_place before, enum site_place after);

/* From here on only the targets' rows of the stream and of `also` are needed, if this block is the
 * last: to be called when all keys and values are there. */
void pass_narrow(struct pass *p, const struct values *also);

/* out = what the heads mix from the values of each node and its ancestors. */
void pass_attend(struct pass *p, const struct values *q, const struct values *k,
                 const struct values *v, const struct values *out);

/* stream += y. */
void pass_add(struct pass *p, const struct values *y);

/*
 * Here the output of the module at a place of this block passes by: `values` are its columns from
 * `column` on. It is the one place where outputs are read, and where they may be changed: all that
 * is computed from them is computed afterwards.
 */
void pass_output(struct pass *p, enum site_place place, size_t column, const struct values *values);

/* For pass.c: the rows of the targets to the front, and a step. */
void pass_keep_targets(struct pass *p);
void pass_tick(struct pass *p);

#endif
