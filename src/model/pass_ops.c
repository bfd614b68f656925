#include "config.h"
#include "model/pass_ops.h"

#include <assert.h>
#include <string.h>

#include "base/kernel.h"
#include "model/ops/activation.h"
#include "model/ops/attention.h"
#include "model/ops/layer_norm.h"
#include "model/ops/linear.h"

enum { ROWS_A_BLOCK = 16 };

/* Nothing is left to compute. */
static bool is_over(const struct pass *p)
{
    return p->n_left == 0 || p->is_stopped;
}

/* Values are computed now. */
static bool is_live(const struct pass *p)
{
    return !is_over(p) && p->rehearsal == NULL;
}

void pass_tick(struct pass *p)
{
    if (!p->is_stopped && !p->step(p->step_context, p->tree->n_nodes))
        p->is_stopped = true;
}

/* ---- row by row ---- */

struct row_loop { /* the same for each row */
    void (*row)(const struct row_loop *loop, size_t i);
    const struct pass *p;
    const struct values *x;
    const struct values *y;
    const struct tensor *table; /* of an embedding, */
    const uint32_t *ids;        /* and the row of it for each node */
};

static void some_rows(void *context, size_t block)
{
    const struct row_loop *const loop = context;
    const size_t begin = block * ROWS_A_BLOCK;

    for (size_t i = begin; i < begin + ROWS_A_BLOCK && i < loop->p->n_rows; i++)
        loop->row(loop, i);
}

static void each_row(struct row_loop loop)
{
    crew_run(loop.p->crew, (loop.p->n_rows + ROWS_A_BLOCK - 1) / ROWS_A_BLOCK, some_rows, &loop);
}

static float *row_of(const struct values *values, size_t i)
{
    return values->at + i * values->ld;
}

static void look_up_row(const struct row_loop *loop, size_t i)
{
    tensor_read(loop->table, loop->ids[i], 0, loop->y->n_cols, row_of(loop->y, i));
}

void pass_token_rows(struct pass *p, const struct tensor *table, const struct values *out)
{
    if (is_live(p))
        each_row((struct row_loop){
            .row = look_up_row, .p = p, .y = out, .table = table, .ids = p->tree->tokens });
}

void pass_position_rows(struct pass *p, const struct tensor *table, const struct values *out)
{
    if (is_live(p))
        each_row((struct row_loop){
            .row = look_up_row, .p = p, .y = out, .table = table, .ids = p->tree->depth });
}

static void normalise_row(const struct row_loop *loop, size_t i)
{
    layer_norm_apply(row_of(loop->x, i), loop->x->n_cols, loop->p->gain, loop->p->bias,
                     loop->p->config->norm_epsilon, row_of(loop->y, i));
}

void pass_norm(struct pass *p, const struct norm *norm, const struct values *x,
               const struct values *y)
{
    if (!is_live(p))
        return;
    tensor_read(&norm->weight, 0, 0, x->n_cols, p->gain);
    if (norm->bias.data != NULL)
        tensor_read(&norm->bias, 0, 0, x->n_cols, p->bias);
    else
        memset(p->bias, 0, x->n_cols * sizeof *p->bias);
    each_row((struct row_loop){ .row = normalise_row, .p = p, .x = x, .y = y });
}

CT_KERNEL
static void add(float *x, const float *y, size_t n)
{
#pragma omp simd
    for (size_t j = 0; j < n; j++)
        x[j] += y[j];
}

static void add_row(const struct row_loop *loop, size_t i)
{
    add(row_of(loop->y, i), row_of(loop->x, i), loop->x->n_cols);
}

void pass_add(struct pass *p, const struct values *y)
{
    if (is_live(p))
        each_row((struct row_loop){ .row = add_row, .p = p, .x = y, .y = &p->stream });
}

static void activate_row(const struct row_loop *loop, size_t i)
{
    activation_apply(loop->p->config->activation, row_of(loop->y, i), loop->y->n_cols);
}

/* ---- linear layers ---- */

static void rehearse_linear(struct rehearsal *r, const struct linear *linear)
{
    const struct tensor *const w = &linear->weight;

    r->n_linears++;
    if (r->n_weights > 0 && r->weights[r->n_weights - 1]->data == w->data)
        return; /* another part of the one before */
    assert(r->n_weights < PASS_MAX_WEIGHTS);
    r->weights[r->n_weights++] = w;
}

