/*
 * Every hook point of every family against a float64 pass (fixtures/gen_families.py), for tiny
 * models with odd settings. Their weights come from a generator of numbers.
 */
#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "family_models.h"
#include "model/extract.h"
#include "model_files.h"
#include "support.h"

/* Largest error, relative to the largest value of the hook point: float32 gives about 1e-6. */
static const double PROMISED = 1e-5;

static struct family_models families;

static void load_variants(void)
{
    families_load(&families, "families/variants.json", "families/reference.safetensors");
}

/* [n, sum of widths], owned by the caller. */
static float *run(const struct model *model, const struct token_seq *of, size_t n,
                  const struct hook_point *hooks, size_t n_hooks, int n_threads)
{
    const struct extract_job job = {
        .model = model, .seqs = of, .n_seqs = n, .hooks = hooks, .n_hooks = n_hooks
    };
    struct ct_error err = { 0 };
    size_t width = 0;

    for (size_t h = 0; h < n_hooks; h++)
        width += hooks[h].width;
    float *const out = ct_malloc_array(n * width, sizeof *out);
    memset(out, 0xFF, n * width * sizeof *out); /* NaN, to detect unwritten values */
    ck_assert_msg(extract_activations(&job, n_threads, NULL, out, NULL, &err) == CT_OK, "%s",
                  err.text);
    return out;
}

static size_t width_of(const struct hook_point *hooks, size_t n)
{
    size_t width = 0;

    for (size_t h = 0; h < n; h++)
        width += hooks[h].width;
    return width;
}

/* The reference `name` has every stride-th column. */
static void check_close(const char *name, size_t width, const float *got, size_t ld, size_t stride)
{
    const struct safetensors_entry *const want = safetensors_find(families.reference, name);
    double largest = 0.0;
    double error = 0.0;

    ck_assert_msg(want != NULL, "%s is not in the reference", name);
    const size_t n = (size_t)want->shape[1];
    ck_assert_uint_eq(want->shape[0], families.n_seqs);
    ck_assert_msg(n == (width + stride - 1) / stride, "%s: %zu wide, the reference %zu", name,
                  width, n);
    for (size_t i = 0; i < families.n_seqs; i++)
        for (size_t j = 0; j < n; j++) {
            float value;
            memcpy(&value, (const char *)want->data + (i * n + j) * sizeof value, sizeof value);
            const double e = fabs((double)got[i * ld + j * stride] - (double)value);
            largest = fmax(largest, fabs((double)value));
            error = e <= error ? error : e; /* keeps NaN */
        }
    ck_assert_msg(error <= PROMISED * largest, "%s: error %g, largest %g", name, error, largest);
}

/* Number of hook points of a variant in the reference. */
static size_t count_reference(const char *variant)
{
    const size_t size = strlen(variant);
    size_t n = 0;

    for (size_t i = 0; i < safetensors_count(families.reference); i++) {
        const char *const name = safetensors_at(families.reference, i)->name;
        n += strncmp(name, variant, size) == 0 && name[size] == '/';
    }
    return n;
}

/* Calls check(model, variant, hooks, n_hooks, out) for each variant, out with all hook points. */
static void for_each_variant(void (*check)(const struct model *, const char *,
                                           const struct hook_point *, size_t, const float *))
{
    size_t i;
    json_t *variant;

    load_variants();
    json_array_foreach(json_object_get(families.root, "variants"), i, variant)
    {
        const char *const name = json_string_value(json_object_get(variant, "name"));
        char *const dir = family_folder(variant);
        struct model *const model = family_open(dir, name);
        struct hook_point *hooks = NULL;
        size_t n = 0;
        ck_assert_int_eq(hooks_list(model_config(model), &hooks, &n, NULL), CT_OK);
        float *const out = run(model, families.seqs, families.n_seqs, hooks, n, 2);
        check(model, name, hooks, n, out);
        free(out);
        free(hooks);
        model_free(model);
        folder_remove(dir);
    }
    families_clear(&families);
}

