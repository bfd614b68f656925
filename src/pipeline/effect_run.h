/*
 * Runs of the model with sets of neurons edited at the target of every sentence (interchange
 * interventions: Vig et al. 2020, NeurIPS; Geiger et al. 2021, NeurIPS), and what it says then.
 */
#ifndef CT_PIPELINE_EFFECT_RUN_H
#define CT_PIPELINE_EFFECT_RUN_H

#include <stddef.h>

#include "model/output.h"
#include "pipeline/analysis.h"
#include "pipeline/effect_twins.h"
#include "pipeline/effect_words.h"
#include "pipeline/neuron_set.h"

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

struct effect_part { /* neurons that are edited in one way, while others may be in another */
    struct effect_edit edit;
    struct neuron_set set;
};

/* What is measured: from little to much. */
enum effect_depth {
    EFFECT_END,   /* the words at the last token */
    EFFECT_SAID,  /* also the whole distribution there */
    EFFECT_WORDS, /* the words there and at the target, for the next token */
    EFFECT_ALL,   /* these, and the whole distribution at every token from the target on */
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
 * edits to that depth: any but EFFECT_WORDS, and the most that runs can have. With EFFECT_SAID,
 * what runs compute before their edits is kept, which helps if sets are run one at a time. twins
 * and words are borrowed until effect_run_free(). The errors of extract_activations() and
 * output_new().
 */
enum ct_status effect_run_new(const struct analysis *a, const struct twins *twins,
                              const struct word_pairs *words, enum effect_depth depth,
                              const struct progress *progress, struct effect_run **out,
                              struct ct_error *err);
void effect_run_free(struct effect_run *r);
/* Bytes, with runs of at most n_sets sets. */
double effect_run_memory(const struct analysis *a, size_t n_sets);

const struct analysis *effect_analysis(const struct effect_run *r);
const struct effect_sentence *effect_sentences(const struct effect_run *r, size_t *n);
const struct effect_reading *effect_clean(const struct effect_run *r); /* [n] */
size_t effect_n_after(const struct effect_run *r, size_t i);           /* tokens after the target */

/* Bytes of final values that are kept at a time, unless one set needs more. */
enum { EFFECT_MOST_BYTES = 48 << 20 };

/* Whether an edit applies to sentence i: a swap needs a twin. */
bool effect_applies(const struct effect_run *r, const struct effect_edit *edit, size_t i);

/* The edit of these [n >= 1] that applies to the fewest sentences. */
const struct effect_edit *effect_strictest(const struct effect_edit *edits, size_t n);

/* readings [n_sets, n]: of sentences that the edit does not apply to, those without edits.
 * CT_ENOMEM, CT_ECANCELED. */
enum ct_status effect_run_sets(struct effect_run *r, const struct effect_edit *edit,
                               const struct neuron_set *sets, size_t n_sets,
                               enum effect_depth depth, const struct progress *progress,
                               struct effect_reading *readings, struct ct_error *err);

/* The same of parts [n_parts], all at once, of sentences that all of their edits apply to: readings
 * [n]. */
enum ct_status effect_run_parts(struct effect_run *r, const struct effect_part *parts,
                                size_t n_parts, enum effect_depth depth,
                                const struct progress *progress, struct effect_reading *readings,
                                struct ct_error *err);

/* ---- one position at a time ---- */

/* Positions from the target on at which the sentence and its twin can be swapped; 0: no twin. The
 * last token, EFFECT_LAST, is one of them if both have as many. */
size_t effect_n_positions(const struct effect_run *r, size_t i);
bool effect_has_position(const struct effect_run *r, size_t i, size_t position);
enum { EFFECT_LAST = SIZE_MAX };

/* Rows of effect_values(): one per token of every sentence from the target on. */
size_t effect_n_values(const struct effect_run *r);

/* values [effect_n_values(), hook->width] without edits. The errors of extract_activations(). */
enum ct_status effect_values(const struct effect_run *r, const struct hook_point *hook,
                             const struct progress *progress, float *values, struct ct_error *err);

/* Every sentence that has the position takes the whole vector of its twin there; values are those
 * of effect_values(). readings [n] of EFFECT_END. CT_ENOMEM, CT_ECANCELED. */
enum ct_status effect_run_position(struct effect_run *r, const struct hook_point *hook,
                                   size_t position, const float *values,
                                   const struct progress *progress, struct effect_reading *readings,
                                   struct ct_error *err);

#endif
