/*
 * An interchange intervention as a whole (fixtures/gen_swaps.py): the demo's sentences, of each the
 * MLP neurons at its target set to its twin's, to the logits of four pairs of words.
 */
#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "model/edit.h"
#include "model/extract.h"
#include "support.h"

/* Largest error, relative to the largest difference: float32 gives about 1e-6. */
static const double PROMISED = 1e-5;

enum { TARGET, TWIN, CLEAN, SWAPPED /* a column for each hook point */ };
static const char *const hooks[] = { "h.0.mlp.c_fc", "h.3.mlp.c_fc" };
enum { N_HOOKS = 2, N_PAIRS = 4 };

struct demo {
    struct model *model;
    struct mat swaps, ids, words;
    struct token_seq *wholes, *heads; /* [n]: sentences, and up to their targets */
    uint32_t *tokens;
    size_t n;
};

static void demo_open(struct demo *d)
{
    struct ct_error err = { 0 };

    *d = (struct demo){ .swaps = fixture_load("swaps.csv"),
                        .ids = fixture_load("swap_sequences.csv"),
                        .words = fixture_load("swap_words.csv") };
    d->n = d->swaps.rows;
    ck_assert_uint_eq(d->ids.rows, d->n);
    ck_assert_uint_eq(d->words.rows, N_PAIRS);
    ck_assert_msg(model_open(fixture_path("demo"), &d->model, &err) == CT_OK, "%s", err.text);
    d->tokens = ct_calloc_array(d->n * d->ids.cols, sizeof *d->tokens);
    d->wholes = ct_calloc_array(d->n, sizeof *d->wholes);
    d->heads = ct_calloc_array(d->n, sizeof *d->heads);
    for (size_t i = 0; i < d->n; i++) {
        uint32_t *const tokens = d->tokens + i * d->ids.cols;
        size_t length = 0;
        for (; length < d->ids.cols && mat_row(&d->ids, i)[length] >= 0.0; length++)
            tokens[length] = (uint32_t)mat_row(&d->ids, i)[length];
        d->wholes[i] = (struct token_seq){ tokens, length };
        d->heads[i] = (struct token_seq){ tokens, (size_t)mat_row(&d->swaps, i)[TARGET] + 1 };
    }
}

static void demo_close(struct demo *d)
{
    mat_clear(&d->swaps);
    mat_clear(&d->ids);
    mat_clear(&d->words);
    model_free(d->model);
    free(d->tokens);
    free(d->wholes);
    free(d->heads);
}

static struct hook_point find_hook(const struct demo *d, const char *name)
{
    struct hook_point *points = NULL;
    size_t n = 0;

    ck_assert_int_eq(hooks_resolve(model_config(d->model), &name, 1, &points, &n, NULL), CT_OK);
    ck_assert_uint_eq(n, 1);
    const struct hook_point point = points[0];
    free(points);
    return point;
}

/* [n, width of the hook], owned by the caller. */
static float *run(const struct demo *d, const struct token_seq *seqs, size_t n,
                  const struct hook_point *hook, const struct edits *edits)
{
    const struct extract_job job = {
        .model = d->model, .seqs = seqs, .n_seqs = n, .hooks = hook, .n_hooks = 1, .edits = edits
    };
    struct ct_error err = { 0 };
    float *const out = ct_calloc_array(n * hook->width, sizeof *out);

    ck_assert_msg(extract_activations(&job, 2, NULL, out, NULL, &err) == CT_OK, "%s", err.text);
    return out;
}

static double difference(const struct demo *d, const float *logits)
{
    double sum = 0.0;

    for (size_t k = 0; k < N_PAIRS; k++)
        sum += (double)logits[(size_t)mat_row(&d->words, k)[0]] -
               (double)logits[(size_t)mat_row(&d->words, k)[1]];
    return sum / N_PAIRS;
}

/* logits [n, width] against a column of the fixture. */
static void check_differences(const struct demo *d, const float *logits, size_t width,
                              size_t column)
{
    double largest = 0.0;
    double error = 0.0;

    for (size_t i = 0; i < d->n; i++) {
        const double want = mat_row(&d->swaps, i)[column];
        const double e = fabs(difference(d, logits + i * width) - want);
        largest = fmax(largest, fabs(want));
        error = e <= error ? error : e;
    }
    ck_assert_msg(error <= PROMISED * largest, "column %zu: error %g, largest %g", column, error,
                  largest);
}

/* All sentences without and with their swap in one run. */
static void check_swaps(const struct demo *d, const struct hook_point *logits, size_t column)
{
    const struct hook_point hook = find_hook(d, hooks[column - SWAPPED]);
    float *const values = run(d, d->heads, d->n, &hook, NULL);
    struct edit *const edits = ct_calloc_array(d->n, sizeof *edits);
    struct edit_list *const lists = ct_calloc_array(d->n, sizeof *lists);
    uint32_t *const of = ct_calloc_array(2 * d->n, sizeof *of);
    struct token_seq *const twice = ct_calloc_array(2 * d->n, sizeof *twice);

    for (size_t i = 0; i < d->n; i++) {
        const size_t at = (size_t)mat_row(&d->swaps, i)[TARGET];
        const size_t twin = (size_t)mat_row(&d->swaps, i)[TWIN];
        edits[i] = (struct edit){ .hook = &hook,
                                  .first = at,
                                  .last = at,
                                  .op = EDIT_SET,
                                  .values = values + twin * hook.width };
        lists[i] = (struct edit_list){ &edits[i], 1 };
        twice[i] = twice[d->n + i] = d->wholes[i];
        of[d->n + i] = (uint32_t)i + 1;
    }
    const struct edits all = { lists, d->n, of };
    float *const out = run(d, twice, 2 * d->n, logits, &all);
    check_differences(d, out, logits->width, CLEAN);
    check_differences(d, out + d->n * logits->width, logits->width, column);
    float *const clean = run(d, d->wholes, d->n, logits, NULL);
    ck_assert_mem_eq(clean, out, d->n * logits->width * sizeof *out);
    free(clean);
    free(out);
    free(twice);
    free(of);
    free(lists);
    free(edits);
    free(values);
}

START_TEST(swaps_match_the_plain_pass)
{
    struct demo d;

    demo_open(&d);
    const struct hook_point logits = find_hook(&d, "lm_head");
    for (size_t h = 0; h < N_HOOKS; h++)
        check_swaps(&d, &logits, SWAPPED + h);
    demo_close(&d);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = { swaps_match_the_plain_pass };

    return RUN_TESTS("swaps", tests);
}
