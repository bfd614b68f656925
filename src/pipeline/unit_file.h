/*
 * Units on disk: `unit-000012.safetensors` has a tensor [sentences, width] for each hook point, by
 * name, and `rows`, the sentences' numbers in the file of sentences. The metadata says of which
 * plan it is, by which program and which kernels it was computed, and the SHA-256 of the tensors.
 */
#ifndef CT_PIPELINE_UNIT_FILE_H
#define CT_PIPELINE_UNIT_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "io/hash.h"
#include "pipeline/units.h"

#define UNITS_FOLDER "units"

struct unit_source {    /* borrows its texts */
    const char *folder; /* of the units */
    const char *digest; /* of their plan */
    size_t n;           /* units of it */
};

/* Writes a unit of values [rows, n_neurons] in source->folder, open as fd. Whoever else writes the
 * same unit writes the same bytes. CT_EIO (also, before anything is written, when the disk is
 * full), CT_ENOMEM. */
enum ct_status unit_write(const struct unit_source *source, int fd, const struct units *units,
                          size_t unit, const float *values, const struct extract_stats *stats,
                          struct ct_error *err);

enum unit_state { UNIT_MISSING, UNIT_BROKEN, UNIT_COMPLETE };

/* Whether the unit is there and of this plan, by its head and its size. UNIT_BROKEN: it was cut or
 * is something else; computing it again mends that. CT_EFORMAT: it was computed by another version
 * or on another kind of processor, which would not give the same bits; CT_EIO, CT_ENOMEM. */
enum ct_status unit_check(const struct unit_source *source, size_t unit, enum unit_state *out,
                          struct ct_error *err);

/* What there is of a plan, whoever computed it. CT_EIO, CT_ENOMEM. present [n]: owned by the
 * caller. */
enum ct_status units_present(const struct unit_source *source, bool *present, size_t *n_present,
                             struct ct_error *err);

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