static void check_reference(const struct model *model, const char *variant,
                            const struct hook_point *hooks, size_t n, const float *out)
{
    const size_t width = width_of(hooks, n);
    char name[160];
    size_t at = 0;

    (void)model;
    ck_assert_msg(n == count_reference(variant), "%s: %zu hook points, the reference has %zu",
                  variant, n, count_reference(variant));
    for (size_t h = 0; h < n; at += hooks[h++].width) {
        snprintf(name, sizeof name, "%s/%s", variant, hooks[h].name);
        check_close(name, hooks[h].width, out + at, width, 1);
    }
}

START_TEST(every_hook_matches_the_plain_pass)
{
    for_each_variant(check_reference);
}
END_TEST

/* Nothing that a hook needs is skipped when it is wanted alone, whatever is left out then; nor does
 * a value depend on the number of threads. */
static void check_alone(const struct model *model, const char *variant,
                        const struct hook_point *hooks, size_t n, const float *out)
{
    const size_t width = width_of(hooks, n);
    size_t at = 0;

    for (size_t h = 0; h < n; at += hooks[h++].width) {
        float *const one = run(model, families.seqs, families.n_seqs, &hooks[h], 1, 1);
        for (size_t i = 0; i < families.n_seqs; i++)
            ck_assert_msg(memcmp(one + i * hooks[h].width, out + i * width + at,
                                 hooks[h].width * sizeof *one) == 0,
                          "%s: %s alone differs", variant, hooks[h].name);
        free(one);
    }
}

START_TEST(single_hooks_equal_all_together)
{
    for_each_variant(check_alone);
}
END_TEST

/* A value does not depend on the other sequences of a batch. */
static void check_sequences(const struct model *model, const char *variant,
                            const struct hook_point *hooks, size_t n, const float *out)
{
    const size_t width = width_of(hooks, n);

    for (size_t i = 0; i < families.n_seqs; i++) {
        float *const one = run(model, &families.seqs[i], 1, hooks, n, 1);
        ck_assert_msg(memcmp(one, out + i * width, width * sizeof *one) == 0,
                      "%s: sequence %zu alone differs", variant, i);
        free(one);
    }
}

START_TEST(sequences_do_not_depend_on_each_other)
{
    for_each_variant(check_sequences);
}
END_TEST

/* Nor on those that it begins with: then every node of the tree but the first is a target. */
static void check_beginnings(const struct model *model, const char *variant,
                             const struct hook_point *hooks, size_t n, const float *out)
{
    const size_t width = width_of(hooks, n);
    const struct token_seq whole = families.seqs[1];
    const size_t n_seqs = whole.n - 1;
    struct token_seq seqs[FAMILY_MAX_LEN];

    (void)out;
    for (size_t i = 0; i < n_seqs; i++)
        seqs[i] = (struct token_seq){ whole.ids, i + 2 };
    for (size_t h = 0; h <= n; h++) { /* the last: all hooks */
        const struct hook_point *const some = h < n ? &hooks[h] : hooks;
        const size_t n_some = h < n ? 1 : n;
        const size_t row = h < n ? hooks[h].width : width;
        float *const all = run(model, seqs, n_seqs, some, n_some, 2);
        for (size_t i = 0; i < n_seqs; i++) {
            float *const one = run(model, &seqs[i], 1, some, n_some, 1);
            ck_assert_msg(memcmp(one, all + i * row, row * sizeof *one) == 0,
                          "%s: %s: the first %zu tokens alone differ", variant, some->name, i + 2);
            free(one);
        }
        free(all);
    }
}

START_TEST(beginnings_of_a_sequence_can_be_run_together)
{
    for_each_variant(check_beginnings);
}
END_TEST

struct last_tick {
    size_t done, total;
};

static bool note_tick(void *context, size_t done, size_t total)
{
    *(struct last_tick *)context = (struct last_tick){ done, total };
    return true;
}

