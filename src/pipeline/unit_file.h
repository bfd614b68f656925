/*
 * Units on disk: `unit-000012.safetensors` has a tensor [sentences, width] for each hook point, by
 * name, and `rows`, the sentences' numbers in the file of sentences. The metadata says of which
 * plan it is, by which program and which kernels it was computed, and the SHA-256 of the tensors.
 */
#ifndef CT_PIPELINE_UNIT_FILE_H
#define CT_PIPELINE_UNIT_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "io/safetensors.h"
#include "pipeline/units.h"

#define UNITS_FOLDER "units"

struct unit_source {    /* borrows its texts */
    const char *folder; /* of the units */
    const char *digest; /* of their plan */
    size_t n;           /* units of it */
    uint64_t key;       /* analysis_key() of the stage Extract with its parameters; 0: not known */
    bool may_wait;      /* for units that other processes are computing */
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

/* Opens the unit if it is there and of this plan: *out is the caller's, safetensors_free(), or
 * NULL. CT_EIO, CT_ENOMEM. */
enum ct_status unit_open(const struct unit_source *source, size_t unit, struct safetensors **out,
                         enum unit_state *state, struct ct_error *err);

/* Whether its metadata has this text. */
bool unit_says(const struct safetensors *file, const char *key, const char *text);

/* CT_EFORMAT: it was not computed by this version with these kernels. */
enum ct_status unit_check_origin(const struct safetensors *file, const char *kernels,
                                 struct ct_error *err);

/* The name of its file, and of the tensor of its sentences. */
enum { UNIT_NAME_SIZE = 40 };
void unit_name(size_t unit, char out[UNIT_NAME_SIZE]);
#define UNIT_ROWS "rows"

#endif
