/*
 * The forward pass of an invented architecture with features that GPT-2 lacks: heads whose width
 * does not divide that of the stream, shared heads of keys and values, torch's [out, in] without
 * biases, norms after attention and MLP, no position embedding. Compared with the plain formulas
 * in float64.
 */
#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "model/arch.h"
#include "model/pass.h"
#include "support.h"

enum { VOCAB = 11, D = 12, H = 4, G = 2, E = 5, M = 14, L = 3, MAX_LEN = 6, N_SEQS = 7 };

/* ---- the architecture ---- */

static size_t no_width(const struct model_config *config)
{
    (void)config;
    return 0;
}

enum { N_SITES = 7 };

static const struct site sites[N_SITES] = {
    { PLACE_TOKEN_EMBEDDING, "embed", "", site_width_hidden },
    { PLACE_ATTENTION, ".attention", "", site_width_hidden },
    { PLACE_QKV, ".not_here", "", no_width },
    { PLACE_MLP_PRE, ".up", "", site_width_intermediate },
    { PLACE_MLP_POST, ".act", "", site_width_intermediate },
    { PLACE_BLOCK, "", "", site_width_hidden },
    { PLACE_FINAL_NORM, "norm", "", site_width_hidden },
};
static const char *const no_prefixes[] = { NULL };
static const struct arch made_up = {
    .prefixes = no_prefixes,
    .block_path = "layers",
    .sites = sites,
    .n_sites = N_SITES,
};
static const struct model_config config = {
    .arch = &made_up,
    .vocab_size = VOCAB,
    .n_positions = MAX_LEN,
    .hidden_size = D,
    .n_layers = L,
    .n_heads = H,
    .n_kv_heads = G,
    .head_dim = E,
    .intermediate_size = M,
    .activation = ACTIVATION_RELU,
    .norm_epsilon = 1e-3,
    .residual = RESIDUAL_SANDWICH,
    .linear_layout = LINEAR_OUT_IN,
    .score_scale = 0.7,
    .scores_scale_by_layer = true,
};

/* ---- its weights ---- */

static uint32_t noise_state = 3;

/* A tensor of numbers in [-1, 1), not freed before the test ends. */
static struct tensor noise(size_t rows, size_t cols)
{
    float *const data = ct_malloc_array(rows * cols, sizeof *data);

    for (size_t i = 0; i < rows * cols; i++) {
        noise_state = noise_state * 1664525U + 1013904223U;
        data[i] = (float)((double)(noise_state >> 8) * 0x1p-23 - 1.0);
    }
    return (struct tensor){ data, TENSOR_F32, rows, cols };
}

static struct linear linear(size_t n_in, size_t n_out)
{
    return (struct linear){
        .weight = noise(n_out, n_in), .layout = LINEAR_OUT_IN, .n_in = n_in, .n_out = n_out
    };
}

static struct weights make_weights(void)
{
    struct weights w = { .token_embedding = noise(VOCAB, D), .final_norm.weight = noise(1, D) };

    w.blocks = ct_calloc_array(L, sizeof *w.blocks);
    for (size_t l = 0; l < L; l++)
        w.blocks[l] = (struct block_weights){
            .attention_norm.weight = noise(1, D),
            .q = linear(D, H * E),
            .k = linear(D, G * E),
            .v = linear(D, G * E),
            .attention_out = linear(H * E, D),
            .attention_post_norm.weight = noise(1, D),
            .mlp_norm.weight = noise(1, D),
            .mlp_in = linear(D, M),
            .mlp_out = linear(M, D),
            .mlp_post_norm.weight = noise(1, D),
        };
    return w;
}

static void free_linear(struct linear *l)
{
    free((void *)(uintptr_t)l->weight.data);
}

static void clear_weights(struct weights *w)
{
    for (size_t l = 0; l < L; l++) {
        struct block_weights *const b = &w->blocks[l];
        free_linear(&b->q);
        free_linear(&b->k);
        free_linear(&b->v);
        free_linear(&b->attention_out);
        free_linear(&b->mlp_in);
        free_linear(&b->mlp_out);
        free((void *)(uintptr_t)b->attention_norm.weight.data);
        free((void *)(uintptr_t)b->attention_post_norm.weight.data);
        free((void *)(uintptr_t)b->mlp_norm.weight.data);
        free((void *)(uintptr_t)b->mlp_post_norm.weight.data);
    }
    free(w->blocks);
    free((void *)(uintptr_t)w->token_embedding.data);
    free((void *)(uintptr_t)w->final_norm.weight.data);
}

