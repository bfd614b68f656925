/* Each hook point by itself, from the t-test to its clusters, in a row. */
#ifndef CT_PIPELINE_STAGE_LAYERS_H
#define CT_PIPELINE_STAGE_LAYERS_H

#include <stdbool.h>
#include <stddef.h>

#include "pipeline/analysis.h"

/* What there is to say of one hook point as an analysis of its own. */
struct layer_row {
    const char *hook; /* borrowed from the extraction */
    size_t n_neurons, n_significant;
    size_t strongest;   /* the neuron whose |t| is largest, by its number in the hook point */
    double strongest_t; /* NaN: no neuron has a t */
    double perplexity;  /* NaN here and below: fewer than two significant neurons */
    double kl_divergence;
    struct layer_clusters {
        size_t n_clusters, n_noise;
        double silhouette; /* NaN: not defined, see clustering.h */
    } * by;                /* [n_cluster_methods] owned */
};

struct layers_result {
    struct layer_row *rows; /* [n_rows] in order of their first column */
    size_t n_rows;
};

extern const struct stage stage_layers;

static inline const struct layers_result *layers_of(const struct analysis *a)
{
    return analysis_result(a, &stage_layers);
}

/*
 * Begins the analysis of one hook point, 0 <= layer < whole->extract->n_layers: the same parameters
 * with that hook point alone, all up to the extraction in place. It shares results
 * with whole. CT_ENOMEM: nothing is to be cleared.
 */
enum ct_status analysis_init_layer(struct analysis *a, const struct analysis *whole, size_t layer,
                                   struct ct_error *err);

/* A layer has results of its own from the t-test on; those before are of all hook points. */
bool layer_has_stage(const struct stage *stage);

#endif
