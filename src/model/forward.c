#include "config.h"
#include "model/forward.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/kernel.h"
#include "base/mem.h"
#include "model/weights.h"
#include "model/ops/activation.h"
#include "model/ops/attention.h"
#include "model/ops/layer_norm.h"
#include "model/ops/linear.h"
#include "model/prefetch.h"

enum { ROWS_A_BLOCK = 16 };

struct forward {
    const struct model_config *config;
    const struct weights *weights;
    const struct hook_point *hooks;
    size_t n_hooks;
    size_t width;               /* of all hooks together */
    size_t n_blocks;            /* that are computed, the last one perhaps in part */
    enum site_place last_place; /* in the last block; PLACE_FINAL_NORM goes through all of it */
    struct crew *crew;
    size_t ld;      /* row stride of x and normed */
    float *x;       /* [max_nodes, n_embd]: the residual stream */
    float *normed;  /* [max_nodes, n_embd]: layer norm, then the mix of the heads, MLP's output */
    float *wide;    /* [max_nodes, wide_stride()]: q and kv; attention output; MLP */
    float *gain;    /* [n_embd]: a layer norm's weight */
    float *bias;    /* [n_embd] and its bias */
    float *scratch; /* of linear layers and of attention, in turn, for each thread of the crew */
};

struct pass { /* one tree on its way */
    struct forward *f;
    const struct prefix_tree *tree;
    float *out;
    size_t n_rows;   /* rows of x: all nodes, or the targets alone once it has been cut down */
    bool is_compact; /* it has */
};

static bool wants(const struct forward *f, enum site_place place, size_t layer)
{
    for (size_t i = 0; i < f->n_hooks; i++)
        if (f->hooks[i].place == place && f->hooks[i].layer == layer)
            return true;
    return false;
}

/* Copies the sequences' rows of data [.., n_cols] to `column` of each hook at this place. */
static void take_columns(const struct pass *p, enum site_place place, size_t layer, size_t column,
                         const float *data, size_t n_cols, size_t ld, bool is_compact)
{
    const struct prefix_tree *const tree = p->tree;
    size_t at = 0;

    for (size_t h = 0; h < p->f->n_hooks; at += p->f->hooks[h++].width) {
        if (p->f->hooks[h].place != place || p->f->hooks[h].layer != layer)
            continue;
        for (size_t i = 0; i < tree->n_seqs; i++) {
            const size_t target = tree->seq_target[i];
            const size_t row = is_compact ? target : tree->targets[target];
            memcpy(p->out + tree->seq_index[i] * p->f->width + at + column, data + row * ld,
                   n_cols * sizeof *data);
        }
    }
}

static void take(const struct pass *p, enum site_place place, size_t layer, const float *data,
                 size_t n_cols)
{
    take_columns(p, place, layer, 0, data, n_cols, linear_stride(n_cols), p->is_compact);
}

/* From here on only the targets are computed: their rows move to the front. */
static void gather_targets(const struct pass *p, float *rows)
{
    const size_t d = p->f->config->hidden_size;
    const size_t ld = p->f->ld;

    for (size_t i = 0; i < p->tree->n_targets; i++)
        if (p->tree->targets[i] != i)
            memcpy(rows + i * ld, rows + p->tree->targets[i] * ld, d * sizeof *rows);
}

static void make_compact(struct pass *p)
{
    if (p->is_compact)
        return;
    gather_targets(p, p->f->x);
    p->n_rows = p->tree->n_targets;
    p->is_compact = true;
}

struct row_loop { /* the same for each row of the stream */
    void (*row)(const struct row_loop *loop, size_t i);
    struct forward *f;
    size_t n_rows;
    float *other; /* [n_rows, n], row stride linear_stride(n) */
    size_t n;
};

static void some_rows(void *context, size_t block)
{
    const struct row_loop *const loop = context;
    const size_t begin = block * ROWS_A_BLOCK;

    for (size_t i = begin; i < begin + ROWS_A_BLOCK && i < loop->n_rows; i++)
        loop->row(loop, i);
}

static void each_row(const struct pass *p, void (*row)(const struct row_loop *loop, size_t i),
                     float *other, size_t n)
{
    struct row_loop loop = { row, p->f, p->n_rows, other, n };

    crew_run(p->f->crew, (p->n_rows + ROWS_A_BLOCK - 1) / ROWS_A_BLOCK, some_rows, &loop);
}