/* ---- the plain formulas, of one sequence ---- */

static double at(const struct tensor *t, size_t row, size_t col)
{
    return (double)((const float *)t->data)[row * t->cols + col];
}

static void plain_norm(const struct norm *norm, const double *x, double *y)
{
    double mean = 0.0;
    double variance = 0.0;

    for (size_t j = 0; j < D; j++)
        mean += x[j] / D;
    for (size_t j = 0; j < D; j++)
        variance += (x[j] - mean) * (x[j] - mean) / D;
    for (size_t j = 0; j < D; j++)
        y[j] = (x[j] - mean) / sqrt(variance + config.norm_epsilon) * at(&norm->weight, 0, j);
}

static void plain_linear(const struct linear *l, const double *x, double *y)
{
    for (size_t o = 0; o < l->n_out; o++) {
        y[o] = 0.0;
        for (size_t i = 0; i < l->n_in; i++)
            y[o] += x[i] * at(&l->weight, o, i);
    }
}

/* The output of head h at the last of n tokens. */
static void plain_head(size_t h, size_t n, double scale, const double *q, double k[][G * E],
                       double v[][G * E], double *out)
{
    const size_t kv = h / (H / G) * E;
    double p[MAX_LEN];
    double sum = 0.0;

    for (size_t j = 0; j < n; j++) {
        p[j] = 0.0;
        for (size_t c = 0; c < E; c++)
            p[j] += scale * q[h * E + c] * k[j][kv + c];
        sum += p[j] = exp(p[j]);
    }
    for (size_t c = 0; c < E; c++) {
        out[h * E + c] = 0.0;
        for (size_t j = 0; j < n; j++)
            out[h * E + c] += p[j] / sum * v[j][kv + c];
    }
}

/* Computes block l of x [n, D]. Stores, for the last token, the output of attention, the neurons
 * before and after activation, and the stream at *last, consecutively. */
static void plain_block(const struct weights *w, size_t l, size_t n, double x[][D], double **last)
{
    const struct block_weights *const b = &w->blocks[l];
    double k[MAX_LEN][G * E];
    double v[MAX_LEN][G * E];
    double q[H * E];
    double mix[H * E];
    double y[D];
    double neurons[M];

    for (size_t t = 0; t < n; t++) {
        plain_norm(&b->attention_norm, x[t], y);
        plain_linear(&b->q, y, q);
        plain_linear(&b->k, y, k[t]);
        plain_linear(&b->v, y, v[t]);
        for (size_t h = 0; h < H; h++)
            plain_head(h, t + 1, config.score_scale / (double)(l + 1), q, k, v, mix);
        plain_linear(&b->attention_out, mix, y);
        if (t + 1 == n)
            memcpy(*last, y, sizeof y);
        plain_norm(&b->attention_post_norm, y, y);
        for (size_t j = 0; j < D; j++)
            x[t][j] += y[j];
        plain_norm(&b->mlp_norm, x[t], y);
        plain_linear(&b->mlp_in, y, neurons);
        if (t + 1 == n)
            memcpy(*last + D, neurons, sizeof neurons);
        for (size_t j = 0; j < M; j++)
            neurons[j] = fmax(neurons[j], 0.0);
        if (t + 1 == n)
            memcpy(*last + D + M, neurons, sizeof neurons);
        plain_linear(&b->mlp_out, neurons, y);
        plain_norm(&b->mlp_post_norm, y, y);
        for (size_t j = 0; j < D; j++)
            x[t][j] += y[j];
    }
    memcpy(*last + D + M + M, x[n - 1], D * sizeof(double));
    *last += D + M + M + D;
}

enum { WIDTH = D + L * (D + M + M + D) + D }; /* of all hook points */

