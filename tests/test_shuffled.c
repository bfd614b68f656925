/* Networks with shuffled weights, against the float64 pass of gen_shuffle.py. */
#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "model/extract.h"
#include "model/shuffled.h"
#include "model_files.h"
#include "support.h"

/* As in test_extract: the largest error relative to the largest activation of a hook. */
static const double PROMISED = 2e-5;

enum { TINY_STRIDE = 3, DEMO_STRIDE = 13 };

struct sequences {
    struct token_seq *seqs;
    uint32_t *ids;
    size_t n;
};

static struct sequences sequences_load(const char *name)
{
    struct mat m = fixture_load(name);
    struct sequences s = { ct_calloc_array(m.rows, sizeof *s.seqs),
                           ct_calloc_array(m.rows * m.cols, sizeof *s.ids), m.rows };

    for (size_t i = 0; i < m.rows; i++) {
        s.seqs[i].ids = s.ids + i * m.cols;
        for (; s.seqs[i].n < m.cols && mat_row(&m, i)[s.seqs[i].n] >= 0.0; s.seqs[i].n++)
            s.ids[i * m.cols + s.seqs[i].n] = (uint32_t)mat_row(&m, i)[s.seqs[i].n];
    }
    mat_clear(&m);
    return s;
}

static void sequences_clear(struct sequences *s)
{
    free(s->seqs);
    free(s->ids);
}

static struct model *open_model(const char *dir)
{
    struct ct_error err = { 0 };
    struct model *model = NULL;

    ck_assert_msg(model_open(dir, &model, &err) == CT_OK, "%s", err.text);
    return model;
}

struct run { /* every hook point */
    struct hook_point *hooks;
    size_t n_hooks;
    size_t width;
    float *out; /* [n_seqs, width] */
};

static struct run run_model(const struct model *model, const struct sequences *s,
                            const struct weight_shuffle *shuffle, int n_threads,
                            size_t max_positions)
{
    struct run r = { 0 };
    struct ct_error err = { 0 };

    ck_assert_int_eq(hooks_list(model_config(model), &r.hooks, &r.n_hooks, NULL), CT_OK);
    for (size_t h = 0; h < r.n_hooks; h++)
        r.width += r.hooks[h].width;
    r.out = ct_malloc_array(s->n * r.width, sizeof *r.out);
    memset(r.out, 0xFF, s->n * r.width * sizeof *r.out);
    const struct extract_job job = { .model = model,
                                     .seqs = s->seqs,
                                     .n_seqs = s->n,
                                     .hooks = r.hooks,
                                     .n_hooks = r.n_hooks,
                                     .max_positions = max_positions,
                                     .shuffle = shuffle };
    ck_assert_msg(extract_activations(&job, n_threads, NULL, r.out, NULL, &err) == CT_OK, "%s",
                  err.text);
    return r;
}

static void run_clear(struct run *r)
{
    free(r->hooks);
    free(r->out);
}

/* Columns 0, stride, ... of all hooks side by side are those of want from row `first` on. */
static void assert_close(const struct run *r, const struct mat *want, size_t first, size_t n,
                         size_t stride)
{
    size_t at = 0;

    ck_assert_uint_eq(want->cols, (r->width + stride - 1) / stride);
    for (size_t h = 0; h < r->n_hooks; at += r->hooks[h++].width) {
        double largest = 0.0;
        double error = 0.0;
        for (size_t j = (at + stride - 1) / stride; j * stride < at + r->hooks[h].width; j++)
            for (size_t i = 0; i < n; i++) {
                const double w = mat_row(want, first + i)[j];
                const double e = fabs((double)r->out[i * r->width + j * stride] - w);
                largest = fmax(largest, fabs(w));
                error = e <= error ? error : e; /* keeps NaN */
            }
        ck_assert_msg(error <= PROMISED * largest, "%s: error %g, largest %g", r->hooks[h].name,
                      error, largest);
    }
}

static void check_cases(const char *folder, const char *sequences, const char *fixture,
                        size_t stride)
{
    struct mat cases = fixture_load("shuffle_cases.csv");
    struct mat want = fixture_load(fixture);
    struct sequences s = sequences_load(sequences);
    struct model *const model = open_model(fixture_path(folder));

    ck_assert_uint_eq(want.rows, cases.rows * s.n);
    for (size_t c = 0; c < cases.rows; c++) {
        const struct weight_shuffle shuffle = { (uint64_t)mat_row(&cases, c)[0],
                                                (uint64_t)mat_row(&cases, c)[1] };
        struct run r = run_model(model, &s, &shuffle, (int)c % 3 + 1, c % 2 == 0 ? 0 : 20);
        assert_close(&r, &want, c * s.n, s.n, stride);
        run_clear(&r);
    }
    model_free(model);
    sequences_clear(&s);
    mat_clear(&want);
    mat_clear(&cases);
}

