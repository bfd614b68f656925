/*
 * Sites: the modules of an architecture whose outputs can be read. Each has its family's name, and
 * a place in the forward pass that means the same in every family.
 */
#ifndef CT_MODEL_SITE_H
#define CT_MODEL_SITE_H

#include <stdbool.h>
#include <stddef.h>

#include "model/model_config.h"

/* The order is not significant: the functions of an architecture determine when a place is
 * reached. */
enum site_place {
    PLACE_TOKEN_EMBEDDING,
    PLACE_POSITION_EMBEDDING,
    PLACE_ATTENTION_NORM, /* input of attention */
    PLACE_QKV,            /* queries, keys and values side by side, from one module */
    PLACE_ATTENTION,      /* added to the stream by attention */
    PLACE_MLP_NORM,       /* input of the MLP */
    PLACE_MLP_PRE,        /* MLP neurons before the activation function */
    PLACE_MLP_POST,       /* MLP neurons after it */
    PLACE_MLP,            /* added to the stream by the MLP */
    PLACE_BLOCK,          /* the residual stream after the block */
    PLACE_FINAL_NORM,
};

struct site {
    enum site_place place; /* if two sites share a place, messages and aliases refer to the first */
    const char *path;      /* `.mlp.c_fc` is below a block, "" is the block itself; or `ln_f` */
    const char *what;      /* `MLP output` */
    size_t (*width)(const struct model_config *config); /* columns; 0: not in this model */
};

bool site_is_in_block(const struct site *site);

/* For site.width. */
size_t site_width_hidden(const struct model_config *config);
size_t site_width_qkv(const struct model_config *config);
size_t site_width_intermediate(const struct model_config *config);

#endif
