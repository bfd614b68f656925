/* The sentences that the answer is about: of both groups, those that count once. */
#ifndef CT_PIPELINE_ANSWER_SAMPLES_H
#define CT_PIPELINE_ANSWER_SAMPLES_H

#include <stdbool.h>
#include <stddef.h>

#include "pipeline/analysis.h"

struct samples {     /* zero-initialise; owns rows until samples_clear() */
    size_t *rows[2]; /* [n[g]] sentences of both groups */
    size_t n[2];
    bool are_pairs; /* the i-th of one group belongs to the i-th of the other */
    size_t
        n_repeated; /* sentences left out: their activations, or those of the pair, came before */
};

/* Sentences are pairs if both groups have as many. On failure *s may hold something: clear it too.
 * CT_ENOMEM. */
enum ct_status samples_choose(const struct analysis *a, struct samples *s, struct ct_error *err);
void samples_clear(struct samples *s);

/* Whether there are enough for an answer: three different sentences in each group. */
bool samples_suffice(const struct samples *s);

#endif
