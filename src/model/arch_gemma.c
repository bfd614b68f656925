/* Gemma (Mesnard et al. 2024), Gemma 2 and Gemma 3 (Gemma team 2024, 2025), as transformers'
 * GemmaModel, Gemma2Model and Gemma3TextModel compute them. */
#include "config.h"
#include "model/arch_llama.h"

#include <math.h>
#include <stdio.h>

#include "model/config_keys.h"

/* Not hidden_act, which the first uploads of Gemma have wrong. */
#define GEMMA_KEYS LLAMA_KEYS, KEY(CONFIG_ACTIVATION, activation, "hidden_activation")

/* query_pre_attn_scalar and score_scale take turns in a field: read_scale(). */
#define QUERY_SCALAR KEY(CONFIG_POSITIVE, score_scale, "query_pre_attn_scalar")

#define LOGIT_CAP KEY_ROW(CONFIG_POSITIVE, logit_cap, 0, true, "final_logit_softcapping")

static const struct config_key gemma_keys[] = { GEMMA_KEYS, ATTENTION_BIAS };
static const struct config_key gemma2_keys[] = {
    GEMMA_KEYS,     ATTENTION_BIAS,
    SLIDING_WINDOW, QUERY_SCALAR,
    LOGIT_CAP,      KEY_ROW(CONFIG_POSITIVE, score_cap, 0, true, "attn_logit_softcapping"),
};
static const struct config_key gemma3_keys[] = {
    GEMMA_KEYS, ATTENTION_BIAS, SLIDING_WINDOW, QUERY_SCALAR, LOGIT_CAP,
};

#define SHARED_DEFAULTS                                                                            \
    .head_dim = 256, .activation = ACTIVATION_GELU_NEW, .norm_epsilon = 1e-6,                      \
    .norm = NORM_RMS_PLUS_ONE, .norms_have_no_bias = true, .is_tied = true,                        \
    .linear_layout = LINEAR_OUT_IN, .is_gated = true, .qkv = QKV_SPLIT, .rotary_part = 1.0

static const struct model_config gemma_defaults = {
    SHARED_DEFAULTS,
    .vocab_size = 256000,
    .n_positions = 8192,
    .hidden_size = 3072,
    .n_layers = 28,
    .n_heads = 16,
    .n_kv_heads = 16,
    .intermediate_size = 24576,
    .rotary[0].base = 10000.0,
};

#define SHARED_DEFAULTS_2                                                                          \
    SHARED_DEFAULTS, .hidden_size = 2304, .n_layers = 26, .n_heads = 8, .n_kv_heads = 4,           \
                     .intermediate_size = 9216, .residual = RESIDUAL_SANDWICH,                     \
                     .score_scale = 256.0, .window = 4096

static const struct model_config gemma2_defaults = {
    SHARED_DEFAULTS_2, .vocab_size = 256000, .n_positions = 8192,
    .score_cap = 50.0, .logit_cap = 30.0,    .rotary[0].base = 10000.0,
};
static const struct model_config gemma3_defaults = {
    SHARED_DEFAULTS_2,
    .vocab_size = 262208,
    .n_positions = 131072,
    .has_qk_norms = true,
    .embedding_scales_itself = true,
    .rotary[0].base = 1e6,
    .rotary[1].base = 1e4,
};

/* hidden_act is not used, and so not asked for: transformers used it or not, by version. */
static void note_hidden_act(const struct config_reader *r, struct model_config *c)
{
    const char *const name = json_string_value(json_object_get(r->root, "hidden_act"));
    enum activation named;

    if (name != NULL && !(activation_by_name(name, &named) && named == c->activation))
        snprintf(c->activation_ignored, sizeof c->activation_ignored, "%s", name);
}

static enum ct_status read_gemma(const struct config_reader *r, struct model_config *c)
{
    note_hidden_act(r, c);
    c->embedding_scale = sqrt((double)c->hidden_size);
    return CT_OK;
}

/* Of each `period` blocks, the last one is full, as long as layer_types does not say otherwise. */
static enum ct_status read_sliding(const struct config_reader *r, struct model_config *c,
                                   size_t period)
{
    bool has_types = false;
    const enum ct_status st = config_read_layer_types(r, c, &has_types);

    c->embedding_scale = sqrt((double)c->hidden_size);
    c->score_scale = 1.0 / sqrt(c->score_scale);
    for (size_t l = 0; st == CT_OK && !has_types && l < c->n_layers; l++)
        if ((l + 1) % period != 0)
            config_set_slides(c, l);
    return st;
}

static enum ct_status read_gemma2(const struct config_reader *r, struct model_config *c)
{
    return read_sliding(r, c, 2);
}

static enum ct_status read_gemma3(const struct config_reader *r, struct model_config *c)
{
    static const char *const names[] = { "sliding_window_pattern", "_sliding_window_pattern" };
    json_int_t period = 6;

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const json_t *const value = config_find(r, names[i]);
        if (value == NULL)
            continue;
        period = json_integer_value(value);
        if (!json_is_integer(value) || period < 1)
            return ct_fail(r->err, CT_EFORMAT, "%s: %s: not an integer above 0", r->path, names[i]);
        break;
    }
    return read_sliding(r, c, (size_t)period);
}

