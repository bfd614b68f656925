/* GPT-J (Wang & Komatsuzaki 2021), as transformers' GPTJModel computes it. */
#include "config.h"
#include "model/arch.h"
#include "model/config_keys.h"

static const struct model_config defaults = {
    .vocab_size = 50400,
    .n_positions = 2048,
    .hidden_size = 4096,
    .n_layers = 28,
    .n_heads = 16,
    .activation = ACTIVATION_GELU_NEW,
    .norm_epsilon = 1e-5,
    .residual = RESIDUAL_SHARED,
    .linear_layout = LINEAR_OUT_IN,
    .qkv = QKV_SPLIT,
    .has_mlp_bias = true,
    .rotary_width = 64,
    .rotary_in_pairs = true,
    .rotary[0].base = 10000.0,
    .has_output_bias = true,
};

static const struct config_key keys[] = {
    KEY_SIZE(vocab_size, CONFIG_MAX_VOCAB, "vocab_size"),
    KEY_SIZE(n_positions, CONFIG_MAX_POSITIONS, "n_positions", "max_position_embeddings"),
    KEY_SIZE(hidden_size, CONFIG_MAX_HIDDEN, "n_embd", "hidden_size"),
    KEY_SIZE(n_layers, CONFIG_MAX_LAYERS, "n_layer", "num_hidden_layers"),
    KEY_SIZE(n_heads, CONFIG_MAX_HIDDEN, "n_head", "num_attention_heads"),
    KEY_SIZE(intermediate_size, CONFIG_MAX_INTERMEDIATE, "n_inner"),
    KEY_SIZE_OR_NULL(rotary_width, CONFIG_MAX_HIDDEN, "rotary_dim"),
    KEY(CONFIG_ACTIVATION, activation, "activation_function"),
    KEY(CONFIG_FRACTION, norm_epsilon, "layer_norm_epsilon"),
    KEY(CONFIG_BOOL, is_tied, "tie_word_embeddings"),
};

static enum ct_status read_more(const struct config_reader *r, struct model_config *c)
{
    return c->rotary_width > 0
               ? CT_OK
               : ct_fail(r->err, CT_ENOTSUP,
                         "%s: rotary_dim: null is not supported; give the width", r->path);
}

static const char *const model_types[] = { "gptj", NULL };
static const char *const prefixes[] = { "transformer.", NULL };
static const char *const heads[] = { "lm_head.weight", NULL };

static const struct site sites[] = {
    { PLACE_TOKEN_EMBEDDING, "wte", "token embedding", site_width_hidden },
    { PLACE_ATTENTION_NORM, ".ln_1", "layer norm before attention and MLP", site_width_hidden },
    { PLACE_Q, ".attn.q_proj", "queries", site_width_q },
    { PLACE_K, ".attn.k_proj", "keys", site_width_kv },
    { PLACE_V, ".attn.v_proj", "values", site_width_kv },
    { PLACE_MIX, ".attn.out_proj.input", "weighted values of each head", site_width_q },
    { PLACE_ATTENTION, ".attn.out_proj", "attention output", site_width_hidden },
    { PLACE_ATTENTION, ".attn", "attention output", site_width_hidden },
    { PLACE_MLP_PRE, ".mlp.fc_in", "MLP before the activation function", site_width_intermediate },
    { PLACE_MLP_POST, ".mlp.act", "MLP after the activation function", site_width_intermediate },
    { PLACE_MLP_POST, ".mlp.fc_out.input", "MLP after the activation function",
      site_width_intermediate },
    { PLACE_MLP, ".mlp.fc_out", "MLP output", site_width_hidden },
    { PLACE_MLP, ".mlp", "MLP output", site_width_hidden },
    { PLACE_BLOCK, "", "residual stream after the block", site_width_hidden },
    { PLACE_FINAL_NORM, "ln_f", "last layer norm", site_width_hidden },
};

static const struct refusal refusals[] = {
    { "blocks.N.hook_resid_mid", "does not exist where attention and MLP are parallel" },
    { "blocks.0.hook_resid_pre", "is the token embedding; use wte" },
};

const struct arch arch_gptj = {
    .title = "GPT-J",
    .model_types = model_types,
    .defaults = &defaults,
    .keys = keys,
    .n_keys = sizeof keys / sizeof keys[0],
    .read_more = read_more,
    .prefixes = prefixes,
    .heads = heads,
    .block_path = "h",
    .modules = { .token_embedding = "wte",
                 .attention_norm = ".ln_1",
                 .q = ".attn.q_proj",
                 .k = ".attn.k_proj",
                 .v = ".attn.v_proj",
                 .attention_out = ".attn.out_proj",
                 .mlp_in = ".mlp.fc_in",
                 .mlp_out = ".mlp.fc_out",
                 .final_norm = "ln_f" },
    .sites = sites,
    .n_sites = sizeof sites / sizeof sites[0],
    .default_place = PLACE_MLP_PRE,
    .refusals = refusals,
    .n_refusals = sizeof refusals / sizeof refusals[0],
};
