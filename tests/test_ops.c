/* The kernels of the forward pass, compared with the plain formulas in float64. */
#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "model/ops/activation.h"
#include "model/ops/attention.h"
#include "model/ops/exp_f32.h"
#include "model/ops/linear.h"
#include "model/ops/norm.h"
#include "model/ops/panel.h"
#include "support.h"

static uint32_t noise_state = 7;

/* Uniform in [-1, 1). */
static float noise(void)
{
    noise_state = noise_state * 1664525U + 1013904223U;
    return (float)((double)(noise_state >> 8) * 0x1p-23 - 1.0);
}

static float *noise_array(size_t n)
{
    float *const a = ct_malloc_array(n, sizeof *a);

    for (size_t i = 0; i < n; i++)
        a[i] = noise();
    return a;
}

/* 2 ulp are 2.4e-7. */
START_TEST(exp_is_accurate)
{
    for (float x = -87.0F; x <= 88.0F; x += 0.00071F)
        ck_assert_double_le(fabs((double)exp_f32(x) / exp((double)x) - 1.0), 2.4e-7);
    ck_assert(exp_f32(0.0F) == 1.0F);
    ck_assert_double_lt((double)exp_f32(-INFINITY), 2e-38);
    ck_assert(isnan(exp_f32(NAN)));
}
END_TEST

/* The header documents 2e-7 of |x|; float32 cannot hold values below 1.2e-38 with that precision.
 */
START_TEST(activations_match_torch)
{
    struct mat want = fixture_load("activation_functions.csv"); /* x, then each function */

    ck_assert_uint_eq(want.cols, 1 + ACTIVATION_N);
    for (int a = 0; a < ACTIVATION_N; a++) {
        for (size_t i = 0; i < want.rows; i++) {
            const double x = mat_row(&want, i)[0];
            float y = (float)x;
            activation_apply((enum activation)a, &y, 1);
            ck_assert_msg(fabs((double)y - mat_row(&want, i)[1 + a]) <= 2e-7 * fabs(x) + 1e-37,
                          "%s of %g: %.9g, not %.9g", activation_name((enum activation)a), x,
                          (double)y, mat_row(&want, i)[1 + a]);
        }
        float special[] = { NAN, 0.0F, 1e30F };
        activation_apply((enum activation)a, special, 3);
        ck_assert(isnan(special[0]));
        ck_assert(special[1] == 0.0F);
        ck_assert(special[2] == (a == ACTIVATION_TANH ? 1.0F : 1e30F));
    }
    mat_clear(&want);
}
END_TEST

/* transformers has several names for most functions. */
START_TEST(activations_have_aliases)
{
    static const struct {
        const char *name;
        enum activation activation;
    } cases[] = {
        { "gelu_new", ACTIVATION_GELU_NEW },
        { "gelu_fast", ACTIVATION_GELU_NEW },
        { "gelu_pytorch_tanh", ACTIVATION_GELU_NEW },
        { "gelu_python_tanh", ACTIVATION_GELU_NEW },
        { "gelu_accurate", ACTIVATION_GELU_NEW },
        { "gelu", ACTIVATION_GELU },
        { "gelu_python", ACTIVATION_GELU },
        { "relu", ACTIVATION_RELU },
        { "silu", ACTIVATION_SILU },
        { "swish", ACTIVATION_SILU },
        { "tanh", ACTIVATION_TANH },
        { "quick_gelu", ACTIVATION_QUICK_GELU },
    };
    char list[128];
    enum activation got = ACTIVATION_UNKNOWN;

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        ck_assert_msg(activation_by_name(cases[i].name, &got), "%s", cases[i].name);
        ck_assert_int_eq(got, cases[i].activation);
    }
    ck_assert(!activation_by_name("mish", &got));
    ck_assert(!activation_by_name("", &got));
    activation_list(list, sizeof list);
    ck_assert_str_eq(list, "gelu_new, gelu, relu, silu, tanh, quick_gelu");
}
END_TEST

