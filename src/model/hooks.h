/*
 * Hook points: the modules of a model whose outputs can be read, named by their PyTorch paths in
 * the model's family (`h.5.mlp.c_fc`) or by TransformerLens's names.
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
    size_t layer;              /* its block; 0 outside the blocks */
    size_t width;              /* columns of its output */
    const char *what;          /* `attention output` */
    char name[HOOK_NAME_SIZE]; /* canonical: `h.5.mlp.c_fc` */
};

/* Every hook point of a model in forward order: *out [*n], owned by the caller: free(). CT_ENOMEM.
 */
enum ct_status hooks_list(const struct model_config *config, struct hook_point **out, size_t *n,
                          struct ct_error *err);

/*
 * The hook points that match n_patterns names or globs, in forward order, each once: *out [*n],
 * owned by the caller: free(). `*` and `?` and `[...]` match within one part of a path (`h.*`
 * matches only the blocks). Names with the family's prefix (`transformer.`) and TransformerLens's
 * names are accepted. CT_EINVAL: an unknown name, or a glob without a match (the message lists what
 * exists); CT_ENOMEM.
 */
enum ct_status hooks_resolve(const struct model_config *config, const char *const *patterns,
                             size_t n_patterns, struct hook_point **out, size_t *n,
                             struct ct_error *err);

/* The default hook point, in the middle block; as hooks_resolve(). */
enum ct_status hooks_default(const struct model_config *config, struct hook_point **out, size_t *n,
                             struct ct_error *err);

#endif
