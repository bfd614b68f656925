/* The weight files of a model folder: model.safetensors, or the shards that
 * model.safetensors.index.json lists, as one set of named tensors. */
#ifndef CT_MODEL_CHECKPOINT_H
#define CT_MODEL_CHECKPOINT_H

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "io/safetensors.h"

struct checkpoint; /* immutable once open */

/* CT_EIO, CT_EFORMAT, CT_ENOTSUP (only a pickle there), CT_ENOMEM. */
enum ct_status checkpoint_open(const char *dir, struct checkpoint **out, struct ct_error *err);
void checkpoint_free(struct checkpoint *checkpoint);

/* As safetensors_check(), of all files. */
enum ct_status checkpoint_check(const struct checkpoint *checkpoint, struct ct_error *err);

/* NULL when there is none of that name. *path (may be NULL) is the file that holds it. */
const struct safetensors_entry *checkpoint_find(const struct checkpoint *checkpoint,
                                                const char *name, const char **path);

size_t checkpoint_n_files(const struct checkpoint *checkpoint);
const char *const *checkpoint_paths(const struct checkpoint *checkpoint); /* [n_files] */
uint64_t checkpoint_bytes(const struct checkpoint *checkpoint);           /* of all files */

#endif