static void plain_pass(const struct weights *w, const struct token_seq *seq, double out[WIDTH])
{
    double x[MAX_LEN][D];
    double *last = out + D;

    for (size_t t = 0; t < seq->n; t++)
        for (size_t j = 0; j < D; j++)
            x[t][j] = at(&w->token_embedding, seq->ids[t], j);
    memcpy(out, x[seq->n - 1], D * sizeof *out);
    for (size_t l = 0; l < L; l++)
        plain_block(w, l, seq->n, x, &last);
    plain_norm(&w->final_norm, x[seq->n - 1], last);
}

/* ---- the tests ---- */

static const uint32_t ids[N_SEQS][MAX_LEN] = {
    { 1, 2, 3, 4, 5, 6 }, { 1, 2, 3 }, { 1, 2, 7, 8 }, { 9 },
    { 1, 2, 3, 4, 0, 6 }, { 1, 2, 3 }, { 10, 2 },
};
static const size_t lengths[N_SEQS] = { 6, 3, 4, 1, 6, 3, 2 };

struct counter {
    size_t calls, stop_at;
};

struct sum {
    size_t work, most;
};

static bool add(void *context, size_t work)
{
    struct sum *const sum = context;

    sum->work += work;
    sum->most = work > sum->most ? work : sum->most;
    return true;
}

static bool count(void *context, size_t n_nodes)
{
    struct counter *const c = context;

    ck_assert_uint_eq(n_nodes, 13);
    return ++c->calls != c->stop_at;
}

struct trial {
    struct weights weights;
    struct token_seq seqs[N_SEQS];
    struct prefix_tree tree;
    struct hook_point *hooks;
    size_t n_hooks;
};

static void begin(struct trial *t)
{
    struct sorted_seq sorted[N_SEQS];
    size_t n_nodes;

    *t = (struct trial){ .weights = make_weights() };
    for (size_t i = 0; i < N_SEQS; i++)
        t->seqs[i] = (struct token_seq){ ids[i], lengths[i] };
    prefix_tree_sort(t->seqs, N_SEQS, NULL, sorted);
    ck_assert_uint_eq(prefix_tree_fit(sorted, N_SEQS, 100, &n_nodes), N_SEQS);
    ck_assert_uint_eq(n_nodes, 13);
    ck_assert_int_eq(prefix_tree_init(&t->tree, n_nodes, N_SEQS, MAX_LEN, NULL), CT_OK);
    prefix_tree_build(&t->tree, sorted, N_SEQS);
    ck_assert_uint_eq(t->tree.n_nodes, n_nodes);
    ck_assert_int_eq(hooks_list(&config, &t->hooks, &t->n_hooks, NULL), CT_OK);
    ck_assert_uint_eq(t->n_hooks, 2 + 4 * L);
}

static void end(struct trial *t)
{
    clear_weights(&t->weights);
    prefix_tree_clear(&t->tree);
    free(t->hooks);
}

/* Runs hooks first .. first + n; returns the number of calls of the step. */
static size_t run(const struct trial *t, size_t first, size_t n, size_t stop_at, float *out)
{
    const struct pass_params params = { .hooks = t->hooks + first,
                                        .n_hooks = n,
                                        .max_nodes = t->tree.n_nodes,
                                        .max_len = MAX_LEN,
                                        .n_threads = 2 };
    const struct pass_input input = { .tree = &t->tree };
    struct counter counter = { .stop_at = stop_at };
    struct pass *pass = NULL;

    ck_assert_int_eq(pass_new(&config, &t->weights, &params, &pass, NULL), CT_OK);
    const size_t work = pass_work(pass);
    for (int turn = 0; turn < 2; turn++) { /* a pass can be reused */
        counter.calls = 0;
        ck_assert_int_eq(pass_run(pass, &input, out, count, &counter), stop_at == 0);
        ck_assert_uint_eq(counter.calls, stop_at == 0 ? work : stop_at);
    }
    pass_free(pass);
    return work;
}

START_TEST(every_output_matches_the_formulas)
{
    static float got[N_SEQS][WIDTH];
    double want[WIDTH];
    struct trial t;

    begin(&t);
    ck_assert_uint_eq(run(&t, 0, t.n_hooks, 0, got[0]), 1 + 6 * L);
    for (size_t i = 0; i < N_SEQS; i++) {
        plain_pass(&t.weights, &t.seqs[i], want);
        for (size_t j = 0; j < WIDTH; j++) /* float32 in some thirty steps, values up to 20 */
            ck_assert_msg(fabs((double)got[i][j] - want[j]) <= 1e-4,
                          "sequence %zu, %zu: %g, not %g", i, j, (double)got[i][j], want[j]);
    }
    end(&t);
}
END_TEST

