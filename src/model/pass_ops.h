/*
 * The operations from which the forward pass is built. They work on all nodes of a tree of prefixes
 * at once. The functions of forward.c read like the definition of the architectures and need not
 * check how far a pass has to go: after the last wanted output, operations do nothing. The same
 * functions are also run without computing (a rehearsal), to find out which weights a block uses.
 *
 * A value has one row per node; in the last block, as soon as attention allows, one per target
 * (pass_narrow).
 */
#ifndef CT_MODEL_PASS_OPS_H
#define CT_MODEL_PASS_OPS_H

#include <stdbool.h>
#include <stddef.h>

#include "model/site.h"
#include "model/weights.h"

struct values {
    float *at; /* [n_rows of the pass, n_cols] */
    size_t n_cols;
    size_t ld; /* row stride: linear_stride(n_cols) */
};

static inline float *values_row(const struct values *values, size_t i)
{
    return values->at + i * values->ld;
}

struct pass {
    const struct model_config *config;
    const struct weights *weights;
    size_t layer; /* the block being computed; n_layers in the head */

    /* The values that are computed. Those in the same room share memory, except q, k and v among
     * themselves: each is no longer needed when the next one is written. */
    struct values stream; /* [., hidden_size] */

    struct values words;   /* first room: [., word_size] */
    struct values normed;  /* first room: [., hidden_size] */
    struct values mix;     /* first room: [., n_heads * head_dim] */
    struct values mlp_out; /* first room: [., hidden_size] */

    struct values q;       /* second room: [., n_heads * head_dim] */
    struct values k, v;    /* second room: [., n_kv_heads * head_dim] */
    struct values neurons; /* second room: [., intermediate_size] */
    struct values gates;   /* a room of their own, only if they are edited */

    struct values kept; /* a room of its own, only if MLPs are edited: see pass_keep() */

    struct values attention_out; /* [., hidden_size]: second room, or a third one if the MLP runs
                                    before it is added */

    struct pass_state *state; /* see pass_state.h */
};

/* Whether outputs that are not yet reached are wanted at places of this block (a set of bits
 * 1 << place), and whether any are elsewhere. */
bool pass_wants(const struct pass *p, unsigned places);
bool pass_goes_beyond(const struct pass *p, unsigned places);

/* Whether any edit is at one of these places of this block. */
bool pass_edits(const struct pass *p, unsigned places);

/* out [., n_cols] = the rows of a table for the tokens of the nodes, or for their positions. */
void pass_token_rows(struct pass *p, const struct tensor *table, const struct values *out);
void pass_position_rows(struct pass *p, const struct tensor *table, const struct values *out);

/* y = the norm of x. */
void pass_norm(struct pass *p, const struct norm *norm, const struct values *x,
               const struct values *y);

/* x *= factor. */
void pass_scale(struct pass *p, const struct values *x, double factor);

/* x = cap tanh(x / cap); cap 0: as it is. */
void pass_cap(struct pass *p, const struct values *x, double cap);

/* y = x W + b. */
void pass_linear(struct pass *p, const struct linear *linear, const struct values *x,
                 const struct values *y);

/* y = the model's activation function of x W + b; its input is the output at `before`, and y that
 * at `after`. */
void pass_linear_activated(struct pass *p, const struct linear *linear, const struct values *x,
                           const struct values *y, enum site_place before, enum site_place after);

/* y *= x W + b, or the model's activation function of it. */
void pass_linear_factor(struct pass *p, const struct linear *linear, const struct values *x,
                        const struct values *y, bool is_activated);

/* x *= y, element by element. */
void pass_multiply(struct pass *p, const struct values *x, const struct values *y);

/* Queries or keys: the norm of each head, if the model has one (their output at `after`), then the
 * rotary embedding, if it has one. */
void pass_prepare_heads(struct pass *p, const struct norm *norm, const struct values *x,
                        enum site_place after);

/* From here on only the targets' rows of the stream and of `also` are needed, if this block is the
 * last. Call it after all keys and values have been computed. */
void pass_narrow(struct pass *p, const struct values *also);

/* out = the attention-weighted sums, per head, of the values of each node and its ancestors. */
void pass_attend(struct pass *p, const struct values *q, const struct values *k,
                 const struct values *v, const struct values *out);

/* Where only the MLP of a block is edited, most nodes need not be computed twice: keeps the stream
 * before the MLP is added. */
void pass_keep(struct pass *p);

/* After the MLP has been added: true if p->kept are the rows of the edited nodes, to which it is to
 * be added again, before pass_end_edited(). */
bool pass_begin_edited(struct pass *p);
void pass_end_edited(struct pass *p);

/* x += y. */
void pass_add(struct pass *p, const struct values *x, const struct values *y);

/*
 * Announces the output of the module at a place of this block, or of a linear layer that is part of
 * it: then `values` are the module's columns linear_stored(linear, .). This is the only point where
 * outputs are edited and read: everything that depends on them is computed afterwards.
 */
void pass_output(struct pass *p, enum site_place place, const struct values *values);
void pass_output_of(struct pass *p, enum site_place place, const struct linear *linear,
                    const struct values *values);

/* For an output that is computed a second time: edits it as the first time. */
void pass_output_again(struct pass *p, enum site_place place, const struct values *values);

#endif
