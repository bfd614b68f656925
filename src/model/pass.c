#include "config.h"
#include "model/pass.h"

#include <assert.h>
#include <stdlib.h>

#include "base/mem.h"
#include "model/arch.h"
#include "model/ops/attention.h"
#include "model/ops/linear.h"
#include "model/prefetch.h"

/* ---- workspace ---- */

static size_t larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

static size_t q_width(const struct model_config *c)
{
    return c->n_heads * c->head_dim;
}

static size_t kv_width(const struct model_config *c)
{
    return c->n_kv_heads * c->head_dim;
}

/* Floats of a row, by line of values in struct pass. */
static void row_sizes(const struct model_config *c, size_t sizes[3])
{
    const size_t hidden = linear_stride(c->hidden_size);
    const size_t q = linear_stride(q_width(c));
    const size_t kv = linear_stride(kv_width(c));
    const size_t inner = linear_stride(c->intermediate_size);

    sizes[0] = hidden;
    sizes[1] = larger(hidden, q);
    sizes[2] = larger(larger(hidden, q + 2 * kv), inner);
}

size_t pass_row_bytes(const struct model_config *c)
{
    size_t sizes[3];

    row_sizes(c, sizes);
    return (sizes[0] + sizes[1] + sizes[2]) * sizeof(float);
}

/* Floats of scratch for each thread. */
static size_t scratch_size(const struct model_config *c, size_t max_len)
{
    return larger(attention_scratch(max_len, c->head_dim), linear_scratch());
}

double pass_memory(const struct model_config *c, size_t max_nodes, size_t max_len, int n_threads)
{
    const double scratch = (double)n_threads * (double)scratch_size(c, max_len) * sizeof(float);

    return (double)max_nodes * (double)pass_row_bytes(c) + scratch;
}

static struct values values_at(float *at, size_t n_cols)
{
    return (struct values){ at, n_cols, linear_stride(n_cols) };
}

static void lay_out(struct pass *p, size_t max_nodes)
{
    const struct model_config *const c = p->config;
    const size_t q = q_width(c);
    const size_t kv = kv_width(c);

    p->stream = values_at(p->room[0], c->hidden_size);
    p->normed = values_at(p->room[1], c->hidden_size);
    p->mix = values_at(p->room[1], q);
    p->mlp_out = values_at(p->room[1], c->hidden_size);
    p->q = values_at(p->room[2], q);
    p->k = values_at(p->q.at + max_nodes * p->q.ld, kv);
    p->v = values_at(p->k.at + max_nodes * p->k.ld, kv);
    p->attention_out = values_at(p->room[2], c->hidden_size);
    p->mlp = values_at(p->room[2], c->intermediate_size);
}

static enum ct_status make_workspace(struct pass *p, const struct pass_params *params,
                                     struct ct_error *err)
{
    const struct model_config *const c = p->config;
    const size_t rows = params->max_nodes;
    size_t sizes[3];
    bool is_complete = true;

    row_sizes(c, sizes);
    for (int i = 0; i < 3; i++) {
        p->room[i] = ct_aligned_array(rows, sizes[i] * sizeof(float));
        is_complete = is_complete && p->room[i] != NULL;
    }
    p->gain = ct_aligned_array(c->hidden_size, sizeof *p->gain);
    p->bias = ct_aligned_array(c->hidden_size, sizeof *p->bias);
    p->scratch =
        ct_aligned_array(crew_size(p->crew), scratch_size(c, params->max_len) * sizeof *p->scratch);
    if (!is_complete || p->gain == NULL || p->bias == NULL || p->scratch == NULL)
        return ct_fail_nomem(err, "forward pass", rows * pass_row_bytes(c));
    lay_out(p, rows);
    return CT_OK;
}

/* ---- what will be done ---- */

/* How many blocks the pass must go through, and in how many steps. */
static void plan(struct pass *p)
{
    const struct arch *const arch = p->config->arch;
    struct rehearsal rehearsal = { .n_weights = 0 };
    struct pass copy = *p;

    copy.rehearsal = &rehearsal;
    copy.n_left = p->width;
    arch->embed(&copy);
    for (; copy.layer < p->config->n_layers && copy.n_left > 0; copy.layer++) {
        rehearsal.n_weights = 0;
        arch->block(&copy);
    }
    p->n_blocks = copy.layer;
    p->n_steps = 1 + rehearsal.n_linears;
}

enum ct_status pass_new(const struct model *model, const struct pass_params *params,
                        struct pass **out, struct ct_error *err)
{
    struct pass *const p = calloc(1, sizeof *p);

    if (p == NULL)
        return ct_fail_nomem(err, "forward pass", 0);
    p->config = model_config(model);
    p->weights = model_weights(model);
    p->hooks = params->hooks;
    p->n_hooks = params->n_hooks;
    for (size_t h = 0; h < p->n_hooks; h++)
        p->width += p->hooks[h].width;
    enum ct_status st = crew_new(params->n_threads, &p->crew, err);
    if (st == CT_OK)
        st = make_workspace(p, params, err);
    if (st == CT_OK) {
        plan(p);
        *out = p;
    } else {
        pass_free(p);
    }
    return st;
}

void pass_free(struct pass *p)
{
    if (p == NULL)
        return;
    crew_free(p->crew);
    for (int i = 0; i < 3; i++)
        free(p->room[i]);
    free(p->gain);
    free(p->bias);
    free(p->scratch);
    free(p);
}

size_t pass_n_steps(const struct pass *p)
{
    return p->n_steps;
}

/* ---- the pass ---- */

/* Weights of the block come into memory; where it needs no attention, targets are enough. */
static void begin_block(struct pass *p)
{
    const bool is_last = p->layer + 1 == p->n_blocks;
    struct rehearsal now = { .n_weights = 0 };
    struct rehearsal next = { .n_weights = 0 };
    struct pass copy = *p;

    copy.rehearsal = &now;
    p->config->arch->block(&copy);
    if (!is_last) {
        copy.rehearsal = &next;
        copy.layer++;
        p->config->arch->block(&copy);
        prefetch_later(next.weights, next.n_weights);
    }
    prefetch_now(now.weights, now.n_weights, p->crew);
    if (is_last && !now.attends)
        pass_keep_targets(p);
}

bool pass_run(struct pass *p, const struct prefix_tree *tree, float *out, pass_step *step,
              void *context)
{
    const struct arch *const arch = p->config->arch;

    p->tree = tree;
    p->out = out;
    p->step = step;
    p->step_context = context;
    p->n_rows = tree->n_nodes;
    p->is_narrow = false;
    p->is_stopped = false;
    p->n_left = p->width;
    p->layer = 0;
    arch->embed(p);
    pass_tick(p);
    for (; p->layer < p->n_blocks && !p->is_stopped; p->layer++) {
        begin_block(p);
        arch->block(p);
    }
    arch->head(p);
    assert(p->n_left == 0 || p->is_stopped);
    return !p->is_stopped;
}
