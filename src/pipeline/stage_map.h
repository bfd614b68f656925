/*
 * Where the difference of the groups is: the residual stream after each block, at each token from
 * the target on, takes the value of the twin (activation patching: Meng et al. 2022, NeurIPS; Zhang
 * & Nanda 2024, ICLR), and how far the next words move.
 */
#ifndef CT_PIPELINE_STAGE_MAP_H
#define CT_PIPELINE_STAGE_MAP_H

#include <stddef.h>

#include "pipeline/analysis.h"

struct map_result {      /* empty: not asked for, no model, or no twins */
    size_t n_layers;     /* blocks */
    size_t n_positions;  /* tokens from the target on, and the last token of each sentence */
    double *moved;       /* [n_layers, n_positions] share moved at the last token; NaN: not made */
    size_t *n_sentences; /* [n_positions] that have such a token */
    size_t n_done;       /* layers made: fewer than n_layers if cancelled */
    char (*hooks)[64];   /* [n_layers] names of the hook points */
};

extern const struct stage stage_map;

static inline const struct map_result *map_of(const struct analysis *a)
{
    return analysis_result(a, &stage_map);
}

#endif