START_TEST(layer_norm_is_accurate)
{
    static const size_t sizes[] = { 1, 2, 15, 16, 24, 33, 768, 1600 };

    for (size_t k = 0; k < sizeof sizes / sizeof sizes[0]; k++) {
        const size_t n = sizes[k];
        float *const x = noise_array(3 * n);
        float *const weight = noise_array(n);
        float *const bias = noise_array(n);
        float *const out = ct_malloc_array(3 * n, sizeof *out);
        for (size_t j = 0; j < n; j++)
            x[n + j] += 1000.0F; /* a mean far from 0 must not affect the variance */
        for (size_t i = 0; i < 3; i++) {
            layer_norm_apply(x + i * n, n, weight, bias, 1e-5, out + i * n);
            double mean = 0.0;
            double variance = 0.0;
            for (size_t j = 0; j < n; j++)
                mean += (double)x[i * n + j] / (double)n;
            for (size_t j = 0; j < n; j++)
                variance += pow((double)x[i * n + j] - mean, 2.0) / (double)n;
            for (size_t j = 0; j < n; j++) {
                const double normed = ((double)x[i * n + j] - mean) / sqrt(variance + 1e-5);
                const double want = normed * (double)weight[j] + (double)bias[j];
                /* three float32 roundings of values up to |normed| + 1 */
                ck_assert_double_eq_tol((double)out[i * n + j], want, 2e-7 * (fabs(normed) + 1.0));
            }
        }
        free(x);
        free(weight);
        free(bias);
        free(out);
    }
}
END_TEST

struct shape {
    size_t rows, in, out, first, cols;
    enum linear_layout layout;
    bool has_no_bias;
};

/* float32 rounding errors (6e-8) of partial sums up to size, which partly cancel */
static void check_product(const struct shape *s, const float *x, const float *w, const float *b,
                          const float *y, size_t ld_y)
{
    for (size_t i = 0; i < s->rows; i += s->rows / 7 + 1)
        for (size_t j = 0; j < s->cols; j++) {
            double want = b != NULL ? (double)b[s->first + j] : 0.0;
            double size = fabs(want);
            for (size_t k = 0; k < s->in; k++) {
                const size_t o = s->first + j;
                const size_t at = s->layout == LINEAR_IN_OUT ? k * s->out + o : o * s->in + k;
                const double term = (double)x[i * s->in + k] * (double)w[at];
                want += term;
                size += fabs(term);
            }
            ck_assert_double_le(fabs((double)y[i * ld_y + j] - want), 4e-7 * size);
        }
}

/* Also: the bits do not depend on the number of threads or rows. */
static void check_linear(const struct shape *s, struct crew *crew)
{
    const size_t ld_y = linear_stride(s->cols);
    const size_t n_threads = crew_size(crew);
    float *const x = noise_array(s->rows * s->in);
    float *const w = noise_array(s->in * s->out);
    float *const b = noise_array(s->out);
    float *const y = ct_calloc_array(s->rows * ld_y, sizeof *y);
    float *const same = ct_calloc_array(s->rows * ld_y, sizeof *same);
    float *const scratch = ct_aligned_array(n_threads * linear_scratch(true), sizeof *scratch);
    const bool in_out = s->layout == LINEAR_IN_OUT;
    const struct linear whole = {
        .weight = { w, TENSOR_F32, in_out ? s->in : s->out, in_out ? s->out : s->in },
        .bias = { s->has_no_bias ? NULL : b, TENSOR_F32, 1, s->out },
        .layout = s->layout,
        .n_in = s->in,
        .n_out = s->out,
    };
    const struct linear linear = linear_part(&whole, s->first, s->cols);
    struct linear_job job = {
        .linear = &linear,
        .x = x,
        .ld_x = s->in,
        .n_rows = s->rows,
        .y = y,
        .ld_y = ld_y,
    };

    linear_apply(&job, scratch, crew);
    check_product(s, x, w, s->has_no_bias ? NULL : b, y, ld_y);
    job.y = same;
    linear_apply(&job, scratch, NULL);
    job.n_rows = s->rows / 2 + 1;
    linear_apply(&job, scratch, NULL);
    for (size_t i = 0; i < s->rows; i++)
        ck_assert_mem_eq(y + i * ld_y, same + i * ld_y, s->cols * sizeof *y);
    free(x);
    free(w);
    free(b);
    free(y);
    free(same);
    free(scratch);
}

