/*
 * Runs of the model with sets of neurons edited at the target of every sentence (interchange
 * interventions: Vig et al. 2020, NeurIPS; Geiger et al. 2021, NeurIPS), and what it says then.
 */
#ifndef CT_PIPELINE_EFFECT_RUN_H
#define CT_PIPELINE_EFFECT_RUN_H

#include <stddef.h>

#include "model/output.h"
#include "pipeline/analysis.h"
#include "pipeline/effect_sets.h"
#include "pipeline/effect_twins.h"
#include "pipeline/effect_words.h"

enum effect_kind {
    EFFECT_SWAP, /* the values of the twin */
    EFFECT_MEAN, /* the means over all sentences of both groups */
    EFFECT_ZERO,
    EFFECT_SCALE, /* factor times their own */
    EFFECT_ADD,   /* factor times the difference of the groups' means is added */
};

struct effect_edit {
    enum effect_kind kind;
    double factor; /* of EFFECT_SCALE and EFFECT_ADD */
};

/* What is measured: from little to much. */
enum effect_depth {
    EFFECT_END,   /* the words at the last token */
    EFFECT_WORDS, /* also at the target, for the next token */
    EFFECT_ALL,   /* also the whole distribution, and that at every token from the target on */
};

struct effect_sentence {
    size_t row;  /* index into load_result.sentences */
    size_t twin; /* index into effect_run's sentences; NO_TWIN: it has none */
};
enum { NO_TWIN = SIZE_MAX };

/* Of one sentence. Differences are those of word_pairs_difference(). What the depth does not ask
 * for is as without edits. */
struct effect_reading {
    double next;                            /* difference at the target */
    double end;                             /* at the last token */
    double divergence_next, divergence_end; /* from what it says without edits, in nats */
    double loss;                            /* sum over the tokens after the target, in nats */
    uint32_t likeliest[OUTPUT_TOP];         /* [n_likeliest] next words at the last token */
    size_t n_likeliest;
};

struct effect_run; /* holds what is needed for any number of runs */

/* The sentences of both groups, twins and words of an analysis, with what the model says without
 * edits. twins and words are borrowed until effect_run_free(). The errors of extract_activations()
 * and output_new(). */
enum ct_status effect_run_new(const struct analysis *a, const struct twins *twins,
                              const struct word_pairs *words, const struct progress *progress,
                              struct effect_run **out, struct ct_error *err);
void effect_run_free(struct effect_run *r);
double effect_run_memory(const struct analysis *a); /* bytes */

const struct analysis *effect_analysis(const struct effect_run *r);
const struct effect_sentence *effect_sentences(const struct effect_run *r, size_t *n);
const struct effect_reading *effect_clean(const struct effect_run *r); /* [n] of EFFECT_ALL */
size_t effect_n_after(const struct effect_run *r, size_t i);           /* tokens after the target */

/* Whether an edit applies to sentence i: a swap needs a twin. */
bool effect_applies(const struct effect_run *r, const struct effect_edit *edit, size_t i);

/* readings [n_sets, n]: of sentences that the edit does not apply to, those without edits.
 * CT_ENOMEM, CT_ECANCELED. */
enum ct_status effect_run_sets(struct effect_run *r, const struct effect_edit *edit,
                               const struct neuron_set *sets, size_t n_sets,
                               enum effect_depth depth, const struct progress *progress,
                               struct effect_reading *readings, struct ct_error *err);

#endif
