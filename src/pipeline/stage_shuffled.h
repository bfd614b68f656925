/*
 * The same analysis of networks that have learned nothing: the model with its weights shuffled
 * (model/shuffled.h), from the extraction to the clusters of the picture, with the parameters of
 * the run; and whether their significant neurons are more clumped than the null models. A part of
 * the answer, for models only.
 */
#ifndef CT_PIPELINE_STAGE_SHUFFLED_H
#define CT_PIPELINE_STAGE_SHUFFLED_H

#include <stdbool.h>
#include <stddef.h>

#include "pipeline/analysis.h"
#include "pipeline/stage_answer.h"

struct shuffled_network {
    size_t n_significant;
    double largest_t; /* the t with the largest |t|; NaN: no neuron has one */

    /* Of the picture; NaN: fewer than two significant neurons, or a silhouette that is not
     * defined. */
    double n_clusters, n_noise, silhouette; /* by DBSCAN */
    double silhouette_kmeans;

    /* Draws end as soon as p can no longer be as small as alpha (Besag & Clifford 1991, Biometrika
     * 78:301): then it is (b + 1) / (n_draws + 1) as well, and above alpha. */
    double clumping; /* NaN: not asked, as for fewer than CLUMPING_LEAST neurons */
    double pvalue;
    size_t n_draws;
    enum verdict verdict; /* VERDICT_CLUMPED, VERDICT_NO, VERDICT_UNANSWERABLE */
};

struct shuffled_result {
    bool has_model;                    /* false: activations from a file; there are no networks */
    struct shuffled_network *networks; /* [n] done: fewer than asked for if cancelled */
    size_t n;
};

extern const struct stage stage_shuffled;

static inline const struct shuffled_result *shuffled_of(const struct analysis *a)
{
    return analysis_result(a, &stage_shuffled);
}

/* With more significant neurons, the null models are not asked about a shuffled network: it takes
 * too long. */
enum { SHUFFLED_MOST = 5000 };

#endif
