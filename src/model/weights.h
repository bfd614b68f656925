/* What the forward pass sees of a model: its tensors, by the names of Hugging Face. */
#ifndef CT_MODEL_WEIGHTS_H
#define CT_MODEL_WEIGHTS_H

#include "model/model.h"
#include "model/ops/linear.h"
#include "model/tensor.h"

struct layer_norm {
    struct tensor weight; /* [n_embd] */
    struct tensor bias;   /* [n_embd] */
};

struct block_weights {
    struct layer_norm ln_1;
    struct linear attn_c_attn; /* [n_embd, 3 n_embd]: queries, keys, values */
    struct linear attn_c_proj; /* [n_embd, n_embd] */
    struct layer_norm ln_2;
    struct linear mlp_c_fc;   /* [n_embd, n_inner] */
    struct linear mlp_c_proj; /* [n_inner, n_embd] */
};

struct weights {
    struct tensor wte;            /* [vocab_size, n_embd] */
    struct tensor wpe;            /* [n_positions, n_embd] */
    struct block_weights *blocks; /* [n_layer] */
    struct layer_norm ln_f;
};

/* Borrowed from the model. */
const struct weights *model_weights(const struct model *model);

#endif
