/* How many neurons are significant by chance, and how large their differences are. */
#ifndef CT_PIPELINE_ANSWER_CHANCE_H
#define CT_PIPELINE_ANSWER_CHANCE_H

#include "base/crew.h"
#include "base/progress.h"
#include "pipeline/answer_samples.h"
#include "pipeline/stage_answer.h"

/* Fills pi0, effects and p_bh of *r, and with pairs what comes from exchanging them. CT_ENOMEM,
 * CT_ECANCELED. */
enum ct_status answer_chance(const struct analysis *a, const struct samples *samples,
                             struct crew *crew, const struct progress *progress,
                             struct answer_result *r, struct ct_error *err);
double answer_chance_memory(size_t n_neurons, size_t n_threads); /* peak bytes */

#endif
