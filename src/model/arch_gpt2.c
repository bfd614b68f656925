/* GPT-2 (Radford et al. 2019), as transformers' GPT2Model computes it. */
#include "config.h"
#include "model/arch.h"
#include "model/config_keys.h"

static const struct model_config defaults = {
    .vocab_size = 50257,
    .n_positions = 1024,
    .hidden_size = 768,
    .n_layers = 12,
    .n_heads = 12,
    .activation = ACTIVATION_GELU_NEW,
    .norm_epsilon = 1e-5,
    .has_position_embedding = true,
    .linear_layout = LINEAR_IN_OUT,
    .qkv = QKV_BLOCKS,
    .has_qkv_bias = true,
    .has_attention_bias = true,
    .has_mlp_bias = true,
    .is_tied = true,
};

static const struct config_key keys[] = {
    KEY_SIZE(vocab_size, CONFIG_MAX_VOCAB, "vocab_size"),
    KEY_SIZE(n_positions, CONFIG_MAX_POSITIONS, "n_positions", "max_position_embeddings", "n_ctx"),
    KEY_SIZE(hidden_size, CONFIG_MAX_HIDDEN, "n_embd", "hidden_size"),
    KEY_SIZE(n_layers, CONFIG_MAX_LAYERS, "n_layer", "num_hidden_layers"),
    KEY_SIZE(n_heads, CONFIG_MAX_HIDDEN, "n_head", "num_attention_heads"),
    KEY_SIZE(intermediate_size, CONFIG_MAX_INTERMEDIATE, "n_inner"),
    KEY(CONFIG_ACTIVATION, activation, "activation_function"),
    KEY(CONFIG_FRACTION, norm_epsilon, "layer_norm_epsilon"),
    KEY(CONFIG_BOOL, is_tied, "tie_word_embeddings"),
    KEY(CONFIG_BOOL, scores_scale_by_layer, "scale_attn_by_inverse_layer_idx"),
};

static enum ct_status read_more(const struct config_reader *r, struct model_config *c)
{
    bool is_scaled = true;
    bool is_cross = false;  /* true has been refused */
    bool is_upcast = false; /* does not change the values; meant for float16 arithmetic */
    enum ct_status st = config_read_bool(r, "scale_attn_weights", &is_scaled);

    if (st == CT_OK)
        st = config_read_bool(r, "add_cross_attention", &is_cross);
    if (st == CT_OK)
        st = config_read_bool(r, "reorder_and_upcast_attn", &is_upcast);
    if (!is_scaled)
        c->score_scale = 1.0;
    return st;
}

static const char *const model_types[] = { "gpt2", NULL };
static const char *const prefixes[] = { "transformer.", NULL };
static const char *const heads[] = { "lm_head.weight", NULL };

static const struct site sites[] = {
    { PLACE_TOKEN_EMBEDDING, "wte", "token embedding", site_width_hidden },
    { PLACE_POSITION_EMBEDDING, "wpe", "position embedding", site_width_hidden },
    { PLACE_ATTENTION_NORM, ".ln_1", "layer norm before attention", site_width_hidden },
    { PLACE_QKV, ".attn.c_attn", "queries, keys, values", site_width_qkv },
    { PLACE_MIX, ".attn.c_proj.input", "weighted values of each head", site_width_q },
    { PLACE_ATTENTION, ".attn.c_proj", "attention output", site_width_hidden },
    { PLACE_ATTENTION, ".attn", "attention output", site_width_hidden },
    { PLACE_MLP_NORM, ".ln_2", "layer norm before the MLP", site_width_hidden },
    { PLACE_MLP_PRE, ".mlp.c_fc", "MLP before the activation function", site_width_intermediate },
    { PLACE_MLP_POST, ".mlp.act", "MLP after the activation function", site_width_intermediate },
    { PLACE_MLP_POST, ".mlp.c_proj.input", "MLP after the activation function",
      site_width_intermediate },
    { PLACE_MLP, ".mlp.c_proj", "MLP output", site_width_hidden },
    { PLACE_MLP, ".mlp", "MLP output", site_width_hidden },
    { PLACE_BLOCK, "", "residual stream after the block", site_width_hidden },
    { PLACE_FINAL_NORM, "ln_f", "last layer norm", site_width_hidden },
};

static const struct refusal refusals[] = {
    { "blocks.N.attn.hook_q", "is the first third of h.N.attn.c_attn; use that" },
    { "blocks.N.attn.hook_k", "is the second third of h.N.attn.c_attn; use that" },
    { "blocks.N.attn.hook_v", "is the last third of h.N.attn.c_attn; use that" },
    { "blocks.0.hook_resid_pre", "is the sum of wte and wpe; use these" },
};

const struct arch arch_gpt2 = {
    .title = "GPT-2",
    .model_types = model_types,
    .defaults = &defaults,
    .keys = keys,
    .n_keys = sizeof keys / sizeof keys[0],
    .read_more = read_more,
    .prefixes = prefixes,
    .heads = heads,
    .block_path = "h",
    .modules = { .token_embedding = "wte",
                 .position_embedding = "wpe",
                 .attention_norm = ".ln_1",
                 .qkv = ".attn.c_attn",
                 .attention_out = ".attn.c_proj",
                 .mlp_norm = ".ln_2",
                 .mlp_in = ".mlp.c_fc",
                 .mlp_out = ".mlp.c_proj",
                 .final_norm = "ln_f" },
    .sites = sites,
    .n_sites = sizeof sites / sizeof sites[0],
    .default_place = PLACE_MLP_PRE,
    .refusals = refusals,
    .n_refusals = sizeof refusals / sizeof refusals[0],
};
