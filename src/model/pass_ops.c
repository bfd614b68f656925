#include "config.h"
#include "model/pass_ops.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "base/kernel.h"
#include "model/normalise.h"
#include "model/ops/activation.h"
#include "model/ops/linear.h"
#include "model/ops/rotary.h"
#include "model/pass_state.h"

enum { ROWS_PER_BLOCK = 16, LEAST_SLICE = 128 };

/* Of a step: 0.1 s on one core without AVX-512. */
static const double STEP_FLOP = 9e9;

bool pass_tick(struct pass *p, size_t work)
{
    struct pass_state *const s = p->state;

    /* The edited rows of a split block are not counted. */
    if (!s->is_stopped &&
        !s->step(s->step_context, s->row_nodes == NULL || s->is_resumed ? work : 0))
        s->is_stopped = true;
    return !s->is_stopped;
}

/* ---- row by row ---- */

struct row_loop { /* the same for each row */
    void (*row)(const struct row_loop *loop, size_t i);
    const struct pass *p;
    const struct values *x;
    const struct values *y;
    const struct tensor *table; /* of an embedding */
    const uint32_t *ids;        /* [n_nodes], the row of each node */
    float factor;
};

static void some_rows(void *context, size_t block)
{
    const struct row_loop *const loop = context;
    const size_t begin = block * ROWS_PER_BLOCK;

    for (size_t i = begin; i < begin + ROWS_PER_BLOCK && i < loop->p->state->n_rows; i++)
        loop->row(loop, i);
}

static void each_row(struct row_loop loop)
{
    const struct pass_state *const s = loop.p->state;

    if (pass_is_live(s))
        crew_run(s->crew, (s->n_rows + ROWS_PER_BLOCK - 1) / ROWS_PER_BLOCK, some_rows, &loop);
}

static void look_up_row(const struct row_loop *loop, size_t i)
{
    tensor_read(loop->table, loop->ids[i], 0, loop->y->n_cols, values_row(loop->y, i));
}

static void look_up_rows(struct pass *p, const struct tensor *table, const uint32_t *ids,
                         const struct values *out)
{
    const struct pass_state *const s = p->state;
    struct row_loop loop = { .row = look_up_row, .p = p, .y = out, .table = table, .ids = ids };

    if (s->shuffled != NULL)
        loop.table = shuffled_rows(s->shuffled, table, ids, s->n_rows, &loop.ids);
    each_row(loop);
}

void pass_token_rows(struct pass *p, const struct tensor *table, const struct values *out)
{
    if (pass_is_live(p->state))
        look_up_rows(p, table, p->state->tree->tokens, out);
}

void pass_position_rows(struct pass *p, const struct tensor *table, const struct values *out)
{
    const struct pass_state *const s = p->state;
    const uint32_t offset = (uint32_t)p->config->position_offset;

    if (!pass_is_live(s))
        return;
    if (offset == 0) {
        look_up_rows(p, table, s->tree->depth, out);
        return;
    }
    for (size_t i = 0; i < s->n_rows; i++)
        s->positions[i] = s->tree->depth[i] + offset;
    look_up_rows(p, table, s->positions, out);
}

static void normalise(const struct pass *p, const float *x, size_t n, float *y)
{
    norm_apply(p->config, p->state->gain, p->state->bias, x, n, y);
}

static void normalise_row(const struct row_loop *loop, size_t i)
{
    normalise(loop->p, values_row(loop->x, i), loop->x->n_cols, values_row(loop->y, i));
}

void pass_norm(struct pass *p, const struct norm *norm, const struct values *x,
               const struct values *y)
{
    if (!pass_is_live(p->state))
        return;
    norm_read(p->config, norm, x->n_cols, p->state->gain, p->state->bias);
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
    add(values_row(loop->y, i), values_row(loop->x, i), loop->x->n_cols);
}

void pass_add(struct pass *p, const struct values *x, const struct values *y)
{
    each_row((struct row_loop){ .row = add_row, .p = p, .x = y, .y = x });
}

static void scale_row(const struct row_loop *loop, size_t i)
{
    float *const x = values_row(loop->y, i);

    for (size_t j = 0; j < loop->y->n_cols; j++)
        x[j] *= loop->factor;
}

void pass_scale(struct pass *p, const struct values *x, double factor)
{
    each_row((struct row_loop){ .row = scale_row, .p = p, .y = x, .factor = (float)factor });
}

static void cap_row(const struct row_loop *loop, size_t i)
{
    float *const x = values_row(loop->y, i);

    for (size_t j = 0; j < loop->y->n_cols; j++)
        x[j] = loop->factor * tanhf(x[j] / loop->factor);
}

void pass_cap(struct pass *p, const struct values *x, double cap)
{
    if (cap > 0.0)
        each_row((struct row_loop){ .row = cap_row, .p = p, .y = x, .factor = (float)cap });
}

