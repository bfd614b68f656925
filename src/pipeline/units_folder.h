/* A folder of units: which there are, and the activations of all of them. */
#ifndef CT_PIPELINE_UNITS_FOLDER_H
#define CT_PIPELINE_UNITS_FOLDER_H

#include <stddef.h>

#include "model/extract.h"
#include "pipeline/unit_file.h"

/* How many units there are by their names, which are given to complete files. CT_EIO. */
enum ct_status units_count(const struct unit_source *source, size_t *n, struct ct_error *err);

/* CT_EFORMAT, with the numbers of those that are missing and the tasks, of any number, to repeat.
 */
enum ct_status units_check_complete(const struct unit_source *source, struct ct_error *err);

/*
 * Fills X [n_sentences, n_neurons], hooks [n_hooks] side by side, from all units. Every sentence
 * must be in one of them, once. CT_EFORMAT: a unit is missing or was changed, its kernels differ
 * from those of the others; CT_EIO, CT_ENOMEM, CT_ECANCELED.
 */
enum ct_status units_read(const struct unit_source *source, const struct hook_point *hooks,
                          size_t n_hooks, size_t n_sentences, const struct progress *progress,
                          float *X, struct extract_stats *stats, struct ct_error *err);

#endif
