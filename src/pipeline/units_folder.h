/* A folder of units: which there are, and the activations of all of them. */
#ifndef CT_PIPELINE_UNITS_FOLDER_H
#define CT_PIPELINE_UNITS_FOLDER_H

#include <stdbool.h>
#include <stddef.h>

#include "model/extract.h"
#include "pipeline/unit_file.h"

struct units_pace {
    size_t n;           /* units that are there */
    double first, last; /* seconds since 1970, when the first and the last of them came */
};

/* Which units [source->n] (NULL: not asked) there are by their names, which are given to complete
 * files. CT_EIO. */
enum ct_status units_look(const struct unit_source *source, bool *present, struct units_pace *out,
                          struct ct_error *err);

/* How many. CT_EIO. */
enum ct_status units_count(const struct unit_source *source, size_t *n, struct ct_error *err);

/* The kernels with which the first unit was computed; empty: it is not there. CT_EIO, CT_ENOMEM. */
enum { KERNELS_SIZE = 64 };
enum ct_status units_kernels(const struct unit_source *source, char out[KERNELS_SIZE],
                             struct ct_error *err);

/* CT_EFORMAT, with the numbers of those that are missing and the tasks, of any number, to repeat.
 */
enum ct_status units_check_complete(const struct unit_source *source, struct ct_error *err);

/*
 * Fills X [n_sentences, n_neurons], hooks [n_hooks] side by side, from all units. Every sentence
 * must be in one of them, once. Where source may wait, units are taken as they come. CT_EFORMAT: a
 * unit is missing or was changed, its kernels differ from those of the others; CT_EIO, CT_ENOMEM,
 * CT_ECANCELED.
 */
enum ct_status units_read(const struct unit_source *source, const struct hook_point *hooks,
                          size_t n_hooks, size_t n_sentences, const struct progress *progress,
                          float *X, struct extract_stats *stats, struct ct_error *err);

#endif
