/* Gram matrix and cosines of the significant neurons. */
#ifndef CT_PIPELINE_STAGE_SIMILARITY_H
#define CT_PIPELINE_STAGE_SIMILARITY_H

#include <stddef.h>
#include <stdint.h>

#include "num/linear/similarity.h"
#include "pipeline/analysis.h"

enum { COSINE_BINS = 80 };

/* With more neurons gram.csv and cosine.csv are written only when params.matrices is set. */
enum { MATRICES_UNASKED = 5000 };

struct similarity_result {
    size_t *by_dbscan; /* [n_significant] stable order by label */
    size_t *by_kmeans;
    uint64_t cosine_counts[COSINE_BINS];
    double cosine_edges[COSINE_BINS + 1];
    struct cosine_means means; /* by DBSCAN cluster */
};

extern const struct stage stage_similarity;

static inline const struct similarity_result *similarity_of(const struct analysis *a)
{
    return analysis_result(a, &stage_similarity);
}

#endif
