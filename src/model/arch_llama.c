/*
 * The Llama line, whose models differ in little: Llama (Touvron et al. 2023), Mistral (Jiang et al.
 * 2023), Qwen2 and Qwen3 (Yang et al. 2024, 2025), as transformers' LlamaModel, MistralModel,
 * Qwen2Model and Qwen3Model compute them.
 */
#include "config.h"
#include "model/arch_llama.h"

#include "model/config_keys.h"

static const struct config_key llama_keys[] = {
    LLAMA_KEYS,
    KEY(CONFIG_ACTIVATION, activation, "hidden_act"),
    ATTENTION_BIAS,
    KEY(CONFIG_BOOL, has_mlp_bias, "mlp_bias"),
};
static const struct config_key mistral_keys[] = {
    LLAMA_KEYS,
    KEY(CONFIG_ACTIVATION, activation, "hidden_act"),
    SLIDING_WINDOW,
};
static const struct config_key qwen2_keys[] = {
    LLAMA_KEYS,
    KEY(CONFIG_ACTIVATION, activation, "hidden_act"),
    SLIDING_WINDOW,
};
static const struct config_key qwen3_keys[] = {
    LLAMA_KEYS,
    KEY(CONFIG_ACTIVATION, activation, "hidden_act"),
    SLIDING_WINDOW,
    ATTENTION_BIAS,
};

/* Kinds and sizes that most of them have by default. */
#define SHARED_DEFAULTS                                                                            \
    .hidden_size = 4096, .n_layers = 32, .n_heads = 32, .activation = ACTIVATION_SILU,             \
    .norm_epsilon = 1e-6, .norm = NORM_RMS, .norms_have_no_bias = true,                            \
    .linear_layout = LINEAR_OUT_IN, .is_gated = true, .qkv = QKV_SPLIT, .rotary_part = 1.0,        \
    .rotary[0].base = 10000.0

static const struct model_config llama_defaults = {
    SHARED_DEFAULTS,
    .vocab_size = 32000,
    .n_positions = 2048,
    .intermediate_size = 11008,
};
static const struct model_config mistral_defaults = {
    SHARED_DEFAULTS, .vocab_size = 32000, .n_positions = 4096 * 32, .intermediate_size = 14336,
    .n_kv_heads = 8, .window = 4096,
};
static const struct model_config qwen2_defaults = {
    SHARED_DEFAULTS,  .vocab_size = 151936, .n_positions = 32768, .intermediate_size = 22016,
    .n_kv_heads = 32, .window = 4096,       .has_qkv_bias = true,
};
static const struct model_config qwen3_defaults = {
    SHARED_DEFAULTS,  .vocab_size = 151936, .n_positions = 32768, .intermediate_size = 22016,
    .n_kv_heads = 32, .head_dim = 128,      .window = 4096,       .has_qk_norms = true,
};

/* Blocks slide only if use_sliding_window says so: those of layer_types, or else from
 * max_window_layers on. */
static enum ct_status read_qwen(const struct config_reader *r, struct model_config *c)
{
    const json_t *const first = config_find(r, "max_window_layers");
    json_int_t n_full = 28;
    bool slides = false;
    bool has_types = false;
    enum ct_status st = config_read_bool(r, "use_sliding_window", &slides);

    if (st == CT_OK)
        st = config_read_layer_types(r, c, &has_types);
    if (st == CT_OK && first != NULL && (!json_is_integer(first) || json_integer_value(first) < 0))
        st = ct_fail(r->err, CT_EFORMAT, "%s: max_window_layers: not a whole number", r->path);
    if (first != NULL)
        n_full = json_integer_value(first);
    if (st != CT_OK)
        return st;
    if (!slides)
        c->window = 0;
    for (size_t l = 0; l < c->n_layers && !has_types; l++)
        if ((json_int_t)l >= n_full)
            config_set_slides(c, l);
    return CT_OK;
}

static const char *const llama_types[] = { "llama", NULL };
static const char *const mistral_types[] = { "mistral", NULL };
static const char *const qwen2_types[] = { "qwen2", NULL };
static const char *const qwen3_types[] = { "qwen3", NULL };
const char *const llama_prefixes[] = { "model.", NULL };
const char *const llama_heads[] = { "lm_head.weight", NULL };

