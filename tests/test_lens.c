/*
 * What models would say after each block, and what neurons say directly, against a float64
 * reference of every family (fixtures/family_lens.py).
 */
#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "family_models.h"
#include "model/direct_path.h"
#include "model/extract.h"
#include "model/output.h"
#include "model_files.h"
#include "support.h"

/* Largest error, relative to the largest value: float32 gives about 1e-6. */
static const double PROMISED = 1e-5;

enum { STRIDE = 7, SEQUENCE = 1, MOST_WORDS = 16, MOST_NEURONS = 64 };

static struct family_models families;

struct one { /* a variant */
    const char *name;
    struct model *model;
    struct hook_point *hooks;
    size_t n_hooks;
    size_t hidden, n_words;
    struct output *output;
};

static void for_each_variant(void (*check)(const struct one *one))
{
    size_t i;
    json_t *variant;

    families_load(&families, "families/variants.json", "families/lens.safetensors");
    json_array_foreach(json_object_get(families.root, "variants"), i, variant)
    {
        struct one one = { .name = json_string_value(json_object_get(variant, "name")) };
        char *const dir = family_folder(variant);
        one.model = family_open(dir, one.name);
        const struct model_config *const c = model_config(one.model);
        one.hidden = c->hidden_size;
        one.n_words = c->vocab_size;
        ck_assert_uint_le(one.n_words, MOST_WORDS);
        ck_assert_int_eq(hooks_list(c, &one.hooks, &one.n_hooks, NULL), CT_OK);
        ck_assert_int_eq(output_new(one.model, 2, &one.output, NULL), CT_OK);
        check(&one);
        output_free(one.output);
        free(one.hooks);
        model_free(one.model);
        folder_remove(dir);
    }
    families_clear(&families);
}

/* A tensor of the reference [*n] as float64; NULL: there is none. Owned by the caller. */
static double *reference(const struct one *one, const char *name, size_t *n)
{
    char path[160];

    snprintf(path, sizeof path, "%s/%s", one->name, name);
    const struct safetensors_entry *const entry = safetensors_find(families.reference, path);
    if (entry == NULL)
        return NULL;
    *n = 1;
    for (size_t d = 0; d < entry->n_dims; d++)
        *n *= entry->shape[d];
    double *const values = ct_calloc_array(*n, sizeof *values);
    for (size_t i = 0; i < *n; i++) {
        float x;
        memcpy(&x, (const char *)entry->data + i * sizeof x, sizeof x);
        values[i] = (double)x;
    }
    return values;
}

static double largest_of(const double *x, size_t n)
{
    double largest = 0.0;

    for (size_t i = 0; i < n; i++)
        largest = fmax(largest, fabs(x[i]));
    return largest;
}

/* Values of hooks at the last token of a sequence, owned by the caller. */
static float *values_of(const struct one *one, const struct hook_point *hooks, size_t n_hooks,
                        size_t sequence)
{
    const struct extract_job job = { .model = one->model,
                                     .seqs = &families.seqs[sequence],
                                     .n_seqs = 1,
                                     .hooks = hooks,
                                     .n_hooks = n_hooks };
    struct ct_error err = { 0 };
    size_t width = 0;

    for (size_t h = 0; h < n_hooks; h++)
        width += hooks[h].width;
    float *const out = ct_calloc_array(width, sizeof *out);
    if (n_hooks > 0)
        ck_assert_msg(extract_activations(&job, 1, NULL, out, NULL, &err) == CT_OK, "%s: %s",
                      one->name, err.text);
    return out;
}

/* ---- after each block ---- */

static void find_all_words(const struct one *one, const float *x, float *logits)
{
    uint32_t words[MOST_WORDS];

    for (uint32_t w = 0; w < one->n_words; w++)
        words[w] = w;
    ck_assert_int_eq(output_words(one->output, x, 1, words, one->n_words, logits, NULL), CT_OK);
}

static void check_lens(const struct one *one)
{
    size_t n = 0;
    double *const want = reference(one, "lens", &n);
    float *const own = values_of(one, &one->hooks[one->n_hooks - 1], 1, SEQUENCE);
    float logits[MOST_WORDS];
    size_t row = 0;

    ck_assert_int_eq(one->hooks[one->n_hooks - 1].place, PLACE_LOGITS);
    for (size_t h = 0; h < one->n_hooks; h++) {
        if (one->hooks[h].place != PLACE_BLOCK)
            continue;
        float *const x = values_of(one, &one->hooks[h], 1, SEQUENCE);
        ck_assert_int_eq(output_normalise(one->output, x, 1, NULL), CT_OK);
        find_all_words(one, x, logits);
        const double *const expected = want + row++ * one->n_words;
        for (size_t w = 0; w < one->n_words; w++)
            ck_assert_msg(fabs((double)logits[w] - expected[w]) <=
                              PROMISED * largest_of(expected, one->n_words),
                          "%s, %s: word %zu: %.9g, not %.9g", one->name, one->hooks[h].name, w,
                          (double)logits[w], expected[w]);
        free(x);
    }
    ck_assert_uint_eq(row * one->n_words, n);
    ck_assert_msg(memcmp(logits, own, one->n_words * sizeof *own) == 0,
                  "%s: after the last block it is not what the model says", one->name);
    free(want);
    free(own);
}

