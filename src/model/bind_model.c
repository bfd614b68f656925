#include "config.h"
#include "model/bind_model.h"

#include <stdio.h>
#include <string.h>

#include "model/arch.h"

struct block_binder { /* of one block */
    struct binder *b;
    const struct model_config *c;
    size_t layer;
};

static void bind_any_norm(struct binder *b, const struct model_config *c, struct norm *out,
                          size_t n, const char *path)
{
    if (!c->norms_have_no_weights)
        bind_norm(b, out, n, !c->norms_have_no_bias, "%s", path);
}

static void block_norm(const struct block_binder *block, struct norm *out, size_t n,
                       const char *path)
{
    char whole[96];

    snprintf(whole, sizeof whole, "%s.%zu%s", block->c->arch->block_path, block->layer, path);
    bind_any_norm(block->b, block->c, out, n, whole);
}

static void block_linear(const struct block_binder *block, struct linear *out, size_t n_in,
                         size_t n_out, bool has_bias, const char *path)
{
    const struct linear_shape shape = { block->c->linear_layout, n_in, n_out, has_bias };

    bind_linear(block->b, out, &shape, "%s.%zu%s", block->c->arch->block_path, block->layer, path);
}

static void bind_qkv(const struct block_binder *block, struct block_weights *out)
{
    const struct model_config *const c = block->c;
    const struct module_paths *const paths = &c->arch->modules;
    const size_t d = c->hidden_size;
    const size_t q = c->n_heads * c->head_dim;
    const size_t kv = c->n_kv_heads * c->head_dim;
    struct linear whole;

    if (c->qkv == QKV_SPLIT) {
        block_linear(block, &out->q, d, q, c->has_qkv_bias, paths->q);
        block_linear(block, &out->k, d, kv, c->has_qkv_bias, paths->k);
        block_linear(block, &out->v, d, kv, c->has_qkv_bias, paths->v);
        return;
    }
    block_linear(block, &whole, d, q + 2 * kv, c->has_qkv_bias, paths->qkv);
    if (c->qkv == QKV_BLOCKS) {
        out->q = linear_part(&whole, 0, q);
        out->k = linear_part(&whole, q, kv);
        out->v = linear_part(&whole, q + kv, kv);
    } else {
        out->q = linear_runs(&whole, 0, c->head_dim, 3 * c->head_dim, q);
        out->k = linear_runs(&whole, c->head_dim, c->head_dim, 3 * c->head_dim, q);
        out->v = linear_runs(&whole, 2 * c->head_dim, c->head_dim, 3 * c->head_dim, q);
    }
}

static void bind_attention(const struct block_binder *block, struct block_weights *out)
{
    const struct model_config *const c = block->c;
    const struct module_paths *const paths = &c->arch->modules;
    const size_t d = c->hidden_size;

    block_norm(block, &out->attention_norm, d, paths->attention_norm);
    bind_qkv(block, out);
    if (c->has_qk_norms) {
        block_norm(block, &out->q_norm, c->head_dim, paths->q_norm);
        block_norm(block, &out->k_norm, c->head_dim, paths->k_norm);
    }
    block_linear(block, &out->attention_out, c->n_heads * c->head_dim, d, c->has_attention_bias,
                 paths->attention_out);
    if (c->residual == RESIDUAL_SANDWICH)
        block_norm(block, &out->attention_post_norm, d, paths->attention_post_norm);
}

static void bind_mlp(const struct block_binder *block, struct block_weights *out)
{
    const struct model_config *const c = block->c;
    const struct module_paths *const paths = &c->arch->modules;
    const size_t d = c->hidden_size;
    const size_t m = c->intermediate_size;
    struct linear whole;

    if (c->residual == RESIDUAL_SHARED)
        out->mlp_norm = out->attention_norm;
    else
        block_norm(block, &out->mlp_norm, d, paths->mlp_norm);
    if (c->gate_up_is_fused) {
        block_linear(block, &whole, d, 2 * m, c->has_mlp_bias, paths->gate_up);
        out->mlp_in = linear_part(&whole, 0, m);
        out->mlp_up = linear_part(&whole, m, m);
    } else {
        block_linear(block, &out->mlp_in, d, m, c->has_mlp_bias, paths->mlp_in);
        if (c->is_gated)
            block_linear(block, &out->mlp_up, d, m, c->has_mlp_bias, paths->mlp_up);
    }
    block_linear(block, &out->mlp_out, m, d, c->has_mlp_bias, paths->mlp_out);
    if (c->residual == RESIDUAL_SANDWICH)
        block_norm(block, &out->mlp_post_norm, d, paths->mlp_post_norm);
}

/* The embedding, or else the output layer that is tied to it. */
static void bind_words(struct binder *b, const struct model_config *c, struct tensor *out)
{
    const size_t width = c->word_size > 0 ? c->word_size : c->hidden_size;
    char name[64];

    snprintf(name, sizeof name, "%s.weight", c->arch->modules.token_embedding);
    for (const char *const *head = c->arch->heads; c->is_tied && *head != NULL; head++)
        if (!bind_has(b, name) && bind_has(b, *head))
            snprintf(name, sizeof name, "%s", *head);
    bind_matrix(b, out, c->vocab_size, width, "%s", name);
}

void bind_model(struct binder *b, const struct model_config *c, struct weights *out)
{
    const struct module_paths *const paths = &c->arch->modules;
    const struct linear_shape words = { c->linear_layout, c->word_size, c->hidden_size, false };

    bind_words(b, c, &out->token_embedding);
    if (c->word_size > 0)
        bind_linear(b, &out->word_projection, &words, "%s", paths->word_projection);
    if (c->has_position_embedding)
        bind_matrix(b, &out->position_embedding, c->position_offset + c->n_positions,
                    c->hidden_size, "%s.weight", paths->position_embedding);
    for (size_t l = 0; l < c->n_layers; l++) {
        const struct block_binder block = { b, c, l };
        bind_attention(&block, &out->blocks[l]);
        bind_mlp(&block, &out->blocks[l]);
    }
    if (!c->has_no_final_norm)
        bind_any_norm(b, c, &out->final_norm, c->hidden_size, paths->final_norm);
}

void bind_output(struct binder *b, const struct model_config *c, struct weights *out)
{
    const struct linear_shape projection = { c->linear_layout, c->hidden_size, c->word_size,
                                             false };
    const size_t width = c->word_size > 0 ? c->word_size : c->hidden_size;
    const struct linear_shape shape = { LINEAR_OUT_IN, width, c->vocab_size, c->has_output_bias };
    const char *const *head = c->arch->heads;

    while (head[1] != NULL && !bind_has(b, head[0]))
        head++;
    const int module = (int)(strlen(head[0]) - strlen(".weight"));
    if (c->is_tied)
        out->output = (struct linear){ .weight = out->token_embedding,
                                       .layout = LINEAR_OUT_IN,
                                       .n_in = width,
                                       .n_out = c->vocab_size };
    else
        bind_linear(b, &out->output, &shape, "%.*s", module, head[0]);
    if (c->word_size > 0)
        bind_linear(b, &out->output_projection, &projection, "%s",
                    c->arch->modules.output_projection);
    if (b->status != CT_OK)
        out->output.weight.data = NULL;
}
