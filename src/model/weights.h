/* The weights of a model, named by function, whatever a family calls its tensors. */
#ifndef CT_MODEL_WEIGHTS_H
#define CT_MODEL_WEIGHTS_H

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "model/ops/linear.h"
#include "model/ops/tensor.h"

struct norm {             /* of the kind in model_config */
    struct tensor weight; /* [hidden_size]; data NULL: none, the gain is 1 */
    struct tensor bias;   /* [hidden_size]; data NULL: none */
};

struct block_weights { /* those that model_config does not ask for are zero */
    struct norm attention_norm;
    struct linear q;             /* to [n_heads * head_dim] */
    struct linear k;             /* to [n_kv_heads * head_dim] */
    struct linear v;             /* to [n_kv_heads * head_dim] */
    struct norm q_norm;          /* [head_dim] */
    struct norm k_norm;          /* [head_dim] */
    struct linear attention_out; /* from [n_heads * head_dim] to [hidden_size] */
    struct norm attention_post_norm;
    struct norm mlp_norm;  /* of RESIDUAL_SHARED: attention_norm */
    struct linear mlp_in;  /* to [intermediate_size]; of gated MLPs, the gate */
    struct linear mlp_up;  /* to [intermediate_size]: the gate's partner */
    struct linear mlp_out; /* to [hidden_size] */
    struct norm mlp_post_norm;
};

struct matrix { /* a tensor of two dimensions */
    const void *data;
    enum tensor_dtype dtype;
    size_t n;       /* entries */
    uint64_t first; /* of its entries among those of all matrices, one after another */
};

struct weights {
    struct tensor token_embedding;    /* [vocab_size, word_size or else hidden_size] */
    struct tensor position_embedding; /* [position_offset + n_positions, hidden_size] */
    struct linear word_projection;    /* from [word_size] to [hidden_size] */
    struct block_weights *blocks;     /* [n_layers] */
    struct norm final_norm;
    struct linear output_projection; /* from [hidden_size] to [word_size] */
    struct linear output;            /* to [vocab_size]; weight.data NULL: the files have none */
    struct matrix *matrices; /* [n_matrices] each once, by name without what wrappers put in front;
                                tensors of the file that the model does not use are not in it */
    size_t n_matrices;
};

struct model;

/* Borrowed from the model. */
const struct weights *model_weights(const struct model *model);

/* CT_EFORMAT, CT_ENOTSUP: why the model has no usable output layer; only logits need it. */
enum ct_status model_check_output(const struct model *model, struct ct_error *err);

#endif
