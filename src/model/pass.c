#include "config.h"
#include "model/pass.h"

#include <assert.h>
#include <stdlib.h>

#include "base/mem.h"
#include "model/arch.h"
#include "model/ops/attention.h"
#include "model/ops/linear.h"
#include "model/pass_ops.h"
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

struct rooms { /* floats per row in each: see struct pass */
    size_t stream, first, second;
};

static struct rooms rooms_of(const struct model_config *c)
{
    const size_t hidden = linear_stride(c->hidden_size);
    const size_t q = linear_stride(q_width(c));
    const size_t kv = linear_stride(kv_width(c));
    const size_t neurons = linear_stride(c->intermediate_size);

    return (struct rooms){
        .stream = hidden,
        .first = larger(hidden, q),
        .second = larger(larger(hidden, q + 2 * kv), neurons),
    };
}

size_t pass_row_bytes(const struct model_config *c)
{
    const struct rooms rooms = rooms_of(c);

    return (rooms.stream + rooms.first + rooms.second) * sizeof(float);
}

/* Number of floats of scratch per thread. */
static size_t scratch_size(const struct model_config *c, size_t max_len)
{
    return larger(attention_scratch(max_len, c->head_dim), linear_scratch(false));
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

/* The stream, normed and q point to the beginning of their rooms; pass_free() frees them. */
static void lay_out(struct pass *p, float *stream, float *first, float *second, size_t max_nodes)
{
    const struct model_config *const c = p->config;
    const size_t q = q_width(c);
    const size_t kv = kv_width(c);

    p->stream = values_at(stream, c->hidden_size);
    p->normed = values_at(first, c->hidden_size);
    p->mix = values_at(first, q);
    p->mlp_out = values_at(first, c->hidden_size);
    p->q = values_at(second, q);
    p->attention_out = values_at(second, c->hidden_size);
    p->neurons = values_at(second, c->intermediate_size);
    if (second == NULL)
        return;
    p->k = values_at(second + max_nodes * p->q.ld, kv);
    p->v = values_at(p->k.at + max_nodes * p->k.ld, kv);
}

static enum ct_status make_workspace(struct pass *p, const struct pass_params *params,
                                     struct ct_error *err)
{
    struct pass_state *const s = p->state;
    const struct model_config *const c = p->config;
    const struct rooms rooms = rooms_of(c);
    const size_t rows = params->max_nodes;
    const size_t scratch = scratch_size(c, params->max_len);

    lay_out(p, ct_aligned_array(rows, rooms.stream * sizeof(float)),
            ct_aligned_array(rows, rooms.first * sizeof(float)),
            ct_aligned_array(rows, rooms.second * sizeof(float)), rows);
    s->gain = ct_aligned_array(c->hidden_size, sizeof *s->gain);
    s->bias = ct_aligned_array(c->hidden_size, sizeof *s->bias);
    s->scratch = ct_aligned_array(crew_size(s->crew), scratch * sizeof *s->scratch);
    if (p->stream.at == NULL || p->normed.at == NULL || p->q.at == NULL || s->gain == NULL ||
        s->bias == NULL || s->scratch == NULL)
        return ct_fail_nomem(err, "forward pass", rows * pass_row_bytes(c));
    return CT_OK;
}

/* ---- planning ---- */

/* A pass that runs an architecture's functions without computing, starting in the state of p. */
struct stand_in {
    struct pass pass;
    struct pass_state state;
};

static void stand_in_for(const struct pass *p, struct stand_in *out)
{
    out->pass = *p;
    out->state = *p->state;
    out->pass.state = &out->state;
}

static enum ct_status fail_activation(const struct model_config *c, struct ct_error *err)
{
    char known[128];

    activation_list(known, sizeof known);
    return ct_fail(err, CT_ENOTSUP,
                   "config.json: activation_function: '%s' is not supported, only %s; choose hook "
                   "points before the first one",
                   c->activation_name, known);
}

/* Determines the number of blocks and of steps. */
static enum ct_status plan(struct pass *p, struct ct_error *err)
{
    const struct arch *const arch = p->config->arch;
    struct rehearsal rehearsal = { .n_weights = 0 };
    size_t n_weights = 0;
    struct stand_in other;

    stand_in_for(p, &other);
    other.state.rehearsal = &rehearsal;
    other.state.n_left = p->state->width;
    arch->embed(&other.pass);
    while (other.pass.layer < p->config->n_layers && other.state.n_left > 0) {
        rehearsal.n_weights = 0;
        arch->block(&other.pass);
        n_weights += rehearsal.n_weights;
        other.pass.layer++;
    }
    p->state->n_blocks = other.pass.layer;
    p->state->n_steps = 1 + rehearsal.n_linears;
    if (p->state->shuffled != NULL)
        p->state->n_steps += n_weights;
    return rehearsal.activates && p->config->activation == ACTIVATION_UNKNOWN
               ? fail_activation(p->config, err)
               : CT_OK;
}

static enum ct_status fill(struct pass *p, const struct pass_params *params, struct ct_error *err)
{
    struct pass_state *const s = calloc(1, sizeof *s);

    if (s == NULL)
        return ct_fail_nomem(err, "forward pass", 0);
    p->state = s;
    s->hooks = params->hooks;
    s->n_hooks = params->n_hooks;
    for (size_t h = 0; h < s->n_hooks; h++)
        s->width += s->hooks[h].width;
    enum ct_status st = crew_new(params->n_threads, &s->crew, err);
    if (st == CT_OK)
        st = make_workspace(p, params, err);
    if (st == CT_OK && params->shuffle != NULL)
        st = shuffled_new(p->weights, params->shuffle, params->max_nodes, s->crew, &s->shuffled,
                          err);
    return st == CT_OK ? plan(p, err) : st;
}

enum ct_status pass_new(const struct model_config *config, const struct weights *weights,
                        const struct pass_params *params, struct pass **out, struct ct_error *err)
{
    struct pass *const p = calloc(1, sizeof *p);

    if (p == NULL)
        return ct_fail_nomem(err, "forward pass", 0);
    p->config = config;
    p->weights = weights;
    const enum ct_status st = fill(p, params, err);
    if (st == CT_OK)
        *out = p;
    else
        pass_free(p);
    return st;
}

void pass_free(struct pass *p)
{
    if (p == NULL)
        return;
    free(p->stream.at);
    free(p->normed.at);
    free(p->q.at);
    if (p->state != NULL) {
        shuffled_free(p->state->shuffled);
        crew_free(p->state->crew);
        free(p->state->gain);
        free(p->state->bias);
        free(p->state->scratch);
        free(p->state);
    }
    free(p);
}

size_t pass_n_steps(const struct pass *p)
{
    return p->state->n_steps;
}

/* ---- the pass ---- */

/* Prefetches the weights of the block; if it needs no attention, only targets are kept. */
static void begin_block(struct pass *p)
{
    const bool is_last = p->layer + 1 == p->state->n_blocks;
    struct rehearsal now = { .n_weights = 0 };
    struct rehearsal next = { .n_weights = 0 };
    struct stand_in other;

    stand_in_for(p, &other);
    other.state.rehearsal = &now;
    p->config->arch->block(&other.pass);
    if (!is_last) {
        other.state.rehearsal = &next;
        other.pass.layer++;
        p->config->arch->block(&other.pass);
        prefetch_later(next.weights, next.n_weights);
    }
    prefetch_now(now.weights, now.n_weights, p->state->crew);
    if (is_last && !now.attends)
        pass_keep_targets(p);
}

static void begin(struct pass *p, const struct prefix_tree *tree, float *out, pass_step *step,
                  void *context)
{
    struct pass_state *const s = p->state;

    p->layer = 0;
    s->tree = tree;
    s->out = out;
    s->step = step;
    s->step_context = context;
    s->n_rows = tree->n_nodes;
    s->is_narrow = false;
    s->is_stopped = false;
    s->n_left = s->width;
}

bool pass_run(struct pass *p, const struct prefix_tree *tree, float *out, pass_step *step,
              void *context)
{
    const struct arch *const arch = p->config->arch;
    const struct pass_state *const s = p->state;

    begin(p, tree, out, step, context);
    arch->embed(p);
    pass_tick(p);
    for (; p->layer < s->n_blocks && !s->is_stopped; p->layer++) {
        begin_block(p);
        arch->block(p);
    }
    arch->head(p);
    assert(s->n_left == 0 || s->is_stopped);
    return !s->is_stopped;
}
