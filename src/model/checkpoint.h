/*
 * The weight files of a model folder as one set of named tensors: model.safetensors, or the shards
 * that model.safetensors.index.json lists.
 */
#ifndef CT_MODEL_CHECKPOINT_H
#define CT_MODEL_CHECKPOINT_H

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "io/safetensors.h"

struct checkpoint; /* immutable once open */

/* A shard that is missing or broken is no failure as long as nobody needs a tensor of it. *out is
 * owned by the caller: checkpoint_free(). CT_EIO (no weights, or not readable), CT_EFORMAT,
 * CT_ENOTSUP (only pickles, which are not supported), CT_ENOMEM. */
enum ct_status checkpoint_open(const char *dir, struct checkpoint **out, struct ct_error *err);
void checkpoint_free(struct checkpoint *checkpoint);

/* As safetensors_check(), for all files. */
enum ct_status checkpoint_check(const struct checkpoint *checkpoint, struct ct_error *err);

/* The names of all tensors, borrowed; i < count. In an index, they may be missing from the files.
 */
size_t checkpoint_count(const struct checkpoint *checkpoint);
const char *checkpoint_name(const struct checkpoint *checkpoint, size_t i);

/* The tensor of that name, borrowed, or NULL: checkpoint_explain() says why. *path (path may be
 * NULL) is set to its file, borrowed. */
const struct safetensors_entry *checkpoint_find(const struct checkpoint *checkpoint,
                                                const char *name, const char **path);

/* The error of the index or shard because of which a tensor is not found; CT_OK if it is not in the
 * index, or there is none. */
enum ct_status checkpoint_explain(const struct checkpoint *checkpoint, const char *name,
                                  struct ct_error *err);

size_t checkpoint_n_files(const struct checkpoint *checkpoint);
const char *const *checkpoint_paths(const struct checkpoint *checkpoint); /* [n_files], borrowed */
uint64_t checkpoint_bytes(const struct checkpoint *checkpoint);           /* of all files */

#endif
