/*
 * Single steps of an analysis, on what a file holds in the place of the results before them.
 */
#ifndef CT_PIPELINE_STEPS_H
#define CT_PIPELINE_STEPS_H

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "pipeline/analysis.h"

/*
 * Gives a choice of neurons the place of the significant ones, so that t-SNE and similarity work on
 * it: those that the table in path names ("-": standard input), in its order, or all that were
 * extracted (NULL). Features are the sentences of params.contrast, or all where that names none.
 * *labels (may be NULL) becomes the table's clusters [n_significant], owned by the caller: free();
 * NULL where it has none. CT_EINVAL (no such group), CT_EFORMAT (a neuron that is missing or there
 * twice, a value that is not finite), CT_EIO, CT_ENOMEM.
 */
enum ct_status analysis_choose(struct analysis *a, const char *path, int32_t **labels,
                               struct ct_error *err);

/*
 * Gram matrix and cosines of the neurons that were chosen, whatever their number, sorted by labels
 * [n_significant] (borrowed; NULL: as they are), as the stage Similarity. CT_ENOMEM.
 */
enum ct_status analysis_compare(struct analysis *a, const int32_t *labels, struct ct_error *err);

#endif
