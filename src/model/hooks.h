/* Hook points: the places in GPT-2 whose output can be taken, by their PyTorch module paths. */
#ifndef CT_MODEL_HOOKS_H
#define CT_MODEL_HOOKS_H

#include <stddef.h>

#include "base/status.h"
#include "model/model.h"

enum hook_site { /* in the order in which a forward pass comes by */
                 HOOK_WTE,
                 HOOK_WPE,
                 HOOK_LN_1,
                 HOOK_ATTN_C_ATTN,
                 HOOK_ATTN_C_PROJ,
                 HOOK_ATTN,
                 HOOK_LN_2,
                 HOOK_MLP_C_FC,
                 HOOK_MLP_ACT,
                 HOOK_MLP_C_PROJ,
                 HOOK_MLP,
                 HOOK_BLOCK,
                 HOOK_LN_F,
                 HOOK_N_SITES
};

struct hook_point {
    enum hook_site site;
    size_t layer;     /* 0 for sites outside the blocks */
    size_t width;     /* columns of its output */
    const char *what; /* `attention output` */
    char name[40];    /* canonical: `h.5.mlp.c_fc` */
};

/* Every hook point of a model in forward order: *out [*n], owned by the caller: free(). CT_ENOMEM.
 */
enum ct_status hooks_list(const struct model_config *config, struct hook_point **out, size_t *n,
                          struct ct_error *err);

/*
 * The hook points that n_patterns names or globs stand for, in forward order, each once: *out [*n],
 * owned by the caller: free(). `*` and `?` and `[...]` stay within one part of a path (`h.*` are
 * the blocks alone). Names with the prefix `transformer.` and TransformerLens's names are
 * understood. CT_EINVAL: a name that the model has not, or a glob without a match (with what there
 * is); CT_ENOMEM.
 */
enum ct_status hooks_resolve(const struct model_config *config, const char *const *patterns,
                             size_t n_patterns, struct hook_point **out, size_t *n,
                             struct ct_error *err);

#endif
