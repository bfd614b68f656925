#include "config.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/mem.h"
#include "model/extract.h"
#include "model_files.h"
#include "support.h"

/*
 * Largest error against float64, relative to the largest activation of the hook: the documented
 * bound is 2e-5; float32 rounding gives about 1e-6 here.
 */
static const double PROMISED = 2e-5;

struct sequences {
    struct token_seq *seqs;
    uint32_t *ids;
    size_t n;
};

/* From a CSV of ids, padded with -1. */
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

static struct model *open_model(const char *dir)
{
    struct ct_error err = { 0 };
    struct model *model = NULL;

    ck_assert_msg(model_open(dir, &model, &err) == CT_OK, "%s", err.text);
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

static struct extract_job job_of(const struct model *model, const struct sequences *s,
                                 const struct run *r, size_t max_positions)
{
    return (struct extract_job){ .model = model,
                                 .seqs = s->seqs,
                                 .n_seqs = s->n,
                                 .hooks = r->hooks,
                                 .n_hooks = r->n_hooks,
                                 .max_positions = max_positions };
}

/* pattern NULL: every hook point. max_positions 0: default batches. */
static struct run run_model(const struct model *model, const struct sequences *s,
                            const char *pattern, int n_threads, size_t max_positions)
{
    struct run r = { 0 };
    struct ct_error err = { 0 };
    enum ct_status st =
        pattern == NULL
            ? hooks_list(model_config(model), &r.hooks, &r.n_hooks, &err)
            : hooks_resolve(model_config(model), &pattern, 1, &r.hooks, &r.n_hooks, &err);

    ck_assert_msg(st == CT_OK, "%s", err.text);
    r.width = total_width(r.hooks, r.n_hooks);
    r.out = ct_malloc_array(s->n * r.width, sizeof *r.out);
    memset(r.out, 0xFF, s->n * r.width * sizeof *r.out); /* NaN, to detect unwritten values */
    const struct extract_job job = job_of(model, s, &r, max_positions);
    st = extract_activations(&job, n_threads, NULL, r.out, &r.stats, &err);
    ck_assert_msg(st == CT_OK, "%s", err.text);
    return r;
}

static void run_clear(struct run *r)
{
    free(r->hooks);
    free(r->out);
}

static void assert_same_bits(const struct run *a, const struct run *b, size_t n_seqs)
{
    ck_assert_uint_eq(a->width, b->width);
    ck_assert_mem_eq(a->out, b->out, n_seqs * a->width * sizeof *a->out);
}

/* `want` has columns first, first + stride, ... of all hooks side by side. */
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
                error = e <= error ? error : e; /* keeps NaN */
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
    struct model *const model = open_model(dir);
    struct run r = run_model(model, &s, NULL, 2, 0);
    assert_hooks_close(&r, &want, 1);
    run_clear(&r);
    model_free(model);
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
    struct model *const model = open_model(fixture_path("gpt2_tiny"));
    struct run r = run_model(model, &s, NULL, 2, 0);

    assert_hooks_close(&r, &want, 1);
    ck_assert_uint_eq(r.stats.n_tokens, 41);
    ck_assert_uint_eq(r.stats.n_positions, 1 + 1 + 3 + 1 + 6 + 1 + 16);
    ck_assert_uint_eq(r.stats.n_batches, 1);
    run_clear(&r);
    model_free(model);
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
    struct model *const model = open_model(fixture_path("demo"));
    struct run r = run_model(model, &s, NULL, 2, 0);

    assert_hooks_close(&r, &want, 13);
    run_clear(&r);
    model_free(model);
    sequences_clear(&s);
    mat_clear(&want);
}
END_TEST

