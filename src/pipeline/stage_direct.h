/*
 * What each significant neuron says by itself: the words that it raises and lowers past all later
 * attention and MLPs, and how much of the words' difference between the groups at the target comes
 * from it in this way (direct logit attribution: see model/direct_path.h).
 */
#ifndef CT_PIPELINE_STAGE_DIRECT_H
#define CT_PIPELINE_STAGE_DIRECT_H

#include <stddef.h>

#include "pipeline/analysis.h"
#include "pipeline/direct_neurons.h"

struct direct_row {
    size_t column; /* of the activations */
    struct direct_neuron says;
    double contribution; /* mean in the first group less that in the other, of what the neuron adds
                            to the words' difference at the target, in logits before a cap: with
                            the divisors of each sentence; NaN: not all are known */
};

struct direct_result { /* empty: not asked for, or no model */
    struct word_pairs words;
    struct direct_row *rows; /* [n_rows] by column */
    size_t n_rows;
    size_t n_unknown; /* significant neurons that add nothing by themselves */
};

extern const struct stage stage_direct;

static inline const struct direct_result *direct_of(const struct analysis *a)
{
    return analysis_result(a, &stage_direct);
}

#endif
