/* Single steps of an analysis on a file that replaces the results of the stages before. */
#ifndef CT_PIPELINE_STEPS_H
#define CT_PIPELINE_STEPS_H

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "pipeline/analysis.h"

/*
 * Substitutes chosen neurons for the significant ones, so that t-SNE and similarity work on them:
 * those in the table at path ("-": standard input), in its order, or all that were extracted
 * (NULL). Features are the sentences of params.contrast, or all sentences without one. *labels (may
 * be NULL) becomes the table's clusters [n_significant], owned by the caller: free(); NULL when it
 * has none. CT_EINVAL (no such group), CT_EFORMAT (a neuron missing or duplicated, a value that is
 * not finite), CT_EIO, CT_ENOMEM.
 */
enum ct_status analysis_choose(struct analysis *a, const char *path, int32_t **labels,
                               struct ct_error *err);

/*
 * Gram matrix and cosines of the chosen neurons, whatever their number, sorted by labels
 * [n_significant] (borrowed; NULL: unsorted), stored as the result of the stage Similarity.
 * CT_ENOMEM.
 */
enum ct_status analysis_compare(struct analysis *a, const int32_t *labels, struct ct_error *err);

#endif