/* A single hook gives the same values as all together: nothing that it needs is skipped. */
START_TEST(single_hooks_equal_all_together)
{
    struct sequences s = sequences_load("gpt2_sequences.csv");
    struct model *const model = open_model(fixture_path("gpt2_tiny"));
    struct run all = run_model(model, &s, NULL, 2, 0);
    size_t at = 0;

    for (size_t h = 0; h < all.n_hooks; at += all.hooks[h++].width) {
        struct run one = run_model(model, &s, all.hooks[h].name, 2, 0);
        for (size_t i = 0; i < s.n; i++)
            ck_assert_mem_eq(one.out + i * one.width, all.out + i * all.width + at,
                             one.width * sizeof *one.out);
        run_clear(&one);
    }
    run_clear(&all);
    model_free(model);
    sequences_clear(&s);
}
END_TEST

START_TEST(results_do_not_depend_on_threads)
{
    static const char *const dirs[] = { "gpt2_tiny", "demo" };
    static const char *const files[] = { "gpt2_sequences.csv", "gpt2_demo_sequences.csv" };

    for (int k = 0; k < 2; k++) {
        struct sequences s = sequences_load(files[k]);
        struct model *const model = open_model(fixture_path(dirs[k]));
        struct run one = run_model(model, &s, NULL, 1, 0);
        for (int n_threads = 2; n_threads <= 5; n_threads++) {
            struct run many = run_model(model, &s, NULL, n_threads, 0);
            assert_same_bits(&one, &many, s.n);
            run_clear(&many);
        }
        run_clear(&one);
        model_free(model);
        sequences_clear(&s);
    }
}
END_TEST

/* A row does not depend on the other rows. */
static void assert_same_row(const struct run *got, size_t row, const struct run *want, size_t i)
{
    ck_assert_mem_eq(got->out + row * got->width, want->out + i * want->width,
                     got->width * sizeof *got->out);
}

START_TEST(results_do_not_depend_on_the_batch)
{
    static const char *const dirs[] = { "gpt2_tiny", "demo" };
    static const char *const files[] = { "gpt2_sequences.csv", "gpt2_demo_sequences.csv" };

    for (int k = 0; k < 2; k++) {
        struct sequences s = sequences_load(files[k]);
        struct model *const model = open_model(fixture_path(dirs[k]));
        struct run all = run_model(model, &s, NULL, 2, 0);
        for (size_t i = 0; i < s.n; i++) {
            struct sequences one = { .seqs = &s.seqs[i], .n = 1 };
            struct run alone = run_model(model, &one, NULL, 2, 0);
            assert_same_row(&all, i, &alone, 0);
            run_clear(&alone);
        }
        run_clear(&all);
        model_free(model);
        sequences_clear(&s);
    }
}
END_TEST

START_TEST(batch_size_is_bounded_and_does_not_matter)
{
    struct sequences s = sequences_load("gpt2_sequences.csv");
    struct model *const model = open_model(fixture_path("gpt2_tiny"));
    struct run whole = run_model(model, &s, NULL, 2, 0);

    for (size_t max_positions = 1; max_positions < 24; max_positions++) {
        struct run r = run_model(model, &s, NULL, 2, max_positions);
        assert_same_bits(&whole, &r, s.n);
        run_clear(&r);
    }
    struct run r = run_model(model, &s, "wte", 1, 6);
    /* sorted: {5 3}, {5 3 9 9 1} twice, {5 3 9 9 2} | {5 4 9 ...} alone | {7} | 16 tokens alone */
    ck_assert_uint_eq(r.stats.n_batches, 4);
    ck_assert_uint_eq(r.stats.n_positions, 6 + 7 + 1 + 16);
    run_clear(&r);
    run_clear(&whole);
    model_free(model);
    sequences_clear(&s);
}
END_TEST

/* Checks that out is NaN in all rows of this batch, as before the run, or in none. */
static void check_written(const struct extract_plan *plan, size_t batch, const struct run *r,
                          bool is_written)
{
    const struct extract_batch b = extract_plan_batch(plan, batch);

    for (size_t k = 0; k < b.n_seqs; k++) {
        const size_t i = extract_plan_sequence(plan, b.first + k);
        for (size_t j = 0; j < r->width; j++)
            ck_assert_int_eq(isnan(r->out[i * r->width + j]) == 0, is_written);
    }
}

