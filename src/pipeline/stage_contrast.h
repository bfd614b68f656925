/* The two groups that are compared: known before anything is computed of them. */
#ifndef CT_PIPELINE_STAGE_CONTRAST_H
#define CT_PIPELINE_STAGE_CONTRAST_H

#include <stdbool.h>
#include <stddef.h>

#include "pipeline/analysis.h"

/* The two groups that are compared. */
struct contrast {
    size_t groups[2];      /* a and b: indices into group_names */
    const size_t *rows[2]; /* [n_rows[g]] sentences of a and of b, borrowed from what was loaded */
    size_t n_rows[2];
    bool are_pairs;  /* the n-th of a and the n-th of b differ in the target alone */
    size_t n_unique; /* different sentences up to their target, of both groups */
    size_t twin[2];  /* two sentences that are the same up to the target, if any */
};

extern const struct stage stage_contrast;

static inline const struct contrast *contrast_of(const struct analysis *a)
{
    return analysis_result(a, &stage_contrast);
}

/* rows [n_a + n_b]: the sentences of both groups in file order. */
void contrast_merge_rows(const struct contrast *c, size_t *rows);

#endif