START_TEST(linear_matches_the_triple_loop)
{
    static const size_t shapes[][5] = {
        /* rows, in, out, first, cols */
        { 1, 1, 1, 0, 1 },          { 3, 24, 72, 0, 72 },      { 3, 24, 72, 24, 48 },
        { 5, 1024, 300, 0, 300 },   { 2, 1025, 257, 0, 257 },  { 2, 2500, 530, 256, 274 },
        { 3, 30, 2100, 700, 1400 }, { 1030, 40, 513, 0, 513 }, { 512, 16, 256, 0, 256 },
        { 513, 16, 600, 100, 500 },
    };
    struct crew *crew = NULL;

    ck_assert_int_eq(crew_new(4, &crew, NULL), CT_OK);
    for (size_t k = 0; k < sizeof shapes / sizeof shapes[0]; k++)
        for (int variant = 0; variant < 4; variant++) {
            struct shape shape = { shapes[k][0], shapes[k][1],  shapes[k][2], shapes[k][3],
                                   shapes[k][4], LINEAR_IN_OUT, false };
            if (variant % 2 == 1)
                shape.layout = LINEAR_OUT_IN;
            shape.has_no_bias = variant >= 2;
            check_linear(&shape, crew);
        }
    crew_free(crew);
}
END_TEST

/* Every kernel that this processor supports, for every remainder of rows. */
START_TEST(panel_kernels_agree)
{
    enum { DEPTH = 37, MAX_ROWS = 26, N_PANELS = 2 };
    size_t n_kernels;
    const struct panel_kernel *const *const kernels = panel_kernels(&n_kernels);

    for (size_t k = 0; k < n_kernels; k++) {
        const size_t width = kernels[k]->width;
        const struct shape all = {
            .rows = MAX_ROWS, .in = DEPTH, .out = N_PANELS * width, .cols = N_PANELS * width
        };
        float *const x = noise_array(MAX_ROWS * DEPTH);
        float *const w = noise_array(DEPTH * all.out);
        float *const b = noise_array(all.out);
        float *const panels = ct_aligned_array(DEPTH * all.out, sizeof *panels);
        kernels[k]->pack(w, all.out, DEPTH, N_PANELS, DEPTH, panels);
        for (size_t n_rows = 1; n_rows <= MAX_ROWS; n_rows++) {
            float *const y = noise_array(n_rows * all.out);
            struct shape shape = all;
            shape.rows = n_rows;
            for (size_t p = 0; p < N_PANELS; p++) {
                struct panel_job job = {
                    .x = x,
                    .ld_x = DEPTH,
                    .n_rows = n_rows,
                    .panel = panels + p * DEPTH * width,
                    .depth = DEPTH / 2,
                    .bias = b + p * width,
                    .y = y + p * width,
                    .ld_y = all.out,
                };
                kernels[k]->multiply(&job); /* in two parts, the second added to the first */
                job.x += job.depth;
                job.panel += job.depth * width;
                job.depth = DEPTH - job.depth;
                job.bias = NULL;
                kernels[k]->multiply(&job);
            }
            check_product(&shape, x, w, b, y, all.out);
            free(y);
        }
        free(x);
        free(w);
        free(b);
        free(panels);
    }
}
END_TEST

/* The ancestors of node i, including itself, found by walking back through the preorder. */
static size_t path_of(const uint32_t *depth, size_t i, size_t *path)
{
    const size_t n = depth[i] + 1U;

    path[n - 1] = i;
    for (size_t at = n - 1; at > 0; at--) {
        size_t j = path[at];
        while (depth[j] != at - 1)
            j--;
        path[at - 1] = j;
    }
    return n;
}

