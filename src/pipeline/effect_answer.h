/* What the stage Effect computes: every edit of every set of neurons, then the controls. */
#ifndef CT_PIPELINE_EFFECT_ANSWER_H
#define CT_PIPELINE_EFFECT_ANSWER_H

#include "pipeline/stage_effect.h"

/* Fills *out, which is zero, for an analysis with a model; the stage frees it, after a failure too.
 * Controls that run->earlier has are kept. Cancelled while it draws controls, it is partial, and
 * CT_OK. CT_ENOMEM, CT_ECANCELED, and the errors of effect_run_new() and word_pairs_find(). */
enum ct_status effect_answer(const struct analysis *a, const struct stage_run *run,
                             struct effect_result *out, struct ct_error *err);

#endif
