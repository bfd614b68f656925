/*
 * A synthetic analysis for display tests: the demo's sentences, but activations and t-SNE points
 * from integers only, so that no bit depends on the processor.
 */
#ifndef CT_TESTS_MADE_ANALYSIS_H
#define CT_TESTS_MADE_ANALYSIS_H

#include "pipeline/analysis.h"

/* Creates all stages; free with analysis_clear(). With a tiny alpha no neuron is significant. */
void make_analysis(struct analysis *a, double alpha);

/* A made-up effect of the clusters that a has, with a map. */
void give_effect(struct analysis *a);

#endif