const struct site llama_sites[N_LLAMA_SITES] = {
    { PLACE_TOKEN_EMBEDDING, "embed_tokens", "token embedding", site_width_hidden },
    { PLACE_ATTENTION_NORM, ".input_layernorm", "norm before attention", site_width_hidden },
    { PLACE_Q, ".self_attn.q_proj", "queries", site_width_q },
    { PLACE_K, ".self_attn.k_proj", "keys", site_width_kv },
    { PLACE_V, ".self_attn.v_proj", "values", site_width_kv },
    { PLACE_Q_NORM, ".self_attn.q_norm", "queries after their norm", site_width_q_norm },
    { PLACE_K_NORM, ".self_attn.k_norm", "keys after their norm", site_width_k_norm },
    { PLACE_MIX, ".self_attn.o_proj.input", "weighted values of each head", site_width_q },
    { PLACE_ATTENTION, ".self_attn.o_proj", "attention output", site_width_hidden },
    { PLACE_ATTENTION, ".self_attn", "attention output", site_width_hidden },
    { PLACE_MLP_NORM, ".post_attention_layernorm", "norm before the MLP", site_width_hidden },
    { PLACE_MLP_PRE, ".mlp.gate_proj", "MLP gates before the activation function",
      site_width_intermediate },
    { PLACE_MLP_GATE, ".mlp.act_fn", "MLP gates after the activation function",
      site_width_intermediate },
    { PLACE_MLP_UP, ".mlp.up_proj", "MLP, what the gates multiply", site_width_intermediate },
    { PLACE_MLP_POST, ".mlp.down_proj.input", "MLP neurons: gate after activation, times up_proj",
      site_width_intermediate },
    { PLACE_MLP, ".mlp.down_proj", "MLP output", site_width_hidden },
    { PLACE_MLP, ".mlp", "MLP output", site_width_hidden },
    { PLACE_BLOCK, "", "residual stream after the block", site_width_hidden },
    { PLACE_FINAL_NORM, "norm", "last norm", site_width_hidden },
};

static const struct refusal refusals[] = {
    { "blocks.0.hook_resid_pre", "is the token embedding; use embed_tokens" },
};

#define SHARED_ROW                                                                                 \
    .rotary = { .base = { "rope_theta" } }, .prefixes = llama_prefixes, .heads = llama_heads,      \
    .block_path = "layers", .modules = { LLAMA_MODULES, .mlp_norm = ".post_attention_layernorm" }, \
    .sites = llama_sites, .n_sites = N_LLAMA_SITES, .default_place = PLACE_MLP_PRE,                \
    .refusals = refusals, .n_refusals = sizeof refusals / sizeof refusals[0]

const struct arch arch_llama = {
    .title = "Llama",
    .model_types = llama_types,
    .defaults = &llama_defaults,
    .keys = llama_keys,
    .n_keys = sizeof llama_keys / sizeof llama_keys[0],
    SHARED_ROW,
};

const struct arch arch_mistral = {
    .title = "Mistral",
    .model_types = mistral_types,
    .defaults = &mistral_defaults,
    .keys = mistral_keys,
    .n_keys = sizeof mistral_keys / sizeof mistral_keys[0],
    .read_more = config_all_slide,
    SHARED_ROW,
};

const struct arch arch_qwen2 = {
    .fallback = FALLBACK_QWEN2,
    .title = "Qwen2",
    .model_types = qwen2_types,
    .defaults = &qwen2_defaults,
    .keys = qwen2_keys,
    .n_keys = sizeof qwen2_keys / sizeof qwen2_keys[0],
    .read_more = read_qwen,
    SHARED_ROW,
};

const struct arch arch_qwen3 = {
    .fallback = FALLBACK_QWEN2,
    .title = "Qwen3",
    .model_types = qwen3_types,
    .defaults = &qwen3_defaults,
    .keys = qwen3_keys,
    .n_keys = sizeof qwen3_keys / sizeof qwen3_keys[0],
    .read_more = read_qwen,
    SHARED_ROW,
};
