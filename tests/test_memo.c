/* Jobs with other edits of the same sequences, one after another: what is kept for them changes no
 * bit, in any family, wherever they are edited. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "family_edits.h"
#include "model/extract.h"
#include "support.h"

/* Sanitizers take long to start a thread. */
enum { TARGET = 2, N_SEQS = 5, N_THREADS = IS_SANITIZED ? 1 : 2 };

struct sentences { /* some beginnings of sequences, all edited at TARGET */
    uint32_t ids[2][FAMILY_MAX_LEN];
    struct token_seq seqs[N_SEQS];
};

static void make_sentences(struct sentences *s)
{
    const struct token_seq *const seq = &families.seqs[EDITED];

    for (size_t k = 0; k < 2; k++)
        memcpy(s->ids[k], seq->ids, seq->n * sizeof *seq->ids);
    s->ids[1][TARGET] = 11 - s->ids[1][TARGET]; /* the twin */
    s->seqs[0] = (struct token_seq){ s->ids[0], seq->n };
    s->seqs[1] = (struct token_seq){ s->ids[1], seq->n };
    s->seqs[2] = (struct token_seq){ s->ids[0], TARGET + 1 };
    s->seqs[3] = (struct token_seq){ s->ids[1], seq->n - 1 };
    s->seqs[4] = (struct token_seq){ s->ids[0], seq->n - 2 };
}

/* The outputs [n_seqs, end->width] with some neurons of a hook point edited; owned by the caller.
 */
static float *run_edit(const struct one *one, const struct hook_point *end,
                       const struct hook_point *hook, enum edit_op op, const struct token_seq *seqs,
                       size_t n_seqs, size_t max_positions, struct extract_memo *memo)
{
    static const uint32_t columns[] = { 1, 3, 4 };
    float *const values = ct_malloc_array(hook->width, sizeof *values);
    struct edit_list lists[N_SEQS];
    uint32_t of[N_SEQS];
    const struct edit edit = { .hook = hook,
                               .first = TARGET,
                               .last = TARGET,
                               .op = op,
                               .factor = -2.0F,
                               .columns = columns,
                               .n_columns = 3,
                               .values = values };
    const struct edits edits = { lists, n_seqs, of };
    const struct extract_job job = { .model = one->model,
                                     .seqs = seqs,
                                     .n_seqs = n_seqs,
                                     .hooks = end,
                                     .n_hooks = 1,
                                     .max_positions = max_positions,
                                     .memo = memo,
                                     .edits = &edits };
    float *const out = ct_malloc_array(n_seqs, end->width * sizeof *out);
    struct ct_error err = { 0 };

    for (size_t j = 0; j < hook->width; j++)
        values[j] = (float)(j % 7) - 3.0F;
    for (uint32_t i = 0; i < n_seqs; i++) {
        lists[i] = (struct edit_list){ &edit, 1 };
        of[i] = i + 1;
    }
    memset(out, 0xFF, n_seqs * end->width * sizeof *out);
    ck_assert_msg(extract_activations(&job, N_THREADS, NULL, out, NULL, &err) == CT_OK, "%s: %s",
                  one->name, err.text);
    free(values);
    return out;
}

static void check_edit(const struct one *one, size_t hook, enum edit_op op,
                       const struct sentences *s, size_t n_seqs, size_t max_positions,
                       struct extract_memo *memo)
{
    const struct hook_point *const logits = &one->hooks[one->n_hooks - 1];
    float *const want = run_edit(one, logits, &one->hooks[hook], op, s->seqs, n_seqs, 0, NULL);
    float *const got =
        run_edit(one, logits, &one->hooks[hook], op, s->seqs, n_seqs, max_positions, memo);

    ck_assert_msg(memcmp(want, got, n_seqs * logits->width * sizeof *want) == 0,
                  "%s: %s (%zu of %zu) differs", one->name, one->hooks[hook].name, hook,
                  one->n_hooks);
    free(want);
    free(got);
}

/* Forwards, each starts from what the first one kept; backwards, each keeps more. */
static void check_hooks(const struct one *one)
{
    struct sentences s;
    struct extract_memo *memo = NULL;

    make_sentences(&s);
    ck_assert_int_eq(extract_memo_new(&memo, NULL), CT_OK);
    for (size_t h = 0; h + 1 < one->n_hooks; h++)
        check_edit(one, h, EDIT_SET, &s, N_SEQS, 0, memo);
    for (size_t h = one->n_hooks - 1; h-- > 0;) {
        check_edit(one, h, EDIT_SCALE, &s, N_SEQS, 0, memo);
        check_edit(one, h, EDIT_ADD, &s, N_SEQS, 0, memo);
    }
    extract_memo_free(memo);
}

START_TEST(no_bit_depends_on_what_was_kept)
{
    for_each_edited(check_hooks);
}
END_TEST

/* Other sequences, or other batches: it begins anew. */
static void check_other(const struct one *one)
{
    struct sentences s;
    struct extract_memo *memo = NULL;

    make_sentences(&s);
    ck_assert_int_eq(extract_memo_new(&memo, NULL), CT_OK);
    for (size_t n = 1; n <= N_SEQS; n++)
        for (size_t k = 0; k < 2; k++) {
            check_edit(one, one->n_hooks / 2, EDIT_ADD, &s, n, 0, memo);
            check_edit(one, one->n_hooks / 2, EDIT_SET, &s, n, 12, memo);
        }
    extract_memo_free(memo);
}

START_TEST(what_is_of_other_sequences_is_forgotten)
{
    for_each_edited(check_other);
}
END_TEST

struct stopper {
    size_t n, stop_at;
};

static bool stop(void *context, size_t done, size_t total)
{
    struct stopper *const s = context;

    ck_assert_uint_le(done, total);
    return s->n++ < s->stop_at;
}

/* What a cancelled job has kept is not used, and one that starts from a memo can be cancelled. */
static void check_cancel(const struct one *one)
{
    const struct hook_point *const hook = &one->hooks[one->n_hooks / 2];
    const struct hook_point *const logits = &one->hooks[one->n_hooks - 1];
    float *const out = ct_malloc_array(N_SEQS, logits->width * sizeof *out);
    const struct edit edit = { .hook = hook, .first = TARGET, .last = TARGET, .op = EDIT_SCALE };
    const struct edit_list list = { &edit, 1 };
    const uint32_t of[N_SEQS] = { 1, 1, 1, 1, 1 };
    const struct edits edits = { &list, 1, of };
    struct sentences s;
    struct extract_memo *memo = NULL;

    make_sentences(&s);
    ck_assert_int_eq(extract_memo_new(&memo, NULL), CT_OK);
    const struct extract_job job = { .model = one->model,
                                     .seqs = s.seqs,
                                     .n_seqs = N_SEQS,
                                     .hooks = logits,
                                     .n_hooks = 1,
                                     .memo = memo,
                                     .edits = &edits };
    for (size_t k = 1; k < 40; k += 6) {
        struct stopper stopper = { 0, k };
        const struct progress progress = { stop, &stopper };
        (void)extract_activations(&job, 1, &progress, out, NULL, NULL);
        check_edit(one, one->n_hooks / 2, EDIT_SET, &s, N_SEQS, 0, memo);
    }
    extract_memo_free(memo);
    free(out);
}

START_TEST(a_cancelled_job_keeps_nothing)
{
    for_each_edited(check_cancel);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        no_bit_depends_on_what_was_kept,
        what_is_of_other_sequences_is_forgotten,
        a_cancelled_job_keeps_nothing,
    };

    return RUN_TESTS("memo", tests);
}