START_TEST(single_hooks_give_the_same_bits_in_fewer_steps)
{
    static const size_t n_linears[] = { 4, 5, 5, 6 }; /* number up to each site of a block */
    static float all[N_SEQS][WIDTH];
    static float one[N_SEQS * M];
    struct trial t;
    size_t column = 0;

    begin(&t);
    run(&t, 0, t.n_hooks, 0, all[0]);
    for (size_t h = 0; h < t.n_hooks; column += t.hooks[h++].width) {
        const size_t width = t.hooks[h].width;
        const size_t work = run(&t, h, 1, 0, one);
        for (size_t i = 0; i < N_SEQS; i++)
            ck_assert_mem_eq(one + i * width, &all[i][column], width * sizeof *one);
        const size_t want = h == 0               ? 1
                            : h + 1 == t.n_hooks ? 1 + 6 * L
                                                 : 1 + 6 * ((h - 1) / 4) + n_linears[(h - 1) % 4];
        ck_assert_uint_eq(work, want);
    }
    end(&t);
}
END_TEST

/* In slices of any size a linear layer gives the same bits, and its parts are its work. */
START_TEST(slices_give_the_same_bits)
{
    static float all[N_SEQS][WIDTH];
    static float got[N_SEQS][WIDTH];
    struct trial t;

    begin(&t);
    run(&t, 0, t.n_hooks, 0, all[0]);
    for (size_t max_slice = 1; max_slice <= t.tree.n_nodes; max_slice++) {
        const struct pass_params params = { .hooks = t.hooks,
                                            .n_hooks = t.n_hooks,
                                            .max_nodes = t.tree.n_nodes,
                                            .max_len = MAX_LEN,
                                            .n_threads = 2,
                                            .max_slice = max_slice };
        struct pass *pass = NULL;
        const struct pass_input input = { .tree = &t.tree };
        struct sum sum = { 0, 0 };
        memset(got, 0xFF, sizeof got);
        ck_assert_int_eq(pass_new(&config, &t.weights, &params, &pass, NULL), CT_OK);
        ck_assert(pass_run(pass, &input, got[0], add, &sum));
        ck_assert_mem_eq(got, all, sizeof all);
        ck_assert_uint_eq(sum.work, t.tree.n_nodes * pass_work(pass));
        if (max_slice == 1) /* but for the embedding, a step is a row of one layer */
            ck_assert_uint_eq(sum.most, t.tree.n_nodes);
        pass_free(pass);
    }
    end(&t);
}
END_TEST

/* Weights up to the hook: of an embedding, none; at the end, all linear layers. */
START_TEST(weights_that_hooks_need_are_counted)
{
    struct trial t;
    double last = -1.0;

    begin(&t);
    ck_assert(pass_weight_bytes(&config, &t.weights, t.hooks, 1) == 0.0);
    for (size_t h = 1; h < t.n_hooks; h++) {
        const double bytes = pass_weight_bytes(&config, &t.weights, t.hooks + h, 1);
        ck_assert(bytes >= last);
        last = bytes;
    }
    ck_assert(last == pass_weight_bytes(&config, &t.weights, t.hooks, t.n_hooks));
    ck_assert(last == sizeof(float) * L * D * 2.0 * (H * E + G * E + M));
    end(&t);
}
END_TEST

START_TEST(can_be_stopped_by_a_step)
{
    static float out[N_SEQS][WIDTH];
    struct trial t;

    begin(&t);
    for (size_t stop_at = 1; stop_at <= 1 + 6 * L; stop_at++)
        run(&t, 0, t.n_hooks, stop_at, out[0]);
    end(&t);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        every_output_matches_the_formulas, single_hooks_give_the_same_bits_in_fewer_steps,
        slices_give_the_same_bits,         weights_that_hooks_need_are_counted,
        can_be_stopped_by_a_step,
    };

    return RUN_TESTS("pass", tests);
}
