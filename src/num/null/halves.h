/*
 * Halves: features (neurons) are selected and grouped on one random half of the samples, and
 * described on the other, which had no part in the selection (Kriegeskorte, Simmons, Bellgowan &
 * Baker 2009, Nat. Neurosci. 12:535). What the selection alone brings about is gone there.
 */
#ifndef CT_NUM_NULL_HALVES_H
#define CT_NUM_NULL_HALVES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/crew.h"
#include "base/mat.h"
#include "base/progress.h"
#include "base/status.h"
#include "num/tests/multitest.h"

struct test;

enum {
    HALF_SAMPLES = 2, /* least samples of a group in a half */
    HALF_LEAST = 12,  /* with fewer features chosen, a half is left out */
};

enum half_number {              /* what is known of one half */
                   HALF_CHOSEN, /* features that the test selects in the first half; those without
                                   variance within its groups do not count */
                   HALF_ABS_T,  /* their mean |t| there */
                   HALF_ABS_T_OTHER, /* mean in the other half of t times the sign of t in the first
                                      */
                   HALF_REPLICATED,  /* share with p below alpha / chosen in the other half */
                   HALF_SAME_SIGN,   /* share with a t of the same sign in the other half */
                   HALF_SIMILARITY,  /* of their groups in the first half: mean w_i . w_j within
                                        groups less  that between groups */
                   HALF_SIMILARITY_OTHER, /* of the same groups in the other half */
                   HALF_ARI, /* adjusted Rand index of these groups and those found in the other
                                half */
                   HALF_NUMBERS
};

struct halves_question {
    const struct matview *X; /* [.., n_features], finite */
    const size_t *rows[2];   /* [n_rows[g]] samples of both groups */
    size_t n_rows[2];        /* 2 HALF_SAMPLES at least */
    bool has_pairs;          /* sample i of one group belongs to sample i of the other */
    const struct test *test;
    enum correction correction;
    double alpha;
    size_t most_grouped; /* with more features chosen there are no groups */
    size_t n_halves;
    uint64_t seed;
};

struct half {
    double number[HALF_NUMBERS]; /* NaN: undefined, as all but the first of a half left out */
};

struct halves {        /* zero-initialise; owns each until halves_clear() */
    size_t n;          /* done: fewer than asked for if cancelled */
    struct half *each; /* [n] */
    size_t n_left_out;
    struct half mean, low, high; /* over the others: means, smallest, largest; NaN for none */
};

/*
 * Half b is replicate b of STREAM_HALVES: a permutation of the pairs, of which the first n div 2
 * are the first half, the next n div 2 the other; without pairs, a permutation of the samples of
 * the first group, then one of the second. Infinite t are left out of means of t. crew may be NULL;
 * results do not depend on it. OpenBLAS must be loaded for its threads. CT_EINVAL (too few
 * samples), CT_ENOMEM, CT_ECANCELED (no half was done) and the errors of the test.
 */
enum ct_status halves_new(const struct halves_question *question, struct crew *crew,
                          const struct progress *progress, struct halves *out,
                          struct ct_error *err);
void halves_clear(struct halves *h);

/* Peak bytes if n_chosen features are chosen, the result included. */
double halves_memory(size_t n_features, size_t n_samples, size_t n_chosen, size_t n_threads);

#endif
