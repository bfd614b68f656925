/*
 * The sizes of a model, as its config.json gives them, in words that hold for every architecture.
 * arch_NAME.c reads the keys that its family writes and fills in the defaults of transformers.
 */
#ifndef CT_MODEL_MODEL_CONFIG_H
#define CT_MODEL_MODEL_CONFIG_H

#include <stdbool.h>
#include <stddef.h>

#include "model/ops/activation.h"

struct arch;

struct model_config {
    const struct arch *arch;
    size_t vocab_size;
    size_t n_positions; /* tokens that a sentence may have */
    size_t hidden_size; /* width of the residual stream */
    size_t n_layers;
    size_t n_heads;           /* of queries */
    size_t n_kv_heads;        /* of keys and values; divides n_heads */
    size_t head_dim;          /* width of a head */
    size_t intermediate_size; /* neurons of an MLP */
    enum activation activation;
    double norm_epsilon;
    double score_scale;         /* what the products of queries and keys are multiplied by */
    bool scores_scale_by_layer; /* and divided by the number of the layer, from 1 on */
};

#endif