START_TEST(streams_say_what_the_reference_says_and_the_last_one_what_the_model_says)
{
    for_each_variant(check_lens);
}
END_TEST

/* ---- directly ---- */

static int ascending(const void *a, const void *b)
{
    const double x = *(const double *)a;
    const double y = *(const double *)b;

    return (x > y) - (x < y);
}

/* want [n_words] of one neuron. */
static void check_extremes(const struct one *one, const char *hook, const struct word_extremes *got,
                           const double *want, double tolerance)
{
    double sorted[MOST_WORDS];
    double mean = 0.0;

    memcpy(sorted, want, one->n_words * sizeof *want);
    qsort(sorted, one->n_words, sizeof *sorted, ascending);
    for (size_t w = 0; w < one->n_words; w++)
        mean += want[w] / (double)one->n_words;
    ck_assert_uint_eq(got->n, OUTPUT_TOP);
    ck_assert_double_eq_tol(got->mean, mean, tolerance);
    for (size_t k = 0; k < OUTPUT_TOP; k++) {
        const double high = sorted[one->n_words - 1 - k];
        ck_assert_msg(fabs((double)got->high[k] - high) <= tolerance &&
                          fabs(want[got->highest[k]] - high) <= tolerance,
                      "%s, %s: highest word %zu", one->name, hook, k);
        ck_assert_msg(fabs((double)got->low[k] - sorted[k]) <= tolerance &&
                          fabs(want[got->lowest[k]] - sorted[k]) <= tolerance,
                      "%s, %s: lowest word %zu", one->name, hook, k);
    }
}

/* rows [n, hidden] of every STRIDE-th neuron, want [n, n_words]. */
static void check_rows(const struct one *one, const char *hook, const double *rows, size_t n,
                       const double *want)
{
    static const uint32_t pairs[] = { 3, 7, 1, 5 };
    const double tolerance = PROMISED * largest_of(want, n * one->n_words);
    struct word_extremes extremes[MOST_NEURONS], again[MOST_NEURONS];
    struct output *single = NULL;
    double direction[MOST_NEURONS];
    float *const x = ct_calloc_array(n * one->hidden, sizeof *x);

    for (size_t i = 0; i < n * one->hidden; i++)
        x[i] = (float)rows[i];
    ck_assert_int_eq(output_extremes(one->output, x, n, OUTPUT_LINEAR, NULL, extremes, NULL),
                     CT_OK);
    ck_assert_int_eq(output_new(one->model, 1, &single, NULL), CT_OK);
    ck_assert_int_eq(direct_path_words(one->model, pairs, 2, direction, NULL), CT_OK);
    for (size_t k = 0; k < n; k++) {
        const double *const words = want + k * one->n_words;
        double effect = 0.0;
        check_extremes(one, hook, &extremes[k], words, tolerance);
        ck_assert_int_eq(output_extremes(single, x + k * one->hidden, 1, OUTPUT_LINEAR, NULL,
                                         &again[k], NULL),
                         CT_OK);
        ck_assert_msg(memcmp(&again[k], &extremes[k], sizeof *again) == 0,
                      "%s, %s: alone it differs", one->name, hook);
        for (size_t i = 0; i < one->hidden; i++)
            effect += rows[k * one->hidden + i] * direction[i];
        ck_assert_double_eq_tol(effect, (words[3] - words[7] + words[1] - words[5]) / 2.0,
                                tolerance);
    }
    output_free(single);
    free(x);
}

static void check_scales(const struct one *one, const char *hook, const struct direct_path *path)
{
    char name[HOOK_NAME_SIZE + 8];
    size_t n = 0;

    snprintf(name, sizeof name, "%s/scale", hook);
    double *const want = reference(one, name, &n);
    ck_assert_uint_eq(n, families.n_seqs);
    for (size_t s = 0; s < n && path->has_scale; s++) {
        float *const inputs = values_of(one, path->inputs, path->n_inputs, s);
        const double got = direct_path_scale(path, inputs);
        ck_assert_msg(fabs(got - want[s]) <= PROMISED * want[s], "%s, %s: scale %.9g, not %.9g",
                      one->name, hook, got, want[s]);
        free(inputs);
    }
    if (!path->has_scale) {
        ck_assert(isnan(direct_path_scale(path, NULL)));
        ck_assert_int_eq(model_config(one->model)->residual, RESIDUAL_POST);
    }
    free(want);
}