START_TEST(activations_match_the_padded_pass)
{
    check_cases("gpt2_tiny", "gpt2_sequences.csv", "shuffle_tiny.csv", TINY_STRIDE);
    check_cases("demo", "gpt2_demo_sequences.csv", "shuffle_demo.csv", DEMO_STRIDE);
}
END_TEST

START_TEST(threads_and_batches_change_no_bit)
{
    const struct weight_shuffle shuffle = { 3, 2 };
    struct sequences s = sequences_load("gpt2_demo_sequences.csv");
    struct model *const model = open_model(fixture_path("demo"));
    struct run want = run_model(model, &s, &shuffle, 1, 0);

    for (int n_threads = 1; n_threads <= 4; n_threads++) {
        struct run r = run_model(model, &s, &shuffle, n_threads, n_threads % 2 == 0 ? 1 : 0);
        ck_assert_mem_eq(r.out, want.out, s.n * r.width * sizeof *r.out);
        run_clear(&r);
    }
    run_clear(&want);
    model_free(model);
    sequences_clear(&s);
}
END_TEST

/* The same weights in another file: other prefixes, an output layer and a mask of their own. */
static struct tensor_out more(const char *name, size_t n_dims, uint64_t rows, uint64_t cols)
{
    struct tensor_out t = { .dtype = "F32",
                            .n_dims = n_dims,
                            .shape = { rows, cols },
                            .n_bytes = (size_t)(rows * cols) * 4 };

    snprintf(t.name, sizeof t.name, "%s", name);
    t.data = ct_calloc_array(t.n_bytes, 1);
    return t;
}

START_TEST(other_tensors_do_not_matter)
{
    const struct weight_shuffle shuffle = { 0, 1 };
    struct sequences s = sequences_load("gpt2_sequences.csv");
    struct mat want = fixture_load("shuffle_tiny.csv");
    struct tensor_set set = { 0 };
    char *const dir = folder_new();

    tensors_load(&set, fixture_path("gpt2_tiny/model.safetensors"));
    set.items[set.n++] = more("h.0.attn.bias", 2, 16, 16);
    set.items[set.n++] = more("lm_head.weight", 2, 40, 24);
    tensors_put(&set, 0, set.n, "transformer.", 1, dir, "model.safetensors");
    text_put(dir, "config.json",
             "{\"model_type\":\"gpt2\",\"n_embd\":24,\"n_head\":3,\"n_inner\":20,\"n_layer\":3,"
             "\"n_positions\":16,\"vocab_size\":40}");
    struct model *const model = open_model(dir);
    struct run r = run_model(model, &s, &shuffle, 2, 0);
    assert_close(&r, &want, s.n, s.n, TINY_STRIDE); /* the second case */
    run_clear(&r);
    model_free(model);
    folder_remove(dir);
    tensors_clear(&set);
    mat_clear(&want);
    sequences_clear(&s);
}
END_TEST

/* The values of half precision are those of the same numbers in float32. */
START_TEST(any_dtype_is_shuffled_alike)
{
    static const char *const dtypes[] = { "F16", "BF16" };
    const struct weight_shuffle shuffle = { 9, 3 };
    struct sequences s = sequences_load("gpt2_sequences.csv");

    for (size_t k = 0; k < 2; k++) {
        struct tensor_set set = { 0 };
        struct run runs[2];
        for (size_t wide = 0; wide < 2; wide++) {
            char *const dir = folder_new();
            if (wide == 0)
                tensors_load(&set, fixture_path("gpt2_tiny/model.safetensors"));
            if (wide == 0)
                tensors_convert(&set, dtypes[k]);
            else
                tensors_widen(&set);
            tensors_put(&set, 0, set.n, "", 1, dir, "model.safetensors");
            text_put(dir, "config.json",
                     "{\"model_type\":\"gpt2\",\"n_embd\":24,\"n_head\":3,\"n_inner\":20,"
                     "\"n_layer\":3,\"n_positions\":16,\"vocab_size\":40}");
            struct model *const model = open_model(dir);
            runs[wide] = run_model(model, &s, &shuffle, 2, 0);
            model_free(model);
            folder_remove(dir);
        }
        ck_assert_mem_eq(runs[0].out, runs[1].out, s.n * runs[0].width * sizeof(float));
        run_clear(&runs[0]);
        run_clear(&runs[1]);
        tensors_clear(&set);
    }
    sequences_clear(&s);
}
END_TEST

