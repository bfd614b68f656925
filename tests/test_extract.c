#include "config.h"

#include <cblas.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "model/extract.h"
#include "model/extract_batches.h"
#include "model_files.h"
#include "support.h"

/*
 * Against float64 the largest error is measured by the largest activation of the hook: 2e-5 is what
 * is promised; float32 rounding gives about 1e-6 here.
 */
static const double PROMISED = 2e-5;

struct sequences {
    struct token_seq *seqs;
    uint32_t *ids;
    size_t n;
};

/* From a CSV of ids, -1 after the end. */
static struct sequences sequences_load(const char *name)
{
    struct mat m = fixture_load(name);
    struct sequences s = { ct_calloc_array(m.rows, sizeof *s.seqs),
                           ct_calloc_array(m.rows * m.cols, sizeof *s.ids), m.rows };

    for (size_t i = 0; i < m.rows; i++) {
        s.seqs[i].ids = s.ids + i * m.cols;
        for (size_t j = 0; j < m.cols && mat_row(&m, i)[j] >= 0.0; j++) {
            s.ids[i * m.cols + j] = (uint32_t)mat_row(&m, i)[j];
            s.seqs[i].n = j + 1;
        }
    }
    mat_clear(&m);
    return s;
}

static void sequences_clear(struct sequences *s)
{
    free(s->seqs);
    free(s->ids);
}

static struct gpt2 *open_model(const char *dir)
{
    struct ct_error err = { 0 };
    struct gpt2 *model = NULL;

    ck_assert_msg(gpt2_open(dir, &model, &err) == CT_OK, "%s", err.text);
    return model;
}

struct run { /* activations of some hooks */
    struct hook_point *hooks;
    size_t n_hooks;
    size_t width;
    float *out; /* [n_seqs, width] */
    struct extract_stats stats;
};

static size_t total_width(const struct hook_point *hooks, size_t n)
{
    size_t width = 0;

    for (size_t i = 0; i < n; i++)
        width += hooks[i].width;
    return width;
}

/* pattern NULL: every hook point. max_nodes 0: batches as always. */
static struct run run_model(const struct gpt2 *model, const struct sequences *s,
                            const char *pattern, int n_threads, size_t max_nodes)
{
    struct run r = { 0 };
    struct ct_error err = { 0 };
    enum ct_status st = pattern == NULL ? hooks_list(gpt2_config(model), &r.hooks, &r.n_hooks, &err)
                                        : hooks_resolve(gpt2_config(model), &pattern, 1, &r.hooks,
                                                        &r.n_hooks, &err);

    ck_assert_msg(st == CT_OK, "%s", err.text);
    r.width = total_width(r.hooks, r.n_hooks);
    r.out = ct_malloc_array(s->n * r.width, sizeof *r.out);
    memset(r.out, 0xFF, s->n * r.width * sizeof *r.out); /* NaN: what is not written is seen */
    st = max_nodes == 0 ? extract_activations(model, s->seqs, s->n, r.hooks, r.n_hooks, n_threads,
                                              NULL, r.out, &r.stats, &err)
                        : extract_in_batches(model, s->seqs, s->n, r.hooks, r.n_hooks, n_threads,
                                             max_nodes, NULL, r.out, &r.stats, &err);
    ck_assert_msg(st == CT_OK, "%s", err.text);
    return r;
}

static void run_clear(struct run *r)
{
    free(r->hooks);
    free(r->out);
}

/* Columns first, first + stride, ... of all hooks side by side stand in `want`. */
static void assert_hooks_close(const struct run *r, const struct mat *want, size_t stride)
{
    size_t at = 0;

    ck_assert_uint_eq(want->cols, (r->width + stride - 1) / stride);
    for (size_t h = 0; h < r->n_hooks; at += r->hooks[h++].width) {
        double largest = 0.0;
        double error = 0.0;
        for (size_t j = (at + stride - 1) / stride; j * stride < at + r->hooks[h].width; j++)
            for (size_t i = 0; i < want->rows; i++) {
                const double w = mat_row(want, i)[j];
                const double e = fabs((double)r->out[i * r->width + j * stride] - w);
                largest = fmax(largest, fabs(w));
                error = e <= error ? error : e; /* NaN comes through */
            }
        ck_assert_msg(error <= PROMISED * largest, "%s: error %g, largest %g", r->hooks[h].name,
                      error, largest);
    }
}

static void check_tiny(const char *config, const char *fixture, const size_t *rows, size_t n_rows)
{
    struct mat want = fixture_load(fixture);
    struct sequences s = sequences_load("gpt2_sequences.csv");
    struct tensor_set set = { 0 };
    char *const dir = folder_new();

    for (size_t i = 0; i < n_rows; i++)
        s.seqs[i] = s.seqs[rows[i]];
    s.n = n_rows;
    tensors_load(&set, fixture_path("gpt2_tiny/model.safetensors"));
    tensors_put(&set, 0, set.n, "", 0, dir, "model.safetensors");
    text_put(dir, "config.json", config);
    struct gpt2 *const model = open_model(dir);
    struct run r = run_model(model, &s, NULL, 2, 0);
    assert_hooks_close(&r, &want, 1);
    run_clear(&r);
    gpt2_free(model);
    folder_remove(dir);
    tensors_clear(&set);
    sequences_clear(&s);
    mat_clear(&want);
}

