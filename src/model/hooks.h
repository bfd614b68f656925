/*
 * Hook points: the modules of a model whose outputs can be taken, by their PyTorch paths as the
 * model's family names them (`h.5.mlp.c_fc`), or by TransformerLens's names.
 */
#ifndef CT_MODEL_HOOKS_H
#define CT_MODEL_HOOKS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/status.h"
#include "model/model_config.h"
#include "model/site.h"

enum { HOOK_NAME_SIZE = 64 };

struct hook_point {
    enum site_place place;
    bool is_in_block;
    size_t layer;              /* the number of its block; 0 outside the blocks */
    size_t width;              /* columns of its output */
    const char *what;          /* `attention output` */
    char name[HOOK_NAME_SIZE]; /* canonical: `h.5.mlp.c_fc` */
};

/* Every hook point of a model in forward order: *out [*n], owned by the caller: free(). CT_ENOMEM.
 */
enum ct_status hooks_list(const struct model_config *config, struct hook_point **out, size_t *n,
                          struct ct_error *err);

/*
 * The hook points that n_patterns names or globs stand for, in forward order, each once: *out [*n],
 * owned by the caller: free(). `*` and `?` and `[...]` stay within one part of a path (`h.*` are
 * the blocks alone). Names with the family's prefix (`transformer.`) and TransformerLens's names
 * are understood. CT_EINVAL: a name that the model has not, or a glob without a match (with what
 * there is); CT_ENOMEM.
 */
enum ct_status hooks_resolve(const struct model_config *config, const char *const *patterns,
                             size_t n_patterns, struct hook_point **out, size_t *n,
                             struct ct_error *err);

/* The one that is taken when none is asked for, in the middle block; as hooks_resolve(). */
enum ct_status hooks_default(const struct model_config *config, struct hook_point **out, size_t *n,
                             struct ct_error *err);

#endif
