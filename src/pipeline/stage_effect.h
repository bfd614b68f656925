/*
 * Whether the model uses the neurons: sets of them are swapped with the twin's, or otherwise
 * edited, at the target of every sentence, and the model goes on to what it says next. With
 * controls: as many significant neurons at random, of as large t, and that write as much.
 */
#ifndef CT_PIPELINE_STAGE_EFFECT_H
#define CT_PIPELINE_STAGE_EFFECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pipeline/analysis.h"
#include "pipeline/effect_edits.h"
#include "pipeline/effect_run.h"

enum effect_control { CONTROL_RANDOM, CONTROL_T, CONTROL_WRITE, N_CONTROLS };

enum { EFFECT_DRAWS = 99, EFFECT_RESAMPLES = 200 };

struct effect_control_row { /* NaN: not asked, or not comparable */
    double mean, sd;        /* of the share moved at the end */
    double pvalue;          /* (b + 1) / (draws + 1), b of them moved as much */
    bool is_comparable;
    size_t n_draws; /* made */
};

enum { OWN_EDITS = SIZE_MAX };

struct effect_row { /* a set of neurons under an edit, or edits of its own; NaN: undefined */
    size_t edit;    /* index into effect_result.edits; OWN_EDITS: those of a chosen set */
    const struct effect_edit *edits; /* [n_edits] the same, which effect_result owns */
    size_t n_edits;
    const char *source; /* see neuron_set */
    size_t group;       /* or NO_GROUP */
    size_t size;
    double moved_end, moved_end_low, moved_end_high; /* share of the way to the twin's difference,
                                                        with a 95 % interval */
    double moved_next;
    double without_end, without_next;       /* the same when all other neurons are edited instead;
                                               NaN with several edits */
    double divergence_next, divergence_end; /* mean over the sentences, nats */
    double loss;       /* rise of the mean loss of a token after the target, nats */
    double difference; /* mean difference of the words at the end */
    double write;      /* how much a swap changes what the set writes; NaN without twins */
    struct effect_control_row by[N_CONTROLS];
};

struct effect_result {
    bool has_model;
    enum twins_by twins;
    size_t n_twins;   /* pairs */
    size_t n_without; /* sentences without a twin */
    struct word_pairs words;
    struct effect_edit edits[EFFECT_MOST_EDITS];
    size_t n_edits;
    size_t n_added; /* 1: the last of them is that of --add */

    struct effect_sentence *sentences; /* [n] */
    struct effect_reading *clean;      /* [n] */
    size_t n;
    double difference[2]; /* mean difference of the words at the end, by group, without edits */

    struct effect_row *rows; /* [n_rows] by edit, then in the order of neuron_sets_find(); last,
                                chosen sets with edits of their own */
    size_t n_rows;
    struct effect_edit *own_edits;   /* of these */
    struct effect_reading *readings; /* [n_rows, n] */
    bool is_partial;                 /* cancelled before all controls were drawn */
};

extern const struct stage stage_effect;

enum { EFFECT_HOW = 1, EFFECT_WORD_PAIRS, EFFECT_CONTROLS };
extern const struct setting effect_settings[];

static inline const struct effect_result *effect_of(const struct analysis *a)
{
    return analysis_result(a, &stage_effect);
}

/* Rows of the first edit, and of chosen sets with edits of their own. */
size_t effect_n_shown(const struct effect_result *r);
const struct effect_row *effect_shown(const struct effect_result *r, size_t i);

/* Whether a row's edits apply to sentence i: a swap needs a twin. */
bool effect_row_has(const struct effect_result *r, const struct effect_row *row, size_t i);

/* The row of all neurons, or of a source, under the first edit; NULL: there is none. */
const struct effect_row *effect_row_find(const struct effect_result *r, const char *source);

#endif
