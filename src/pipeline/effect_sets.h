/* Sets of neurons of an analysis that are edited together. */
#ifndef CT_PIPELINE_EFFECT_SETS_H
#define CT_PIPELINE_EFFECT_SETS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pipeline/analysis.h"

struct neuron_set {     /* owns its arrays until neuron_set_clear() */
    const char *source; /* `all`, `significant`, `others`, `positive`, `negative`, or the name of a
                           method of clustering */
    size_t group;       /* the cluster; NO_GROUP: not one */
    size_t *columns;    /* [n] of the activations, ascending */
    size_t n;
    uint32_t *neurons; /* [n] their numbers in their hook points */
    size_t *starts;    /* [n_blocks + 1] where each block of the extraction starts */
};

enum { NO_GROUP = SIZE_MAX };

struct neuron_sets { /* zero-initialise; owns everything until neuron_sets_clear() */
    struct neuron_set *sets;
    size_t n;
};

/* All neurons, the significant ones, the others, those with t above and below 0, and every cluster.
 * Needs the t-test and the clusters. Empty ones are left out. CT_ENOMEM. */
enum ct_status neuron_sets_find(const struct analysis *a, struct neuron_sets *out,
                                struct ct_error *err);
void neuron_sets_clear(struct neuron_sets *s);

/* The set of columns [n], ascending, which are copied. CT_ENOMEM. */
enum ct_status neuron_set_init(const struct analysis *a, const char *source, size_t group,
                               const size_t *columns, size_t n, struct neuron_set *out,
                               struct ct_error *err);
/* All neurons that are not in the set. */
enum ct_status neuron_set_others(const struct analysis *a, const struct neuron_set *set,
                                 struct neuron_set *out, struct ct_error *err);
void neuron_set_clear(struct neuron_set *s);

#endif