/* With and without shuffled weights, alone and together, hooks take as many steps as planned. */
static void check_steps(const struct model *model, const char *variant,
                        const struct hook_point *hooks, size_t n, const float *out)
{
    static const struct weight_shuffle shuffle = { .seed = 7, .replicate = 1 };
    const size_t width = width_of(hooks, n);
    float *const got = ct_malloc_array(families.n_seqs * width, sizeof *got);

    (void)out;
    for (size_t h = 0; h <= 2 * n + 1; h++) { /* the last two: all hooks */
        struct last_tick last = { 0, 1 };
        const struct progress progress = { note_tick, &last };
        const struct extract_job job = { .model = model,
                                         .seqs = families.seqs,
                                         .n_seqs = families.n_seqs,
                                         .hooks = h / 2 < n ? &hooks[h / 2] : hooks,
                                         .n_hooks = h / 2 < n ? 1 : n,
                                         .shuffle = h % 2 == 1 ? &shuffle : NULL };
        ck_assert_int_eq(extract_activations(&job, 1, &progress, got, NULL, NULL), CT_OK);
        ck_assert_msg(last.done == last.total, "%s, %s: %zu steps, not %zu", variant,
                      h / 2 < n ? hooks[h / 2].name : "all", last.done, last.total);
    }
    for (size_t i = 0; i < families.n_seqs * width; i++)
        ck_assert(isfinite(got[i]));
    free(got);
}

START_TEST(steps_are_as_planned)
{
    for_each_variant(check_steps);
}
END_TEST

/* Opens a variant with one key of its config.json changed (value is JSON). */
static void check_changed(const char *name, const char *key, const char *value, const char *says)
{
    json_t *const variant = families_variant(&families, name);
    json_t *const config = json_object_get(variant, "config");
    json_t *const kept = json_incref(json_object_get(config, key));
    struct model *model = NULL;
    struct ct_error err = { 0 };

    json_object_set_new(config, key, json_loads(value, JSON_DECODE_ANY, NULL));
    char *const dir = family_folder(variant);
    const enum ct_status st = model_open(dir, &model, &err);
    ck_assert_msg(st == CT_EFORMAT && strstr(err.text, says) != NULL, "%s, %s: %s: %s", name, key,
                  value, st == CT_OK ? "accepted" : err.text);
    folder_remove(dir);
    if (kept != NULL)
        json_object_set_new(config, key, kept);
    else
        json_object_del(config, key);
}

START_TEST(weights_that_do_not_fit_are_named)
{
    load_variants();
    check_changed("llama", "num_hidden_layers", "3",
                  "layers.2.input_layernorm.weight: missing from the weights");
    check_changed("llama", "vocab_size", "13",
                  "embed_tokens.weight: expected [13, 16] by config.json, file has [12, 16]");
    check_changed("llama", "intermediate_size", "24",
                  "layers.0.mlp.gate_proj.weight: expected [24, 16] by config.json, file has [20");
    check_changed("llama", "num_key_value_heads", "4",
                  "k_proj.weight: expected [16, 16] by config.json, file has [8, 16]");
    check_changed("llama", "attention_bias", "true", "self_attn.q_proj.bias: missing");
    check_changed("llama", "mlp_bias", "true", "mlp.gate_proj.bias: missing");
    check_changed("llama_tied_head", "tie_word_embeddings", "false",
                  "embed_tokens.weight: missing from the weights");
    check_changed("llama", "model_type", "\"qwen2\"", "self_attn.q_proj.bias: missing");
    check_changed("llama", "model_type", "\"gemma2\"", "expected [1024, 16]");
    check_changed("qwen3", "head_dim", "8", "q_proj.weight: expected [32, 16] by config.json");
    check_changed("gemma2", "model_type", "\"gemma3_text\"", "self_attn.q_norm.weight: missing");
    check_changed("gemma", "model_type", "\"gemma2\"", "pre_feedforward_layernorm");
    check_changed("gpt_neox", "intermediate_size", "16",
                  "mlp.dense_h_to_4h.weight: expected [16, 16] by config.json");
    check_changed("gpt_neo", "max_position_embeddings", "11",
                  "wpe.weight: expected [11, 16] by config.json, file has [10, 16]");
    check_changed("opt", "max_position_embeddings", "11",
                  "decoder.embed_positions.weight: expected [13, 16] by config.json, file has [12");
    check_changed("opt", "word_embed_proj_dim", "8",
                  "decoder.embed_tokens.weight: expected [12, 8] by config.json");
    check_changed("opt_bare", "layer_norm_elementwise_affine", "true",
                  "self_attn_layer_norm.weight: missing");
    check_changed("phi3", "num_key_value_heads", "1",
                  "qkv_proj.weight: expected [24, 16] by config.json, file has [32, 16]");
    families_clear(&families);
}
END_TEST

