/* GPT-Neo (Black et al. 2021), as transformers' GPTNeoModel computes it. */
#include "config.h"
#include "model/arch.h"
#include "model/config_keys.h"

#include <string.h>

static const struct model_config defaults = {
    .vocab_size = 50257,
    .n_positions = 2048,
    .hidden_size = 2048,
    .n_layers = 24,
    .n_heads = 16,
    .activation = ACTIVATION_GELU_NEW,
    .norm_epsilon = 1e-5,
    .has_position_embedding = true,
    .is_tied = true,
    .linear_layout = LINEAR_OUT_IN,
    .qkv = QKV_SPLIT,
    .has_attention_bias = true,
    .has_mlp_bias = true,
    .score_scale = 1.0, /* not 1 / sqrt(head_dim) */
    .window = 256,
};

static const struct config_key keys[] = {
    KEY_SIZE(vocab_size, CONFIG_MAX_VOCAB, "vocab_size"),
    KEY_SIZE(n_positions, CONFIG_MAX_POSITIONS, "max_position_embeddings"),
    KEY_SIZE(hidden_size, CONFIG_MAX_HIDDEN, "hidden_size"),
    KEY_SIZE(n_layers, CONFIG_MAX_LAYERS, "num_layers", "num_hidden_layers"),
    KEY_SIZE(n_heads, CONFIG_MAX_HIDDEN, "num_heads", "num_attention_heads"),
    KEY_SIZE(intermediate_size, CONFIG_MAX_INTERMEDIATE, "intermediate_size"),
    KEY_SIZE(window, CONFIG_MAX_POSITIONS, "window_size"),
    KEY(CONFIG_ACTIVATION, activation, "activation_function"),
    KEY(CONFIG_FRACTION, norm_epsilon, "layer_norm_epsilon"),
    KEY(CONFIG_BOOL, is_tied, "tie_word_embeddings"),
};

/* The kind of the next block; those beyond n_layers are only counted. */
static enum ct_status add_block(const struct config_reader *r, const json_t *kind, size_t *n,
                                struct model_config *c)
{
    const char *const name = json_string_value(kind);
    const bool is_local = name != NULL && strcmp(name, "local") == 0;

    if (!is_local && (name == NULL || strcmp(name, "global") != 0))
        return ct_fail(r->err, CT_ENOTSUP,
                       "%s: attention_types: '%s' is not supported, only global and local; use a "
                       "model with these",
                       r->path, name != NULL ? name : "(not a name)");
    if (is_local && *n < c->n_layers)
        config_set_slides(c, *n);
    *n += 1;
    return CT_OK;
}

/* One part [kinds, times] of attention_types. */
static enum ct_status add_part(const struct config_reader *r, const json_t *part, size_t *n,
                               struct model_config *c)
{
    const json_t *const kinds = json_array_get(part, 0);
    const json_int_t times = json_integer_value(json_array_get(part, 1));
    enum ct_status st = CT_OK;

    if (!json_is_array(kinds) || json_array_size(kinds) == 0 || times < 1)
        return ct_fail(r->err, CT_EFORMAT,
                       "%s: attention_types: not a list such as [[[\"global\", \"local\"], 12]]",
                       r->path);
    for (json_int_t t = 0; st == CT_OK && t < times && *n <= c->n_layers; t++)
        for (size_t k = 0; st == CT_OK && k < json_array_size(kinds); k++)
            st = add_block(r, json_array_get(kinds, k), n, c);
    return st;
}

/* attention_types, or else attention_layers, or else global and local in turn, 24 in all. */
static enum ct_status read_more(const struct config_reader *r, struct model_config *c)
{
    const json_t *const types = config_find(r, "attention_types");
    const json_t *const layers = types == NULL ? config_find(r, "attention_layers") : NULL;
    enum ct_status st = CT_OK;
    size_t n = 0;

    for (size_t i = 0; st == CT_OK && i < json_array_size(types); i++)
        st = add_part(r, json_array_get(types, i), &n, c);
    for (size_t i = 0; st == CT_OK && i < json_array_size(layers); i++)
        st = add_block(r, json_array_get(layers, i), &n, c);
    for (; types == NULL && layers == NULL && n < 24; n++)
        if (n % 2 == 1)
            config_set_slides(c, n);
    if (st == CT_OK && n != c->n_layers)
        st = ct_fail(r->err, CT_EFORMAT, "%s: attention_types: %s than num_layers, %zu", r->path,
                     n < c->n_layers ? "fewer" : "more", c->n_layers);
    return st;
}

static const char *const model_types[] = { "gpt_neo", NULL };
static const char *const prefixes[] = { "transformer.", NULL };
static const char *const heads[] = { "lm_head.weight", NULL };

static const struct site sites[] = {
    { PLACE_TOKEN_EMBEDDING, "wte", "token embedding", site_width_hidden },
    { PLACE_POSITION_EMBEDDING, "wpe", "position embedding", site_width_hidden },
    { PLACE_ATTENTION_NORM, ".ln_1", "layer norm before attention", site_width_hidden },
    { PLACE_Q, ".attn.attention.q_proj", "queries", site_width_q },
    { PLACE_K, ".attn.attention.k_proj", "keys", site_width_kv },
    { PLACE_V, ".attn.attention.v_proj", "values", site_width_kv },
    { PLACE_MIX, ".attn.attention.out_proj.input", "weighted values of each head", site_width_q },
    { PLACE_ATTENTION, ".attn.attention.out_proj", "attention output", site_width_hidden },
    { PLACE_ATTENTION, ".attn.attention", "attention output", site_width_hidden },
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
    { "blocks.0.hook_resid_pre", "is the sum of wte and wpe; use these" },
};

const struct arch arch_gpt_neo = {
    .title = "GPT-Neo",
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
                 .q = ".attn.attention.q_proj",
                 .k = ".attn.attention.k_proj",
                 .v = ".attn.attention.v_proj",
                 .attention_out = ".attn.attention.out_proj",
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
