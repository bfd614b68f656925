#include "config.h"
#include "model/pass.h"

#include <assert.h>
#include <stdlib.h>

#include "base/mem.h"
#include "model/arch.h"
#include "model/forward.h"
#include "model/ops/attention.h"
#include "model/ops/linear.h"
#include "model/pass_ops.h"
#include "model/prefetch.h"

enum { EMBED_WORK = 1 };

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

/* Attention's output is kept while the MLP runs. */
static bool is_parallel(const struct model_config *c)
{
    return c->residual == RESIDUAL_PARALLEL || c->residual == RESIDUAL_SHARED;
}

struct rooms { /* floats per row in each: see struct pass */
    size_t stream, first, second, third;
};

static struct rooms rooms_of(const struct model_config *c)
{
    const size_t hidden = linear_stride(c->hidden_size);
    const size_t q = linear_stride(q_width(c));
    const size_t kv = linear_stride(kv_width(c));
    const size_t neurons = linear_stride(c->intermediate_size);

    return (struct rooms){
        .stream = hidden,
        .first = larger(larger(hidden, q), linear_stride(c->word_size)),
        .second = larger(larger(hidden, q + 2 * kv), neurons),
        .third = is_parallel(c) ? hidden : 0,
    };
}

size_t pass_row_bytes(const struct model_config *c)
{
    const struct rooms rooms = rooms_of(c);

    return (rooms.stream + rooms.first + rooms.second + rooms.third) * sizeof(float) +
           (c->position_offset > 0 ? sizeof(uint32_t) : 0);
}

/* Number of floats of scratch per thread. */
static size_t scratch_size(const struct model_config *c, size_t max_len)
{
    return larger(attention_scratch(max_len, c->head_dim), linear_scratch(c->is_gated));
}

/* Number of floats of cosines, and of sines. */
static size_t rotary_size(const struct model_config *c, size_t max_len)
{
    return max_len * (c->rotary_width / 2);
}

double pass_memory(const struct model_config *c, size_t max_nodes, size_t max_len, int n_threads)
{
    const double scratch = (double)n_threads * (double)scratch_size(c, max_len) * sizeof(float);

    const double rotary =
        (c->has_sliding_rotary ? 4.0 : 2.0) * (double)rotary_size(c, max_len) * sizeof(float);

    return (double)max_nodes * (double)pass_row_bytes(c) + scratch + rotary;
}

/* at + n, which may be NULL in a pass that only plans. */
static float *behind(float *at, size_t n)
{
    return at != NULL ? at + n : NULL;
}

static struct values values_at(float *at, size_t n_cols)
{
    return (struct values){ at, n_cols, linear_stride(n_cols) };
}

struct places { /* of the rooms */
    float *stream, *first, *second, *third;
};

/* The stream, normed and q point to the beginning of their rooms; pass_free() frees them. */
static void lay_out(struct pass *p, const struct places *at, size_t max_nodes)
{
    const struct model_config *const c = p->config;
    const size_t q = q_width(c);
    const size_t kv = kv_width(c);

    p->stream = values_at(at->stream, c->hidden_size);
    p->words = values_at(at->first, c->word_size);
    p->normed = values_at(at->first, c->hidden_size);
    p->mix = values_at(at->first, q);
    p->mlp_out = values_at(at->first, c->hidden_size);
    p->q = values_at(at->second, q);
    p->attention_out = values_at(is_parallel(c) ? at->third : at->second, c->hidden_size);
    p->neurons = values_at(at->second, c->intermediate_size);
    p->k = values_at(behind(at->second, max_nodes * p->q.ld), kv);
    p->v = values_at(behind(p->k.at, max_nodes * p->k.ld), kv);
}

/* Whether edited gates need a room of their own. */
static bool has_gates(const struct pass *p)
{
    const unsigned gates = 1U << PLACE_MLP_PRE | 1U << PLACE_MLP_GATE | 1U << PLACE_GATE_UP;

    return p->config->is_gated && (p->state->edited_places & gates) != 0;
}

static enum ct_status make_workspace(struct pass *p, const struct pass_params *params,
                                     struct ct_error *err)
{
    struct pass_state *const s = p->state;
    const struct model_config *const c = p->config;
    const struct rooms rooms = rooms_of(c);
    const size_t rows = params->max_nodes;
    const size_t scratch = scratch_size(c, params->max_len);

    const size_t most = larger(c->hidden_size, c->head_dim); /* of a norm */
    const struct places at = {
        .stream = ct_aligned_array(rows, rooms.stream * sizeof(float)),
        .first = ct_aligned_array(rows, rooms.first * sizeof(float)),
        .second = ct_aligned_array(rows, rooms.second * sizeof(float)),
        .third = rooms.third > 0 ? ct_aligned_array(rows, rooms.third * sizeof(float)) : NULL,
    };

