/*
 * A model as its config.json describes it, under names that apply to every architecture: sizes, and
 * which of the known kinds each part is. arch_NAME.c has the keys of its family and the defaults of
 * transformers.
 */
#ifndef CT_MODEL_MODEL_CONFIG_H
#define CT_MODEL_MODEL_CONFIG_H

#include <stdbool.h>
#include <stddef.h>

#include "model/ops/activation.h"
#include "model/ops/linear.h"
#include "model/ops/rotary.h"

struct arch;

/* Bounds that keep all products of sizes small, far above any published model. */
enum {
    CONFIG_MAX_VOCAB = 1 << 24,
    CONFIG_MAX_POSITIONS = 1 << 20,
    CONFIG_MAX_HIDDEN = 1 << 16,
    CONFIG_MAX_LAYERS = 10000,
    CONFIG_MAX_INTERMEDIATE = 1 << 20
};

enum norm_kind {
    NORM_LAYER,
    NORM_RMS,
    NORM_RMS_PLUS_ONE, /* the gain is 1 + weight */
};

/* How attention and MLP, each with its norm, change the stream x. */
enum residual {
    RESIDUAL_SERIAL,   /* x += attention(norm(x)); x += mlp(norm(x)) */
    RESIDUAL_PARALLEL, /* x += attention(norm(x)) + mlp(norm(x)), with two norms */
    RESIDUAL_SHARED,   /* the same with one norm */
    RESIDUAL_SANDWICH, /* serial, with another norm of what attention and MLP add */
    RESIDUAL_POST,     /* x = norm(x + attention(x)); x = norm(x + mlp(x)) */
};

/* How the weights of queries, keys and values are stored. */
enum qkv_layout {
    QKV_SPLIT,    /* in three tensors */
    QKV_BLOCKS,   /* in one: all queries, all keys, all values */
    QKV_PER_HEAD, /* in one: query, key and value of each head */
};

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
    char activation_name[48];    /* as in config.json if that is unknown, truncated; else empty */
    char activation_ignored[48]; /* what another key of config.json names, but is not computed,
                                    truncated; else empty */
    double norm_epsilon;

    /* The embedding. */
    size_t word_size;             /* width of a token's; 0: hidden_size */
    double embedding_scale;       /* factor applied to a token's; 0: none */
    bool embedding_scales_itself; /* the scaled one is the output of the module */
    bool has_position_embedding;
    size_t position_offset; /* position i has row i + this of the table */
    bool is_tied;           /* the output layer is the embedding; a file may have either */

    /* The output layer. */
    bool has_output_bias;
    double logit_cap; /* logits l become cap tanh(l / cap); 0: they do not */

    /* A block. */
    enum residual residual;
    enum norm_kind norm;
    bool norms_have_no_weights;
    bool norms_have_no_bias;
    bool has_no_final_norm;
    enum linear_layout linear_layout; /* of all linear layers */
    bool has_qkv_bias;
    bool has_attention_bias; /* of attention's output */
    bool has_mlp_bias;
    bool is_gated;         /* MLP: down(activation(gate(x)) * up(x)) */
    bool gate_up_is_fused; /* gate and up are stored in one tensor, in this order */

    /* Attention. */
    enum qkv_layout qkv;
    bool has_qk_norms;          /* of each head's query and key */
    double score_scale;         /* factor applied to the products of queries and keys */
    bool scores_scale_by_layer; /* also divide by the layer number, counted from 1 */
    double score_cap;           /* see attention.h; 0: none */
    size_t window;              /* of the blocks that slide, in tokens; 0: no window */
    unsigned char slides[(CONFIG_MAX_LAYERS + 7) / 8]; /* a bit per block: see config_slides() */
    size_t rotary_width;                               /* of a head; 0: no rotary embedding */
    double rotary_part;                                /* rotary_width / head_dim, if it is 0 */
    bool rotary_in_pairs;
    bool has_sliding_rotary; /* rotary[1] is used, for blocks that slide */
    struct rotary rotary[2];
};

bool config_slides(const struct model_config *config, size_t layer);
void config_set_slides(struct model_config *config, size_t layer);

#endif
