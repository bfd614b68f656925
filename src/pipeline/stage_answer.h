/*
 * The answer to the question whether the neurons that tell the two groups apart are clustered:
 * their clumping against null models (num/null/nulls.h), and groups of them that come back with
 * other sentences (num/null/recovery.h).
 */
#ifndef CT_PIPELINE_STAGE_ANSWER_H
#define CT_PIPELINE_STAGE_ANSWER_H

#include <stdbool.h>
#include <stddef.h>

#include "num/cluster/ward_groups.h"
#include "num/draws.h"
#include "num/null/nulls.h"
#include "num/null/recovery.h"
#include "num/tests/effect.h"
#include "num/tests/exchange.h"
#include "pipeline/analysis.h"

enum verdict {
    VERDICT_YES,     /* more clumped than the null models, in groups that come back and have gaps */
    VERDICT_CLUMPED, /* more clumped, but not in such groups */
    VERDICT_NO,
    VERDICT_UNANSWERABLE,
};

enum no_answer { /* why it cannot be answered */
                 NO_ANSWER_NONE,
                 NO_ANSWER_FEW,     /* fewer than CLUMPING_LEAST significant neurons */
                 NO_ANSWER_SKEWED,  /* activations more skewed than in any draw of a cloud */
                 NO_ANSWER_SAMPLES, /* fewer than three different sentences in a group */
                 NO_ANSWER_CLOUD,   /* no cloud can be fitted */
};

struct answer_result {
    enum verdict verdict;
    enum no_answer reason;
    struct ct_error why; /* of NO_ANSWER_CLOUD */
    size_t n_samples[2]; /* sentences used: those equal to an earlier one are left out */
    size_t n_repeated;   /* left out */
    size_t n_neurons;    /* with variance within the groups */
    size_t n_selected;   /* of them significant */
    size_t *selected;    /* [n_selected] indices into the significant neurons of the t-test */
    bool has_pairs;      /* sentences were exchanged and drawn again in pairs */

    struct exchange exchange;  /* n_draws 0: too few sentences */
    double pvalue_exchange;    /* of the number of significant neurons */
    size_t n_maxt, n_stepdown; /* significant by maxT and its step-down */
    struct effect *effects;    /* [n_columns] of every neuron */
    double *p_bh;              /* [n_columns] adjusted by Benjamini and Hochberg */
    size_t n_columns;
    double pi0; /* Storey's share of neurons without a difference */

    struct nulls_observed observed;
    struct null_draw *draws; /* [n_draws] made: fewer than asked for if cancelled */
    size_t n_draws;
    struct null_summary cloud, context, random;
    double pvalue;         /* the larger of those of cloud and context */
    double skewness_mean;  /* of the draws of the cloud */
    double skewness_limit; /* and their largest */
    bool has_sensitivity;  /* false: cancelled before it was known */
    double sensitivity; /* smallest similarity at which planted groups would be seen; NaN: none */
    size_t planted;     /* neurons in each of PLANTED_GROUPS planted groups */

    size_t *order;            /* [n_selected] by group, stable; NULL: no groups */
    struct recovery recovery; /* n_groups 0: none, or too many neurons */
    size_t n_firm;            /* groups that come back and have gaps, */
    size_t n_apart;           /* of them without mirror images: see groups_apart() */
};

extern const struct stage stage_answer;

enum { ANSWER_DRAWS = 1, ANSWER_RESAMPLES };
extern const struct setting answer_settings[];

static inline const struct answer_result *answer_of(const struct analysis *a)
{
    return analysis_result(a, &stage_answer);
}

/* `yes`, `clumped`, `no` or `unanswerable`. */
const char *verdict_name(enum verdict verdict);

#endif
