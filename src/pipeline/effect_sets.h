/* Sets of neurons of an analysis that are edited together. */
#ifndef CT_PIPELINE_EFFECT_SETS_H
#define CT_PIPELINE_EFFECT_SETS_H

#include <stddef.h>

#include "pipeline/analysis.h"
#include "pipeline/neuron_set.h"

struct neuron_sets { /* zero-initialise; owns everything until neuron_sets_clear() */
    struct neuron_set *sets;
    size_t n;
};

/* All neurons, the significant ones, the others, those with t above and below 0, every cluster, and
 * the chosen ones without edits of their own. Needs the t-test and the clusters. Empty ones are
 * left out. CT_ENOMEM, and the errors of chosen_sets_find(). */
enum ct_status neuron_sets_find(const struct analysis *a, struct neuron_sets *out,
                                struct ct_error *err);
void neuron_sets_clear(struct neuron_sets *s);

#endif