/* Runs batches first .. first + n; those not yet run, according to `done`, must be untouched. */
static void run_part(const struct extract_plan *plan, size_t first, size_t n, struct run *r,
                     bool *done)
{
    struct ct_error err = { 0 };

    ck_assert_msg(extract_run(plan, first, n, 2, NULL, r->out, &err) == CT_OK, "%s", err.text);
    for (size_t i = first; i < first + n; i++)
        done[i] = true;
    for (size_t i = 0; i < extract_plan_stats(plan).n_batches; i++)
        check_written(plan, i, r, done[i]);
}

START_TEST(batches_run_in_any_order_and_in_parts)
{
    struct sequences s = sequences_load("gpt2_sequences.csv");
    struct model *const model = open_model(fixture_path("gpt2_tiny"));
    struct run whole = run_model(model, &s, NULL, 2, 0);
    struct run r = whole;
    const size_t size = s.n * whole.width * sizeof *r.out;
    const struct extract_job job = job_of(model, &s, &whole, 6);
    struct extract_plan *plan = NULL;

    r.out = ct_malloc_array(s.n * whole.width, sizeof *r.out);
    ck_assert_int_eq(extract_plan_new(&job, &plan, NULL), CT_OK);
    const size_t n = extract_plan_stats(plan).n_batches;
    ck_assert_uint_gt(n, 3);
    size_t n_positions = 0;
    for (size_t i = 0; i < n; i++)
        n_positions += extract_plan_batch(plan, i).n_positions;
    ck_assert_uint_eq(n_positions, extract_plan_stats(plan).n_positions);
    bool *done = ct_calloc_array(n, sizeof *done);
    memset(r.out, 0xFF, size);
    for (size_t i = n; i-- > 0;)
        run_part(plan, i, 1, &r, done);
    assert_same_bits(&whole, &r, s.n);

    memset(r.out, 0xFF, size);
    memset(done, 0, n * sizeof *done);
    run_part(plan, n / 2, n - n / 2, &r, done);
    run_part(plan, 0, 0, &r, done);
    run_part(plan, 0, n / 2, &r, done);
    assert_same_bits(&whole, &r, s.n);
    free(done);
    free(r.out);
    extract_plan_free(plan);
    run_clear(&whole);
    model_free(model);
    sequences_clear(&s);
}
END_TEST

struct part { /* of a plan, for a thread */
    const struct extract_plan *plan;
    size_t first, n;
    float *out;
    enum ct_status status;
};

static void *run_in_thread(void *argument)
{
    struct part *const part = argument;

    part->status = extract_run(part->plan, part->first, part->n, 2, NULL, part->out, NULL);
    return NULL;
}

START_TEST(parts_run_concurrently)
{
    struct sequences s = sequences_load("gpt2_sequences.csv");
    struct model *const model = open_model(fixture_path("gpt2_tiny"));
    struct run whole = run_model(model, &s, NULL, 2, 0);
    struct run r = whole;
    const struct extract_job job = job_of(model, &s, &whole, 6);
    struct extract_plan *plan = NULL;
    pthread_t threads[2];

    r.out = ct_calloc_array(s.n * whole.width, sizeof *r.out);
    ck_assert_int_eq(extract_plan_new(&job, &plan, NULL), CT_OK);
    const size_t n = extract_plan_stats(plan).n_batches;
    struct part parts[2] = { { plan, 0, n / 2, r.out, CT_EIO },
                             { plan, n / 2, n - n / 2, r.out, CT_EIO } };
    for (int i = 0; i < 2; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, run_in_thread, &parts[i]), 0);
    for (int i = 0; i < 2; i++) {
        ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
        ck_assert_int_eq(parts[i].status, CT_OK);
    }
    assert_same_bits(&whole, &r, s.n);
    free(r.out);
    extract_plan_free(plan);
    run_clear(&whole);
    model_free(model);
    sequences_clear(&s);
}
END_TEST