static void activate_row(const struct row_loop *loop, size_t i)
{
    activation_apply(loop->p->config->activation, values_row(loop->y, i), loop->y->n_cols);
}

/* ---- linear layers ---- */

/* The output layer is not shuffled, nor the projection before it. */
static bool is_output(const struct pass *p, const struct linear *linear)
{
    return linear->weight.data == p->weights->output.weight.data ||
           linear->weight.data == p->weights->output_projection.weight.data;
}

static void rehearse_linear(const struct pass *p, const struct linear *linear)
{
    struct rehearsal *const r = p->state->rehearsal;
    const struct tensor *const w = &linear->weight;

    r->work += pass_work_of(linear->n_in, linear->n_out);
    if (r->n_weights > 0 && r->weights[r->n_weights - 1]->data == w->data)
        return; /* another part of the previous weight */
    assert(r->n_weights < PASS_MAX_WEIGHTS);
    r->weights[r->n_weights++] = w;
    if (!is_output(p, linear))
        r->work_shuffled += pass_work_of(w->rows, w->cols);
    r->weight_bytes += (double)tensor_bytes(w);
}

/* The linear layer with its weight shuffled, if they are to be. */
static struct linear shuffle_linear(struct pass *p, const struct linear *linear)
{
    struct shuffled *const s = p->state->shuffled;
    struct linear shuffled = *linear;
    bool is_new = false;

    if (s != NULL && !is_output(p, linear))
        shuffled.weight = *shuffled_matrix(s, &linear->weight, &is_new);
    if (is_new)
        pass_tick(p, p->state->n_nodes * pass_work_of(linear->weight.rows, linear->weight.cols));
    return shuffled;
}

struct variant { /* of a linear layer, see linear_job */
    const enum activation *activation;
    bool is_factor;
};

/* How many rows a step takes. */
static size_t slice_of(const struct linear *linear)
{
    const double rows = STEP_FLOP / (2.0 * (double)linear->n_in * (double)linear->n_out);

    return rows < LEAST_SLICE ? LEAST_SLICE : rows < 1e9 ? (size_t)rows : (size_t)1e9;
}

/* The rows of the job in slices, so that the pass can be stopped between them. */
static void apply_in_slices(struct pass *p, struct linear_job job)
{
    const struct pass_state *const s = p->state;
    const struct linear *const linear = job.linear;
    const size_t slice = s->max_slice > 0 ? s->max_slice : slice_of(linear);
    const size_t n_slices = (s->n_rows + slice - 1) / slice;
    const size_t work = s->n_nodes * pass_work_of(linear->n_in, linear->n_out);

    for (size_t i = 0; i < n_slices && !s->is_stopped; i++) {
        job.n_rows = s->n_rows * (i + 1) / n_slices - s->n_rows * i / n_slices;
        linear_apply(&job, s->scratch, s->crew);
        job.x += job.n_rows * job.ld_x;
        job.y += job.n_rows * job.ld_y;
        pass_tick(p, work * (i + 1) / n_slices - work * i / n_slices);
    }
}

static void apply(struct pass *p, const struct linear *linear, const struct values *x,
                  const struct values *y, struct variant variant)
{
    const struct pass_state *const s = p->state;
    struct linear used;
    const struct linear_job job = {
        .linear = &used,
        .x = x->at,
        .ld_x = x->ld,
        .activation = variant.activation,
        .is_factor = variant.is_factor,
        .y = y->at,
        .ld_y = y->ld,
    };

    assert(x->n_cols == linear->n_in && y->n_cols == linear->n_out);
    if (pass_is_rehearsed(s))
        rehearse_linear(p, linear);
    if (!pass_is_live(s))
        return;
    used = shuffle_linear(p, linear);
    apply_in_slices(p, job);
}

void pass_linear(struct pass *p, const struct linear *linear, const struct values *x,
                 const struct values *y)
{
    apply(p, linear, x, y, (struct variant){ NULL, false });
}

void pass_linear_factor(struct pass *p, const struct linear *linear, const struct values *x,
                        const struct values *y, bool is_activated)
{
    apply(p, linear, x, y, (struct variant){ is_activated ? &p->config->activation : NULL, true });
    if (is_activated && pass_is_rehearsed(p->state))
        p->state->rehearsal->activates = true;
}

static bool is_at(const struct hook_point *hook, const struct pass *p, enum site_place place)
{
    return hook->place == place && (!hook->is_in_block || hook->layer == p->layer);
}

/* Columns of all hooks at these places of this block. */
static size_t columns_at(const struct pass *p, unsigned places)
{
    size_t n = 0;

    for (size_t h = 0; h < p->state->n_hooks; h++)
        if ((places >> p->state->hooks[h].place & 1U) != 0 &&
            is_at(&p->state->hooks[h], p, p->state->hooks[h].place))
            n += p->state->hooks[h].width;
    return n;
}

bool pass_wants(const struct pass *p, unsigned places)
{
    return columns_at(p, places) > 0 || pass_edits(p, places);
}