static void normalise_row(const struct row_loop *loop, size_t i)
{
    const struct forward *const f = loop->f;

    layer_norm_apply(f->x + i * f->ld, loop->n, f->gain, f->bias, f->config->norm_epsilon,
                     loop->other + i * f->ld);
}

static void normalise(const struct pass *p, const struct norm *ln)
{
    struct forward *const f = p->f;
    const size_t d = f->config->hidden_size;

    tensor_read(&ln->weight, 0, 0, d, f->gain);
    tensor_read(&ln->bias, 0, 0, d, f->bias);
    each_row(p, normalise_row, f->normed, d);
}

CT_KERNEL
static void add_row(float *x, const float *y, size_t n)
{
#pragma omp simd
    for (size_t j = 0; j < n; j++)
        x[j] += y[j];
}

static void add_row_to_stream(const struct row_loop *loop, size_t i)
{
    add_row(loop->f->x + i * loop->f->ld, loop->other + i * loop->f->ld, loop->n);
}

static void add_to_stream(const struct pass *p, float *y)
{
    each_row(p, add_row_to_stream, y, p->f->config->hidden_size);
}

static void activate_row(const struct row_loop *loop, size_t i)
{
    activation_apply(loop->f->config->activation, loop->other + i * linear_stride(loop->n),
                     loop->n);
}

static void project(const struct pass *p, const struct linear *linear, const float *x, float *y,
                    const enum activation *activation)
{
    const struct linear_job job = {
        .linear = linear,
        .x = x,
        .ld_x = linear_stride(linear->n_in),
        .n_rows = p->n_rows,
        .activation = activation,
        .y = y,
        .ld_y = linear_stride(linear->n_out),
    };

    linear_apply(&job, p->f->scratch, p->f->crew);
}

static void attend(const struct pass *p, size_t layer, const float *q, const float *kv)
{
    struct forward *const f = p->f;
    const struct model_config *const c = f->config;
    const double scale = c->score_scale / (c->scores_scale_by_layer ? (double)(layer + 1) : 1.0);
    const struct attention_job job = {
        .q = q,
        .ld_q = f->ld,
        .k = kv,
        .ld_k = linear_stride(2 * c->hidden_size),
        .v = kv + c->hidden_size,
        .ld_v = linear_stride(2 * c->hidden_size),
        .depth = p->tree->depth,
        .n_nodes = p->tree->n_nodes,
        .queries = p->is_compact ? p->tree->targets : NULL,
        .n_queries = p->n_rows,
        .max_len = p->tree->max_len,
        .n_heads = c->n_heads,
        .n_kv_heads = c->n_kv_heads,
        .head_dim = c->head_dim,
        .scale = (float)scale,
        .out = f->normed,
        .ld_out = f->ld,
    };
    attention_apply(&job, f->scratch, f->crew);
}

static bool is_last(const struct pass *p, size_t layer, enum site_place place)
{
    return layer + 1 == p->f->n_blocks && p->f->last_place == place;
}

/* True: go on to the block's second half. */
static bool attention_half(struct pass *p, size_t layer)
{
    struct forward *const f = p->f;
    const struct block_weights *const block = &f->weights->blocks[layer];
    const size_t d = f->config->hidden_size;
    const struct linear to_kv = linear_part(&block->k, 0, 2 * d);
    const bool in_last_block = layer + 1 == f->n_blocks;

    if (is_last(p, layer, PLACE_ATTENTION_NORM) || is_last(p, layer, PLACE_QKV))
        make_compact(p);
    normalise(p, &block->attention_norm);
    take(p, PLACE_ATTENTION_NORM, layer, f->normed, d);
    if (is_last(p, layer, PLACE_ATTENTION_NORM))
        return false;

    float *const q = f->wide;
    float *const kv = f->wide + p->n_rows * f->ld;
    const bool kv_compact = p->is_compact;
    project(p, &to_kv, f->normed, kv, NULL); /* every key is looked at */
    if (in_last_block && !p->is_compact) {   /* by the targets alone */
        gather_targets(p, f->normed);
        make_compact(p);
    }
    project(p, &block->q, f->normed, q, NULL);
    take(p, PLACE_QKV, layer, q, d);
    take_columns(p, PLACE_QKV, layer, d, kv, 2 * d, linear_stride(2 * d), kv_compact);
    if (is_last(p, layer, PLACE_QKV))
        return false;

    attend(p, layer, q, kv);
    project(p, &block->attention_out, f->normed, f->wide, NULL);
    take(p, PLACE_ATTENTION, layer, f->wide, d);
    if (is_last(p, layer, PLACE_ATTENTION))
        return false;
    add_to_stream(p, f->wide);
    return true;
}

