/* Neurons chosen and grouped on half of the sentences, and described on the other half
 * (num/null/halves.h). A part of the answer. */
#ifndef CT_PIPELINE_STAGE_HALVES_H
#define CT_PIPELINE_STAGE_HALVES_H

#include <stdbool.h>

#include "num/null/halves.h"
#include "pipeline/analysis.h"

struct halves_result {
    struct halves halves; /* n 0: none asked for, or too few sentences */
    bool has_pairs;       /* pairs are halved; else the sentences of each group */
    bool has_few;         /* too few different sentences in a group */
};

extern const struct stage stage_halves;

static inline const struct halves_result *halves_of(const struct analysis *a)
{
    return analysis_result(a, &stage_halves);
}

#endif