bool pass_goes_beyond(const struct pass *p, unsigned places)
{
    return p->state->n_left > columns_at(p, places);
}

void pass_linear_activated(struct pass *p, const struct linear *linear, const struct values *x,
                           const struct values *y, enum site_place before, enum site_place after)
{
    const bool in_two_steps = pass_wants(p, 1U << before);

    apply(p, linear, x, y, (struct variant){ in_two_steps ? NULL : &p->config->activation, false });
    pass_output_of(p, before, linear, y);
    if (pass_is_rehearsed(p->state))
        p->state->rehearsal->activates = true;
    if (in_two_steps)
        each_row((struct row_loop){ .row = activate_row, .p = p, .y = y });
    pass_output(p, after, y);
}

static void multiply_row(const struct row_loop *loop, size_t i)
{
    float *const x = values_row(loop->y, i);
    const float *const factor = values_row(loop->x, i);

    for (size_t j = 0; j < loop->y->n_cols; j++)
        x[j] *= factor[j];
}

void pass_multiply(struct pass *p, const struct values *x, const struct values *y)
{
    each_row((struct row_loop){ .row = multiply_row, .p = p, .x = y, .y = x });
}

/* ---- heads ---- */

static void normalise_heads(const struct row_loop *loop, size_t i)
{
    const size_t head_dim = loop->p->config->head_dim;
    float *const x = values_row(loop->y, i);

    for (size_t at = 0; at < loop->y->n_cols; at += head_dim)
        normalise(loop->p, x + at, head_dim, x + at);
}

static void turn_row(const struct row_loop *loop, size_t i)
{
    const struct model_config *const c = loop->p->config;
    const struct pass_state *const s = loop->p->state;
    const size_t kind = c->has_sliding_rotary && config_slides(c, loop->p->layer) ? 1 : 0;
    const size_t node = pass_node(s, i);
    const size_t at = s->tree->depth[node] * (c->rotary_width / 2);
    const struct rotary_turn turn = {
        .width = c->rotary_width,
        .in_pairs = c->rotary_in_pairs,
        .cosine = s->cosines[kind] + at,
        .sine = s->sines[kind] + at,
    };

    rotary_apply(&turn, values_row(loop->y, i), loop->y->n_cols / c->head_dim, c->head_dim);
}

void pass_prepare_heads(struct pass *p, const struct norm *norm, const struct values *x,
                        enum site_place after)
{
    if (p->config->has_qk_norms) {
        if (pass_is_live(p->state))
            norm_read(p->config, norm, p->config->head_dim, p->state->gain, p->state->bias);
        each_row((struct row_loop){ .row = normalise_heads, .p = p, .y = x });
        pass_output(p, after, x);
    }
    if (p->config->rotary_width > 0)
        each_row((struct row_loop){ .row = turn_row, .p = p, .y = x });
}

/* ---- outputs ---- */

/* Copies the values of each sequence's target to its row of out, from `column` on; of a linear
 * layer, to where its outputs are among those of the module. */
static void copy_targets(const struct pass_state *s, const struct values *values,
                         const struct linear *linear, size_t column)
{
    const size_t run = linear != NULL && linear->run > 0 ? linear->run : values->n_cols;

    const struct prefix_tree *const tree = s->tree;

    for (size_t i = 0; i < tree->n_seqs; i++) {
        const size_t target = tree->seq_target[i];
        const size_t row = s->is_narrow ? target : tree->targets[target];
        float *const out = s->out + tree->seq_index[i] * s->width + column;
        for (size_t j = 0; j < values->n_cols; j += run)
            memcpy(out + (linear != NULL ? linear_stored(linear, j) : j),
                   values_row(values, row) + j, run * sizeof *values->at);
    }
}

void pass_output(struct pass *p, enum site_place place, const struct values *values)
{
    pass_output_of(p, place, NULL, values);
}

void pass_output_again(struct pass *p, enum site_place place, const struct values *values)
{
    if (pass_is_live(p->state))
        pass_apply_edits(p, place, NULL, values);
}

void pass_output_of(struct pass *p, enum site_place place, const struct linear *linear,
                    const struct values *values)
{
    struct pass_state *const s = p->state;
    const bool is_copied = pass_is_live(s);
    size_t at = 0;

    if (pass_is_over(s))
        return;
    if (is_copied && place == PLACE_BLOCK && s->expands_late && p->layer == s->expand_at &&
        s->full != NULL)
        pass_expand(p);
    if (is_copied)
        pass_apply_edits(p, place, linear, values);
    if (s->row_nodes != NULL)
        return; /* nothing is read there */
    for (size_t h = 0; h < s->n_hooks; at += s->hooks[h++].width) {
        if (!is_at(&s->hooks[h], p, place))
            continue;
        if (is_copied)
            copy_targets(s, values, linear, at);
        s->n_left -= values->n_cols;
    }
}
