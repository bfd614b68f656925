/* Phi-1, 1.5 and 2 (Li et al. 2023), and Phi-3 (Abdin et al. 2024), which is of Llama's kind, as
 * transformers' PhiModel and Phi3Model compute them. */
#include "config.h"
#include "model/arch.h"
#include "model/config_keys.h"

/* ---- Phi ---- */

static const struct model_config phi_defaults = {
    .vocab_size = 51200,
    .n_positions = 2048,
    .hidden_size = 2048,
    .n_layers = 24,
    .n_heads = 32,
    .intermediate_size = 8192,
    .activation = ACTIVATION_GELU_NEW,
    .norm_epsilon = 1e-5,
    .residual = RESIDUAL_SHARED,
    .linear_layout = LINEAR_OUT_IN,
    .qkv = QKV_SPLIT,
    .has_qkv_bias = true,
    .has_attention_bias = true,
    .has_mlp_bias = true,
    .rotary_part = 0.5,
    .rotary[0].base = 10000.0,
    .has_output_bias = true,
};

static const struct config_key phi_keys[] = {
    KEY_SIZE(vocab_size, CONFIG_MAX_VOCAB, "vocab_size"),
    KEY_SIZE(n_positions, CONFIG_MAX_POSITIONS, "max_position_embeddings"),
    KEY_SIZE(hidden_size, CONFIG_MAX_HIDDEN, "hidden_size"),
    KEY_SIZE(n_layers, CONFIG_MAX_LAYERS, "num_hidden_layers"),
    KEY_SIZE(n_heads, CONFIG_MAX_HIDDEN, "num_attention_heads"),
    KEY_SIZE(n_kv_heads, CONFIG_MAX_HIDDEN, "num_key_value_heads"),
    KEY_SIZE(intermediate_size, CONFIG_MAX_INTERMEDIATE, "intermediate_size"),
    KEY(CONFIG_ACTIVATION, activation, "hidden_act"),
    KEY(CONFIG_FRACTION, norm_epsilon, "layer_norm_eps"),
    KEY(CONFIG_BOOL, is_tied, "tie_word_embeddings"),
};

static enum ct_status read_phi(const struct config_reader *r, struct model_config *c)
{
    bool has_norms = false;
    const enum ct_status st = config_read_bool(r, "qk_layernorm", &has_norms);

    (void)c;
    if (st == CT_OK && has_norms)
        return ct_fail(r->err, CT_ENOTSUP,
                       "%s: qk_layernorm: true is not supported; use a model without it", r->path);
    return st;
}

static const char *const phi_types[] = { "phi", NULL };
static const char *const prefixes[] = { "model.", NULL };
static const char *const heads[] = { "lm_head.weight", NULL };

static const struct site phi_sites[] = {
    { PLACE_TOKEN_EMBEDDING, "embed_tokens", "token embedding", site_width_hidden },
    { PLACE_ATTENTION_NORM, ".input_layernorm", "layer norm before attention and MLP",
      site_width_hidden },
    { PLACE_Q, ".self_attn.q_proj", "queries", site_width_q },
    { PLACE_K, ".self_attn.k_proj", "keys", site_width_kv },
    { PLACE_V, ".self_attn.v_proj", "values", site_width_kv },
    { PLACE_MIX, ".self_attn.dense.input", "weighted values of each head", site_width_q },
    { PLACE_ATTENTION, ".self_attn.dense", "attention output", site_width_hidden },
    { PLACE_ATTENTION, ".self_attn", "attention output", site_width_hidden },
    { PLACE_MLP_PRE, ".mlp.fc1", "MLP before the activation function", site_width_intermediate },
    { PLACE_MLP_POST, ".mlp.activation_fn", "MLP after the activation function",
      site_width_intermediate },
    { PLACE_MLP_POST, ".mlp.fc2.input", "MLP after the activation function",
      site_width_intermediate },
    { PLACE_MLP, ".mlp.fc2", "MLP output", site_width_hidden },
    { PLACE_MLP, ".mlp", "MLP output", site_width_hidden },
    { PLACE_BLOCK, "", "residual stream after the block", site_width_hidden },
    { PLACE_FINAL_NORM, "final_layernorm", "last layer norm", site_width_hidden },
};

static const struct refusal phi_refusals[] = {
    { "blocks.N.hook_resid_mid", "does not exist where attention and MLP are parallel" },
    { "blocks.0.hook_resid_pre", "is the token embedding; use embed_tokens" },
};

const struct arch arch_phi = {
    .title = "Phi",
    .model_types = phi_types,
    .defaults = &phi_defaults,
    .keys = phi_keys,
    .n_keys = sizeof phi_keys / sizeof phi_keys[0],
    .rotary = { .base = { "rope_theta" }, .part = { "partial_rotary_factor" } },
    .read_more = read_phi,
    .prefixes = prefixes,
    .heads = heads,
    .block_path = "layers",
    .modules = { .token_embedding = "embed_tokens",
                 .attention_norm = ".input_layernorm",
                 .q = ".self_attn.q_proj",
                 .k = ".self_attn.k_proj",
                 .v = ".self_attn.v_proj",
                 .attention_out = ".self_attn.dense",
                 .mlp_in = ".mlp.fc1",
                 .mlp_out = ".mlp.fc2",
                 .final_norm = "final_layernorm" },
    .sites = phi_sites,
    .n_sites = sizeof phi_sites / sizeof phi_sites[0],
    .default_place = PLACE_MLP_PRE,
    .refusals = phi_refusals,
    .n_refusals = sizeof phi_refusals / sizeof phi_refusals[0],
};

