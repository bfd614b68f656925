#include "config.h"
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "pipeline/effect_state.h"

/* Differences of the words at positions of passes, one reading each time `of` changes. */
static enum ct_status read_words(struct effect_run *r, const float *x, size_t n, double *out,
                                 struct ct_error *err)
{
    const size_t n_words = 2 * r->words->n;
    float *const logits = ct_malloc_array(n, n_words * sizeof *logits);

    if (logits == NULL)
        return ct_fail_nomem(err, "effect", n * n_words * sizeof *logits);
    const enum ct_status st = output_words(r->output, x, n, r->words->ids, n_words, logits, err);
    for (size_t i = 0; st == CT_OK && i < n; i++)
        out[i] = word_pairs_difference(r->words, logits + i * n_words);
    free(logits);
    return st;
}

struct spot { /* a row of final values in a tail */
    size_t sentence;
    size_t position; /* from the target on */
};

/* Sets what distributions say in the readings of some sentences; rows [n] of x are at spots. */
static void take_predictions(const struct effect_run *r, const struct spot *spots,
                             const struct prediction *predictions, size_t n,
                             struct effect_reading *readings)
{
    for (size_t k = 0; k < n; k++) {
        const struct prediction *const p = &predictions[k];
        struct effect_reading *const reading = &readings[spots[k].sentence];
        if (spots[k].position == 0) {
            reading->divergence_next = p->divergence;
            reading->loss = 0.0;
        }
        if (spots[k].position + 1 < tail_length(r, spots[k].sentence)) {
            reading->loss += p->loss;
        } else {
            reading->divergence_end = p->divergence;
            reading->n_likeliest = p->n_likeliest;
            memcpy(reading->likeliest, p->likeliest, sizeof p->likeliest);
        }
    }
}

/* readings by sentence, of one set. x [n]: tails of sentences, whose spots are in order. */
static enum ct_status read_distributions(struct effect_run *r, const float *x,
                                         const struct spot *spots, size_t n,
                                         const struct progress *progress,
                                         struct effect_reading *readings, struct ct_error *err)
{
    struct prediction *const predictions = ct_malloc_array(n, sizeof *predictions);
    size_t *const reference = ct_malloc_array(n, sizeof *reference);
    uint32_t *const tokens = ct_malloc_array(n, sizeof *tokens);
    enum ct_status st = CT_ENOMEM;

    if (predictions == NULL || reference == NULL || tokens == NULL) {
        ct_fail_nomem(err, "effect", n * sizeof *predictions);
        goto done;
    }
    for (size_t k = 0; k < n; k++) {
        const size_t i = spots[k].sentence;
        const size_t next = spots[k].position + 1;
        reference[k] = r->tails[i] + spots[k].position;
        tokens[k] = next < tail_length(r, i)
                        ? r->ids[r->starts[i] + sentence_of(r, i)->target + next]
                        : OUTPUT_NO_TOKEN;
    }
    const struct output_question question = { x, n, r->clean, reference, tokens };
    st = output_predict(r->output, &question, progress, predictions, err);
    if (st == CT_OK)
        take_predictions(r, spots, predictions, n, readings);
done:
    free(predictions);
    free(reference);
    free(tokens);
    return st;
}

/* Of the final values of one set at the sentences that have been added, in order; readings by
 * sentence. */
enum ct_status effect_read_set(struct effect_run *r, const float *x, const bool *is_in,
                               enum effect_depth depth, const struct progress *progress,
                               struct effect_reading *readings, struct ct_error *err)
{
    size_t n = 0;
    struct spot *const spots = ct_malloc_array(r->tails[r->n], sizeof *spots);
    double *const words = ct_malloc_array(r->tails[r->n], sizeof *words);
    enum ct_status st = CT_ENOMEM;

    if (spots == NULL || words == NULL) {
        ct_fail_nomem(err, "effect", 0);
        goto done;
    }
    for (size_t i = 0; i < r->n; i++)
        for (size_t k = 0; is_in[i] && k < n_read(tail_length(r, i), depth); k++)
            spots[n++] = (struct spot){ i, read_at(tail_length(r, i), depth, k) };
    st = read_words(r, x, n, words, err);
    for (size_t k = 0; st == CT_OK && k < n; k++) {
        struct effect_reading *const reading = &readings[spots[k].sentence];
        if (spots[k].position == 0)
            reading->next = words[k];
        if (spots[k].position + 1 == tail_length(r, spots[k].sentence))
            reading->end = words[k];
    }
    if (st == CT_OK && (depth == EFFECT_SAID || depth == EFFECT_ALL))
        st = read_distributions(r, x, spots, n, progress, readings, err);
done:
    free(spots);
    free(words);
    return st;
}
