/*
 * A model from a folder in Hugging Face layout: config.json and safetensors, single or sharded, of
 * any family in arch.c. Weights are memory-mapped and used in place.
 */
#ifndef CT_MODEL_MODEL_H
#define CT_MODEL_MODEL_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "model/model_config.h"

struct model; /* owns the mappings; immutable once open */

/*
 * Opens dir and checks every tensor that the model needs: its name (with or without the prefix of
 * its family), shape, dtype and place in its file. *out is owned by the caller: model_free().
 * CT_EIO, CT_EFORMAT, CT_ENOTSUP (an unsupported config or dtype; a folder with only
 * pytorch_model.bin), CT_ENOMEM.
 */
enum ct_status model_open(const char *dir, struct model **out, struct ct_error *err);
void model_free(struct model *model);

/* CT_EIO if a weight file has been truncated since it was opened: results computed from it are
 * wrong. Call this after computing. */
enum ct_status model_check(const struct model *model, struct ct_error *err);

const struct model_config *model_config(const struct model *model);

/*
 * Reads only a config.json. *out is untouched on failure: CT_EIO, CT_EFORMAT (an invalid value),
 * CT_ENOTSUP (an unsupported family or setting), CT_ENOMEM.
 */
enum ct_status model_config_load(const char *path, struct model_config *out, struct ct_error *err);

/*
 * The keys of a config.json that decide what is computed, with their values, null for those that
 * are absent: nothing else of the file, which may be anything. *out is owned by the caller:
 * json_decref(). Errors as above.
 */
enum ct_status model_config_keys(const char *path, json_t **out, struct ct_error *err);

/* The common name of the family: `GPT-2`. */
const char *model_config_title(const struct model_config *config);

struct model_info {
    uint64_t n_parameters; /* embeddings, blocks and final norm, as in the base model */
    uint64_t file_bytes;   /* all weight files together */
    const char *dtype;     /* "F32", "F16", "BF16" or "mixed" */
    size_t n_files;
    const char *const *files; /* [n_files] paths of the weight files, borrowed from the model */
};
void model_describe(const struct model *model, struct model_info *info);

#endif
