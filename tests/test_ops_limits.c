/* The parts of a forward pass compared with plain float64 loops, at critical sizes and values:
 * partial sums and panels, scores beyond exp's range, buffers at the end of a page. */
#include "config.h"
#include "support.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "model/ops/attention.h"
#include "model/ops/linear.h"

/* ---- fenced memory ---- */

/* n floats directly before an inaccessible page. */
struct fenced {
    void *pages;
    size_t size;
    float *data;
};

static struct fenced fence(size_t n)
{
    const size_t page = (size_t)sysconf(_SC_PAGESIZE);
    const size_t size = (n * sizeof(float) + page - 1) / page * page;
    struct fenced f = { .size = size + page };

    f.pages = mmap(NULL, f.size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    ck_assert(f.pages != MAP_FAILED);
    ck_assert_int_eq(mprotect((char *)f.pages + size, page, PROT_NONE), 0);
    f.data = (float *)((char *)f.pages + size) - n;
    return f;
}

static void unfence(struct fenced *f)
{
    munmap(f->pages, f->size);
}

static uint32_t state = 1;

static void fill(float *x, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        state = state * 1664525U + 1013904223U;
        x[i] = (float)(state >> 8) / 8388608.0F - 1.0F;
    }
}

/* ---- linear layers ---- */

static void *on_a_line(size_t n)
{
    void *memory = NULL;

    ck_assert_int_eq(posix_memalign(&memory, 64, n * sizeof(float)), 0);
    return memory;
}

static void check_linear(enum linear_layout layout, size_t n_rows, size_t n_in, size_t n_all,
                         size_t first, size_t n_out)
{
    struct fenced w = fence(n_in * n_all), b = fence(n_all), x = fence(n_rows * n_in);
    const size_t ld_y = linear_stride(n_out);
    float *const y = on_a_line(n_rows * ld_y);
    float *const scratch = on_a_line(linear_scratch(false));
    const bool is_in_out = layout == LINEAR_IN_OUT;

    fill(w.data, n_in * n_all);
    fill(b.data, n_all);
    fill(x.data, n_rows * n_in);
    const struct linear whole = {
        .weight = { w.data, TENSOR_F32, is_in_out ? n_in : n_all, is_in_out ? n_all : n_in },
        .bias = { b.data, TENSOR_F32, 1, n_all },
        .layout = layout,
        .n_in = n_in,
        .n_out = n_all,
    };
    const struct linear part = linear_part(&whole, first, n_out);
    const struct linear_job job = {
        .linear = &part, .x = x.data, .ld_x = n_in, .n_rows = n_rows, .y = y, .ld_y = ld_y
    };
    linear_apply(&job, scratch, NULL);
    for (size_t r = 0; r < n_rows; r++)
        for (size_t o = 0; o < n_out; o++) {
            const size_t at = first + o;
            double want = (double)b.data[at], size = fabs(want);
            for (size_t i = 0; i < n_in; i++) {
                const double product =
                    (double)x.data[r * n_in + i] *
                    (double)(is_in_out ? w.data[i * n_all + at] : w.data[at * n_in + i]);
                want += product;
                size += fabs(product);
            }
            /* n_in float32 additions, whose errors partly cancel */
            ck_assert_msg(fabs((double)y[r * ld_y + o] - want) <= 1e-6 * size,
                          "%zu rows, %zu in, %zu out of %zu: row %zu, output %zu: %g, not %g",
                          n_rows, n_in, n_out, n_all, r, o, (double)y[r * ld_y + o], want);
        }
    free(y);
    free(scratch);
    unfence(&w);
    unfence(&b);
    unfence(&x);
}

START_TEST(linear_layers_of_any_size)
{
    static const size_t outs[] = {
        1, 2, 7, 15, 16, 17, 31, 32, 33, 48, 100, 127, 128, 129, 160, 257
    };
    static const size_t ins[] = { 1, 3, 16, 511, 512, 513, 1100 };
    static const size_t rows[] = { 1, 2, 5, 6, 13 };

    for (size_t o = 0; o < sizeof outs / sizeof *outs; o++)
        for (size_t i = 0; i < sizeof ins / sizeof *ins; i++) {
            const size_t n_rows = rows[(o + i) % 5];
            check_linear((enum linear_layout)_i, n_rows, ins[i], outs[o], 0, outs[o]);
            check_linear((enum linear_layout)_i, n_rows, ins[i], outs[o] + 5, 5, outs[o]);
        }
    check_linear((enum linear_layout)_i, 513, 20, 40, 3, 34); /* more rows than a block */
}
END_TEST

/* ---- attention ---- */

