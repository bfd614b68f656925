/* GPT-2 (Radford et al. 2019), as transformers' GPT2Model computes it. */
#include "config.h"
#include "model/arch.h"

#include <math.h>

#include "model/bind.h"
#include "model/config_reader.h"
#include "model/pass_ops.h"

static enum ct_status read_sizes(const struct config_reader *r, struct model_config *c)
{
    const struct config_size sizes[] = {
        { { "vocab_size" }, CONFIG_MAX_VOCAB, &c->vocab_size },
        { { "n_positions", "max_position_embeddings", "n_ctx" },
          CONFIG_MAX_POSITIONS,
          &c->n_positions },
        { { "n_embd", "hidden_size" }, CONFIG_MAX_HIDDEN, &c->hidden_size },
        { { "n_layer", "num_hidden_layers" }, CONFIG_MAX_LAYERS, &c->n_layers },
        { { "n_head", "num_attention_heads" }, CONFIG_MAX_HIDDEN, &c->n_heads },
        { { "n_inner" }, CONFIG_MAX_INTERMEDIATE, &c->intermediate_size },
    };
    const enum ct_status st = config_read_sizes(r, sizes, sizeof sizes / sizeof sizes[0]);

    if (st != CT_OK)
        return st;
    if (c->intermediate_size == 0)
        c->intermediate_size = 4 * c->hidden_size;
    if (c->hidden_size % c->n_heads != 0)
        return ct_fail(r->err, CT_EFORMAT, "%s: n_embd %zu is not divisible by n_head %zu", r->path,
                       c->hidden_size, c->n_heads);
    c->n_kv_heads = c->n_heads;
    c->head_dim = c->hidden_size / c->n_heads;
    return CT_OK;
}

static enum ct_status read_scale(const struct config_reader *r, struct model_config *c)
{
    bool is_scaled = true;
    enum ct_status st = config_read_bool(r, "scale_attn_weights", &is_scaled);

    if (st == CT_OK)
        st = config_read_bool(r, "scale_attn_by_inverse_layer_idx", &c->scores_scale_by_layer);
    c->score_scale = is_scaled ? 1.0 / sqrt((double)c->head_dim) : 1.0;
    return st;
}

/* Refuses GPT2Config settings, other than sizes, with unsupported values. */
static enum ct_status check_settings(const struct config_reader *r)
{
    bool is_set = false;
    enum ct_status st = config_read_bool(r, "add_cross_attention", &is_set);

    if (st == CT_OK && is_set)
        st = ct_fail(r->err, CT_ENOTSUP, "%s: add_cross_attention: true is not supported", r->path);
    if (st == CT_OK) /* does not change the values; meant for float16 arithmetic */
        st = config_read_bool(r, "reorder_and_upcast_attn", &is_set);
    return st;
}

static enum ct_status read_config(const struct config_reader *r, struct model_config *c)
{
    c->vocab_size = 50257;
    c->n_positions = 1024;
    c->hidden_size = 768;
    c->n_layers = 12;
    c->n_heads = 12;
    c->activation = ACTIVATION_GELU_NEW;
    c->norm_epsilon = 1e-5;
    enum ct_status st = check_settings(r);
    if (st == CT_OK)
        st = read_sizes(r, c);
    if (st == CT_OK)
        st = config_read_activation(r, "activation_function", c);
    if (st == CT_OK)
        st = config_read_fraction(r, "layer_norm_epsilon", &c->norm_epsilon);
    if (st == CT_OK)
        st = read_scale(r, c);
    return st;
}

static void bind_block(struct binder *b, const struct model_config *c, size_t layer,
                       struct block_weights *out)
{
    const size_t d = c->hidden_size;
    const size_t n_inner = c->intermediate_size;
    const struct linear_shape qkv = { LINEAR_IN_OUT, d, 3 * d, true };
    const struct linear_shape attention_out = { LINEAR_IN_OUT, d, d, true };
    const struct linear_shape mlp_in = { LINEAR_IN_OUT, d, n_inner, true };
    const struct linear_shape mlp_out = { LINEAR_IN_OUT, n_inner, d, true };
    struct linear c_attn;

    bind_norm(b, &out->attention_norm, d, true, "h.%zu.ln_1", layer);
    bind_linear(b, &c_attn, &qkv, "h.%zu.attn.c_attn", layer);
    out->q = linear_part(&c_attn, 0, d);
    out->k = linear_part(&c_attn, d, d);
    out->v = linear_part(&c_attn, 2 * d, d);
    bind_linear(b, &out->attention_out, &attention_out, "h.%zu.attn.c_proj", layer);
    bind_norm(b, &out->mlp_norm, d, true, "h.%zu.ln_2", layer);
    bind_linear(b, &out->mlp_in, &mlp_in, "h.%zu.mlp.c_fc", layer);
    bind_linear(b, &out->mlp_out, &mlp_out, "h.%zu.mlp.c_proj", layer);
}