static void mlp_half(struct pass *p, size_t layer)
{
    struct forward *const f = p->f;
    const struct block_weights *const block = &f->weights->blocks[layer];
    const enum activation *const activation = &f->config->activation;
    const size_t d = f->config->hidden_size;
    const size_t n_inner = f->config->intermediate_size;
    const bool takes_c_fc = wants(f, PLACE_MLP_PRE, layer);

    normalise(p, &block->mlp_norm);
    take(p, PLACE_MLP_NORM, layer, f->normed, d);
    if (is_last(p, layer, PLACE_MLP_NORM))
        return;
    project(p, &block->mlp_in, f->normed, f->wide, takes_c_fc ? NULL : activation);
    take(p, PLACE_MLP_PRE, layer, f->wide, n_inner);
    if (is_last(p, layer, PLACE_MLP_PRE))
        return;
    if (takes_c_fc)
        each_row(p, activate_row, f->wide, n_inner);
    take(p, PLACE_MLP_POST, layer, f->wide, n_inner);
    if (is_last(p, layer, PLACE_MLP_POST))
        return;
    project(p, &block->mlp_out, f->wide, f->normed, NULL);
    take(p, PLACE_MLP, layer, f->normed, d);
    add_to_stream(p, f->normed);
    take(p, PLACE_BLOCK, layer, f->x, d);
}

/* What block `layer` will touch, in the order of use; returns how many tensors that are. */
static size_t list_tensors(const struct forward *f, size_t layer, const struct tensor *out[4])
{
    const struct block_weights *const block = &f->weights->blocks[layer];
    const enum site_place last = layer + 1 == f->n_blocks ? f->last_place : PLACE_FINAL_NORM;
    size_t n = 0;

    if (last >= PLACE_QKV)
        out[n++] = &block->q.weight;
    if (last >= PLACE_ATTENTION)
        out[n++] = &block->attention_out.weight;
    if (last >= PLACE_MLP_PRE)
        out[n++] = &block->mlp_in.weight;
    if (last >= PLACE_MLP)
        out[n++] = &block->mlp_out.weight;
    return n;
}

static void fetch_weights(const struct forward *f, size_t layer)
{
    const struct tensor *tensors[4];

    if (layer + 1 < f->n_blocks)
        prefetch_later(tensors, list_tensors(f, layer + 1, tensors));
    prefetch_now(tensors, list_tensors(f, layer, tensors), f->crew);
}

/* The rows of an embedding alone, for the hooks wte and wpe. */
static void take_embedding(const struct pass *p, enum site_place place)
{
    struct forward *const f = p->f;
    const size_t d = f->config->hidden_size;

    if (!wants(f, place, 0))
        return;
    for (size_t i = 0; i < p->tree->n_nodes; i++)
        if (place == PLACE_TOKEN_EMBEDDING)
            tensor_read(&f->weights->token_embedding, p->tree->tokens[i], 0, d, f->x + i * f->ld);
        else
            tensor_read(&f->weights->position_embedding, p->tree->depth[i], 0, d, f->x + i * f->ld);
    take(p, place, 0, f->x, d);
}

static void embed(const struct pass *p)
{
    struct forward *const f = p->f;
    const size_t d = f->config->hidden_size;

    for (size_t i = 0; i < p->tree->n_nodes; i++) {
        tensor_read(&f->weights->token_embedding, p->tree->tokens[i], 0, d, f->x + i * f->ld);
        tensor_read(&f->weights->position_embedding, p->tree->depth[i], 0, d, f->bias);
        add_row(f->x + i * f->ld, f->bias, d);
    }
}

bool forward_run(struct forward *f, const struct prefix_tree *tree, float *out, forward_step *step,
                 void *context)
{
    struct pass p = { .f = f, .tree = tree, .out = out, .n_rows = tree->n_nodes };

    take_embedding(&p, PLACE_TOKEN_EMBEDDING);
    take_embedding(&p, PLACE_POSITION_EMBEDDING);
    if (f->n_blocks > 0)
        embed(&p);
    if (!step(context, tree->n_nodes))
        return false;
    for (size_t layer = 0; layer < f->n_blocks; layer++) {
        fetch_weights(f, layer);
        const bool goes_on = attention_half(&p, layer);
        if (!step(context, tree->n_nodes))
            return false;
        if (goes_on)
            mlp_half(&p, layer);
        if (!step(context, tree->n_nodes))
            return false;
    }
    if (wants(f, PLACE_FINAL_NORM, 0)) {
        normalise(&p, &f->weights->final_norm);
        take(&p, PLACE_FINAL_NORM, 0, f->normed, f->config->hidden_size);
    }
    return true;
}

