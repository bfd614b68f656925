/* The two groups that are compared, determined before anything is computed. */
#ifndef CT_PIPELINE_STAGE_CONTRAST_H
#define CT_PIPELINE_STAGE_CONTRAST_H

#include <stdbool.h>
#include <stddef.h>

#include "pipeline/analysis.h"

struct contrast {
    size_t groups[2];      /* a and b: indices into group_names */
    const size_t *rows[2]; /* [n_rows[g]] sentences of a and of b, borrowed from the loaded input */
    size_t n_rows[2];
    bool are_pairs;  /* the n-th of a and the n-th of b differ only in the target */
    size_t n_unique; /* distinct sentences up to their target, over both groups */
    size_t twin[2];  /* two sentences that are equal up to the target, if any */
};

extern const struct stage stage_contrast;

static inline const struct contrast *contrast_of(const struct analysis *a)
{
    return analysis_result(a, &stage_contrast);
}

/* rows [n_a + n_b]: the sentences of both groups in file order. */
void contrast_merge_rows(const struct contrast *c, size_t *rows);

#endif
