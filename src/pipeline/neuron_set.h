/* A set of neurons of an analysis, which are edited together. */
#ifndef CT_PIPELINE_NEURON_SET_H
#define CT_PIPELINE_NEURON_SET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pipeline/analysis.h"

struct neuron_set {     /* owns its arrays until neuron_set_clear() */
    const char *source; /* `all`, `significant`, `others`, `positive`, `negative`, `chosen`, or the
                           name of a method of clustering */
    size_t group;       /* the cluster, or the number of the chosen set; NO_GROUP: neither */
    size_t *columns;    /* [n] of the activations, ascending */
    size_t n;
    uint32_t *neurons; /* [n] their numbers in their hook points */
    size_t *starts;    /* [n_blocks + 1] where each block of the extraction starts */
};

enum { NO_GROUP = SIZE_MAX };

/* The set of columns [n], ascending, which are copied. CT_ENOMEM. */
enum ct_status neuron_set_init(const struct analysis *a, const char *source, size_t group,
                               const size_t *columns, size_t n, struct neuron_set *out,
                               struct ct_error *err);
/* The set of the columns whose marks [n_columns] are as wanted. */
enum ct_status neuron_set_of_marks(const struct analysis *a, const char *source, size_t group,
                                   const bool *marks, bool wanted, struct neuron_set *out,
                                   struct ct_error *err);
/* All neurons that are not in the set. */
enum ct_status neuron_set_others(const struct analysis *a, const struct neuron_set *set,
                                 struct neuron_set *out, struct ct_error *err);
void neuron_set_clear(struct neuron_set *s);

#endif
