/*
 * The sizes of a model, from its config.json, under names that apply to every architecture.
 * arch_NAME.c reads the keys of its family and fills in the defaults of transformers.
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
    size_t n_positions; /* maximum number of tokens */
    size_t hidden_size; /* width of the residual stream */
    size_t n_layers;
    size_t n_heads;           /* of queries */
    size_t n_kv_heads;        /* of keys and values; divides n_heads */
    size_t head_dim;          /* width of a head */
    size_t intermediate_size; /* neurons of an MLP */
    enum activation activation;
    char activation_name[48]; /* as in config.json if that is unknown, truncated; else empty */
    double norm_epsilon;
    double score_scale;         /* factor applied to the products of queries and keys */
    bool scores_scale_by_layer; /* also divide by the layer number, counted from 1 */
};

#endif
