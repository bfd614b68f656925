/*
 * Edits of an analysis one after another, as people make them: what the model says without edits is
 * computed once, so that each run takes only what its edits can change.
 */
#ifndef CT_PIPELINE_EFFECT_PROBE_H
#define CT_PIPELINE_EFFECT_PROBE_H

#include <stdbool.h>
#include <stddef.h>

#include "pipeline/effect_run.h"

struct effect_probe;

struct effect_probed { /* zero-initialise; owns its arrays until effect_probed_clear() */
    struct effect_sentence *sentences; /* [n] of both groups */
    struct effect_reading *clean;      /* [n] of EFFECT_SAID, without edits */
    struct effect_reading *edited;     /* [n] */
    bool *is_edited;                   /* [n] whether all edits apply to the sentence */
    size_t n;
    size_t n_neurons;      /* that are edited */
    double moved_end;      /* see effect_summary.h; NaN without twins */
    double divergence_end; /* nats, mean over the edited sentences */
};

void effect_probed_clear(struct effect_probed *p);

/* Why the edits of an analysis cannot be made now: it starts from activations, or an input is not
 * computed or stale. CT_EINVAL. */
enum ct_status effect_probe_check(const struct analysis *a, struct ct_error *err);

/* Shares the results of *a, which may change or end afterwards; *out is owned by the caller. Call
 * it in the thread that owns *a. CT_ENOMEM, and what the groups of the contrast lack. */
enum ct_status effect_probe_new(const struct analysis *a, struct effect_probe **out,
                                struct ct_error *err);
void effect_probe_free(struct effect_probe *p);

/* Whether the results and parameters that it has taken are still those of *a. */
bool effect_probe_is_of(const struct effect_probe *p, const struct analysis *a);

/* Makes the edits of a set, see effect_chosen.h; empty: none. One thread at a time. The errors of
 * chosen_sets_find(), effect_words_find() and effect_run_new(); CT_ECANCELED: *out is untouched,
 * and a later run goes on. */
enum ct_status effect_probe_run(struct effect_probe *p, const char *set,
                                const struct progress *progress, struct effect_probed *out,
                                struct ct_error *err);

#endif
