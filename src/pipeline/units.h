/*
 * Units: parts of the sentences whose activations are computed and stored on their own, by whatever
 * task comes to them. Sentences are cut in the order of their token ids up to the target, twins
 * together, since those that begin alike are computed once: cut in the order of a file they cost
 * more than half as much again. Units do not depend on the number of tasks.
 */
#ifndef CT_PIPELINE_UNITS_H
#define CT_PIPELINE_UNITS_H

#include <stddef.h>

#include "io/hash.h"
#include "pipeline/analysis.h"
#include "pipeline/extract_job.h"

/* Sentences in a unit: a power of two between these. */
enum { UNIT_LEAST = 64, UNIT_MOST = 1024 };

struct units { /* units_init() to units_clear() */
    struct analysis_job job;
    size_t *order; /* [n_sentences] rows of the sentences, unit after unit */
    size_t n_sentences;
    size_t size; /* sentences in each unit but the last */
    size_t n;
};

/* size 0: as few as give at most a thousand units. Load, with a model, Hook and Contrast have
 * results, which are borrowed from. CT_EINVAL: no such size; CT_ENOMEM. */
enum ct_status units_init(const struct analysis *a, size_t size, struct units *out,
                          struct ct_error *err);
void units_clear(struct units *units);

/* The sentences of a unit [*n]. */
const size_t *unit_rows(const struct units *units, size_t unit, size_t *n);

/* SHA-256 of the order and of all token ids: what is computed, and by which unit. */
void units_digest(const struct units *units, char hex[HASH_HEX_SIZE]);

/* out [*n of unit_rows(), n_neurons] as extract_activations() fills it; stats may be NULL. */
enum ct_status unit_extract(const struct units *units, size_t unit, int n_threads,
                            const struct progress *progress, float *out,
                            struct extract_stats *stats, struct ct_error *err);

/* Peak bytes of unit_extract() of the largest unit, out included. */
double units_memory(const struct units *units, int n_threads);

/* Tokens and positions of all units together; of each unit, its prefixes are shared. CT_ENOMEM and
 * the errors of extract_plan_new(). */
enum ct_status units_stats(const struct units *units, struct extract_stats *out,
                           struct ct_error *err);

struct share { /* of the units */
    size_t first, n;
};

/* What task `task` of n_tasks computes: runs of units as long as possible, which have the most
 * beginnings of sentences in common. */
struct share units_share(size_t n_units, size_t task, size_t n_tasks);

#endif