size_t forward_n_steps(const struct forward *f)
{
    return 1 + 2 * f->n_blocks;
}

/* How far the pass must go for the hook that comes last. */
static void plan(struct forward *f)
{
    for (size_t i = 0; i < f->n_hooks; i++) {
        const struct hook_point *const hook = &f->hooks[i];
        f->width += hook->width;
        if (hook->place == PLACE_TOKEN_EMBEDDING || hook->place == PLACE_POSITION_EMBEDDING)
            continue;
        const size_t n_blocks =
            hook->place == PLACE_FINAL_NORM ? f->config->n_layers : hook->layer + 1;
        if (n_blocks > f->n_blocks || (n_blocks == f->n_blocks && hook->place > f->last_place)) {
            f->n_blocks = n_blocks;
            f->last_place = hook->place;
        }
    }
}

/* Floats of a row of `wide`. */
static size_t wide_stride(const struct model_config *c)
{
    const size_t qkv = linear_stride(c->hidden_size) + linear_stride(2 * c->hidden_size);
    const size_t inner = linear_stride(c->intermediate_size);

    return qkv > inner ? qkv : inner;
}

size_t forward_row_bytes(const struct model_config *c)
{
    return (2 * linear_stride(c->hidden_size) + wide_stride(c)) * sizeof(float);
}

/* Floats of scratch for each thread. */
static size_t scratch_size(const struct model_config *c, size_t max_len)
{
    const size_t attention = attention_scratch(max_len, c->head_dim);

    return attention > linear_scratch() ? attention : linear_scratch();
}

double forward_memory(const struct model_config *c, size_t max_nodes, size_t max_len, int n_threads)
{
    const double scratch = (double)n_threads * (double)scratch_size(c, max_len) * sizeof(float);

    return (double)max_nodes * (double)forward_row_bytes(c) + scratch;
}

static enum ct_status make_workspace(struct forward *f, const struct forward_params *params,
                                     struct ct_error *err)
{
    const size_t d = f->config->hidden_size;
    const size_t rows = params->max_nodes;
    const size_t scratch = scratch_size(f->config, params->max_len);
    const size_t wide = wide_stride(f->config);

    f->ld = linear_stride(d);
    f->x = ct_aligned_array(rows, f->ld * sizeof *f->x);
    f->normed = ct_aligned_array(rows, f->ld * sizeof *f->normed);
    f->wide = ct_aligned_array(rows, wide * sizeof *f->wide);
    f->gain = ct_aligned_array(d, sizeof *f->gain);
    f->bias = ct_aligned_array(d, sizeof *f->bias);
    f->scratch = ct_aligned_array(crew_size(f->crew), scratch * sizeof *f->scratch);
    if (f->x == NULL || f->normed == NULL || f->wide == NULL || f->gain == NULL ||
        f->bias == NULL || f->scratch == NULL)
        return ct_fail_nomem(err, "forward pass", rows * forward_row_bytes(f->config));
    return CT_OK;
}

enum ct_status forward_new(const struct model *model, const struct forward_params *params,
                           struct forward **out, struct ct_error *err)
{
    struct forward *const f = calloc(1, sizeof *f);

    if (f == NULL)
        return ct_fail_nomem(err, "forward pass", 0);
    f->config = model_config(model);
    f->weights = model_weights(model);
    f->hooks = params->hooks;
    f->n_hooks = params->n_hooks;
    plan(f);
    enum ct_status st = crew_new(params->n_threads, &f->crew, err);
    if (st == CT_OK)
        st = make_workspace(f, params, err);
    if (st == CT_OK)
        *out = f;
    else
        forward_free(f);
    return st;
}

void forward_free(struct forward *f)
{
    if (f == NULL)
        return;
    crew_free(f->crew);
    free(f->x);
    free(f->normed);
    free(f->wide);
    free(f->gain);
    free(f->bias);
    free(f->scratch);
    free(f);
}