static void bind(struct binder *b, const struct model_config *c, struct weights *out)
{
    bind_matrix(b, &out->token_embedding, c->vocab_size, c->hidden_size, "wte.weight");
    bind_matrix(b, &out->position_embedding, c->n_positions, c->hidden_size, "wpe.weight");
    for (size_t l = 0; l < c->n_layers; l++)
        bind_block(b, c, l, &out->blocks[l]);
    bind_norm(b, &out->final_norm, c->hidden_size, true, "ln_f");
}

static void embed(struct pass *p)
{
    pass_token_rows(p, &p->weights->token_embedding, &p->stream);
    pass_output(p, PLACE_TOKEN_EMBEDDING, 0, &p->stream);
    pass_position_rows(p, &p->weights->position_embedding, &p->normed);
    pass_output(p, PLACE_POSITION_EMBEDDING, 0, &p->normed);
    pass_add(p, &p->normed);
}

static void attention(struct pass *p, const struct block_weights *w)
{
    const size_t d = p->config->hidden_size;

    pass_norm(p, &w->attention_norm, &p->stream, &p->normed);
    pass_output(p, PLACE_ATTENTION_NORM, 0, &p->normed);
    pass_linear(p, &w->k, &p->normed, &p->k);
    pass_output(p, PLACE_QKV, d, &p->k);
    pass_linear(p, &w->v, &p->normed, &p->v);
    pass_output(p, PLACE_QKV, 2 * d, &p->v);
    pass_narrow(p, &p->normed);
    pass_linear(p, &w->q, &p->normed, &p->q);
    pass_output(p, PLACE_QKV, 0, &p->q);
    pass_attend(p, &p->q, &p->k, &p->v, &p->mix);
    pass_linear(p, &w->attention_out, &p->mix, &p->attention_out);
    pass_output(p, PLACE_ATTENTION, 0, &p->attention_out);
    pass_add(p, &p->attention_out);
}

static void mlp(struct pass *p, const struct block_weights *w)
{
    pass_norm(p, &w->mlp_norm, &p->stream, &p->normed);
    pass_output(p, PLACE_MLP_NORM, 0, &p->normed);
    pass_linear_activated(p, &w->mlp_in, &p->normed, &p->neurons, PLACE_MLP_PRE, PLACE_MLP_POST);
    pass_linear(p, &w->mlp_out, &p->neurons, &p->mlp_out);
    pass_output(p, PLACE_MLP, 0, &p->mlp_out);
    pass_add(p, &p->mlp_out);
}

static void run_block(struct pass *p)
{
    attention(p, &p->weights->blocks[p->layer]);
    mlp(p, &p->weights->blocks[p->layer]);
    pass_output(p, PLACE_BLOCK, 0, &p->stream);
}

static void head(struct pass *p)
{
    pass_norm(p, &p->weights->final_norm, &p->stream, &p->normed);
    pass_output(p, PLACE_FINAL_NORM, 0, &p->normed);
}

static const char *const model_types[] = { "gpt2", NULL };
static const char *const prefixes[] = { "transformer.", NULL };

static const struct site sites[] = {
    { PLACE_TOKEN_EMBEDDING, "wte", "token embedding", site_width_hidden },
    { PLACE_POSITION_EMBEDDING, "wpe", "position embedding", site_width_hidden },
    { PLACE_ATTENTION_NORM, ".ln_1", "layer norm before attention", site_width_hidden },
    { PLACE_QKV, ".attn.c_attn", "queries, keys, values", site_width_qkv },
    { PLACE_ATTENTION, ".attn.c_proj", "attention output", site_width_hidden },
    { PLACE_ATTENTION, ".attn", "attention output", site_width_hidden },
    { PLACE_MLP_NORM, ".ln_2", "layer norm before the MLP", site_width_hidden },
    { PLACE_MLP_PRE, ".mlp.c_fc", "MLP before the activation function", site_width_intermediate },
    { PLACE_MLP_POST, ".mlp.act", "MLP after the activation function", site_width_intermediate },
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
    .read_config = read_config,
    .bind = bind,
    .embed = embed,
    .block = run_block,
    .head = head,
    .prefixes = prefixes,
    .embedding = "wte.weight",
    .block_path = "h",
    .sites = sites,
    .n_sites = sizeof sites / sizeof sites[0],
    .default_place = PLACE_MLP_PRE,
    .refusals = refusals,
    .n_refusals = sizeof refusals / sizeof refusals[0],
};