START_TEST(many_sentences_fill_many_batches)
{
    enum { N = 3000, LENGTH = 4 };
    struct model *const model = open_model(fixture_path("demo"));
    struct sequences s = { ct_calloc_array(N, sizeof *s.seqs),
                           ct_calloc_array(N * LENGTH, sizeof *s.ids), N };
    uint32_t state = 1;

    for (size_t i = 0; i < N; i++) {
        s.seqs[i] = (struct token_seq){ s.ids + i * LENGTH, 1 + i % LENGTH };
        for (size_t t = 0; t < LENGTH; t++) {
            state = state * 1664525U + 1013904223U;
            s.ids[i * LENGTH + t] = (state >> 8) % (t == 0 ? 10U : 2560U);
        }
    }
    struct run all = run_model(model, &s, "h.2.attn", 2, 0);
    ck_assert_uint_gt(all.stats.n_batches, 1);
    for (size_t i = 0; i < N; i += 371) {
        struct sequences one = { .seqs = &s.seqs[i], .n = 1 };
        struct run alone = run_model(model, &one, "h.2.attn", 1, 0);
        assert_same_row(&all, i, &alone, 0);
        run_clear(&alone);
    }
    run_clear(&all);
    model_free(model);
    sequences_clear(&s);
}
END_TEST

static uint64_t size_of(const char *dir, const char *name)
{
    char path[4096];
    struct stat st;

    snprintf(path, sizeof path, "%s/%s", dir, name);
    ck_assert_int_eq(stat(path, &st), 0);
    return (uint64_t)st.st_size;
}

/* The same values give the same bits, whatever the layout of the weights. */
static void check_layout(const struct tensor_set *set, const struct run *want,
                         const struct sequences *s, const char *prefix, size_t pad, bool sharded)
{
    char *const dir = folder_new();
    const size_t half = sharded ? set->n / 2 : set->n;

    text_put(dir, "config.json", TINY "}");
    if (sharded) {
        char *const index = calloc(1, 1 << 16);
        size_t size = (size_t)sprintf(index, "{\"metadata\":{\"total_size\":1},\"weight_map\":");
        for (size_t i = 0; i < set->n; i++)
            size += (size_t)sprintf(index + size, "%s\"%s%s\":\"part-%d.safetensors\"",
                                    i > 0 ? "," : "{", prefix, set->items[i].name, i >= half);
        sprintf(index + size, "}}");
        text_put(dir, "model.safetensors.index.json", index);
        tensors_put(set, half, set->n - half, prefix, pad, dir, "part-1.safetensors");
        free(index);
    }
    tensors_put(set, 0, half, prefix, pad, dir,
                sharded ? "part-0.safetensors" : "model.safetensors");
    struct model *const model = open_model(dir);
    struct model_info info;
    model_describe(model, &info);
    ck_assert_str_eq(info.dtype, set->items[0].dtype);
    ck_assert_uint_eq(info.n_files, sharded ? 2 : 1);
    ck_assert_uint_eq(info.file_bytes, sharded ? size_of(dir, "part-0.safetensors") +
                                                     size_of(dir, "part-1.safetensors")
                                               : size_of(dir, "model.safetensors"));
    ck_assert_uint_eq(info.n_parameters, 11892);
    struct run r = run_model(model, s, NULL, 2, 0);
    if (want != NULL)
        assert_same_bits(want, &r, s->n);
    run_clear(&r);
    model_free(model);
    folder_remove(dir);
}

START_TEST(results_do_not_depend_on_the_weight_layout)
{
    struct sequences s = sequences_load("gpt2_sequences.csv");
    struct model *const model = open_model(fixture_path("gpt2_tiny"));
    struct run want = run_model(model, &s, NULL, 2, 0);
    struct tensor_set set = { 0 };

    tensors_load(&set, fixture_path("gpt2_tiny/model.safetensors"));
    for (size_t pad = 0; pad < 8; pad++) /* every alignment of a tensor */
        check_layout(&set, &want, &s, "", pad, false);
    check_layout(&set, &want, &s, "transformer.", 0, false);
    check_layout(&set, &want, &s, "", 0, true);
    check_layout(&set, &want, &s, "transformer.", 1, true);
    run_clear(&want);
    model_free(model);
    tensors_clear(&set);
    sequences_clear(&s);
}
END_TEST