enum { NODES = 7, HEADS = 4, DIM = 5, WIDTH = HEADS * DIM };

/* A chain of nodes with a branch: the path to each node in preorder. */
static const uint32_t depth[NODES] = { 0, 1, 2, 3, 2, 3, 4 };

static void attend(const float *q, const float *k, const float *v, size_t n_kv_heads, size_t node,
                   size_t head, double *out)
{
    const size_t kv_at = head * n_kv_heads / HEADS * DIM, ld = n_kv_heads * DIM;
    size_t path[NODES] = { 0 };
    double scores[NODES], largest = -INFINITY, sum = 0.0;
    const size_t n = depth[node] + 1;

    for (size_t i = 0; i <= node; i++)
        path[depth[i]] = i;
    for (size_t j = 0; j < n; j++) {
        scores[j] = 0.0;
        for (size_t c = 0; c < DIM; c++)
            scores[j] +=
                (double)q[node * WIDTH + head * DIM + c] * (double)k[path[j] * ld + kv_at + c];
        largest = fmax(largest, scores[j]);
    }
    for (size_t j = 0; j < n; j++)
        sum += exp(scores[j] - largest);
    for (size_t c = 0; c < DIM; c++) {
        out[c] = 0.0;
        for (size_t j = 0; j < n; j++)
            out[c] += exp(scores[j] - largest) / sum * (double)v[path[j] * ld + kv_at + c];
    }
}

static void check_attention(size_t n_kv_heads, float size_of_scores)
{
    static const uint32_t some[] = { 1, 3, 6 };
    float q[NODES * WIDTH], k[NODES * WIDTH], v[NODES * WIDTH], asked[3 * WIDTH],
        out[NODES * WIDTH];
    float *const scratch = on_a_line(attention_scratch(NODES, DIM));
    double want[DIM];

    fill(q, NODES * WIDTH);
    fill(k, NODES * WIDTH);
    fill(v, NODES * WIDTH);
    for (size_t i = 0; i < NODES * WIDTH; i++) /* all of one sign: large, and far from 0 */
        q[i] = size_of_scores < 0.0F ? -fabsf(q[i]) : fabsf(q[i]),
        k[i] = fabsf(k[i]) * fabsf(size_of_scores);
    for (size_t i = 0; i < 3; i++)
        memcpy(asked + i * WIDTH, q + some[i] * WIDTH, WIDTH * sizeof *q);
    struct attention_job job = { .q = q,
                                 .ld_q = WIDTH,
                                 .k = k,
                                 .ld_k = n_kv_heads * DIM,
                                 .v = v,
                                 .ld_v = n_kv_heads * DIM,
                                 .depth = depth,
                                 .n_nodes = NODES,
                                 .n_queries = NODES,
                                 .max_len = NODES,
                                 .n_heads = HEADS,
                                 .n_kv_heads = n_kv_heads,
                                 .head_dim = DIM,
                                 .scale = 1.0F,
                                 .out = out,
                                 .ld_out = WIDTH };
    for (int is_some = 0; is_some < 2; is_some++) {
        if (is_some) {
            job.q = asked;
            job.queries = some;
            job.n_queries = 3;
        }
        attention_apply(&job, scratch, NULL);
        for (size_t i = 0; i < job.n_queries; i++)
            for (size_t h = 0; h < HEADS; h++) {
                attend(q, k, v, n_kv_heads, is_some ? some[i] : i, h, want);
                for (size_t c = 0; c < DIM; c++) {
                    const double got = (double)out[i * WIDTH + h * DIM + c];
                    /* exp multiplies the float32 error of a score by its magnitude */
                    ck_assert_msg(fabs(got - want[c]) <=
                                      1e-5 + 1e-6 * (double)fabsf(size_of_scores),
                                  "scores of %g, node %zu, head %zu: %g, not %g",
                                  (double)size_of_scores, i, h, got, want[c]);
                }
            }
    }
    free(scratch);
}

START_TEST(attention_scores_of_any_size)
{
    static const float sizes[] = { 0.0F, 1.0F, 30.0F, 200.0F, 2000.0F, -200.0F, -2000.0F };
    static const size_t kv_heads[] = { 1, 2, 4 };

    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        for (size_t h = 0; h < 3; h++)
            check_attention(kv_heads[h], sizes[i]);
}
END_TEST

int main(void)
{
    TCase *const tcase = tcase_create("ops_limits");

    tcase_add_loop_test(tcase, linear_layers_of_any_size, LINEAR_IN_OUT, LINEAR_OUT_IN + 1);
    tcase_add_test(tcase, attention_scores_of_any_size);
    return run_tcase("ops_limits", tcase);
}
