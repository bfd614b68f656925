/* Controls of an intervention: see num/matched.h. */
#ifndef CT_PIPELINE_EFFECT_CONTROLS_H
#define CT_PIPELINE_EFFECT_CONTROLS_H

#include "pipeline/effect_run.h"
#include "pipeline/stage_effect.h"

/* What neurons are matched by: [n_columns] of each kind but CONTROL_RANDOM. */
struct effect_keys {        /* zero-initialise; owns its arrays until effect_keys_clear() */
    double *by[N_CONTROLS]; /* NaN: has none */
    double sd[N_CONTROLS];  /* over the significant neurons that have one */
};

/* Logarithms of |t| and of writes [n_columns]. Needs the t-test. CT_ENOMEM. */
enum ct_status effect_keys_find(const struct analysis *a, const double *writes,
                                struct effect_keys *out, struct ct_error *err);
void effect_keys_clear(struct effect_keys *k);

/* Whether the set has controls of any kind: all of it is significant, and as many others are. */
bool effect_has_controls(const struct analysis *a, const struct neuron_set *set);

/*
 * The control of that kind for a set that moved `moved` under the edit; replicates first .. first +
 * EFFECT_DRAWS - 1. CT_ENOMEM, CT_ECANCELED (*out is untouched).
 */
enum ct_status effect_control_find(struct effect_run *r, const struct effect_keys *keys,
                                   const struct effect_edit *edit, const struct neuron_set *set,
                                   enum effect_control kind, double moved, uint64_t first,
                                   const struct progress *progress, struct effect_control_row *out,
                                   struct ct_error *err);

#endif
