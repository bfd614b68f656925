/* Gram matrix and cosines of the significant neurons. */
#ifndef CT_PIPELINE_STAGE_SIMILARITY_H
#define CT_PIPELINE_STAGE_SIMILARITY_H

#include <stddef.h>
#include <stdint.h>

#include "num/linear/similarity.h"
#include "pipeline/analysis.h"
#include "pipeline/clustering.h"

enum { COSINE_BINS = 80 };

/* With more neurons, gram.csv and cosine.csv are only written when params.matrices is set. */
enum { MATRICES_UNASKED = 5000 };

struct similarity_result {
    size_t **orders; /* [n_orders][n_significant] stable order by label, one per clustering */
    size_t n_orders;
    uint64_t cosine_counts[COSINE_BINS];
    double cosine_edges[COSINE_BINS + 1];
    struct cosine_means means; /* by the first clustering */
};

extern const struct stage stage_similarity;

static inline const struct similarity_result *similarity_of(const struct analysis *a)
{
    return analysis_result(a, &stage_similarity);
}

/* The order of the significant neurons by the method's clusters. NULL: none. */
const size_t *similarity_order(const struct analysis *a, const struct cluster_method *method);

#endif