START_TEST(half_precision_weights_are_widened_exactly)
{
    static const char *const dtypes[] = { "F16", "BF16" };
    struct sequences s = sequences_load("gpt2_sequences.csv");

    for (int k = 0; k < 2; k++) {
        struct tensor_set set = { 0 };
        char *const dir = folder_new();
        tensors_load(&set, fixture_path("gpt2_tiny/model.safetensors"));
        ((float *)set.items[1].data)[0] = 3e-6F; /* a subnormal half */
        tensors_convert(&set, dtypes[k]);
        tensors_widen(&set);
        tensors_put(&set, 0, set.n, "", 0, dir, "model.safetensors");
        text_put(dir, "config.json", TINY "}");
        struct model *const model = open_model(dir);
        struct run want = run_model(model, &s, NULL, 2, 0);
        tensors_convert(&set, dtypes[k]);
        for (size_t pad = 0; pad < 4; pad++)
            check_layout(&set, &want, &s, "", pad, false);
        run_clear(&want);
        model_free(model);
        folder_remove(dir);
        tensors_clear(&set);
    }
    sequences_clear(&s);
}
END_TEST

/* An unknown activation function is an error only for hooks behind the first one. */
START_TEST(an_unknown_activation_is_an_error_when_needed)
{
    static const struct {
        const char *hook;
        enum ct_status st;
    } cases[] = {
        { "wte", CT_OK },      { "wpe", CT_OK },           { "h.0.attn", CT_OK },
        { "h.0.ln_2", CT_OK }, { "h.0.mlp.c_fc", CT_OK },  { "h.0.mlp.act", CT_ENOTSUP },
        { "h.0", CT_ENOTSUP }, { "h.1.ln_1", CT_ENOTSUP }, { "ln_f", CT_ENOTSUP },
    };
    struct sequences s = sequences_load("gpt2_sequences.csv");
    struct tensor_set set = { 0 };
    char *const dir = folder_new();

    tensors_load(&set, fixture_path("gpt2_tiny/model.safetensors"));
    tensors_put(&set, 0, set.n, "", 0, dir, "model.safetensors");
    text_put(dir, "config.json", TINY ",\"activation_function\":\"serf\"}");
    struct model *const model = open_model(dir);
    struct model *const known = open_model(fixture_path("gpt2_tiny"));
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct hook_point *hooks = NULL;
        size_t n = 0;
        float out[7 * 24] = { 7 };
        float want[7 * 24];
        struct ct_error err = { 0 };
        ck_assert_int_eq(hooks_resolve(model_config(model), &cases[i].hook, 1, &hooks, &n, NULL),
                         CT_OK);
        struct extract_job job = {
            .model = model, .seqs = s.seqs, .n_seqs = s.n, .hooks = hooks, .n_hooks = n
        };
        ck_assert_uint_le(s.n * hooks[0].width, sizeof out / sizeof *out);
        ck_assert_msg(extract_activations(&job, 1, NULL, out, NULL, &err) == cases[i].st, "%s: %s",
                      cases[i].hook, err.text);
        job.model = known;
        if (cases[i].st == CT_OK) {
            ck_assert_int_eq(extract_activations(&job, 1, NULL, want, NULL, NULL), CT_OK);
            ck_assert_mem_eq(out, want, s.n * hooks[0].width * sizeof *out);
        } else {
            ck_assert(out[0] == 7.0F);
            ck_assert_ptr_nonnull(strstr(err.text, "activation_function: 'serf' is not supported"));
        }
        free(hooks);
    }
    model_free(known);
    model_free(model);
    tensors_clear(&set);
    folder_remove(dir);
    sequences_clear(&s);
}
END_TEST

