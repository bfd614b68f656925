/* GPT-NeoX and Pythia (Black et al. 2022; Biderman et al. 2023), as transformers' GPTNeoXModel
 * computes them. */
#include "config.h"
#include "model/arch.h"
#include "model/config_keys.h"

static const struct model_config defaults = {
    .vocab_size = 50432,
    .n_positions = 2048,
    .hidden_size = 6144,
    .n_layers = 44,
    .n_heads = 64,
    .intermediate_size = 24576,
    .activation = ACTIVATION_GELU,
    .norm_epsilon = 1e-5,
    .residual = RESIDUAL_PARALLEL,
    .linear_layout = LINEAR_OUT_IN,
    .qkv = QKV_PER_HEAD,
    .has_qkv_bias = true,
    .has_attention_bias = true,
    .has_mlp_bias = true,
    .rotary_part = 0.25,
    .rotary[0].base = 10000.0,
};

static const struct config_key keys[] = {
    KEY_SIZE(vocab_size, CONFIG_MAX_VOCAB, "vocab_size"),
    KEY_SIZE(n_positions, CONFIG_MAX_POSITIONS, "max_position_embeddings"),
    KEY_SIZE(hidden_size, CONFIG_MAX_HIDDEN, "hidden_size"),
    KEY_SIZE(n_layers, CONFIG_MAX_LAYERS, "num_hidden_layers"),
    KEY_SIZE(n_heads, CONFIG_MAX_HIDDEN, "num_attention_heads"),
    KEY_SIZE(intermediate_size, CONFIG_MAX_INTERMEDIATE, "intermediate_size"),
    KEY(CONFIG_ACTIVATION, activation, "hidden_act"),
    KEY(CONFIG_FRACTION, norm_epsilon, "layer_norm_eps"),
    KEY(CONFIG_BOOL, is_tied, "tie_word_embeddings"),
    ATTENTION_BIAS,
};

static enum ct_status read_more(const struct config_reader *r, struct model_config *c)
{
    bool is_parallel = true;
    const enum ct_status st = config_read_bool(r, "use_parallel_residual", &is_parallel);

    c->residual = is_parallel ? RESIDUAL_PARALLEL : RESIDUAL_SERIAL;
    return st;
}

static const char *const model_types[] = { "gpt_neox", NULL };
static const char *const prefixes[] = { "gpt_neox.", NULL };
static const char *const heads[] = { "embed_out.weight", NULL };

static const struct site sites[] = {
    { PLACE_TOKEN_EMBEDDING, "embed_in", "token embedding", site_width_hidden },
    { PLACE_ATTENTION_NORM, ".input_layernorm", "layer norm before attention", site_width_hidden },
    { PLACE_QKV, ".attention.query_key_value", "query, key and value of each head",
      site_width_qkv },
    { PLACE_MIX, ".attention.dense.input", "weighted values of each head", site_width_q },
    { PLACE_ATTENTION, ".attention.dense", "attention output", site_width_hidden },
    { PLACE_ATTENTION, ".attention", "attention output", site_width_hidden },
    { PLACE_MLP_NORM, ".post_attention_layernorm", "layer norm before the MLP", site_width_hidden },
    { PLACE_MLP_PRE, ".mlp.dense_h_to_4h", "MLP before the activation function",
      site_width_intermediate },
    { PLACE_MLP_POST, ".mlp.act", "MLP after the activation function", site_width_intermediate },
    { PLACE_MLP_POST, ".mlp.dense_4h_to_h.input", "MLP after the activation function",
      site_width_intermediate },
    { PLACE_MLP, ".mlp.dense_4h_to_h", "MLP output", site_width_hidden },
    { PLACE_MLP, ".mlp", "MLP output", site_width_hidden },
    { PLACE_BLOCK, "", "residual stream after the block", site_width_hidden },
    { PLACE_FINAL_NORM, "final_layer_norm", "last layer norm", site_width_hidden },
};

static const struct refusal refusals[] = {
    { "blocks.N.attn.hook_q",
      "is the first third of each head's part of layers.N.attention.query_key_value; use that" },
    { "blocks.N.attn.hook_k",
      "is the second third of each head's part of layers.N.attention.query_key_value; use that" },
    { "blocks.N.attn.hook_v",
      "is the last third of each head's part of layers.N.attention.query_key_value; use that" },
    { "blocks.N.hook_resid_mid", "does not exist where attention and MLP are parallel" },
    { "blocks.0.hook_resid_pre", "is the token embedding; use embed_in" },
};

const struct arch arch_gpt_neox = {
    .title = "GPT-NeoX",
    .model_types = model_types,
    .defaults = &defaults,
    .keys = keys,
    .n_keys = sizeof keys / sizeof keys[0],
    .rotary = { .base = { "rotary_emb_base", "rope_theta" },
                .part = { "rotary_pct", "partial_rotary_factor" } },
    .read_more = read_more,
    .prefixes = prefixes,
    .heads = heads,
    .block_path = "layers",
    .modules = { .token_embedding = "embed_in",
                 .attention_norm = ".input_layernorm",
                 .qkv = ".attention.query_key_value",
                 .attention_out = ".attention.dense",
                 .mlp_norm = ".post_attention_layernorm",
                 .mlp_in = ".mlp.dense_h_to_4h",
                 .mlp_out = ".mlp.dense_4h_to_h",
                 .final_norm = "final_layer_norm" },
    .sites = sites,
    .n_sites = sizeof sites / sizeof sites[0],
    .default_place = PLACE_MLP_PRE,
    .refusals = refusals,
    .n_refusals = sizeof refusals / sizeof refusals[0],
};
