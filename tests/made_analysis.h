/*
 * A made-up analysis for tests of what is shown of one: the demo's sentences, but activations and a
 * picture of t-SNE from integers alone, so that no bit of it hangs on a processor.
 */
#ifndef CT_TESTS_MADE_ANALYSIS_H
#define CT_TESTS_MADE_ANALYSIS_H

#include "pipeline/analysis.h"

/* All its stages; analysis_clear() frees it. No neuron is significant when alpha is tiny. */
void make_analysis(struct analysis *a, double alpha);

#endif
