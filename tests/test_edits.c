/*
 * Edits on the way to the logits, against a float64 pass of every family that edits as a PyTorch
 * hook does (fixtures/family_edits.py); and that no bit depends on anything but a sequence and its
 * own edits.
 */
#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "family_edits.h"
#include "model/extract.h"
#include "support.h"

/* Largest error, relative to the largest value of the hook point: float32 gives about 1e-6. */
static const double PROMISED = 1e-5;

static const struct setting usual = { 0, 2 };

/* ---- the reference ---- */

/* Where a hook point is in a row of run(). */
static size_t column_of(const struct one *one, const struct hook_point *hook)
{
    size_t at = 0;

    for (const struct hook_point *h = one->hooks; h < hook; h++)
        at += h->width;
    return at;
}

/* want has every stride-th column of the hook points from `from` on, side by side. */
static void check_row(const struct one *one, const char *list, const json_t *names, size_t from,
                      const struct safetensors_entry *want, const float *got)
{
    const size_t n = json_array_size(names);
    size_t column = 0; /* of all side by side */
    size_t k = 0;      /* of want */
    const size_t stride = (size_t)json_integer_value(json_object_get(described, "stride"));

    ck_assert_uint_eq(n, one->n_hooks);
    for (size_t h = from; h < n; h++) {
        const struct hook_point *const hook =
            find_hook(one->hooks, one->n_hooks, json_string_value(json_array_get(names, h)));
        const float *const values = got + column_of(one, hook);
        double largest = 0.0;
        double error = 0.0;
        for (; k * stride < column + hook->width; k++) {
            float w;
            ck_assert_uint_lt(k, want->shape[0]);
            memcpy(&w, (const char *)want->data + k * sizeof w, sizeof w);
            const double e = fabs((double)values[k * stride - column] - (double)w);
            error = e <= error ? error : e; /* keeps NaN */
        }
        for (size_t j = 0; j < hook->width; j++)
            largest = fmax(largest, fabs((double)values[j]));
        ck_assert_msg(error <= PROMISED * largest, "%s, %s: %s: error %g, largest %g", one->name,
                      list, hook->name, error, largest);
        column += hook->width;
    }
    ck_assert_uint_eq(k, want->shape[0]);
}

static void check_reference(const struct one *one)
{
    const json_t *const variant =
        json_object_get(json_object_get(described, "variants"), one->name);
    const json_t *const names = json_object_get(variant, "hooks");
    float *const got = run_each(one, usual);
    size_t i = 0;
    const char *name;
    json_t *list;

    json_object_foreach(json_object_get(variant, "lists"), name, list)
    {
        char path[160];
        const size_t from = (size_t)json_integer_value(json_object_get(list, "from"));
        snprintf(path, sizeof path, "%s/%s", one->name, name);
        const struct safetensors_entry *const want = safetensors_find(families.reference, path);
        ck_assert_msg(want != NULL, "%s: not in the reference", path);
        check_row(one, name, names, from, want, got + ++i * one->width);
    }
    ck_assert_uint_eq(i, one->lists.n);
    free(got);
}

START_TEST(edits_match_the_plain_pass)
{
    for_each_edited(check_reference);
}
END_TEST

/* ---- what nothing depends on ---- */

/* Not on other sequences, the size of batches, or the number of threads. */
static void check_settings(const struct one *one)
{
    static const struct setting settings[] = { { 0, 1 }, { 1, 2 }, { 10, 1 }, { 24, 2 } };
    const struct token_seq *const seq = &families.seqs[EDITED];
    float *const want = run_each(one, usual);

    for (size_t k = 0; k < sizeof settings / sizeof *settings; k++) {
        float *const got = run_each(one, settings[k]);
        for (size_t i = 0; i <= one->lists.n; i++)
            check_bits(one, got + i * one->width, want + i * one->width, "in other batches");
        free(got);
    }
    for (uint32_t i = 0; i <= one->lists.n; i++) {
        float *const got = run(one, seq, &i, 1, (struct setting){ 0, 1 });
        check_bits(one, got, want + i * one->width, "alone");
        free(got);
    }
    float *const clean = run_lists(one, NULL, 0, seq, NULL, 1, usual);
    check_bits(one, want, clean, "without edits, beside edited ones");
    free(clean);
    free(want);
}

START_TEST(no_bit_depends_on_the_rest_of_a_run)
{
    for_each_edited(check_settings);
}
END_TEST

/* Every beginning of every sequence as often as there are lists, with other lists in turn. */
static void check_crowd(const struct one *one)
{
    enum { MOST = 1000 };
    static struct token_seq seqs[MOST];
    static uint32_t of[MOST];
    size_t n = 0;

    for (size_t s = 0; s < families.n_seqs; s++)
        for (size_t length = 1; length <= families.seqs[s].n; length++)
            for (uint32_t list = 0; list <= one->lists.n; list++) {
                ck_assert_uint_lt(n, MOST);
                seqs[n] = (struct token_seq){ families.seqs[s].ids, length };
                of[n++] = (uint32_t)((list * 7 + length) % (one->lists.n + 1));
            }
    float *const all = run(one, seqs, of, n, usual);
    for (size_t i = 0; i < n; i += 13) {
        float *const alone = run(one, &seqs[i], &of[i], 1, (struct setting){ 0, 1 });
        check_bits(one, all + i * one->width, alone, "among hundreds");
        free(alone);
    }
    free(all);
}

