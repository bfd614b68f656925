/*
 * What the model would say after each block: the residual stream there, at the target and at the
 * last token, through the last norm and the output layer (logit lens: nostalgebraist 2020,
 * "interpreting GPT: the logit lens"). After the last block it is what the model says.
 */
#ifndef CT_PIPELINE_STAGE_LENS_H
#define CT_PIPELINE_STAGE_LENS_H

#include <stddef.h>
#include <stdint.h>

#include "model/output.h"
#include "pipeline/analysis.h"
#include "pipeline/effect_words.h"

enum lens_place { LENS_NEXT, LENS_END, N_LENS_PLACES }; /* at the target, at the last token */

struct lens_row {      /* of a group's sentences, after a block, at a place */
    double difference; /* of the words' logits: their mean */
    double
        agreement; /* share of sentences whose likeliest next word is that after the last block */
    uint32_t likeliest[OUTPUT_TOP]; /* [n_likeliest] likeliest next words, by the number of
                                       sentences that have them, descending; equal ones by id */
    size_t n_likeliest;
    double share; /* of sentences that have the first of them */
};

struct lens_result { /* empty: not asked for, or no model */
    struct word_pairs words;
    size_t n_layers;       /* blocks */
    struct lens_row *rows; /* [n_layers, 2 groups, N_LENS_PLACES] */
    char (*hooks)[64];     /* [n_layers] names of the hook points */
};

extern const struct stage stage_lens;
extern const struct setting lens_settings[];

static inline const struct lens_result *lens_of(const struct analysis *a)
{
    return analysis_result(a, &stage_lens);
}

static inline const struct lens_row *lens_row(const struct lens_result *r, size_t layer,
                                              size_t group, enum lens_place place)
{
    return &r->rows[(layer * 2 + group) * N_LENS_PLACES + place];
}

#endif
