/* OPT (Zhang et al. 2022), as transformers' OPTModel computes it. */
#include "config.h"
#include "model/arch.h"
#include "model/config_keys.h"

static const struct model_config defaults = {
    .vocab_size = 50272,
    .n_positions = 2048,
    .hidden_size = 768,
    .n_layers = 12,
    .n_heads = 12,
    .intermediate_size = 3072,
    .activation = ACTIVATION_RELU,
    .norm_epsilon = 1e-5,
    .has_position_embedding = true,
    .position_offset = 2,
    .is_tied = true,
    .linear_layout = LINEAR_OUT_IN,
    .qkv = QKV_SPLIT,
    .has_qkv_bias = true,
    .has_attention_bias = true,
    .has_mlp_bias = true,
};

static const struct config_key keys[] = {
    KEY_SIZE(vocab_size, CONFIG_MAX_VOCAB, "vocab_size"),
    KEY_SIZE(n_positions, CONFIG_MAX_POSITIONS, "max_position_embeddings"),
    KEY_SIZE(hidden_size, CONFIG_MAX_HIDDEN, "hidden_size"),
    KEY_SIZE(word_size, CONFIG_MAX_HIDDEN, "word_embed_proj_dim"),
    KEY_SIZE(n_layers, CONFIG_MAX_LAYERS, "num_hidden_layers"),
    KEY_SIZE(n_heads, CONFIG_MAX_HIDDEN, "num_attention_heads"),
    KEY_SIZE(intermediate_size, CONFIG_MAX_INTERMEDIATE, "ffn_dim"),
    KEY(CONFIG_ACTIVATION, activation, "activation_function"),
    KEY(CONFIG_BOOL, has_qkv_bias, "enable_bias"),
    KEY(CONFIG_BOOL, has_attention_bias, "enable_bias"),
    KEY(CONFIG_BOOL, has_mlp_bias, "enable_bias"),
    KEY(CONFIG_BOOL, has_no_final_norm, "_remove_final_layer_norm"),
    KEY(CONFIG_BOOL, is_tied, "tie_word_embeddings"),
};

static enum ct_status read_more(const struct config_reader *r, struct model_config *c)
{
    bool is_before = true;
    bool has_weights = true;
    enum ct_status st = config_read_bool(r, "do_layer_norm_before", &is_before);

    if (st == CT_OK)
        st = config_read_bool(r, "layer_norm_elementwise_affine", &has_weights);
    if (!is_before)
        c->residual = RESIDUAL_POST;
    c->has_no_final_norm = c->has_no_final_norm || !is_before;
    c->norms_have_no_weights = !has_weights;
    return st;
}

static const char *const model_types[] = { "opt", NULL };
static const char *const prefixes[] = { "model.", NULL };
static const char *const heads[] = { "lm_head.weight", NULL };

static const struct site sites[] = {
    { PLACE_TOKEN_EMBEDDING, "decoder.embed_tokens", "token embedding", site_width_word },
    { PLACE_POSITION_EMBEDDING, "decoder.embed_positions", "position embedding",
      site_width_hidden },
    { PLACE_ATTENTION_NORM, ".self_attn_layer_norm", "layer norm of attention", site_width_hidden },
    { PLACE_Q, ".self_attn.q_proj", "queries", site_width_q },
    { PLACE_K, ".self_attn.k_proj", "keys", site_width_kv },
    { PLACE_V, ".self_attn.v_proj", "values", site_width_kv },
    { PLACE_MIX, ".self_attn.out_proj.input", "weighted values of each head", site_width_q },
    { PLACE_ATTENTION, ".self_attn.out_proj", "attention output", site_width_hidden },
    { PLACE_ATTENTION, ".self_attn", "attention output", site_width_hidden },
    { PLACE_MLP_NORM, ".final_layer_norm", "layer norm of the MLP", site_width_hidden },
    { PLACE_MLP_PRE, ".fc1", "MLP before the activation function", site_width_intermediate },
    { PLACE_MLP_POST, ".activation_fn", "MLP after the activation function",
      site_width_intermediate },
    { PLACE_MLP_POST, ".fc2.input", "MLP after the activation function", site_width_intermediate },
    { PLACE_MLP, ".fc2", "MLP output", site_width_hidden },
    { PLACE_BLOCK, "", "residual stream after the block", site_width_hidden },
    { PLACE_FINAL_NORM, "decoder.final_layer_norm", "last layer norm", site_width_final_norm },
};

static const struct refusal refusals[] = {
    { "blocks.0.hook_resid_pre",
      "is the sum of decoder.embed_tokens and decoder.embed_positions; use these" },
};

const struct arch arch_opt = {
    .title = "OPT",
    .model_types = model_types,
    .defaults = &defaults,
    .keys = keys,
    .n_keys = sizeof keys / sizeof keys[0],
    .read_more = read_more,
    .prefixes = prefixes,
    .heads = heads,
    .block_path = "decoder.layers",
    .modules = { .token_embedding = "decoder.embed_tokens",
                 .position_embedding = "decoder.embed_positions",
                 .word_projection = "decoder.project_in",
                 .output_projection = "decoder.project_out",
                 .attention_norm = ".self_attn_layer_norm",
                 .q = ".self_attn.q_proj",
                 .k = ".self_attn.k_proj",
                 .v = ".self_attn.v_proj",
                 .attention_out = ".self_attn.out_proj",
                 .mlp_norm = ".final_layer_norm",
                 .mlp_in = ".fc1",
                 .mlp_out = ".fc2",
                 .final_norm = "decoder.final_layer_norm" },
    .sites = sites,
    .n_sites = sizeof sites / sizeof sites[0],
    .default_place = PLACE_MLP_PRE,
    .refusals = refusals,
    .n_refusals = sizeof refusals / sizeof refusals[0],
};