static void check_direct(const struct one *one)
{
    for (size_t h = 0; h < one->n_hooks; h++) {
        const struct hook_point *const hook = &one->hooks[h];
        struct direct_path path;
        bool is_known = false;
        size_t n_want = 0;
        double *const want = reference(one, hook->name, &n_want);
        uint32_t neurons[MOST_NEURONS];
        size_t n = 0;
        ck_assert_int_eq(direct_path_find(one->model, hook, &path, &is_known, NULL), CT_OK);
        ck_assert_msg(is_known == (want != NULL), "%s, %s: known %d", one->name, hook->name,
                      is_known);
        if (!is_known)
            continue;
        for (uint32_t j = 0; j < hook->width; j += STRIDE)
            neurons[n++] = j;
        ck_assert_uint_eq(n * one->n_words, n_want);
        double *const rows = ct_calloc_array(n * one->hidden, sizeof *rows);
        ck_assert_int_eq(direct_path_rows(&path, neurons, n, rows, NULL), CT_OK);
        check_rows(one, hook->name, rows, n, want);
        check_scales(one, hook->name, &path);
        free(rows);
        free(want);
        direct_path_clear(&path);
    }
}

START_TEST(neurons_say_what_the_reference_says)
{
    for_each_variant(check_direct);
}
END_TEST

/* By hand: with its own divisor, all that the last stream has differs between two sequences by as
 * much as what the model says: biases are the same for both. */
static void check_sum(const struct one *one)
{
    static const uint32_t pair[] = { 2, 9 };
    const struct hook_point *stream = NULL;
    double direction[MOST_NEURONS];
    uint32_t all[MOST_NEURONS];
    double sum[2] = { 0.0, 0.0 };
    double said[2], scale[2];
    double largest = 0.0;
    struct direct_path path;
    bool is_known = false;

    if (model_config(one->model)->logit_cap > 0.0)
        return;
    for (size_t h = 0; h < one->n_hooks; h++)
        if (one->hooks[h].place == PLACE_BLOCK)
            stream = &one->hooks[h];
    ck_assert_int_eq(direct_path_find(one->model, stream, &path, &is_known, NULL), CT_OK);
    ck_assert_int_eq(direct_path_words(one->model, pair, 1, direction, NULL), CT_OK);
    double *const rows = ct_calloc_array(one->hidden * one->hidden, sizeof *rows);
    for (uint32_t j = 0; j < one->hidden; j++)
        all[j] = j;
    ck_assert_int_eq(direct_path_rows(&path, all, one->hidden, rows, NULL), CT_OK);
    for (size_t s = 0; s < 2; s++) {
        float *const x = values_of(one, stream, 1, s);
        float *const logits = values_of(one, &one->hooks[one->n_hooks - 1], 1, s);
        float *const inputs = values_of(one, path.inputs, path.n_inputs, s);
        scale[s] = direct_path_scale(&path, inputs);
        for (size_t j = 0; j < one->hidden; j++) {
            double effect = 0.0;
            for (size_t i = 0; i < one->hidden; i++)
                effect += rows[j * one->hidden + i] * direction[i];
            sum[s] += (double)x[j] * scale[s] * effect;
            largest = fmax(largest, fabs((double)x[j] * scale[s] * effect));
        }
        said[s] = (double)logits[pair[0]] - (double)logits[pair[1]];
        free(x);
        free(logits);
        free(inputs);
    }
    ck_assert_msg(fabs((sum[0] - sum[1]) - (said[0] - said[1])) <= PROMISED * largest,
                  "%s: %.9g, not %.9g", one->name, sum[0] - sum[1], said[0] - said[1]);
    free(rows);
    direct_path_clear(&path);
}

START_TEST(what_the_last_stream_says_directly_is_what_the_model_says)
{
    for_each_variant(check_sum);
}
END_TEST

static bool stop(void *context, size_t done, size_t total)
{
    (void)context;
    (void)done;
    (void)total;
    return false;
}

static void check_stopped(const struct one *one)
{
    const struct progress progress = { stop, NULL };
    struct word_extremes extremes;
    float x[MOST_NEURONS] = { 0.0F };

    ck_assert_int_eq(output_extremes(one->output, x, 1, OUTPUT_LOGITS, &progress, &extremes, NULL),
                     CT_ECANCELED);
}

START_TEST(it_can_be_stopped)
{
    for_each_variant(check_stopped);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        streams_say_what_the_reference_says_and_the_last_one_what_the_model_says,
        neurons_say_what_the_reference_says,
        what_the_last_stream_says_directly_is_what_the_model_says,
        it_can_be_stopped,
    };

    return RUN_TESTS("lens", tests);
}