/* ---- Phi-3 ---- */

static const struct model_config phi3_defaults = {
    .vocab_size = 32064,
    .n_positions = 4096,
    .hidden_size = 3072,
    .n_layers = 32,
    .n_heads = 32,
    .intermediate_size = 8192,
    .activation = ACTIVATION_SILU,
    .norm_epsilon = 1e-5,
    .norm = NORM_RMS,
    .norms_have_no_bias = true,
    .linear_layout = LINEAR_OUT_IN,
    .is_gated = true,
    .gate_up_is_fused = true,
    .qkv = QKV_BLOCKS,
    .rotary_part = 1.0,
    .rotary[0].base = 10000.0,
};

static const struct config_key phi3_keys[] = {
    LLAMA_KEYS,
    KEY(CONFIG_ACTIVATION, activation, "hidden_act"),
    SLIDING_WINDOW,
};

static const char *const phi3_types[] = { "phi3", NULL };

static const struct site phi3_sites[] = {
    { PLACE_TOKEN_EMBEDDING, "embed_tokens", "token embedding", site_width_hidden },
    { PLACE_ATTENTION_NORM, ".input_layernorm", "norm before attention", site_width_hidden },
    { PLACE_QKV, ".self_attn.qkv_proj", "queries, keys, values", site_width_qkv },
    { PLACE_MIX, ".self_attn.o_proj.input", "weighted values of each head", site_width_q },
    { PLACE_ATTENTION, ".self_attn.o_proj", "attention output", site_width_hidden },
    { PLACE_ATTENTION, ".self_attn", "attention output", site_width_hidden },
    { PLACE_MLP_NORM, ".post_attention_layernorm", "norm before the MLP", site_width_hidden },
    { PLACE_GATE_UP, ".mlp.gate_up_proj", "MLP gates before the activation, then their partners",
      site_width_gate_up },
    { PLACE_MLP_GATE, ".mlp.activation_fn", "MLP gates after the activation function",
      site_width_intermediate },
    { PLACE_MLP_POST, ".mlp.down_proj.input", "MLP neurons: gate after activation, times partner",
      site_width_intermediate },
    { PLACE_MLP, ".mlp.down_proj", "MLP output", site_width_hidden },
    { PLACE_MLP, ".mlp", "MLP output", site_width_hidden },
    { PLACE_BLOCK, "", "residual stream after the block", site_width_hidden },
    { PLACE_FINAL_NORM, "norm", "last norm", site_width_hidden },
};

static const struct refusal phi3_refusals[] = {
    { "blocks.N.attn.hook_q", "is the first part of layers.N.self_attn.qkv_proj; use that" },
    { "blocks.N.attn.hook_k", "is the second part of layers.N.self_attn.qkv_proj; use that" },
    { "blocks.N.attn.hook_v", "is the last part of layers.N.self_attn.qkv_proj; use that" },
    { "blocks.N.mlp.hook_pre", "is the first half of layers.N.mlp.gate_up_proj; use that" },
    { "blocks.N.mlp.hook_pre_linear", "is the last half of layers.N.mlp.gate_up_proj; use that" },
    { "blocks.N.mlp.in.hook_out", "is the last half of layers.N.mlp.gate_up_proj; use that" },
    { "blocks.0.hook_resid_pre", "is the token embedding; use embed_tokens" },
};

const struct arch arch_phi3 = {
    .title = "Phi-3",
    .model_types = phi3_types,
    .defaults = &phi3_defaults,
    .keys = phi3_keys,
    .n_keys = sizeof phi3_keys / sizeof phi3_keys[0],
    .rotary = { .base = { "rope_theta" }, .part = { "partial_rotary_factor" } },
    .read_more = config_all_slide,
    .prefixes = prefixes,
    .heads = heads,
    .block_path = "layers",
    .modules = { .token_embedding = "embed_tokens",
                 .attention_norm = ".input_layernorm",
                 .qkv = ".self_attn.qkv_proj",
                 .attention_out = ".self_attn.o_proj",
                 .mlp_norm = ".post_attention_layernorm",
                 .gate_up = ".mlp.gate_up_proj",
                 .mlp_out = ".mlp.down_proj",
                 .final_norm = "norm" },
    .sites = phi3_sites,
    .n_sites = sizeof phi3_sites / sizeof phi3_sites[0],
    .default_place = PLACE_GATE_UP,
    .refusals = phi3_refusals,
    .n_refusals = sizeof phi3_refusals / sizeof phi3_refusals[0],
};
