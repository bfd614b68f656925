/* What the answer and its parts are about: the sentences that count, the neurons as directions, and
 * the significant ones among them. */
#ifndef CT_PIPELINE_ANSWER_NEURONS_H
#define CT_PIPELINE_ANSWER_NEURONS_H

#include <stddef.h>

#include "num/null/nulls.h"
#include "num/null/profiles.h"
#include "pipeline/answer_samples.h"

struct answer_neurons { /* zero-initialise; owns everything until answer_neurons_clear() */
    struct samples samples;
    struct profiles profiles; /* of the neurons with variance within the groups */
    size_t n_selected;        /* of them significant */
    size_t *selected;         /* [n_selected] indices into the profiles, ascending */
    size_t *significant;      /* [n_selected] indices into the significant neurons of the t-test */
};

/* Needs the contrast, the activations and the t-test. With too few sentences (samples_suffice())
 * there are only these. On failure *n may hold something: clear it too. CT_ENOMEM. */
enum ct_status answer_neurons_find(const struct analysis *a, struct answer_neurons *n,
                                   struct ct_error *err);
void answer_neurons_clear(struct answer_neurons *n);
double answer_neurons_memory(const struct analysis *a); /* bytes */

/* The question to the null models about these neurons, with the parameters of the analysis. *n is
 * borrowed. */
struct null_question answer_question(const struct analysis *a, const struct answer_neurons *n);

#endif