START_TEST(names_bad_sequences)
{
    static const uint32_t ids[20] = { 1, 2, 40 };
    struct model *const model = open_model(fixture_path("gpt2_tiny"));
    struct hook_point *hooks = NULL;
    size_t n = 0;
    float out[2 * 24] = { 7 };
    struct ct_error err = { 0 };
    const char *const name = "h.0";
    const struct {
        struct token_seq seq;
        const char *what;
    } bad[] = {
        { { ids, 0 }, "sequence 1: has no token" },
        { { ids, 3 }, "sequence 1: token 2 has id 40, the model has 40 tokens" },
        { { ids + 3, 17 }, "sequence 1: 17 tokens, the model takes 16" },
    };

    ck_assert_int_eq(hooks_resolve(model_config(model), &name, 1, &hooks, &n, NULL), CT_OK);
    struct extract_job job = { .model = model, .n_seqs = 2, .hooks = hooks, .n_hooks = n };
    for (size_t i = 0; i < 3; i++) {
        const struct token_seq seqs[] = { { ids, 2 }, bad[i].seq };
        job.seqs = seqs;
        ck_assert_int_eq(extract_activations(&job, 1, NULL, out, NULL, &err), CT_EINVAL);
        ck_assert_msg(strncmp(err.text, bad[i].what, strlen(bad[i].what)) == 0, "%s", err.text);
        ck_assert(out[0] == 7.0F);
    }
    struct extract_stats stats = { 1, 1, 1 };
    job.n_seqs = 0;
    ck_assert_int_eq(extract_activations(&job, 1, NULL, out, &stats, &err), CT_OK);
    ck_assert_uint_eq(stats.n_positions, 0);
    free(hooks);
    model_free(model);
}
END_TEST

struct counter {
    size_t calls;
    size_t stop_at;
    size_t last;
};

static bool count_tick(void *context, size_t done, size_t total)
{
    struct counter *const c = context;

    ck_assert_uint_ge(done, c->last);
    ck_assert_uint_le(done, total);
    c->last = done;
    return ++c->calls != c->stop_at;
}

START_TEST(reports_progress_and_can_be_cancelled)
{
    struct sequences s = sequences_load("gpt2_demo_sequences.csv");
    struct model *const model = open_model(fixture_path("demo"));
    struct hook_point *hooks = NULL;
    size_t n = 0;
    const char *const name = "ln_f";
    float *const out = ct_malloc_array(s.n, 64 * sizeof *out);
    struct counter counter = { 0 };
    const struct progress progress = { count_tick, &counter };

    ck_assert_int_eq(hooks_resolve(model_config(model), &name, 1, &hooks, &n, NULL), CT_OK);
    const struct extract_job job = {
        .model = model, .seqs = s.seqs, .n_seqs = s.n, .hooks = hooks, .n_hooks = n
    };
    ck_assert_int_eq(extract_activations(&job, 2, &progress, out, NULL, NULL), CT_OK);
    ck_assert_uint_eq(counter.calls, 37); /* the embedding, six linear layers of six blocks */
    counter = (struct counter){ .stop_at = 3 };
    ck_assert_int_eq(extract_activations(&job, 2, &progress, out, NULL, NULL), CT_ECANCELED);
    ck_assert_uint_eq(counter.calls, 3);
    free(out);
    free(hooks);
    model_free(model);
    sequences_clear(&s);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        every_hook_matches_the_padded_pass,
        activation_functions_and_scales_match,
        every_hook_of_the_demo_matches,
        single_hooks_equal_all_together,
        results_do_not_depend_on_threads,
        results_do_not_depend_on_the_batch,
        batch_size_is_bounded_and_does_not_matter,
        batches_run_in_any_order_and_in_parts,
        parts_run_concurrently,
        many_sentences_fill_many_batches,
        results_do_not_depend_on_the_weight_layout,
        half_precision_weights_are_widened_exactly,
        an_unknown_activation_is_an_error_when_needed,
        names_bad_sequences,
        reports_progress_and_can_be_cancelled,
    };

    return RUN_TESTS("extract", tests);
}
