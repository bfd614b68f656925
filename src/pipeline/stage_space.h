/* The significant neurons as points in the space in which they are embedded and compared. */
#ifndef CT_PIPELINE_STAGE_SPACE_H
#define CT_PIPELINE_STAGE_SPACE_H

#include <stddef.h>

#include "base/mat.h"
#include "base/spill.h"
#include "pipeline/analysis.h"

struct space_stage {
    enum neuron_space space;
    struct mat points;   /* [n_significant, n_a + n_b]; raw: those of the t-test, borrowed */
    const double *norms; /* [n_significant] lengths of the points */
    size_t n_without;    /* neurons that do not vary (within the groups): the point is 0 */
    struct spill own;    /* storage of points, unless raw */
    double *own_norms;
};

extern const struct stage stage_space;

static inline const struct space_stage *space_of(const struct analysis *a)
{
    return analysis_result(a, &stage_space);
}

/* e [n_a + n_b]: the contrast of both groups, of length 1, sentences in file order. */
void space_contrast(const struct analysis *a, double *e);

#endif
