/* Activations at the target of each sentence, hook points side by side. */
#ifndef CT_PIPELINE_STAGE_EXTRACT_H
#define CT_PIPELINE_STAGE_EXTRACT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/mat.h"
#include "base/spill.h"
#include "model/extract.h"
#include "pipeline/analysis.h"

/* Columns of one hook point. */
struct neuron_block {
    const char *hook; /* name, borrowed from the stage before */
    size_t first;     /* column of its first neuron */
    size_t n;
    const size_t *index; /* [n] number of each neuron in its hook point; NULL: 0 .. n - 1 */
    size_t layer;        /* number of the hook point among all in X */
};

struct extract_result {
    struct matview X;            /* [n_sentences, n_neurons] */
    struct spill own;            /* storage of X; empty: X is borrowed */
    struct neuron_block *blocks; /* [n_blocks] in column order */
    size_t n_blocks;
    size_t n_layers;            /* distinct hook points, in order of their first column */
    struct extract_stats stats; /* zero with an activations file */
    double *neuron_means;       /* [n_neurons] over sentences; NULL with ttest_alone */
    double *sentence_means;     /* [n_sentences] over neurons */
};

extern const struct stage stage_extract;

static inline const struct extract_result *extract_of(const struct analysis *a)
{
    return analysis_result(a, &stage_extract);
}

/* The index of the block that a column of the activations is in. */
size_t neuron_block(const struct extract_result *extract, size_t column);

/* The hook point of a column of the activations, and the neuron's index in it. */
const char *neuron_hook(const struct extract_result *extract, size_t column, size_t *index);

/* The column of the neuron that text names: an index in the first hook point that has it, or
 * HOOK:INDEX. CT_EINVAL: not found. */
enum ct_status neuron_find(const struct extract_result *extract, const char *text, size_t *column,
                           struct ct_error *err);

/* The number of columns it has or will have; its inputs exist. */
size_t extract_n_neurons(const struct analysis *a);

/*
 * The activations of a's hooks in its model with shuffled weights. The hooks and the sentences are
 * borrowed from a's results. *out is owned by the caller: stage_extract.free(). CT_ENOTSUP (a
 * matrix with too many entries), CT_ENOMEM, CT_EIO, CT_ECANCELED.
 */
enum ct_status extract_shuffled(const struct analysis *a, const struct weight_shuffle *shuffle,
                                const struct progress *progress, struct extract_result **out,
                                struct ct_error *err);
double extract_shuffled_memory(const struct analysis *a); /* bytes, the result included */

/* The columns of one layer as an extraction of their own, which borrows from whole or, where
 * columns must be copied, is stored in memory or in the folder temporary. *out is owned by the
 * caller: stage_extract.free(). CT_ENOMEM, CT_EIO. */
enum ct_status extract_layer(const struct extract_result *whole, size_t layer,
                             const char *temporary, struct extract_result **out,
                             struct ct_error *err);

/* Bytes of an array; larger ones are stored in a temporary file. Documented in the manual. */
enum { MOST_IN_MEMORY = 1 << 30 };

/* Whether activations of that size are kept in memory rather than in the folder temporary. */
bool extract_in_memory(double bytes, const char *temporary);

/* Whether the activations are read from units: those of a, computed with its parameters. */
bool extract_is_of_units(const struct analysis *a);

#endif