static const char *const gemma_types[] = { "gemma", NULL };
static const char *const gemma2_types[] = { "gemma2", NULL };
static const char *const gemma3_types[] = { "gemma3", NULL };
static const char *const gemma3_text_types[] = { "gemma3_text", NULL };

/* Of the text half of a model that also sees. */
static const char *const gemma3_prefixes[] = { "model.language_model.", "language_model.model.",
                                               "language_model.", "model.", NULL };
static const char *const gemma3_heads[] = { "lm_head.weight", "language_model.lm_head.weight",
                                            NULL };

static const struct site gemma2_sites[] = {
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
    { PLACE_ATTENTION_POST, ".post_attention_layernorm", "norm of attention's output",
      site_width_hidden },
    { PLACE_MLP_NORM, ".pre_feedforward_layernorm", "norm before the MLP", site_width_hidden },
    { PLACE_MLP_PRE, ".mlp.gate_proj", "MLP gates before the activation function",
      site_width_intermediate },
    { PLACE_MLP_GATE, ".mlp.act_fn", "MLP gates after the activation function",
      site_width_intermediate },
    { PLACE_MLP_UP, ".mlp.up_proj", "MLP, what the gates multiply", site_width_intermediate },
    { PLACE_MLP_POST, ".mlp.down_proj.input", "MLP neurons: gate after activation, times up_proj",
      site_width_intermediate },
    { PLACE_MLP, ".mlp.down_proj", "MLP output", site_width_hidden },
    { PLACE_MLP, ".mlp", "MLP output", site_width_hidden },
    { PLACE_MLP_POST_NORM, ".post_feedforward_layernorm", "norm of the MLP's output",
      site_width_hidden },
    { PLACE_BLOCK, "", "residual stream after the block", site_width_hidden },
    { PLACE_FINAL_NORM, "norm", "last norm", site_width_hidden },
};

static const struct refusal scaled_refusals[] = {
    { "hook_embed", "is embed_tokens times the square root of its width; use embed_tokens" },
    { "blocks.0.hook_resid_pre",
      "is embed_tokens times the square root of its width; use embed_tokens" },
};

static const struct refusal gemma3_refusals[] = {
    { "blocks.0.hook_resid_pre", "is the token embedding; use embed_tokens" },
};

const struct arch arch_gemma = {
    .title = "Gemma",
    .model_types = gemma_types,
    .defaults = &gemma_defaults,
    .keys = gemma_keys,
    .n_keys = sizeof gemma_keys / sizeof gemma_keys[0],
    .rotary = { .base = { "rope_theta" } },
    .read_more = read_gemma,
    .prefixes = llama_prefixes,
    .heads = llama_heads,
    .block_path = "layers",
    .modules = { LLAMA_MODULES, .mlp_norm = ".post_attention_layernorm" },
    .sites = llama_sites,
    .n_sites = N_LLAMA_SITES,
    .default_place = PLACE_MLP_PRE,
    .refusals = scaled_refusals,
    .n_refusals = sizeof scaled_refusals / sizeof scaled_refusals[0],
};

#define SANDWICH_ROW                                                                               \
    .block_path = "layers",                                                                        \
    .modules = { LLAMA_MODULES, .attention_post_norm = ".post_attention_layernorm",                \
                 .mlp_norm = ".pre_feedforward_layernorm",                                         \
                 .mlp_post_norm = ".post_feedforward_layernorm" },                                 \
    .sites = gemma2_sites, .n_sites = sizeof gemma2_sites / sizeof gemma2_sites[0],                \
    .default_place = PLACE_MLP_PRE

const struct arch arch_gemma2 = {
    .title = "Gemma 2",
    .model_types = gemma2_types,
    .defaults = &gemma2_defaults,
    .keys = gemma2_keys,
    .n_keys = sizeof gemma2_keys / sizeof gemma2_keys[0],
    .rotary = { .base = { "rope_theta" } },
    .read_more = read_gemma2,
    .prefixes = llama_prefixes,
    .heads = llama_heads,
    .refusals = scaled_refusals,
    .n_refusals = sizeof scaled_refusals / sizeof scaled_refusals[0],
    SANDWICH_ROW,
};

#define GEMMA3_ROW                                                                                 \
    .title = "Gemma 3", .defaults = &gemma3_defaults, .keys = gemma3_keys,                         \
    .n_keys = sizeof gemma3_keys / sizeof gemma3_keys[0],                                          \
    .rotary = { .base = { "rope_theta" }, .sliding_base = "rope_local_base_freq" },                \
    .read_more = read_gemma3, .prefixes = gemma3_prefixes, .heads = gemma3_heads,                  \
    .refusals = gemma3_refusals, .n_refusals = sizeof gemma3_refusals / sizeof gemma3_refusals[0], \
    SANDWICH_ROW

const struct arch arch_gemma3_text = { .model_types = gemma3_text_types, GEMMA3_ROW };

const struct arch arch_gemma3 = {
    .model_types = gemma3_types,
    .nested = "text_config",
    GEMMA3_ROW,
};
