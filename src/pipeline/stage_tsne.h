/* The embedding of the significant neurons in the plane. */
#ifndef CT_PIPELINE_STAGE_TSNE_H
#define CT_PIPELINE_STAGE_TSNE_H

#include <stddef.h>

#include "num/tsne/tsne.h"
#include "pipeline/analysis.h"

enum { KL_INTERVAL = 50 };

struct tsne_stage {
    double perplexity;         /* actually used; 0: fewer than two neurons, nothing to embed */
    struct tsne_result result; /* embedding [n_significant, 2] */
    size_t max_iter; /* of each descent, see tsne_result; the iterations below count over all
                        descents; 0: nothing to embed */
    double *kl_iter; /* [n_kl] every KL_INTERVAL iterations */
    double *kl;      /* [n_kl] KL divergence at these */
    size_t n_kl;
    size_t n_distinct; /* neurons that differ from all before them */
};

extern const struct stage stage_tsne;

/* Embeds X [n >= 2, d], finite, in the plane with the parameters of an analysis, as the stage does.
 * Sets *perplexity to the one used. watch may be NULL. Errors as of tsne_fit(). */
enum ct_status embed_rows(const struct mat *X, const struct params *wanted,
                          const struct tsne_watch *watch, double *perplexity,
                          struct tsne_result *out, struct ct_error *err);

static inline const struct tsne_stage *tsne_of(const struct analysis *a)
{
    return analysis_result(a, &stage_tsne);
}

#endif
