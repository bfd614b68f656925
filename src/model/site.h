/*
 * Sites: the modules of an architecture whose outputs (or inputs) can be read. Each has its
 * family's name, and a place in the forward pass that means the same in every family.
 */
#ifndef CT_MODEL_SITE_H
#define CT_MODEL_SITE_H

#include <stdbool.h>
#include <stddef.h>

#include "model/model_config.h"

/* The order is not significant: the forward pass determines when a place is reached. */
enum site_place {
    PLACE_TOKEN_EMBEDDING,
    PLACE_POSITION_EMBEDDING,
    PLACE_ATTENTION_NORM, /* input of attention */
    PLACE_QKV,            /* queries, keys and values side by side, from one module */
    PLACE_Q,              /* queries, keys, values, each from a module of its own */
    PLACE_K,
    PLACE_V,
    PLACE_Q_NORM, /* queries and keys after a norm of each head */
    PLACE_K_NORM,
    PLACE_MIX,            /* each head's weighted sum of values: input of attention's last layer */
    PLACE_ATTENTION,      /* output of attention: added to the stream, if no norm follows */
    PLACE_ATTENTION_POST, /* a norm of it */
    PLACE_MLP_NORM,       /* input of the MLP */
    PLACE_GATE_UP,        /* gates and their partners side by side, from one module */
    PLACE_MLP_PRE,        /* MLP neurons before the activation function; of gated MLPs, the gates */
    PLACE_MLP_GATE,       /* gates after the activation function */
    PLACE_MLP_UP,         /* the linear partner of each gate */
    PLACE_MLP_POST,       /* MLP neurons: after the activation function, or gate times partner */
    PLACE_MLP,            /* output of the MLP: added to the stream, if no norm follows */
    PLACE_MLP_POST_NORM,  /* a norm of it */
    PLACE_BLOCK,          /* the residual stream after the block */
    PLACE_FINAL_NORM,
    PLACE_LOGITS, /* of the next token: output of the output layer */
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
size_t site_width_word(const struct model_config *config); /* of a token's embedding */
size_t site_width_q(const struct model_config *config);    /* also of the heads' mix */
size_t site_width_kv(const struct model_config *config);   /* of keys, of values */
size_t site_width_qkv(const struct model_config *config);
size_t site_width_q_norm(const struct model_config *config); /* 0 without such norms */
size_t site_width_k_norm(const struct model_config *config); /* 0 without such norms */
size_t site_width_intermediate(const struct model_config *config);
size_t site_width_gate_up(const struct model_config *config);
size_t site_width_final_norm(const struct model_config *config); /* 0 without one */
size_t site_width_logits(const struct model_config *config);

#endif
