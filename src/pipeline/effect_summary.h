/* Numbers of an intervention over the sentences. */
#ifndef CT_PIPELINE_EFFECT_SUMMARY_H
#define CT_PIPELINE_EFFECT_SUMMARY_H

#include <stddef.h>
#include <stdint.h>

#include "pipeline/effect_run.h"

struct effect_interval {
    double low, high; /* NaN: undefined */
};

/*
 * The share of the way that sentences with twins move to their twins' difference of the words at
 * the last token: sum of s (edited - clean) / sum of s (twin - clean), s the sign of (twin -
 * clean). A ratio of sums, since single sentences have small denominators. NaN: no twins, or no
 * way.
 */
double effect_moved_end(const struct effect_run *r, const struct effect_reading *edited);
double effect_moved_next(const struct effect_run *r, const struct effect_reading *edited);

/* effect_moved_end() of the sentences that have a position from the target on alone. */
double effect_moved_at(const struct effect_run *r, size_t position,
                       const struct effect_reading *edited);

/* 95 % of effect_moved_end() when the pairs of twins are drawn again n_draws times. CT_ENOMEM. */
enum ct_status effect_interval(const struct effect_run *r, const struct effect_reading *edited,
                               uint64_t seed, size_t n_draws, struct effect_interval *out,
                               struct ct_error *err);

/* Means over the sentences that the edit applies to; NaN: none. Of the loss: its rise, over their
 * tokens after the target. */
double effect_divergence_end(const struct effect_run *r, const struct effect_edit *edit,
                             const struct effect_reading *edited);
double effect_divergence_next(const struct effect_run *r, const struct effect_edit *edit,
                              const struct effect_reading *edited);
double effect_loss(const struct effect_run *r, const struct effect_edit *edit,
                   const struct effect_reading *edited);
double effect_difference(const struct effect_run *r, const struct effect_edit *edit,
                         const struct effect_reading *edited);

#endif