START_TEST(edited_among_hundreds_as_alone)
{
    for_each_edited(check_crowd);
}
END_TEST

/* One hook point alone, with each list of edits: nothing that it needs is left out. */
static void check_alone(const struct one *one)
{
    float *const want = run_each(one, usual);
    size_t at = 0;

    for (size_t h = 0; h < one->n_hooks; at += one->hooks[h++].width) {
        struct one alone = *one;
        alone.hooks = &one->hooks[h];
        alone.n_hooks = 1;
        alone.width = one->hooks[h].width;
        float *const got = run_each(&alone, (struct setting){ 0, 1 });
        for (size_t i = 0; i <= one->lists.n; i++)
            check_bits(&alone, got + i * alone.width, want + i * one->width + at, "wanted alone");
        free(got);
    }
    free(want);
}

START_TEST(single_hooks_equal_all_together)
{
    for_each_edited(check_alone);
}
END_TEST

/* ---- values of the sequence itself, and of another ---- */

/* Values of every hook point at each position of seq: [seq->n, one->width]. */
static float *at_every_position(const struct one *one, const struct token_seq *seq)
{
    struct token_seq seqs[FAMILY_MAX_LEN];

    for (size_t i = 0; i < seq->n; i++)
        seqs[i] = (struct token_seq){ seq->ids, i + 1 };
    return run_lists(one, NULL, 0, seqs, NULL, seq->n, usual);
}

/* Sets all of hook at positions first .. to what `of` has there: [seq->n, one->width] values. */
static float *set_to(const struct one *one, const struct hook_point *hook, const float *of,
                     size_t first, const struct token_seq *seq)
{
    struct edit edits[FAMILY_MAX_LEN];
    const struct edit_list list = { edits, seq->n - first };
    const uint32_t which = 1;

    for (size_t i = first; i < seq->n; i++)
        edits[i - first] = (struct edit){ .hook = hook,
                                          .first = i,
                                          .last = i,
                                          .op = EDIT_SET,
                                          .values = of + i * one->width + column_of(one, hook) };
    return run_lists(one, &list, 1, seq, &which, 1, usual);
}

static void check_own(const struct one *one)
{
    const struct token_seq *const seq = &families.seqs[EDITED];
    float *const clean = at_every_position(one, seq);

    for (size_t h = 0; h + 1 < one->n_hooks; h++) {
        float *const got = set_to(one, &one->hooks[h], clean, h % seq->n, seq);
        check_bits(one, got, clean + (seq->n - 1) * one->width, one->hooks[h].name);
        free(got);
    }
    free(clean);
}

START_TEST(own_values_change_no_bit)
{
    for_each_edited(check_own);
}
END_TEST

/* The stream after a block, once set to another sequence's at all positions where they differ,
 * gives the other's logits: whatever came before is forgotten, if all blocks after it see it. */
static void check_twin(const struct one *one)
{
    const struct token_seq seq = families.seqs[EDITED];
    uint32_t ids[FAMILY_MAX_LEN];
    const struct token_seq twin = { ids, seq.n };
    const struct hook_point *const logits = &one->hooks[one->n_hooks - 1];
    const size_t at = column_of(one, logits);

    memcpy(ids, seq.ids, seq.n * sizeof *ids);
    ids[2] = 11 - ids[2]; /* 9 tokens, the third another */
    float *const of_twin = at_every_position(one, &twin);
    const float *const want = of_twin + (seq.n - 1) * one->width;
    for (size_t h = 0; h < one->n_hooks; h++) {
        if (one->hooks[h].place != PLACE_BLOCK)
            continue;
        float *const got = set_to(one, &one->hooks[h], of_twin, 2, &seq);
        double largest = 0.0;
        for (size_t j = 0; j < logits->width; j++)
            largest = fmax(largest, fabs((double)want[at + j]));
        for (size_t j = 0; j < logits->width; j++)
            ck_assert_msg(fabs((double)got[at + j] - (double)want[at + j]) <= 1e-6 * largest,
                          "%s: %s: logit %zu is %g, the twin's %g", one->name, one->hooks[h].name,
                          j, (double)got[at + j], (double)want[at + j]);
        free(got);
    }
    free(of_twin);
}

START_TEST(a_twins_stream_gives_its_logits)
{
    for_each_edited(check_twin);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        edits_match_the_plain_pass,     no_bit_depends_on_the_rest_of_a_run,
        edited_among_hundreds_as_alone, single_hooks_equal_all_together,
        own_values_change_no_bit,       a_twins_stream_gives_its_logits,
    };

    return RUN_TESTS("edits", tests);
}
