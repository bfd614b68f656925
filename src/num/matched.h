/*
 * Control sets: as many items as a set has, at random, or each matched to one of the set by a
 * number that may explain an effect by itself. An effect of the set says something about the set
 * only if such controls have less of it.
 *
 * The pool should contain the set. Only then is a set that means nothing one of its controls' kind
 * (exchangeable with them), and p right: drawn from the others alone, controls cannot have the item
 * of the set that is larger than all that are like it, and of sets of 6 of 256 neurons at random,
 * 12 % instead of 1 had p = 0.01 (tests/test_controls.c).
 */
#ifndef CT_NUM_MATCHED_H
#define CT_NUM_MATCHED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

enum { MATCHED_NEAREST = 6 }; /* free items from which a match is drawn */

struct matched_question { /* borrows everything */
    const size_t *set;    /* [n] items */
    size_t n;
    const size_t *pool; /* [n_pool] items to draw from, at least n */
    size_t n_pool;
    const double *key; /* by item, not NaN; NULL: at random */
    uint64_t seed;
};

struct matcher; /* immutable once made */

/* *out is owned by the caller: matcher_free(). CT_ENOMEM. */
enum ct_status matcher_new(const struct matched_question *question, struct matcher **out,
                           struct ct_error *err);
void matcher_free(struct matcher *m);

/*
 * control [n]: replicate b of STREAM_CONTROLS, ascending. At random: the first n of a permutation
 * of the pool. By key: the items of the set in the order of a permutation each take one of the
 * MATCHED_NEAREST free items of the pool with the nearest keys, ties by place in the pool.
 * CT_ENOMEM.
 */
enum ct_status matcher_draw(const struct matcher *m, uint64_t b, size_t *control,
                            struct ct_error *err);

#endif
