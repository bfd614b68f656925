/* How features (neurons) were selected, and the same selection in a drawn layer. */
#ifndef CT_NUM_NULL_SELECTION_H
#define CT_NUM_NULL_SELECTION_H

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "num/null/profiles.h"
#include "num/tests/multitest.h"

struct test;

struct null_question {
    const struct profiles *profiles; /* borrowed */
    const size_t *selected; /* [n_selected] indices into the profiles, ascending; borrowed */
    size_t n_selected;
    const struct test *test;    /* the test that selected, */
    enum correction correction; /* its correction for multiple testing */
    double alpha;               /* and level */
    uint64_t seed;              /* of all draws */
};

struct selection {        /* zero-initialise; owns its arrays until selection_clear() */
    double *statistic;    /* [n_features] of the test; NaN: none */
    size_t *which;        /* [n_selected] those of smallest p, ties by index; ascending */
    size_t n_significant; /* features that pass the test itself */
};

/* Tests the layer z [n_features, n_samples] as the observed one was, and selects as many. May be
 * called from several threads at once. CT_ENOMEM; the test's errors. */
enum ct_status select_features(const struct null_question *q, const double *z,
                               struct selection *out, struct ct_error *err);
void selection_clear(struct selection *s);

/* Peak bytes, the result included. */
double selection_memory(size_t n_features, size_t n_samples, size_t n_selected);

#endif
