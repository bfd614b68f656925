/*
 * How many features a test selects when the samples are drawn again with replacement (the
 * bootstrap: Efron 1979, Ann. Stat. 7:1), in pairs if they are pairs.
 */
#ifndef CT_NUM_TESTS_RESAMPLED_H
#define CT_NUM_TESTS_RESAMPLED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/crew.h"
#include "base/mat.h"
#include "base/progress.h"
#include "base/status.h"
#include "num/tests/multitest.h"

struct test;

struct resampled_question {
    const struct matview *X; /* [.., n_features] */
    const size_t *rows[2];   /* [n_rows[g]] samples of both groups */
    size_t n_rows[2];
    bool has_pairs; /* as many; sample i of one group belongs to sample i of the other */
    const struct test *test;
    enum correction correction;
    double alpha;
    size_t n_draws;
    uint64_t seed;
};

/* shares [n_draws]: of the features, those that pass the test in draw b of resample_rows(); NaN if
 * a group of the draw has one sample only, again and again. crew may be NULL; results do not depend
 * on it. CT_ENOMEM, CT_ECANCELED (some are missing) and the errors of the
 * test. */
enum ct_status resampled_shares(const struct resampled_question *question, struct crew *crew,
                                const struct progress *progress, double *shares,
                                struct ct_error *err);

/* Peak bytes, without arguments. */
double resampled_memory(size_t n_features, size_t n_samples, size_t n_threads);

#endif
