/*
 * Exchange of samples: what a test gives when the two samples of random pairs are exchanged, or,
 * without pairs, all samples are dealt to the groups at random, so that the groups do not differ.
 * How many features are significant by chance; and p-values that are exact for the largest
 * statistic under any dependence of the features (maxT: Westfall & Young 1993, Resampling-Based
 * Multiple Testing; step-down: their algorithm 4.1).
 */
#ifndef CT_NUM_TESTS_EXCHANGE_H
#define CT_NUM_TESTS_EXCHANGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/crew.h"
#include "base/mat.h"
#include "base/progress.h"
#include "base/status.h"
#include "num/tests/multitest.h"

struct test;

enum { EXCHANGES = 999 }; /* draws of an analysis */

struct exchange_question {
    const struct matview *X; /* [.., n_features] */
    const size_t *rows[2];   /* [n_rows[g]] samples of both groups */
    size_t n_rows[2];
    bool has_pairs; /* as many; sample i of one group belongs to sample i of the other */
    const struct test *test;
    enum correction correction;
    double alpha;
    const double *statistic; /* [n_features] of the test without exchanges; NaN: none */
    size_t n_draws;
    uint64_t seed;
};

struct exchange {          /* zero-initialise; owns its arrays until exchange_clear() */
    size_t n_draws;        /* made: fewer than asked for if cancelled */
    size_t *n_significant; /* [n_draws] features that pass the test */
    double *largest;       /* [n_draws] largest |statistic| */
    double *p_maxt;        /* [n_features] (b + 1) / (n_draws + 1); NaN without a statistic */
    double *p_stepdown;    /* [n_features] */
};

/* Draw b is replicate b of STREAM_TWINS. Pairs: those whose word i has 0 as its lowest bit are
 * exchanged. Else a permutation of all samples, those of the first group first, of which the first
 * n_rows[0] make the first group. crew may be NULL; results do not depend on it. CT_ENOMEM,
 * CT_ECANCELED (no draw was made) and the errors of the test. */
enum ct_status exchange_new(const struct exchange_question *question, struct crew *crew,
                            const struct progress *progress, struct exchange *out,
                            struct ct_error *err);
/* *critical: the bound above which a |statistic| has p_maxt of at most alpha; infinite if no draws
 * are enough for that alpha. CT_ENOMEM. */
enum ct_status exchange_critical(const struct exchange *e, double alpha, double *critical,
                                 struct ct_error *err);
void exchange_clear(struct exchange *e);
double exchange_memory(size_t n_features, size_t n_draws, size_t n_threads); /* peak bytes */

#endif