    lay_out(p, &at, rows);
    s->third = at.third;
    s->gain = ct_aligned_array(most, sizeof *s->gain);
    s->bias = ct_aligned_array(most, sizeof *s->bias);
    s->scratch = ct_aligned_array(crew_size(s->crew), scratch * sizeof *s->scratch);
    if (c->position_offset > 0)
        s->positions = ct_malloc_array(rows, sizeof *s->positions);
    if (at.stream == NULL || at.first == NULL || at.second == NULL ||
        (rooms.third > 0 && at.third == NULL) || s->gain == NULL || s->bias == NULL ||
        s->scratch == NULL || (c->position_offset > 0 && s->positions == NULL))
        return ct_fail_nomem(err, "forward pass", rows * pass_row_bytes(c));
    return CT_OK;
}

static enum ct_status make_edit_rooms(struct pass *p, size_t rows, struct ct_error *err)
{
    struct pass_state *const s = p->state;
    const struct model_config *const c = p->config;
    const size_t gate = linear_stride(c->intermediate_size) * sizeof(float);
    const size_t row = linear_stride(c->hidden_size) * sizeof(float);

    if (has_gates(p))
        s->gates = ct_aligned_array(rows, gate);
    s->kept = ct_aligned_array(rows, row);
    s->rows = ct_malloc_array(rows, sizeof *s->rows);
    p->gates = values_at(s->gates, c->intermediate_size);
    p->kept = values_at(s->kept, c->hidden_size);
    if ((has_gates(p) && s->gates == NULL) || s->kept == NULL || s->rows == NULL)
        return ct_fail_nomem(err, "forward pass", rows * (gate + row));
    return CT_OK;
}

static enum ct_status make_rotary(struct pass *p, size_t max_len, struct ct_error *err)
{
    struct pass_state *const s = p->state;
    const struct model_config *const c = p->config;
    const size_t size = rotary_size(c, max_len);
    float *const inverse = ct_malloc_array(c->rotary_width, sizeof *inverse);
    bool is_made = inverse != NULL;

    for (size_t i = 0; is_made && i < (c->has_sliding_rotary ? 2 : 1); i++) {
        s->cosines[i] = ct_malloc_array(size, sizeof *s->cosines[i]);
        s->sines[i] = ct_malloc_array(size, sizeof *s->sines[i]);
        is_made = s->cosines[i] != NULL && s->sines[i] != NULL;
        if (!is_made)
            break;
        rotary_frequencies(&c->rotary[i], c->rotary_width, inverse);
        rotary_table(&c->rotary[i], inverse, c->rotary_width, max_len, s->cosines[i], s->sines[i]);
    }
    free(inverse);
    return is_made ? CT_OK : ct_fail_nomem(err, "forward pass", size * sizeof(float));
}

/* ---- planning ---- */

/* A pass that runs the functions of forward.c without computing, starting in the state of p. */
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
    const struct arch *const arch = c->arch;
    const char *key = "activation";
    char known[128];

    for (size_t i = 0; i < arch->n_keys; i++)
        if (arch->keys[i].kind == CONFIG_ACTIVATION)
            key = arch->keys[i].names[0];

    activation_list(known, sizeof known);
    return ct_fail(err, CT_ENOTSUP,
                   "config.json: %s: '%s' is not supported, only %s; choose hook points before the "
                   "first one",
                   key, c->activation_name, known);
}

/* Rehearses all blocks that the hooks need; returns their number. */
static size_t rehearse(const struct pass *p, struct rehearsal *rehearsal)
{
    struct stand_in other;

    stand_in_for(p, &other);
    other.state.rehearsal = rehearsal;
    other.state.n_left = p->state->width;
    forward_embed(&other.pass);
    while (other.pass.layer < p->config->n_layers && other.state.n_left > 0) {
        rehearsal->n_weights = 0;
        forward_block(&other.pass);
        other.pass.layer++;
    }
    rehearsal->n_weights = 0;
    forward_head(&other.pass);
    return other.pass.layer;
}

double pass_weight_bytes(const struct model_config *config, const struct weights *weights,
                         const struct hook_point *hooks, size_t n_hooks)
{
    const struct places nowhere = { NULL, NULL, NULL, NULL };
    struct pass_state state = { .hooks = hooks, .n_hooks = n_hooks };
    struct pass pass = { .config = config, .weights = weights, .state = &state };
    struct rehearsal rehearsal = { .n_weights = 0 };

    for (size_t h = 0; h < n_hooks; h++)
        state.width += hooks[h].width;
    lay_out(&pass, &nowhere, 0);
    (void)rehearse(&pass, &rehearsal);
    return rehearsal.weight_bytes;
}