static void check_attention(const uint32_t *depth, size_t n, size_t max_len, size_t n_head,
                            size_t n_kv_heads, size_t d_head)
{
    const size_t d = n_head * d_head;
    const size_t kv_d = n_kv_heads * d_head;
    float *const q = noise_array(n * d);
    float *const k = noise_array(n * kv_d);
    float *const v = noise_array(n * (kv_d + 5));
    float *const out = ct_malloc_array(n * d, sizeof *out);
    float *const scratch = ct_malloc_array(3 * attention_scratch(max_len, d_head), sizeof *scratch);
    struct crew *crew = NULL;
    size_t *const path = ct_malloc_array(max_len, sizeof *path);
    double *const p = ct_malloc_array(max_len, sizeof *p);
    const struct attention_job job = {
        .q = q,
        .ld_q = d,
        .k = k,
        .ld_k = kv_d,
        .v = v,
        .ld_v = kv_d + 5,
        .depth = depth,
        .n_nodes = n,
        .n_queries = n,
        .max_len = max_len,
        .n_heads = n_head,
        .n_kv_heads = n_kv_heads,
        .head_dim = d_head,
        .scale = 3.0F,
        .out = out,
        .ld_out = d,
    };

    ck_assert_int_eq(crew_new(3, &crew, NULL), CT_OK);
    attention_apply(&job, scratch, crew);
    crew_free(crew);
    for (size_t i = 0; i < n; i++) {
        const size_t length = path_of(depth, i, path);
        for (size_t h = 0; h < n_head; h++) {
            const size_t q_at = i * d + h * d_head;
            const size_t kv_at = h / (n_head / n_kv_heads) * d_head;
            double sum = 0.0;
            for (size_t j = 0; j < length; j++) {
                double score = 0.0;
                for (size_t c = 0; c < d_head; c++)
                    score += (double)q[q_at + c] * (double)k[path[j] * kv_d + kv_at + c];
                p[j] = exp(3.0 * score);
                sum += p[j];
            }
            for (size_t c = 0; c < d_head; c++) {
                double want = 0.0;
                for (size_t j = 0; j < length; j++)
                    want += p[j] / sum * (double)v[path[j] * (kv_d + 5) + kv_at + c];
                /* scores up to 3 d_head / 3 in float32, through exp: 1e-6 relative; values <= 1 */
                ck_assert_double_eq_tol((double)out[q_at + c], want, 1e-5);
            }
        }
    }
    free(q);
    free(k);
    free(v);
    free(out);
    free(scratch);
    free(path);
    free(p);
}

START_TEST(attention_uses_only_the_path)
{
    static const uint32_t tree[] = { 0, 1, 2, 2, 3, 1, 0, 0, 1, 2, 3, 4, 3, 1, 2 };
    uint32_t chain[70];

    for (uint32_t i = 0; i < 70; i++)
        chain[i] = i;
    check_attention(tree, sizeof tree / sizeof tree[0], 5, 3, 3, 8);
    check_attention(tree, sizeof tree / sizeof tree[0], 5, 1, 1, 1);
    check_attention(tree, sizeof tree / sizeof tree[0], 5, 2, 2, 17);
    check_attention(tree, sizeof tree / sizeof tree[0], 5, 6, 2, 8);
    check_attention(tree, sizeof tree / sizeof tree[0], 5, 4, 1, 5);
    check_attention(tree, 1, 1, 2, 2, 64);
    check_attention(chain, 70, 70, 2, 2, 64);
    check_attention(chain, 16, 16, 5, 5, 33);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        exp_is_accurate,
        activations_match_torch,
        activations_have_aliases,
        layer_norm_is_accurate,
        linear_matches_the_triple_loop,
        panel_kernels_agree,
        attention_uses_only_the_path,
    };

    return RUN_TESTS("ops", tests);
}
