/*
 * Spaces in which neurons are compared, with the samples of both groups as coordinates: raw
 * activations; directions u, whose products are Pearson correlations; and context profiles w, whose
 * products are correlations within the groups (see profiles.h).
 */
#ifndef CT_NUM_NULL_NEURON_SPACE_H
#define CT_NUM_NULL_NEURON_SPACE_H

#include <stdbool.h>
#include <stddef.h>

enum neuron_space { SPACE_RAW, SPACE_CORRELATION, SPACE_CONTEXT };

/* `raw`, `correlation`, `context`; NULL after the last. */
const char *neuron_space_name(size_t i);

/*
 * out [n], of length 1: the activations x [n], finite, of a neuron less their mean, and in context
 * space less their part along the contrast e [n] of length 1 (NULL otherwise). False, and out is 0,
 * if x does not vary (within the groups) by more than the rounding errors of its values. Not for
 * raw, where nothing changes. x may be out; values near the ends of float64's range are scaled.
 */
bool neuron_space_map(enum neuron_space space, const double *x, const double *e, size_t n,
                      double *out);

#endif