/* Determines the number of blocks and the work. */
static enum ct_status plan(struct pass *p, struct ct_error *err)
{
    struct rehearsal rehearsal = { .n_weights = 0 };

    p->state->n_blocks = rehearse(p, &rehearsal);
    p->state->work = EMBED_WORK + rehearsal.work;
    if (p->state->edits != NULL && p->state->n_blocks > 0)
        pass_plan_edits(p);
    if (p->state->shuffled != NULL)
        p->state->work += rehearsal.work_shuffled;
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
    s->max_slice = params->max_slice;
    for (size_t h = 0; h < s->n_hooks; h++)
        s->width += s->hooks[h].width;
    assert(params->edits == NULL || params->shuffle == NULL);
    enum ct_status st = pass_collect_edits(s, params->edits, err);
    if (st == CT_OK)
        st = crew_new(params->n_threads, &s->crew, err);
    if (st == CT_OK)
        st = make_workspace(p, params, err);
    if (st == CT_OK && s->edits != NULL)
        st = make_edit_rooms(p, params->max_nodes, err);
    if (st == CT_OK && p->config->rotary_width > 0)
        st = make_rotary(p, params->max_len, err);
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
        free(p->state->third);
        free(p->state->gates);
        free(p->state->kept);
        free(p->state->rows);
        free(p->state->edited_hooks);
        free(p->state->positions);
        for (size_t i = 0; i < 2; i++) {
            free(p->state->cosines[i]);
            free(p->state->sines[i]);
        }
        free(p->state);
    }
    free(p);
}

size_t pass_work(const struct pass *p)
{
    return p->state->work;
}

/* ---- the pass ---- */

static bool go_on(void *context)
{
    return pass_tick(context, 0);
}

static void prefetch_output(struct pass *p)
{
    const struct tensor *const output = &p->weights->output.weight;

    if (!pass_is_over(p->state) && pass_wants(p, 1U << PLACE_LOGITS))
        prefetch_now(&output, 1, p->state->crew, go_on, p);
}

/* Prefetches the weights of the block; if it needs no attention, only targets are kept. */
static void begin_block(struct pass *p)
{
    const bool is_last = p->layer + 1 == p->state->n_blocks;
    struct rehearsal now = { .n_weights = 0 };
    struct rehearsal next = { .n_weights = 0 };
    struct stand_in other;

    stand_in_for(p, &other);
    other.state.rehearsal = &now;
    forward_block(&other.pass);
    if (p->layer == 0)
        prefetch_later(now.weights, now.n_weights);
    if (!is_last) {
        other.state.rehearsal = &next;
        other.pass.layer++;
        forward_block(&other.pass);
        prefetch_later(next.weights, next.n_weights);
    }
    prefetch_now(now.weights, now.n_weights, p->state->crew, go_on, p);
    if (is_last && !now.attends)
        pass_keep_targets(p);
}

static void begin(struct pass *p, const struct pass_input *input, float *out, pass_step *step,
                  void *context)
{
    struct pass_state *const s = p->state;
    const bool has_plain = s->edits != NULL && !s->edits_embedding;

    p->layer = 0;
    s->tree = has_plain ? input->plain : input->tree;
    s->full = has_plain ? input->tree : NULL;
    s->of = input->of;
    s->n_nodes = input->tree->n_nodes;
    s->row_nodes = NULL;
    s->memo = s->edits != NULL && s->n_blocks > 0 ? input->memo : NULL;
    s->out = out;
    s->step = step;
    s->step_context = context;
    s->n_rows = s->tree->n_nodes;
    s->is_narrow = false;
    s->is_stopped = false;
    s->n_left = s->width;
}

bool pass_run(struct pass *p, const struct pass_input *input, float *out, pass_step *step,
              void *context)
{
    const struct pass_state *const s = p->state;

    begin(p, input, out, step, context);
    if (!pass_memo_resume(p)) {
        forward_embed(p);
        pass_tick(p, s->n_nodes * EMBED_WORK);
    }
    for (; p->layer < s->n_blocks && !s->is_stopped; p->layer++) {
        pass_memo_block(p);
        if (s->full != NULL && !s->expands_late && !s->splits && p->layer == s->expand_at)
            pass_expand(p);
        begin_block(p);
        forward_block(p);
    }
    prefetch_output(p);
    forward_head(p);
    assert(s->n_left == 0 || s->is_stopped);
    pass_memo_end(p);
    return !s->is_stopped;
}
