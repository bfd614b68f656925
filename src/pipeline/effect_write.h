/* How much a swap changes what each neuron adds to the residual stream. */
#ifndef CT_PIPELINE_EFFECT_WRITE_H
#define CT_PIPELINE_EFFECT_WRITE_H

#include "pipeline/analysis.h"
#include "pipeline/effect_twins.h"

/*
 * writes [n_columns]: the root mean square over the sentences of the twins of the difference of
 * what neuron and twin's neuron add, in units of the stream; NaN where a neuron adds nothing by
 * itself. CT_ENOMEM, and the errors of extract_activations().
 */
enum ct_status effect_writes(const struct analysis *a, const struct twins *twins, double *writes,
                             struct ct_error *err);

#endif