static int compare_floats(const void *a, const void *b)
{
    const float x = *(const float *)a;
    const float y = *(const float *)b;

    return x < y ? -1 : x > y;
}

static float *sorted_values(const struct tensor *t)
{
    float *const out = ct_malloc_array(t->rows * t->cols, sizeof *out);

    for (size_t i = 0; i < t->rows; i++)
        tensor_read(t, i, 0, t->cols, out + i * t->cols);
    qsort(out, t->rows * t->cols, sizeof *out, compare_floats);
    return out;
}

/* A matrix keeps its entries and moves nearly all; the parts of a fused one are shuffled as one. */
START_TEST(matrices_keep_their_entries)
{
    const struct weight_shuffle order = { 0, 0 };
    struct model *const model = open_model(fixture_path("demo"));
    const struct weights *const w = model_weights(model);
    const struct tensor *const matrix = &w->blocks[2].q.weight;
    struct shuffled *shuffled = NULL;
    bool is_new;

    ck_assert_uint_eq(w->n_matrices, 6 * 4 + 2);
    ck_assert_int_eq(shuffled_new(w, &order, 10, NULL, &shuffled, NULL), CT_OK);
    const struct tensor *const t = shuffled_matrix(shuffled, matrix, &is_new);
    ck_assert(is_new && t->rows == 64 && t->cols == 192 && t->dtype == TENSOR_F16);
    ck_assert(shuffled_matrix(shuffled, &w->blocks[2].k.weight, &is_new) == t && !is_new);
    float *const before = sorted_values(matrix);
    float *const after = sorted_values(t);
    ck_assert_mem_eq(before, after, 64 * 192 * sizeof *before);
    size_t n_same = 0;
    for (size_t i = 0; i < 64; i++)
        for (size_t j = 0; j < 192; j++) {
            float x, y;
            tensor_read(matrix, i, j, 1, &x);
            tensor_read(t, i, j, 1, &y);
            n_same += x == y ? 1 : 0;
        }
    ck_assert_uint_lt(n_same, 64 * 192 / 50);
    free(before);
    free(after);
    shuffled_free(shuffled);
    model_free(model);
}
END_TEST

static bool stop_soon(void *context, size_t done, size_t total)
{
    int *const n = context;

    ck_assert_uint_le(done, total);
    return (*n)++ < 3;
}

START_TEST(a_pass_can_be_cancelled)
{
    const struct weight_shuffle shuffle = { 0, 0 };
    struct sequences s = sequences_load("gpt2_sequences.csv");
    struct model *const model = open_model(fixture_path("gpt2_tiny"));
    struct hook_point *hook = NULL;
    size_t n_hooks = 0;
    int n = 0;
    const struct progress progress = { stop_soon, &n };
    float out[7 * 20];

    ck_assert_int_eq(hooks_resolve(model_config(model), (const char *[]){ "h.2.mlp.c_fc" }, 1,
                                   &hook, &n_hooks, NULL),
                     CT_OK);
    const struct extract_job job = { .model = model,
                                     .seqs = s.seqs,
                                     .n_seqs = s.n,
                                     .hooks = hook,
                                     .n_hooks = n_hooks,
                                     .shuffle = &shuffle };
    ck_assert_int_eq(extract_activations(&job, 2, &progress, out, NULL, NULL), CT_ECANCELED);
    free(hook);
    model_free(model);
    sequences_clear(&s);
}
END_TEST

int main(void)
{
    TCase *const tcase = tcase_create("shuffled");

    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, activations_match_the_padded_pass);
    tcase_add_test(tcase, threads_and_batches_change_no_bit);
    tcase_add_test(tcase, other_tensors_do_not_matter);
    tcase_add_test(tcase, any_dtype_is_shuffled_alike);
    tcase_add_test(tcase, matrices_keep_their_entries);
    tcase_add_test(tcase, a_pass_can_be_cancelled);
    return run_tcase("shuffled", tcase);
}
