/*
 * The operations that the functions of an architecture consist of. They work on all nodes of a tree
 * of prefixes at once. The functions read as the definition of the architecture and never ask how
 * far a pass has to go: once the last output that is wanted has passed by, operations do nothing.
 * The same functions are also run without computing (a rehearsal), to find out which weights a
 * block will use.
 *
 * A value has a row for each node; in the last block, as soon as attention allows it, for each
 * target alone (pass_narrow).
 */
#ifndef CT_MODEL_PASS_OPS_H
#define CT_MODEL_PASS_OPS_H

#include <stddef.h>

#include "model/site.h"
#include "model/weights.h"

struct values {
    float *at; /* [n_rows of the pass, n_cols] */
    size_t n_cols;
    size_t ld; /* row stride: linear_stride(n_cols) */
};

struct pass {
    const struct model_config *config;
    const struct weights *weights;
    size_t layer; /* of the block that is computed; n_layers in the head */

    /* What an architecture computes. Those of a room share memory, except q, k and v among
     * themselves: nothing is needed any more when the next one is written. */
    struct values stream; /* [., hidden_size] */

    struct values normed;  /* first room: [., hidden_size] */
    struct values mix;     /* first room: [., n_heads * head_dim] */
    struct values mlp_out; /* first room: [., hidden_size] */

    struct values q;             /* second room: [., n_heads * head_dim] */
    struct values k, v;          /* second room: [., n_kv_heads * head_dim] */
    struct values attention_out; /* second room: [., hidden_size] */
    struct values neurons;       /* second room: [., intermediate_size] */

    struct pass_state *state; /* see pass_state.h */
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

#endif