static void linear_and(struct pass *p, const struct linear *linear, const struct values *x,
                       const struct values *y, const enum activation *activation)
{
    const struct linear_job job = {
        .linear = linear,
        .x = x->at,
        .ld_x = x->ld,
        .n_rows = p->n_rows,
        .activation = activation,
        .y = y->at,
        .ld_y = y->ld,
    };

    assert(x->n_cols == linear->n_in && y->n_cols == linear->n_out);
    if (p->rehearsal != NULL && !is_over(p))
        rehearse_linear(p->rehearsal, linear);
    if (!is_live(p))
        return;
    linear_apply(&job, p->scratch, p->crew);
    pass_tick(p);
}

void pass_linear(struct pass *p, const struct linear *linear, const struct values *x,
                 const struct values *y)
{
    linear_and(p, linear, x, y, NULL);
}

static bool is_wanted(const struct pass *p, const struct hook_point *hook, enum site_place place)
{
    return hook->place == place && (!hook->is_in_block || hook->layer == p->layer);
}

static bool wants(const struct pass *p, enum site_place place)
{
    for (size_t h = 0; h < p->n_hooks; h++)
        if (is_wanted(p, &p->hooks[h], place))
            return true;
    return false;
}

void pass_linear_activated(struct pass *p, const struct linear *linear, const struct values *x,
                           const struct values *y, enum site_place before, enum site_place after)
{
    const bool is_split = wants(p, before);

    linear_and(p, linear, x, y, is_split ? NULL : &p->config->activation);
    pass_output(p, before, 0, y);
    if (is_split && is_live(p))
        each_row((struct row_loop){ .row = activate_row, .p = p, .y = y });
    pass_output(p, after, 0, y);
}

/* ---- attention ---- */

static void keep_rows_of_targets(const struct pass *p, const struct values *values)
{
    const uint32_t *const targets = p->tree->targets;

    for (size_t i = 0; i < p->tree->n_targets; i++)
        if (targets[i] != i)
            memcpy(row_of(values, i), row_of(values, targets[i]),
                   values->n_cols * sizeof *values->at);
}

void pass_keep_targets(struct pass *p)
{
    keep_rows_of_targets(p, &p->stream);
    p->n_rows = p->tree->n_targets;
    p->is_narrow = true;
}

void pass_narrow(struct pass *p, const struct values *also)
{
    if (!is_live(p) || p->layer + 1 != p->n_blocks || p->is_narrow)
        return;
    keep_rows_of_targets(p, also);
    pass_keep_targets(p);
}

void pass_attend(struct pass *p, const struct values *q, const struct values *k,
                 const struct values *v, const struct values *out)
{
    const struct model_config *const c = p->config;
    const double by_layer = c->scores_scale_by_layer ? (double)(p->layer + 1) : 1.0;

    if (p->rehearsal != NULL && !is_over(p))
        p->rehearsal->attends = true;
    if (!is_live(p))
        return;
    const struct attention_job job = {
        .q = q->at,
        .ld_q = q->ld,
        .k = k->at,
        .ld_k = k->ld,
        .v = v->at,
        .ld_v = v->ld,
        .depth = p->tree->depth,
        .n_nodes = p->tree->n_nodes,
        .queries = p->is_narrow ? p->tree->targets : NULL,
        .n_queries = p->n_rows,
        .max_len = p->tree->max_len,
        .n_heads = c->n_heads,
        .n_kv_heads = c->n_kv_heads,
        .head_dim = c->head_dim,
        .scale = (float)(c->score_scale / by_layer),
        .out = out->at,
        .ld_out = out->ld,
    };
    attention_apply(&job, p->scratch, p->crew);
}

/* ---- outputs ---- */

/* The sequences' rows to `column` of their rows of out. */
static void copy_targets(const struct pass *p, const struct values *values, size_t column)
{
    const struct prefix_tree *const tree = p->tree;

    for (size_t i = 0; i < tree->n_seqs; i++) {
        const size_t target = tree->seq_target[i];
        const size_t row = p->is_narrow ? target : tree->targets[target];
        memcpy(p->out + tree->seq_index[i] * p->width + column, row_of(values, row),
               values->n_cols * sizeof *values->at);
    }
}

void pass_output(struct pass *p, enum site_place place, size_t column, const struct values *values)
{
    const bool is_copied = is_live(p);
    size_t at = 0;

    if (is_over(p))
        return;
    for (size_t h = 0; h < p->n_hooks; at += p->hooks[h++].width) {
        if (!is_wanted(p, &p->hooks[h], place))
            continue;
        if (is_copied)
            copy_targets(p, values, at + column);
        p->n_left -= values->n_cols;
    }
}
