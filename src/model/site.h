/*
 * Sites: the modules of an architecture whose outputs can be taken. Each has the name that its
 * family gives it, and a place in the forward pass that means the same in every family.
 */
#ifndef CT_MODEL_SITE_H
#define CT_MODEL_SITE_H

#include <stdbool.h>
#include <stddef.h>

#include "model/model_config.h"

/* The order means nothing: the functions of an architecture decide when a place is passed. */
enum site_place {
    PLACE_TOKEN_EMBEDDING,
    PLACE_POSITION_EMBEDDING,
    PLACE_ATTENTION_NORM, /* what attention reads */
    PLACE_QKV,            /* queries, keys and values side by side, as one module gives them */
    PLACE_ATTENTION,      /* what attention adds to the stream */
    PLACE_MLP_NORM,       /* what the MLP reads */
    PLACE_MLP_PRE,        /* its neurons before the activation function */
    PLACE_MLP_POST,       /* and after it */
    PLACE_MLP,            /* what the MLP adds to the stream */
    PLACE_BLOCK,          /* the residual stream after the block */
    PLACE_FINAL_NORM,
};

struct site {
    enum site_place place; /* where two sites share one, messages and other names mean the first */
    const char *path;      /* `.mlp.c_fc` hangs below a block, "" is the block itself; or `ln_f` */
    const char *what;      /* `MLP output` */
    size_t (*width)(const struct model_config *config); /* columns; 0: the model lacks it */
};

bool site_is_in_block(const struct site *site);

/* Widths that sites have. */
size_t site_width_hidden(const struct model_config *config);
size_t site_width_qkv(const struct model_config *config);
size_t site_width_intermediate(const struct model_config *config);

#endif