#define TINY                                                                                       \
    "{\"model_type\":\"gpt2\",\"n_embd\":24,\"n_head\":3,\"n_inner\":20,\"n_layer\":3,"            \
    "\"n_positions\":16,\"vocab_size\":40"
static const size_t two_rows[] = { 0, 5 };

START_TEST(every_hook_matches_the_padded_pass)
{
    struct mat want = fixture_load("gpt2_tiny_base.csv");
    struct sequences s = sequences_load("gpt2_sequences.csv");
    struct gpt2 *const model = open_model(fixture_path("gpt2_tiny"));
    struct run r = run_model(model, &s, NULL, 2, 0);

    assert_hooks_close(&r, &want, 1);
    ck_assert_uint_eq(r.stats.n_tokens, 41);
    ck_assert_uint_eq(r.stats.n_positions, 1 + 1 + 3 + 1 + 6 + 1 + 16);
    ck_assert_uint_eq(r.stats.n_batches, 1);
    run_clear(&r);
    gpt2_free(model);
    sequences_clear(&s);
    mat_clear(&want);
}
END_TEST

START_TEST(activation_functions_and_scales_match)
{
    check_tiny(TINY ",\"activation_function\":\"gelu\"}", "gpt2_tiny_gelu.csv", two_rows, 2);
    check_tiny(TINY ",\"activation_function\":\"relu\"}", "gpt2_tiny_relu.csv", two_rows, 2);
    check_tiny(TINY ",\"scale_attn_weights\":false}", "gpt2_tiny_unscaled.csv", two_rows, 2);
    check_tiny(TINY ",\"scale_attn_by_inverse_layer_idx\":true,\"layer_norm_epsilon\":0.01}",
               "gpt2_tiny_inverse.csv", two_rows, 2);
}
END_TEST

START_TEST(every_hook_of_the_demo_matches)
{
    struct mat want = fixture_load("gpt2_demo.csv");
    struct sequences s = sequences_load("gpt2_demo_sequences.csv");
    struct gpt2 *const model = open_model(fixture_path("demo"));
    struct run r = run_model(model, &s, NULL, 2, 0);

    assert_hooks_close(&r, &want, 13);
    run_clear(&r);
    gpt2_free(model);
    sequences_clear(&s);
    mat_clear(&want);
}
END_TEST

/* What one hook alone gives is what it gives among all: nothing that it needs was left out. */
START_TEST(each_hook_alone_equals_all_together)
{
    struct sequences s = sequences_load("gpt2_sequences.csv");
    struct gpt2 *const model = open_model(fixture_path("gpt2_tiny"));
    struct run all = run_model(model, &s, NULL, 2, 0);
    size_t at = 0;

    for (size_t h = 0; h < all.n_hooks; at += all.hooks[h++].width) {
        struct run one = run_model(model, &s, all.hooks[h].name, 2, 0);
        for (size_t i = 0; i < s.n; i++)
            for (size_t j = 0; j < one.width; j++) {
                /* other row counts, other edge code in sgemm: a few roundings of values near 1 */
                const double got = (double)one.out[i * one.width + j];
                ck_assert_double_eq_tol(got, (double)all.out[i * all.width + at + j], 2e-5);
            }
        run_clear(&one);
    }
    run_clear(&all);
    gpt2_free(model);
    sequences_clear(&s);
}
END_TEST

static void assert_same_bits(const struct run *a, const struct run *b, size_t n_seqs)
{
    ck_assert_uint_eq(a->width, b->width);
    ck_assert_mem_eq(a->out, b->out, n_seqs * a->width * sizeof *a->out);
}

START_TEST(threads_do_not_change_a_bit)
{
    static const char *const dirs[] = { "gpt2_tiny", "demo" };
    static const char *const files[] = { "gpt2_sequences.csv", "gpt2_demo_sequences.csv" };

    for (int k = 0; k < 2; k++) {
        struct sequences s = sequences_load(files[k]);
        struct gpt2 *const model = open_model(fixture_path(dirs[k]));
        struct run one = run_model(model, &s, NULL, 1, 0);
        for (int n_threads = 2; n_threads <= 5; n_threads++) {
            struct run many = run_model(model, &s, NULL, n_threads, 0);
            assert_same_bits(&one, &many, s.n);
            run_clear(&many);
        }
        run_clear(&one);
        gpt2_free(model);
        sequences_clear(&s);
    }
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        every_hook_matches_the_padded_pass, activation_functions_and_scales_match,
        every_hook_of_the_demo_matches,     each_hook_alone_equals_all_together,
        threads_do_not_change_a_bit,
    };

    openblas_set_num_threads(1);
    return RUN_TESTS("extract", tests);
}
