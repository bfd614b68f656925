/* Each hook point analysed separately, from the t-test to its clusters and, with --answer and
 * --swap, its answer and its effect, one after another. */
#ifndef CT_PIPELINE_STAGE_LAYERS_H
#define CT_PIPELINE_STAGE_LAYERS_H

#include <stdbool.h>
#include <stddef.h>

#include "pipeline/analysis.h"
#include "pipeline/stage_answer.h"

/* Summary of one hook point analysed on its own. */
struct layer_row {
    const char *hook; /* borrowed from the extraction */
    size_t n_neurons, n_significant;
    double share_low, share_high; /* 95 % interval of n_significant / n_neurons: percentiles of
                                     draws of the sentences with replacement */
    size_t strongest;   /* the neuron with the largest |t|, by its index in the hook point */
    double strongest_t; /* NaN: no neuron has a t */
    double perplexity;  /* NaN from here on: fewer than two significant neurons */
    double kl_divergence;
    struct layer_clusters {
        size_t n_clusters, n_noise;
        double silhouette; /* NaN: not defined, see clustering.h */
    } * by;                /* [n_methods] owned */
    struct layer_answer {
        enum verdict verdict;
        double clumping;
        struct null_summary cloud, context;
        double pvalue;                       /* of the clumping; NaN: none */
        double p_holm;                       /* adjusted for the hook points that have one */
    } answer;                                /* if there are answers */
    double moved_end, moved_low, moved_high; /* of the significant neurons: see effect_row; NaN:
                                                none, or there are no effects */
};

enum { LAYER_DRAWS = 200 }; /* of the sentences, for the interval of the share */

struct layers_result {
    bool has_answers;       /* each row has an answer */
    bool has_effects;       /* and what its neurons do */
    struct layer_row *rows; /* [n_rows] in order of their first column */
    size_t n_rows;
    size_t n_methods; /* the first of cluster_methods */
};

extern const struct stage stage_layers;

static inline const struct layers_result *layers_of(const struct analysis *a)
{
    return analysis_result(a, &stage_layers);
}

/*
 * Starts the analysis of one hook point, layer below the n_layers of whole's extraction: the same
 * parameters with only that hook point, all stages up to the extraction in place. It shares results
 * with whole. CT_ENOMEM: *a needs no clearing.
 */
enum ct_status analysis_init_layer(struct analysis *a, const struct analysis *whole, size_t layer,
                                   struct ct_error *err);

/* Layers have results of their own from the t-test on; earlier stages cover all hook points. */
bool layer_has_stage(const struct stage *stage);

#endif