/* The rest of the model can be used. */
START_TEST(a_missing_output_layer_is_named)
{
    static const char *const names[] = { "llama_scaled", "gpt_neox_serial", "phi" };

    load_variants();
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        json_t *const variant = families_variant(&families, names[i]);
        json_t *const tensors = json_object_get(variant, "tensors");
        struct hook_point *hooks = NULL;
        size_t n = 0;
        struct ct_error err = { 0 };
        json_array_remove(tensors, json_array_size(tensors) - 1);
        char *const dir = family_folder(variant);
        struct model *const model = family_open(dir, names[i]);
        ck_assert_int_eq(hooks_list(model_config(model), &hooks, &n, NULL), CT_OK);
        free(run(model, families.seqs, families.n_seqs, hooks, n - 1, 1));
        const struct extract_job job = { .model = model, .hooks = &hooks[n - 1], .n_hooks = 1 };
        ck_assert_int_eq(extract_activations(&job, 1, NULL, NULL, NULL, &err), CT_EFORMAT);
        ck_assert_msg(strstr(err.text, hooks[n - 1].name) != NULL &&
                          strstr(err.text, "missing from the weights") != NULL,
                      "%s: %s", names[i], err.text);
        free(hooks);
        model_free(model);
        folder_remove(dir);
    }
    families_clear(&families);
}
END_TEST

/* Every hook point of the model in a folder, every stride-th column. */
static void check_trained(const char *dir, const char *json, const char *values, size_t stride)
{
    struct hook_point *hooks = NULL;
    size_t n = 0;
    size_t at = 0;

    struct model *const model = family_open(dir, dir);
    families_load(&families, json, values);
    ck_assert_int_eq(hooks_list(model_config(model), &hooks, &n, NULL), CT_OK);
    float *const out = run(model, families.seqs, families.n_seqs, hooks, n, 2);
    const size_t width = width_of(hooks, n);
    ck_assert_uint_eq(n, safetensors_count(families.reference));
    for (size_t h = 0; h < n; at += hooks[h++].width)
        check_close(hooks[h].name, hooks[h].width, out + at, width, stride);
    free(out);
    free(hooks);
    model_free(model);
    families_clear(&families);
}

START_TEST(a_trained_llama_matches)
{
    char dir[4096];

    snprintf(dir, sizeof dir, "%s", fixture_path("demo_llama"));
    check_trained(dir, "families/demo_llama.json", "families/demo_llama.safetensors", 3);
}
END_TEST

START_TEST(a_strangers_llama_matches)
{
    char dir[4096];

    snprintf(dir, sizeof dir, "%s", fixture_path("../../shared/families/story"));
    if (access(dir, R_OK) != 0) {
        SKIP("%s: a trained Llama is not there", dir);
        return;
    }
    check_trained(dir, "families/trained.json", "families/trained.safetensors", 7);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        every_hook_matches_the_plain_pass,
        single_hooks_equal_all_together,
        sequences_do_not_depend_on_each_other,
        beginnings_of_a_sequence_can_be_run_together,
        steps_are_as_planned,
        weights_that_do_not_fit_are_named,
        a_missing_output_layer_is_named,
        a_trained_llama_matches,
        a_strangers_llama_matches,
    };

    return RUN_TESTS("families", tests);
}
