/* What neurons say directly: see model/direct_path.h. */
#ifndef CT_PIPELINE_DIRECT_NEURONS_H
#define CT_PIPELINE_DIRECT_NEURONS_H

#include <stddef.h>
#include <stdint.h>

#include "base/progress.h"
#include "base/status.h"
#include "model/direct_path.h"
#include "model/output.h"
#include "pipeline/effect_words.h"

struct direct_neuron {          /* of a unit that it adds to the stream, with divisors of norms 1 */
    double effect;              /* on the difference of the words: mean over the pairs */
    struct word_extremes words; /* raised and lowered most, relative to the mean of all words */
};

/* out [n]. CT_ENOMEM, CT_ECANCELED, those of direct_path_words(). */
enum ct_status direct_neurons_find(struct output *output, const struct direct_path *path,
                                   const struct word_pairs *words, const uint32_t *neurons,
                                   size_t n, const struct progress *progress,
                                   struct direct_neuron *out, struct ct_error *err);

/* Bytes beside out and output. */
double direct_neurons_memory(const struct model_config *config, size_t n);

#endif
